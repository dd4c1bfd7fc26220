#include "latchkey/role/web_root_guard.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace latchkey::role {
namespace {

namespace fs = std::filesystem;

// Counts what it is asked.
class Behind final : public fcgi::Service {
 public:
  explicit Behind(int& served, int& followed) : served_(served), followed_(followed) {}
  void serve(fcgi::Exchange& exchange) override {
    ++served_;
    model::Answer answer;
    answer.status = 200;
    static_cast<void>(exchange.reply(answer));
  }
  void after_reply() override { ++followed_; }

 private:
  int& served_;
  int& followed_;
};

class Asked final : public fcgi::Exchange {
 public:
  Asked(model::Transport transport, const std::string& root, const std::string& context)
      : params_(fcgi::Params::of({{"DOCUMENT_ROOT", root}, {"CONTEXT_DOCUMENT_ROOT", context}})),
        transport_(transport) {}
  const fcgi::Params& params() const override { return params_; }
  fcgi::Role role() const override { return fcgi::Role::kAuthorizer; }
  model::Transport transport() const override { return transport_; }
  Result<std::string> read_body(std::size_t) override { return std::string(); }
  Outcome reply(const model::Answer& answer) override {
    status = answer.status;
    body = answer.body;
    return {};
  }

  int status = 0;
  std::string body;

 private:
  fcgi::Params params_;
  model::Transport transport_;
};

class Guard : public ::testing::Test {
 protected:
  Guard() {
    std::string name = (fs::temp_directory_path() / "latchkey-guard-XXXXXX").string();
    home_ = ::mkdtemp(name.data());
    for (const char* const part : {"www", "www/private", "state"}) fs::create_directory(at(part));
    config_.file = at("latchkey.toml");
    config_.credential.key_directory = at("state/keys");
    config_.store.path = at("state/latchkey.db");
  }
  ~Guard() override { fs::remove_all(home_); }

  std::string at(const std::string& name) const { return home_ + "/" + name; }

  void put_up() {
    guard_ = std::make_unique<WebRootGuard>(config_, log_,
                                            std::make_unique<Behind>(served_, followed_));
  }
  int ask(model::Transport transport, const std::string& root, const std::string& context = "") {
    if (!guard_) put_up();
    Asked asked(transport, root, context);
    guard_->serve(asked);
    guard_->after_reply();
    body_ = asked.body;
    return asked.status;
  }

  std::string home_;
  config::Config config_;
  std::string logged_;
  SystemClock clock_;
  telemetry::Log log_ = telemetry::Log::to_string(logged_, clock_);
  int served_ = 0;
  int followed_ = 0;
  std::unique_ptr<WebRootGuard> guard_;
  std::string body_;
};

constexpr auto kSpawned = std::to_array({model::Transport::kCgi, model::Transport::kInherited,
                                          model::Transport::kInheritedTcp});

TEST_F(Guard, LetsAServerAskWhoseRootHoldsNothingOfOurs) {
  for (const model::Transport transport : kSpawned) {
    EXPECT_EQ(ask(transport, at("www"), at("www")), 200);
  }
  EXPECT_EQ(served_, 3);
  EXPECT_EQ(followed_, 3);
  EXPECT_EQ(logged_, "");
}

TEST_F(Guard, RefusesWhileAPrivateFileIsServedC17) {
  config_.store.path = at("www/private/latchkey.db");
  for (const model::Transport transport : kSpawned) {
    EXPECT_EQ(ask(transport, at("www")), 503);
    EXPECT_EQ(ask(transport, at("nothing"), at("www")), 503);
  }
  EXPECT_EQ(served_, 0);
  EXPECT_EQ(followed_, 0);
  EXPECT_NE(logged_.find("store.url"), std::string::npos) << logged_;
  EXPECT_NE(logged_.find(at("www/private/latchkey.db")), std::string::npos) << logged_;
}

TEST_F(Guard, TellsTheClientNothingOfWhatIsServedC17) {
  config_.store.path = at("www/private/latchkey.db");
  ask(model::Transport::kCgi, at("www"));
  EXPECT_EQ(body_.find("private"), std::string::npos);
  EXPECT_EQ(body_.find(home_), std::string::npos);
}

TEST_F(Guard, LooksAgainWhenAnotherSiteIsAskedC17) {
  EXPECT_EQ(ask(model::Transport::kInherited, at("www")), 200);
  EXPECT_EQ(ask(model::Transport::kInherited, home_), 503);
  EXPECT_EQ(ask(model::Transport::kInherited, at("www")), 200);
}

TEST_F(Guard, RecoversWhenTheFileIsGoneC17) {
  fs::create_directory_symlink("www/private", at("data"));
  config_.store.path = at("data/latchkey.db");
  EXPECT_EQ(ask(model::Transport::kInherited, at("www")), 503);
  fs::remove(at("data"));
  fs::create_directory(at("data"));
  EXPECT_EQ(ask(model::Transport::kInherited, at("www")), 200);
}

TEST_F(Guard, AsksNoPoolThatWasStartedByItself) {
  config_.store.path = at("www/latchkey.db");
  EXPECT_EQ(ask(model::Transport::kUnixSocket, "/"), 200);
  EXPECT_EQ(ask(model::Transport::kTcp, at("www")), 200);
}

}  // namespace
}  // namespace latchkey::role
