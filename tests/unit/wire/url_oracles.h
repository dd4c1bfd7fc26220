// Two readers of URLs that share nothing with ours: one that does what browsers do, written from
// the URL standard, and libcurl's. Both resolve against https://app.example/.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::wire::testing_only {

// Returns `scheme://host` that a browser would go to, in lower case; the host with userinfo and
// port. Spec: the URL standard, section 4.4, the states from "scheme start" to "authority".
std::string browser_origin_of(std::string_view rd);

// Returns `scheme://host` that libcurl would go to, or "error".
std::string curl_origin_of(const std::string& rd);

}  // namespace latchkey::wire::testing_only
