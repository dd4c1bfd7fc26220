#include "latchkey/remote/budgeted_client.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/results.h"

namespace latchkey::remote {
namespace {

using std::chrono::milliseconds;
using namespace std::literals;

// Answers after some time of a clock that the test moves.
class SlowClient final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    deadlines.push_back(request.deadline);
    now += std::min(takes, request.deadline);
    asked = request.url + ' ' + std::string(request.bearer.reveal()) + ' ' +
            std::string(request.form.reveal()) + ' ' + request.accept + ' ' + request.ca_file;
    if (request.client) asked += ' ' + request.client->id;
    if (request.client) asked += ' ' + std::string(request.client->secret.reveal());
    if (takes > request.deadline) return fail(ErrorCode::kRefused, "Timeout was reached");
    return HttpResponse{.status = 200, .content_type = {}, .body = {}};
  }

  CallBudget::Time now{};
  milliseconds takes{0};
  std::vector<milliseconds> deadlines;
  std::string asked;
};

class BudgetedClientTest : public ::testing::Test {
 protected:
  static HttpRequest request() {
    HttpRequest out;
    out.method = Method::kPost;
    out.url = "https://idp.test/token";
    out.client = {"rp", SecretString("secret"sv)};
    out.bearer = SecretString("bearer"sv);
    out.form = SecretString("form"sv);
    out.accept = "text/x";
    out.cleartext = Cleartext::kLoopbackOnly;
    out.ca_file = "ca.pem";
    return out;
  }

  SlowClient slow_;
  CallBudget budget_{milliseconds(20'000), [this] { return slow_.now; }};
  BudgetedClient client_{slow_, budget_};
};

TEST_F(BudgetedClientTest, LeavesEachCallWhatTheCallsBeforeItHaveLeft) {
  slow_.takes = milliseconds(9'500);
  EXPECT_THAT(client_.send(request()), IsOk());
  EXPECT_THAT(client_.send(request()), IsOk());
  EXPECT_THAT(client_.send(request()), FailsWith(ErrorCode::kRefused));
  EXPECT_EQ(slow_.deadlines, (std::vector{milliseconds(10'000), milliseconds(10'000),
                                          milliseconds(1'000)}));
}

TEST_F(BudgetedClientTest, SendsNothingWhenNoTimeIsLeftUntilTheNextRequestBegins) {
  slow_.now += milliseconds(20'000);
  EXPECT_THAT(client_.send(request()), FailsWith(ErrorCode::kRefused));
  EXPECT_TRUE(slow_.deadlines.empty());
  budget_.begin();
  EXPECT_THAT(client_.send(request()), IsOk());
}

TEST_F(BudgetedClientTest, ChangesNothingButTheDeadline) {
  EXPECT_THAT(client_.send(request()), IsOk());
  const std::string whole = slow_.asked;
  slow_.now += milliseconds(19'000);
  EXPECT_THAT(client_.send(request()), IsOk());
  EXPECT_EQ(slow_.asked, whole);
  EXPECT_EQ(slow_.deadlines.back(), milliseconds(1'000));
}

}  // namespace
}  // namespace latchkey::remote
