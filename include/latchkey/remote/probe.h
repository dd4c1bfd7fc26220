// Sends exactly the bytes it is given and reads one answer: for `latchkey doctor`, whose questions
// no well-behaved client would ask (two Hosts, a target that is not tidied up, odd methods).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::remote {

inline constexpr std::size_t kProbeBytesMax = std::size_t{256} * 1024;

struct Field {
  std::string name;
  std::string value;
};

// An answer as it came. `status` 0: the connection was closed before a whole header block.
struct RawReply {
  int status = 0;
  std::vector<Field> fields;  // in order, repeated ones too
  std::string body;           // without chunks; cut off at kProbeBytesMax

  // Names are compared without case. `first` gives an empty text for an absent field.
  std::vector<std::string> all(std::string_view name) const;
  std::string first(std::string_view name) const;
  bool has(std::string_view name) const { return !all(name).empty(); }
};

// Whether the answer to a request can have a body: not to HEAD.
enum class Body { kExpected, kNone };

// Reads an answer out of what has come so far; interim answers (1xx but 101) are skipped.
//
// Input:   `at_end`: nothing more will come, so that what is there is the answer.
// Returns: the answer, or nullopt while more has to come.
// Spec:    RFC 9112 sections 6 and 7.1.
enum class More { kMayCome, kNever };
std::optional<RawReply> read_reply(std::string_view bytes, Body body, More more);

// Where a probe is sent.
struct Endpoint {
  std::string origin{};      // https://host[:port]: the name that the certificate must have
  std::string connect_to{};  // HOST:PORT to connect to instead, unless empty
  std::string ca_pem{};      // trust these authorities instead of the machine's, unless empty
  Seconds deadline{10};    // for the whole exchange
};

class Prober {
 public:
  virtual ~Prober() = default;

  // Input:   `request`, the whole request; it should ask for `Connection: close`.
  // Errors:  kUnavailable: no connection, or no answer in time. kRefused: the server's certificate
  //          does not verify. The detail names the cause only.
  virtual Result<RawReply> exchange(const Endpoint& endpoint, std::string_view request,
                                    Body body) = 0;
};

// libcurl makes the connection and the TLS of each exchange; the rest is ours. No proxy is used.
std::unique_ptr<Prober> make_curl_prober();

}  // namespace latchkey::remote
