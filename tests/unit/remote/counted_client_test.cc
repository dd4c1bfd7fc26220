#include "latchkey/remote/counted_client.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "latchkey/telemetry/metrics.h"
#include "support/results.h"

namespace latchkey::remote {
namespace {

using telemetry::CallCounts;

class Answering final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest&) override { return answer; }
  Result<HttpResponse> answer = HttpResponse{};
};

class CountedClientTest : public ::testing::Test {
 protected:
  CountedClientTest() { EXPECT_NE(::mkdtemp(directory_.data()), nullptr); }
  ~CountedClientTest() override { std::filesystem::remove_all(directory_); }

  void send(Result<HttpResponse> answer, const std::string& to = "corporate") {
    inner_.answer = std::move(answer);
    HttpRequest request;
    request.to = to;
    static_cast<void>(client_.send(request));
  }
  void status(int status) { send(HttpResponse{.status = status, .content_type = {}, .body = {}}); }

  CallCounts counts() {
    auto figures = telemetry::PoolFigures::read(directory_ + "/figures");
    return figures ? figures->calls["corporate"] : CallCounts{};
  }

  std::string directory_ =
      (std::filesystem::temp_directory_path() / "lk-counted-XXXXXX").string();
  telemetry::Log log_ = telemetry::Log::null();
  Answering inner_;
  CountedClient client_{inner_, log_};
};

TEST_F(CountedClientTest, TellsAnswersFromFailuresAndFromCallsThatWereNotMade) {
  auto metrics = telemetry::Metrics::attach(directory_ + "/figures");
  ASSERT_THAT(metrics, IsOk());
  log_.count_in(&metrics->counters());
  for (const int answered : {200, 302, 400, 401, 403, 404}) status(answered);
  for (const int failed : {429, 500, 503}) status(failed);
  send(fail(ErrorCode::kRefused, "Timeout was reached"));
  send(fail(ErrorCode::kUnavailable, "too many workers wait for a provider already"));
  send(HttpResponse{}, "");
  EXPECT_EQ(counts(), (CallCounts{6, 4, 1}));
}

TEST_F(CountedClientTest, PassesTheAnswerOnWhereNothingIsCounted) {
  inner_.answer = HttpResponse{.status = 204, .content_type = {}, .body = {}};
  HttpRequest request;
  request.to = "corporate";
  EXPECT_EQ(client_.send(request)->status, 204);
}

}  // namespace
}  // namespace latchkey::remote
