// The one way out to the network: a single HTTP exchange with a sign-in provider, bounded in time
// and size. It follows no redirect, uses no proxy and always verifies TLS.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/base/slow_gate.h"

namespace latchkey::remote {

constexpr std::size_t kResponseBytesMax = 1024 * 1024;
constexpr Seconds kConnectDeadline{3};

enum class Method { kGet, kPost };

// Whether http:// is allowed at all. Only for providers whose configured issuer is http on
// loopback.
enum class Cleartext { kRefuse, kLoopbackOnly };

// HTTP Basic as OAuth wants it: id and secret are form-encoded before they are joined.
// Spec: RFC 6749 section 2.3.1.
struct ClientAuthentication {
  std::string id;
  SecretString secret;
};

struct HttpRequest {
  Method method = Method::kGet;
  std::string url;  // absolute, from configuration or a checked discovery document
  std::string to{};  // the provider's name, for the figures; empty: not counted
  std::optional<ClientAuthentication> client;
  SecretString bearer;  // sent as `Authorization: Bearer`, unless empty
  SecretString form;    // the urlencoded body of a POST
  std::string accept = "application/json";
  Cleartext cleartext = Cleartext::kRefuse;
  std::string ca_file;  // trust these authorities instead of the machine's, unless empty
  std::chrono::milliseconds deadline{10'000};  // for the whole exchange, name resolution included
};

struct HttpResponse {
  int status = 0;
  std::string content_type;  // lower case, without parameters
  std::string body;          // may hold tokens: wiped by whoever reads it
  std::string link{};        // the field Link, which leads to the next page of a list
  // When a rate limit ends, as the answer says it: Retry-After in seconds, or the Unix time of
  // X-RateLimit-Reset where X-RateLimit-Remaining is 0.
  std::optional<Seconds> retry_after{};
  std::optional<TimePoint> limited_until{};
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Input:   `request`; its url is https, or http where `cleartext` allows it.
  // Returns: the answer with whatever status it has, redirects included.
  // Errors:  kMalformed: a url we do not call. kUnavailable: too many workers wait for the network
  //          already. kRefused: the exchange failed: no connection, TLS not verified, too slow, an
  //          answer over kResponseBytesMax. The detail names the cause only.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

// libcurl. Made after fork. Each call opens a connection of its own: a kept one that has died in
// between would make libcurl send a code to the token endpoint a second time by itself.
// `gate` outlives the client; a place in it is held for the length of each call.
std::unique_ptr<HttpClient> make_curl_client(SlowGate& gate);

// True for http://127.0.0.1, http://[::1] and http://localhost, with or without a port and a path.
bool is_loopback_http(std::string_view url);

}  // namespace latchkey::remote
