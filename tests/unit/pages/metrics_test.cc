// What /metrics says of providers and the directory; tests/webserver has the rest.
#include "latchkey/pages/metrics.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "latchkey/telemetry/metrics.h"
#include "support/results.h"

namespace latchkey::pages {
namespace {

using telemetry::CallResult;
using ::testing::HasSubstr;
using ::testing::Not;

class MetricsPageTest : public ::testing::Test {
 protected:
  MetricsPageTest() {
    config_.store.path = directory_ + "/state/latchkey.db";
    config_.metrics.allow = {"192.0.2.1"};
    config::Provider corporate;
    corporate.name = "corporate";
    corporate.membership = config::Verifier::kOidc;
    config::Provider github;
    github.name = "github";
    github.type = config::ProviderType::kGithub;
    config_.providers.push_back(std::move(corporate));
    config_.providers.push_back(std::move(github));
    store_ = std::make_unique<store::Store>(*store::Store::open(
        config_.store.path, config_.store.journal, store::Access::kCreate));
  }
  ~MetricsPageTest() override { std::filesystem::remove_all(directory_); }

  static std::string temporary() {
    std::string path = (std::filesystem::temp_directory_path() / "lk-figures-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    return path;
  }

  std::string shown() {
    PageRequest request;
    request.query.remote_address = "192.0.2.1";
    request.now = from_unix(1'795'300'000);
    return MetricsPage(config_, *store_).serve(request).answer.body;
  }

  telemetry::Metrics attach(const std::string& pool) {
    return *telemetry::Metrics::attach(telemetry::metrics_file(config_.store.path, pool));
  }

  void task(const std::string& name) {
    EXPECT_THAT(store_->tasks().take(name, "test", from_unix(1000), Seconds(10)), IsOk());
    EXPECT_THAT(store_->tasks().done(name, from_unix(1000), from_unix(2000)), IsOk());
  }

  const std::string directory_ = temporary();
  config::Config config_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(MetricsPageTest, TellsTheCallsToEachConfiguredProviderFromTheFirstLookOn) {
  EXPECT_THAT(shown(),
              HasSubstr(R"(provider_calls_total{provider="corporate",result="failed"} 0)"));
  telemetry::Metrics worker = attach("latchkey-responder");
  worker.counters().count_call("corporate", CallResult::kFailed);
  worker.counters().count_call("corporate", CallResult::kAnswered);
  worker.counters().count_call("corporate", CallResult::kFailed);
  worker.counters().count_call("removed", CallResult::kFailed);
  EXPECT_THAT(shown(),
              HasSubstr(R"(provider_calls_total{provider="corporate",result="failed"} 2)"));
  EXPECT_THAT(shown(),
              HasSubstr(R"(provider_calls_total{provider="corporate",result="answered"} 1)"));
  EXPECT_THAT(shown(), Not(HasSubstr("removed")));
  EXPECT_THAT(shown(), Not(HasSubstr("latchkey_directory_calls_total")));
}

TEST_F(MetricsPageTest, TellsTheQuestionsOfBothPoolsToTheDirectory) {
  config_.ldap.emplace();
  telemetry::Metrics worker = attach("latchkey-authorizer");
  worker.counters().count_call(telemetry::kDirectoryCalls, CallResult::kFailed);
  EXPECT_THAT(shown(),
              HasSubstr(R"(directory_calls_total{pool="authorizer",result="failed"} 1)"));
  EXPECT_THAT(shown(),
              HasSubstr(R"(directory_calls_total{pool="responder",result="failed"} 0)"));
}

TEST_F(MetricsPageTest, LeavesOutTasksThatNobodyDoesAnyMore) {
  for (const char* name : {"purge", "directory", "provider:corporate", "membership:corporate",
                           "provider:github", "membership:github", "provider:removed"}) {
    task(name);
  }
  const std::string text = shown();
  for (const char* name : {"purge", "provider:corporate", "membership:corporate"}) {
    EXPECT_THAT(text, HasSubstr("{task=\"" + std::string(name) + "\"} 1000"));
  }
  for (const char* name : {"directory", "provider:github", "membership:github",
                           "provider:removed"}) {
    EXPECT_THAT(text, Not(HasSubstr("task=\"" + std::string(name))));
  }
}

}  // namespace
}  // namespace latchkey::pages
