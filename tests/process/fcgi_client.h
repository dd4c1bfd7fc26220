// A web server's side of FastCGI, byte by byte, so that tests can also be a bad one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/unique_fd.h"

namespace latchkey::testing {

inline constexpr std::uint16_t kResponderRole = 1;
inline constexpr std::uint16_t kAuthorizerRole = 2;
inline constexpr std::uint16_t kFilterRole = 3;

using Pairs = std::vector<std::pair<std::string, std::string>>;

// One record. `type` as in the specification: 1 begin, 2 abort, 4 params, 5 stdin, 9 get-values.
std::string record(std::uint8_t type, std::string_view content, std::uint16_t id = 1);
std::string begin_record(std::uint16_t role, bool keep = false, std::uint16_t id = 1);
std::string pair_bytes(std::string_view name, std::string_view value);

struct Ask {
  std::uint16_t role = kResponderRole;
  bool keep = false;
  std::string body{};
  bool with_stdin = true;  // Apache's authorizer sends no STDIN at all
};

// A whole request. `verb` becomes the parameter VERB.
std::string request(std::string_view verb, const Ask& ask = {}, const Pairs& more = {});

// `where`: `unix:PATH` or `HOST:PORT`. The socket gives up reading after ten seconds, so that a
// test fails instead of hanging.
UniqueFd connect_to(const std::string& where);

// Returns false when the peer has closed.
bool send_bytes(int fd, std::string_view bytes);

struct Reply {
  std::string text;       // what STDOUT carried
  bool complete = false;  // END_REQUEST came
  bool any = false;       // any byte came
  int status() const;     // of the Status line, or 0
  std::string body() const;
};

// Reads up to END_REQUEST or the end of the connection.
Reply read_reply(int fd);

// True if the peer has closed, waiting for it up to ten seconds.
bool is_closed(int fd);

// Connects, asks, reads, closes.
Reply ask(const std::string& where, std::string_view verb, const Ask& how = {},
          const Pairs& more = {});

}  // namespace latchkey::testing
