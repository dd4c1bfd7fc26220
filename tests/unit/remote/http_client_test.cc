#include "latchkey/remote/http_client.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "loopback_server.h"
#include "support/results.h"

namespace latchkey::remote {
namespace {

using testing::LoopbackServer;

using namespace std::literals;

const std::string kGood = "HTTP/1.1 200 OK\r\nContent-Type: application/JSON; charset=utf-8\r\n"
                          "Content-Length: 2\r\n\r\n{}";

class HttpClientTest : public ::testing::Test {
 protected:
  HttpRequest request(const std::string& url) {
    HttpRequest out;
    out.url = url;
    out.cleartext = Cleartext::kLoopbackOnly;
    out.deadline = Seconds(5);
    return out;
  }

  OpenSlowGate gate_;
  std::unique_ptr<HttpClient> client_ = make_curl_client(gate_);
};

TEST_F(HttpClientTest, GivesStatusTypeAndBody) {
  LoopbackServer server(kGood);
  const auto response = client_->send(request(server.url("/x")));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->content_type, "application/json");
  EXPECT_EQ(response->body, "{}");
}

TEST_F(HttpClientTest, SendsIdAndSecretFormEncodedInsideBasic) {
  LoopbackServer server(kGood);
  HttpRequest post = request(server.url());
  post.method = Method::kPost;
  post.form = SecretString("grant_type=x"sv);
  post.client.emplace("r p:1", SecretString("s/e:c%"sv));
  ASSERT_THAT(client_->send(post), IsOk());
  server.stop();
  // base64 of `r+p%3A1:s%2Fe%3Ac%25`
  EXPECT_NE(server.received().find("Authorization: Basic citwJTNBMTpzJTJGZSUzQWMlMjU=\r\n"),
            std::string::npos)
      << server.received();
  EXPECT_NE(server.received().find("Content-Type: application/x-www-form-urlencoded\r\n"),
            std::string::npos);
  EXPECT_TRUE(server.received().ends_with("\r\n\r\ngrant_type=x"));
}

TEST_F(HttpClientTest, SendsABearerToken) {
  LoopbackServer server(kGood);
  HttpRequest get = request(server.url());
  get.bearer = SecretString("t0ken"sv);
  ASSERT_THAT(client_->send(get), IsOk());
  server.stop();
  EXPECT_NE(server.received().find("Authorization: Bearer t0ken\r\n"), std::string::npos);
}

TEST_F(HttpClientTest, TellsTheNextPageAndTheEndOfARateLimit) {
  LoopbackServer server("HTTP/1.1 403 Forbidden\r\nlink: <https://x.test/2>; rel=\"next\"\r\n"
                        "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1800000000\r\n"
                        "retry-after: 60\r\nContent-Length: 0\r\n\r\n");
  const auto response = client_->send(request(server.url()));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->link, "<https://x.test/2>; rel=\"next\"");
  EXPECT_EQ(response->limited_until, from_unix(1'800'000'000));
  EXPECT_EQ(response->retry_after, Seconds(60));
}

TEST_F(HttpClientTest, TakesNoLimitThatIsNoneOrNoNumber) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nX-RateLimit-Remaining: 17\r\n"
                        "X-RateLimit-Reset: 1800000000\r\n"
                        "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\nContent-Length: 2\r\n\r\n{}");
  const auto response = client_->send(request(server.url()));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->limited_until, std::nullopt);
  EXPECT_EQ(response->retry_after, std::nullopt);
}

TEST_F(HttpClientTest, FollowsNoRedirectN12) {
  LoopbackServer elsewhere(kGood);
  LoopbackServer server("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
                        "\r\nContent-Length: 0\r\n\r\n");
  const auto response = client_->send(request(server.url()));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 302);
  elsewhere.stop();
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_F(HttpClientTest, RefusesAnAnswerOverTheLimitM45) {
  const std::string body(kResponseBytesMax + 1, 'x');
  LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
  EXPECT_THAT(client_->send(request(server.url())), FailsWith(ErrorCode::kRefused));
}

TEST_F(HttpClientTest, GivesUpOnASilentProviderC21) {
  LoopbackServer server("");
  HttpRequest get = request(server.url());
  get.deadline = Seconds(1);
  EXPECT_THAT(client_->send(get), FailsWith(ErrorCode::kRefused));
}

