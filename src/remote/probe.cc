#include "latchkey/remote/probe.h"

#include <poll.h>

#include "curl.h"

namespace latchkey::remote {
namespace {

using List = Handle<curl_slist, curl_slist_free_all>;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::unexpected<Error> failed(CURLcode code) {
  const bool tls = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
                   code == CURLE_SSL_CONNECT_ERROR;
  return fail(tls ? ErrorCode::kRefused : ErrorCode::kUnavailable, curl_easy_strerror(code));
}

// One connection, and the time there is for all that is done on it. The handle is its own: one that
// served several of these connections would lose the memory of each (libcurl 7.88).
class Connection {
 public:
  Connection(Easy handle, const Endpoint& endpoint)
      : easy_(std::move(handle)), end_(steady_clock::now() + endpoint.deadline) {
    CURL* const easy = easy_.get();
    set_safe(easy);
    set(easy, CURLOPT_URL, endpoint.origin.c_str());
    set(easy, CURLOPT_CONNECT_ONLY, 1L);
    set(easy, CURLOPT_FRESH_CONNECT, 1L);
    // No HTTP/2 is offered in the TLS handshake: what follows is written by us.
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(milliseconds(endpoint.deadline).count()));
    if (!endpoint.ca_pem.empty()) {
      std::string pem = endpoint.ca_pem;
      curl_blob authorities{pem.data(), pem.size(), CURL_BLOB_COPY};
      set(easy, CURLOPT_CAINFO_BLOB, &authorities);
      set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (!endpoint.connect_to.empty()) {
      redirect_.reset(curl_slist_append(nullptr, ("::" + endpoint.connect_to).c_str()));
      LK_ASSERT(redirect_ != nullptr);
      set(easy, CURLOPT_CONNECT_TO, redirect_.get());
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Outcome open() {
    const CURLcode code = curl_easy_perform(easy_.get());
    if (code != CURLE_OK) return failed(code);
    return {};
  }

  // A server may answer and close before it has read everything: then the answer counts.
  Outcome send(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t sent = 0;
      const CURLcode code = curl_easy_send(easy_.get(), bytes.data(), bytes.size(), &sent);
      if (code == CURLE_AGAIN) {
        LK_CHECK(wait(POLLOUT));
        continue;
      }
      if (code != CURLE_OK) return {};
      bytes.remove_prefix(sent);
    }
    return {};
  }

  Result<RawReply> receive(Body body) {
    std::string bytes;
    while (bytes.size() < kProbeBytesMax) {
      char piece[16 * 1024];
      std::size_t got = 0;
      const CURLcode code = curl_easy_recv(easy_.get(), piece, sizeof piece, &got);
      if (code == CURLE_AGAIN) {
        LK_CHECK(wait(POLLIN));
        continue;
      }
      if (code != CURLE_OK || got == 0) break;
      bytes.append(piece, got);
      if (auto reply = read_reply(bytes, body, More::kMayCome)) return *std::move(reply);
    }
    return read_reply(bytes, body, More::kNever).value_or(RawReply());
  }

 private:
  Outcome wait(short what) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
    const auto left = std::chrono::duration_cast<milliseconds>(end_ - steady_clock::now()).count();
    pollfd waiting{socket, what, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) {
      return fail(ErrorCode::kUnavailable, "no answer in time");
    }
    return {};
  }

  List redirect_;  // outlives the handle that was given it
  Easy easy_;
  steady_clock::time_point end_;
};

class CurlProber final : public Prober {
 public:
  Result<RawReply> exchange(const Endpoint& endpoint, std::string_view request,
                            Body body) override {
    Connection connection(libcurl_.easy(), endpoint);
    LK_CHECK(connection.open());
    LK_CHECK(connection.send(request));
    return connection.receive(body);
  }

 private:
  Libcurl libcurl_;
};

}  // namespace

std::unique_ptr<Prober> make_curl_prober() { return std::make_unique<CurlProber>(); }

}  // namespace latchkey::remote
