// One request and its one reply, the same for FastCGI and CGI. What a Service is handed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "latchkey/base/result.h"
#include "latchkey/fcgi/params.h"
#include "latchkey/model/answer.h"
#include "latchkey/model/auth_query.h"

namespace latchkey::fcgi {

// What the web server asks for; from the FastCGI record, never from a parameter. CGI: kResponder.
enum class Role { kResponder, kAuthorizer };

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const Params& params() const = 0;
  virtual Role role() const = 0;
  virtual model::Transport transport() const = 0;

  // Reads the whole request body. Never call it when judging: several servers send none, and what
  // they say of its length is the client's word.
  //
  // Input:   `bytes_max`, the most that is accepted.
  // Returns: the body, empty when none came.
  // Errors:  kMalformed: longer than `bytes_max`, or cut off; kUnavailable: the time was up.
  virtual Result<std::string> read_body(std::size_t bytes_max) = 0;

  // Says before reply() that the peer may still be sending a body which nobody will read: the
  // connection then ends gently, because a web server that cannot finish sending throws the answer
  // away.
  virtual void expect_rest() {}

  // Sends the whole answer with one write; leaves the body out when the method is HEAD. Once only.
  //
  // Errors: kInternal: the answer cannot be written (see serialize); a bare 503 went out instead.
  //         kUnavailable: the web server is gone. Nothing else is written in either case.
  virtual Outcome reply(const model::Answer& answer) = 0;
};

enum class Body { kSend, kLeaveOut };

inline constexpr std::size_t kHeaderBytesMax = 64 * 1024;  // lighttpd's limit of a header block
inline constexpr std::size_t kHeaderLineBytesMax = 8000;   // Apache shows longer ones to the client

// Writes an answer as a CGI response, `Status` first, because lighttpd drops what stands before it.
//
// Returns: the bytes, header block and body.
// Errors:  kInternal: the status is not 200 to 599, a name is no token or is `Status`, a line or
//          the block is too long. A part of such an answer is never sent, as it would approve.
// Spec:    RFC 3875 section 6.
Result<std::string> serialize(const model::Answer& answer, Body body);

// The prepared refusal that is sent when an answer cannot be built: complete and never a 2xx.
std::string_view unavailable_text();

}  // namespace latchkey::fcgi
