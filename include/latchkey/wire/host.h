// Host and port of a request or a URL in their one canonical spelling, and the comparison with a
// configured host name. Rules never see another spelling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kHostBytesMax = 253;
inline constexpr std::size_t kHostLabelBytesMax = 63;

struct Authority {
  std::string host;  // lower case ASCII, no final dot; IPv6 in brackets, shortest form
  std::optional<std::uint16_t> port;  // as sent: the scheme's default port is not left out
};

// Reads `host`, `host:port`, `[v6]` or `[v6]:port`.
//
// Errors:  kMalformed: empty, a label that is empty or too long, a byte outside letters, digits,
//          `-`, `_` and `.` (so: userinfo, blanks, commas, slashes, non-ASCII), an address in
//          brackets that is not IPv6 or has a zone, a port that is empty, 0, over 65535, or begins
//          with 0.
// Spec:    RFC 9110 section 7.2; only A-labels of an internationalised name are taken.
Result<Authority> parse_authority(std::string_view text);

// True if `host` is `pattern`, or `pattern` is `*.rest` and `host` is exactly one label and
// `.rest`. Both as parse_authority makes them (the pattern's `*.` aside); case of ASCII letters is
// ignored.
bool host_matches(std::string_view pattern, std::string_view host);

}  // namespace latchkey::wire
