// Which hosts a provider may be called at without TLS: one rule for the configuration that is read
// and for the client that calls.
#pragma once

#include <string_view>

#include "latchkey/wire/chars.h"

namespace latchkey::wire {

// Input:   `host` without a port, IPv6 in brackets.
// Returns: true for `127.0.0.1`, `[::1]` and `localhost` only: names below localhost may lead
//          elsewhere, and whoever listens at another address of loopback need not be who was meant.
inline bool is_loopback_name(std::string_view host) {
  return host == "127.0.0.1" || host == "[::1]" || equal_ignoring_case(host, "localhost");
}

}  // namespace latchkey::wire
