#include "latchkey/role/responder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "latchkey/pages/health.h"
#include "unit/pages/signed_in_site.h"

namespace latchkey::role {
namespace {

// One request for a page, as a web server hands it on.
class Asked final : public fcgi::Exchange {
 public:
  Asked(const std::string& path, const std::string& host, const std::string& method)
      : params_(fcgi::Params::of({{"REQUEST_METHOD", method},
                                  {"REQUEST_URI", path},
                                  {"REQUEST_SCHEME", "http"},
                                  {"HTTP_HOST", host},
                                  {"REMOTE_ADDR", "192.0.2.7"}})) {}
  const fcgi::Params& params() const override { return params_; }
  fcgi::Role role() const override { return fcgi::Role::kResponder; }
  model::Transport transport() const override { return model::Transport::kUnixSocket; }
  Result<std::string> read_body(std::size_t) override { return std::string(); }
  Outcome reply(const model::Answer& answer) override {
    status = answer.status;
    return {};
  }

  int status = 0;

 private:
  fcgi::Params params_;
};

class ResponderTest : public pages::SiteTest {
 protected:
  // Without keys, which take long to make: no probe needs one to be let through to its page.
  static void SetUpTestSuite() {
    std::string path = (std::filesystem::temp_directory_path() / "lk-responder-XXXXXX").string();
    root_ = ::mkdtemp(path.data());
  }

  int ask(const std::string& path, const std::string& host, const std::string& method = "GET") {
    Responder responder(config_, hosts_,
                        {{"/healthz", pages::Below::kNo, {"GET"}, &page_},
                         {"/readyz", pages::Below::kNo, {"GET"}, &page_},
                         {"/whoami", pages::Below::kNo, {"GET"}, &page_}},
                        resolver_, clock_, log_);
    Asked asked(path, host, method);
    responder.serve(asked);
    return asked.status;
  }

  ManualClock clock_{now_};
  pages::HealthzPage page_;
};

TEST_F(ResponderTest, AnswersAProbeWhateverHostItNamesAndIfItNamesNone) {
  for (const char* const path : {"/healthz", "/readyz"}) {
    for (const char* const host : {"sso.example", "10.0.0.1", "evil.test", "", "no host at all"}) {
      EXPECT_EQ(ask(path, host), 200) << path << " at " << host;
    }
  }
}

TEST_F(ResponderTest, AnswersNothingElseWithoutAHostOfOurs) {
  for (const char* const host : {"10.0.0.1", "evil.test", "", "no host at all"}) {
    EXPECT_EQ(ask("/whoami", host), 400) << host;
    EXPECT_EQ(ask("/nowhere", host), 400) << host;
  }
}

TEST_F(ResponderTest, RefusesAProbeForAnyOtherFault) {
  EXPECT_EQ(ask("/healthz", "", "no method"), 400);
  EXPECT_EQ(ask("/healthz", "", "POST"), 405);
  EXPECT_EQ(ask("http://other.test/healthz", "sso.example"), 400);
}

}  // namespace
}  // namespace latchkey::role
