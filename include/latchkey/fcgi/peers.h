// Whom we take FastCGI connections from over TCP. Any local account, and whoever the network lets
// through, can reach a port; on a unix socket the file's mode decides instead.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"

namespace latchkey::fcgi {

class Peers {
 public:
  // Everybody.
  Peers() = default;

  // Reads the value of FCGI_WEB_SERVER_ADDRS: numeric addresses with commas between them.
  //
  // Errors: kMalformed: a name, a port, or nothing where an address belongs.
  // Spec:   FastCGI 1.0 section 3.2, with IPv6 as well; there it was IPv4 only.
  static Result<Peers> parse(std::string_view text);

  bool everybody() const { return addresses_.empty(); }

  // Input: `peer`, as accept() gave it. An address of neither family is nobody's.
  bool admits(const sockaddr_storage& peer) const;

 private:
  std::vector<in6_addr> addresses_;  // IPv4 as mapped into IPv6, so that both forms are one
};

// The numeric address of `peer`, for the log.
std::string address_text(const sockaddr_storage& peer);

}  // namespace latchkey::fcgi
