// A whole small installation in a directory of its own: keys, store, two people with sessions.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/pages/credentials.h"
#include "latchkey/pages/parts.h"
#include "latchkey/telemetry/log.h"
#include "support/actor.h"
#include "support/results.h"

namespace latchkey::pages {

class SiteTest : public ::testing::Test {
 protected:
  struct Person {
    model::Account account;
    std::string cookie;  // the value of a live session's cookie
  };

  // Keys take a second to make, so that all tests of a suite share one directory.
  static void SetUpTestSuite() {
    std::string path = (std::filesystem::temp_directory_path() / "lk-pages-XXXXXX").string();
    root_ = ::mkdtemp(path.data());
    SystemRandom random;
    ASSERT_THAT(crypto::KeyDirectory::create(root_ + "/keys", random), IsOk());
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(root_); }

  SiteTest()
      : config_(configuration()),
        hosts_(config_),
        store_(*store::Store::open(config_.store.path, config_.store.journal,
                                   store::Access::kCreate)),
        resolver_(config_, store_, gate_, random_, log_),
        anna_(person("anna")),
        eve_(person("eve")) {}
  ~SiteTest() override { std::filesystem::remove_all(root_ + "/state"); }

  static config::Config configuration() {
    config::Config config;
    config.site.url = "https://sso.example";
    config.site.https = true;
    config.site.title = "The Site";
    config.site.hosts = {{"sso.example", std::nullopt}, {"docker.example", std::nullopt}};
    config.hosts = {{"docker.example", false, true}};
    config.store.path = root_ + "/state/latchkey.db";
    config.credential.key_directory = root_ + "/keys";
    config.credential.per_user_max = 5;
    config.rules.push_back({.hosts = {},
                            .paths = {},
                            .methods = {},
                            .who = config::Who::kAuthenticated,
                            .users = {},
                            .groups = {},
                            .mails = {},
                            .mail_domains = {},
                            .membership_age = std::nullopt,
                            .line = 0});
    return config;
  }

  Person person(const std::string& name) {
    model::Profile profile;
    profile.user_name = name;
    profile.display_name = "Person " + name;
    profile.mail = name + "@sso.example";
    profile.groups = {"developers", "a<b>"};
    Person made;
    made.account =
        *store_.accounts().sign_in("corp", "https://idp.example", name, profile, now_, random_);
    made.cookie = crypto::random_token(random_);
    model::Session session;
    session.id = make_uuid_v7(now_, random_);
    session.account = made.account.id;
    session.epoch = made.account.session_epoch;
    session.provider = "corp";
    session.created = session.last_seen = now_;
    session.idle_end = now_ + std::chrono::hours(8);
    session.absolute_end = now_ + std::chrono::days(7);
    EXPECT_THAT(store_.sessions().create(session, crypto::sha256(made.cookie), "state-" + name,
                                         now_ + Seconds(600)),
                IsOk());
    return made;
  }

  // A request as a script with that person's cookie sends it; nobody's for an empty cookie.
  PageRequest request(const std::string& method, const std::string& below,
                      const std::string& cookie) const {
    PageRequest made;
    made.query.request.scheme = model::Scheme::kHttps;
    made.query.request.host = "sso.example";
    made.query.request.method = method;
    made.query.request.path = "/cli/credentials" + below;
    made.query.request.target = made.query.request.path;
    made.query.remote_address = "192.0.2.1";
    if (!cookie.empty()) made.query.cookies = "__Host-latchkey=" + cookie;
    made.origin = "https://sso.example";
    made.below = below;
    made.now = now_;
    return made;
  }

  Parts parts() { return {config_, hosts_, store_, resolver_, random_}; }

  std::size_t records_of(const Person& who) {
    return store_.credentials().list(who.account.id, CredentialId())->size();
  }

  static std::string header(const model::Answer& answer, std::string_view name) {
    std::string value;
    for (const model::Header& field : answer.headers) {
      if (field.name == name) value += field.value.text();
    }
    return value;
  }

  static inline std::string root_;
  TimePoint now_ = from_unix(1'795'300'000);
  SystemRandom random_;
  telemetry::Log log_ = telemetry::Log::null();
  OpenSlowGate gate_;
  config::Config config_;
  config::Hosts hosts_;
  store::Store store_;
  identity::Resolver resolver_;
  Person anna_;
  Person eve_;
};

}  // namespace latchkey::pages
