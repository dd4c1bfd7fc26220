// Networks as CIDR, and whether an address lies in one. An IPv4 address that is mapped into IPv6 is
// the IPv4 address: which of both forms a socket shows must not matter.
#pragma once

#include <array>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::wire {

struct Network {
  std::array<unsigned char, 16> address{};  // IPv4 as mapped into IPv6
  unsigned bits = 0;                        // that count, from the left: 0 to 128
};

// Reads `10.1.0.0/16`, `2001:db8::/32`, or a single address, which is a network of its own.
//
// Errors:  kMalformed: another form, a name, a zone, a length that is too long or begins with 0, or
//          bits set behind the length, which may be a slip of the pen in either part.
// Spec:    RFC 4632 section 3.1, RFC 4291 section 2.3.
Result<Network> parse_network(std::string_view text);

// True if `address` is a numeric address in the network. A zone (`%eth0`) is not looked at.
bool network_has(const Network& network, std::string_view address);

}  // namespace latchkey::wire
