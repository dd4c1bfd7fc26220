// Tells systemd how a service is doing (Type=notify), without its library.
#pragma once

#include <string_view>

namespace latchkey::server {

// Sends `state` (for example "READY=1") to the socket in NOTIFY_SOCKET, if there is one. What
// cannot be told is lost: a supervisor serves all the same.
// Spec: sd_notify(3).
void notify(std::string_view state);

}  // namespace latchkey::server