TEST_F(HttpClientTest, IgnoresAProxyInTheEnvironmentC14) {
  LoopbackServer proxy(kGood);
  LoopbackServer server(kGood);
  for (const char* name : {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}) {
    ::setenv(name, proxy.url().c_str(), 1);
  }
  EXPECT_THAT(client_->send(request(server.url())), IsOk());
  for (const char* name : {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}) ::unsetenv(name);
  proxy.stop();
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(HttpClientTest, RefusesCleartextBeyondLoopback) {
  HttpRequest get = request("http://idp.test/");
  EXPECT_THAT(client_->send(get), FailsWith(ErrorCode::kMalformed));
  get.url = "http://127.0.0.1.evil.test/";
  EXPECT_THAT(client_->send(get), FailsWith(ErrorCode::kMalformed));
  get.url = "http://127.0.0.1:1/";
  get.cleartext = Cleartext::kRefuse;
  EXPECT_THAT(client_->send(get), FailsWith(ErrorCode::kMalformed));
}

TEST_F(HttpClientTest, CallsNoOtherSchemeL9) {
  for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "//x",
                          "https://user:pw@127.0.0.1/", "https://127.0.0.1/#x", ""}) {
    EXPECT_THAT(client_->send(request(url)), FailsWith(ErrorCode::kMalformed)) << url;
  }
}

TEST_F(HttpClientTest, WaitsForNobodyWhenTooManyWorkersWaitAlready) {
  class FullGate final : public SlowGate {
   public:
    Entry try_enter() override { return Entry::kFull; }
    void leave() override { ADD_FAILURE() << "left without having entered"; }
  } gate;
  EXPECT_THAT(make_curl_client(gate)->send(request("http://127.0.0.1:1/")),
              FailsWith(ErrorCode::kUnavailable));
}

TEST(LoopbackHttp, IsAnAddressOfThisMachineInCleartext) {
  EXPECT_TRUE(is_loopback_http("http://127.0.0.1:9400"));
  EXPECT_TRUE(is_loopback_http("http://[::1]:9400/x"));
  EXPECT_TRUE(is_loopback_http("http://localhost/"));
  EXPECT_TRUE(is_loopback_http("http://LOCALHOST/"));  // as the configuration takes it
  EXPECT_FALSE(is_loopback_http("http://x.localhost/"));
  EXPECT_FALSE(is_loopback_http("http://127.0.0.2/"));
  EXPECT_FALSE(is_loopback_http("https://127.0.0.1"));
  EXPECT_FALSE(is_loopback_http("http://127.0.0.1@evil.test/"));
  EXPECT_FALSE(is_loopback_http("http://localhost.evil.test/"));
  EXPECT_FALSE(is_loopback_http("nothing"));
}

class TlsTest : public HttpClientTest {
 protected:
  TlsTest() : directory_(::testing::TempDir() + "latchkey-tls-XXXXXX") {
    if (::mkdtemp(directory_.data()) == nullptr) std::abort();
  }
  ~TlsTest() override {
    ::unlink(ca_file().c_str());
    ::rmdir(directory_.c_str());
  }
  std::string ca_file() const { return directory_ + "/ca.pem"; }

  // Calls a server with such a certificate, trusting exactly that one or, if told so, none of ours.
  Result<HttpResponse> call(const char* name, long ends_in_seconds, bool trusted) {
    const testing::PrivateKey key = testing::make_key();
    const testing::Certificate certificate =
        testing::make_certificate(key.get(), name, ends_in_seconds);
    testing::write_pem(ca_file(), certificate.get());
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls(SSL_CTX_new(TLS_server_method()),
                                                               SSL_CTX_free);
    SSL_CTX_use_certificate(tls.get(), certificate.get());
    SSL_CTX_use_PrivateKey(tls.get(), key.get());
    LoopbackServer server(kGood, tls.get());
    HttpRequest get = request(server.url());
    get.cleartext = Cleartext::kRefuse;
    if (trusted) get.ca_file = ca_file();
    auto response = client_->send(get);
    server.stop();
    // Nothing of the request may be on the wire before the certificate was verified.
    EXPECT_EQ(server.received().empty(), !response.has_value());
    return response;
  }

  std::string directory_;
};

TEST_F(TlsTest, TrustsTheConfiguredAuthority) {
  EXPECT_THAT(call("IP:127.0.0.1", 3600, true), IsOk());
}

TEST_F(TlsTest, RefusesASelfSignedCertificateL2) {
  EXPECT_THAT(call("IP:127.0.0.1", 3600, false), FailsWith(ErrorCode::kRefused));
}

TEST_F(TlsTest, RefusesAnExpiredCertificateL2) {
  EXPECT_THAT(call("IP:127.0.0.1", -3600, true), FailsWith(ErrorCode::kRefused));
}

TEST_F(TlsTest, RefusesACertificateOfAnotherNameL2) {
  EXPECT_THAT(call("DNS:other.test", 3600, true), FailsWith(ErrorCode::kRefused));
}

}  // namespace
}  // namespace latchkey::remote
