#include "latchkey/remote/http_client.h"

#include <algorithm>

#include "curl.h"
#include "latchkey/wire/loopback.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/number.h"

namespace latchkey::remote {
namespace {

constexpr std::size_t kFieldBytesMax = 8192;

using Url = Handle<CURLU, curl_url_cleanup>;
using CurlText = Handle<char, curl_free>;

// curl_slist_append gives a new head each time, so a plain Handle cannot follow it.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }

  void add(const std::string& line) { list_ = append(list_, line); }
  curl_slist* get() const { return list_; }

 private:
  static curl_slist* append(curl_slist* list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    LK_ASSERT(longer != nullptr);
    return longer;
  }
  curl_slist* list_ = nullptr;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  const std::size_t bytes = size * count;
  // Less than was given ends the transfer with an error.
  if (body.size() + bytes > kResponseBytesMax) return 0;
  body.append(data, bytes);
  return bytes;
}

// application/x-www-form-urlencoded of one value. RFC 6749 asks for it inside Basic.
std::string form_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (wire::is_alnum(c) || std::string_view("-._*").contains(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
  const CurlText owned(text);
  return std::string(owned.get());
}

Outcome check_url(const HttpRequest& request) {
  const Url url(curl_url());
  LK_ASSERT(url != nullptr);
  if (curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK) {
    return fail(ErrorCode::kMalformed, "the provider's address is no URL");
  }
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_FRAGMENT).empty()) {
    return fail(ErrorCode::kMalformed, "the provider's address has a user or a fragment");
  }
  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme == "https") return {};
  if (scheme == "http" && request.cleartext == Cleartext::kLoopbackOnly &&
      wire::is_loopback_name(part(url.get(), CURLUPART_HOST))) {
    return {};
  }
  return fail(ErrorCode::kMalformed, "the provider's address is not https");
}

void set_bounds(CURL* easy, const HttpRequest& request) {
  using std::chrono::milliseconds;
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.deadline.count()));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(milliseconds(kConnectDeadline), request.deadline).count()));
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROTOCOLS_STR,
      request.cleartext == Cleartext::kLoopbackOnly ? "http,https" : "https");
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
}

void set_tls(CURL* easy, const HttpRequest& request) {
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (request.ca_file.empty()) return;
  set(easy, CURLOPT_CAINFO, request.ca_file.c_str());
  set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

void set_method(CURL* easy, const HttpRequest& request, HeaderList& headers) {
  headers.add("Accept: " + request.accept);
  // libcurl would wait a second for `100 Continue` before a larger body.
  headers.add("Expect:");
  if (!request.bearer.empty()) {
    set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    const std::string token(request.bearer.reveal());
    set(easy, CURLOPT_XOAUTH2_BEARER, token.c_str());
  }
  if (request.client.has_value()) {
    const SecretString id(form_encoded(request.client->id));
    const SecretString secret(form_encoded(request.client->secret.reveal()));
    set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy, CURLOPT_USERNAME, std::string(id.reveal()).c_str());
    set(easy, CURLOPT_PASSWORD, std::string(secret.reveal()).c_str());
  }
  if (request.method == Method::kPost) {
    headers.add("Content-Type: application/x-www-form-urlencoded");
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.form.size()));
    // Not copied: the request outlives the exchange. The size was said above.
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
    set(easy, CURLOPT_POSTFIELDS, request.form.reveal().data());
  }
  set(easy, CURLOPT_HTTPHEADER, headers.get());
}

// The field of that name of the final answer, empty when there is none or one that is too long.
std::string field_of(CURL* easy, const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  const std::string_view value(found->value);
  return value.size() <= kFieldBytesMax ? std::string(value) : std::string();
}

// What a service says of its limits; anything that is no plain number says nothing.
void read_limits(CURL* easy, HttpResponse& response) {
  if (const auto wait = wire::read_number<std::uint32_t>(field_of(easy, "Retry-After"))) {
    response.retry_after = Seconds(*wait);
  }
  if (field_of(easy, "X-RateLimit-Remaining") != "0") return;
  if (const auto reset = wire::read_number<std::uint32_t>(field_of(easy, "X-RateLimit-Reset"))) {
    response.limited_until = from_unix(*reset);
  }
}

// `application/json; charset=utf-8` -> `application/json`.
std::string media_type(const char* field) {
  std::string text(field == nullptr ? "" : field);
  text.resize(std::min(text.size(), text.find(';')));
  return wire::to_lower(wire::trim_blanks(text));
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(SlowGate& gate) : gate_(gate) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    LK_CHECK(check_url(request));
    const std::optional<SlowPass> pass = SlowPass::take(gate_);
    if (!pass.has_value()) {
      return fail(ErrorCode::kUnavailable, "too many workers wait for a provider already");
    }
    // A handle of its own for each call: no option, cookie or secret of one reaches the next.
    const Easy easy = libcurl_.easy();
    return exchange(easy.get(), request);
  }

 private:
  static Result<HttpResponse> exchange(CURL* easy, const HttpRequest& request) {
    HttpResponse response;
    HeaderList headers;
    set_safe(easy);
    set_bounds(easy, request);
    set_tls(easy, request);
    set_method(easy, request, headers);
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_USERAGENT, "latchkey");
    set(easy, CURLOPT_WRITEFUNCTION, &take_body);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&response.body));
    const CURLcode code = curl_easy_perform(easy);
    if (code != CURLE_OK) return fail(ErrorCode::kRefused, curl_easy_strerror(code));
    long status = 0;
    const char* type = nullptr;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    response.status = static_cast<int>(status);
    response.content_type = media_type(type);
    response.link = field_of(easy, "Link");
    read_limits(easy, response);
    return response;
  }

  Libcurl libcurl_;
  SlowGate& gate_;
};

}  // namespace

bool is_loopback_http(std::string_view url) {
  const Url parsed(curl_url());
  LK_ASSERT(parsed != nullptr);
  const std::string text(url);
  if (curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return false;
  return part(parsed.get(), CURLUPART_SCHEME) == "http" &&
         part(parsed.get(), CURLUPART_USER).empty() &&
         wire::is_loopback_name(part(parsed.get(), CURLUPART_HOST));
}

std::unique_ptr<HttpClient> make_curl_client(SlowGate& gate) {
  return std::make_unique<CurlClient>(gate);
}

}  // namespace latchkey::remote
