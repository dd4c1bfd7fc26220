// What the command says of people and does to them, in an installation of its own: who was lost,
// who is removed.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "latchkey/store/store.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/time.h"
#include "command_run.h"
#include "support/actor.h"
#include "support/results.h"

namespace latchkey::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOldKey =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAv3RB4WkKBBLEBmRi0FAw"
    "CMn6bk+pLKJOgbXZaGSzMmm4KgEfybLxuJ5e97OlMVO6wIsePYQ5a+LcrBHd1dZd"
    "RDoyz7UQmdQqSPHTEkCntaD2PE5tNSxkp6ttQW8O4WGMsyEr8ZT6Gi2azEFEEHN1"
    "lwt1pkmOcs4/lLH0WX/YnICaeA+Vn8QYxg/YKUKQgK3iEykZ4v9JtejNmCkzNjBF"
    "pAIqa3TKzu8ulKdiTiYK5rMQWpP3G+sAFiwgvR8mTtsTjPYRxmXRZrDJUGtoUd6R"
    "M9AXT4XT1gDITg2I61XyhNitA7bnyMDa0eZ1ucWau01gRPSFiLY0Fr6DoD73HtRl"
    "KwIDAQAB";

// Keys take a second to make: one installation for all tests, each with people of its own.
class People : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fresh_directory();
    const CommandRun made = admin({"init", "--user", "anna"});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(root_); }

  static CommandRun admin(const std::vector<std::string>& words, const std::string& input = {},
                   const std::string& file = "latchkey.toml") {
    std::vector<std::string> all{"--config", root_ + "/" + file};
    all.insert(all.end(), words.begin(), words.end());
    return run_in(all, input);
  }

  static wire::Json json_of(const CommandRun& ran) {
    Result<wire::Json> json = wire::Json::parse(ran.out, 1'000'000);
    EXPECT_THAT(json, IsOk()) << ran.out << ran.err;
    return *json;
  }

  static store::Store store() {
    return *store::Store::open(root_ + "/state/latchkey.db", config::Journal::kWal,
                               store::Access::kReadWrite);
  }

  // Somebody of a provider who has signed in.
  static model::Account person(store::Store& store, const std::string& name) {
    SystemRandom random;
    model::Profile profile;
    profile.user_name = name;
    return *store.accounts().sign_in("corporate", "https://id.example.com", name, profile, kNow,
                                     random);
  }

  // The provider says that they are gone; after that it is asked no more.
  static model::Account lost(store::Store& store, const std::string& name) {
    const model::Account account = person(store, name);
    store::Memberships& members = store.memberships();
    EXPECT_THAT(members.signed_in(account.id, "corporate", "sealed",
                                  {.now = kNow, .due = kNow, .until = kNow + Seconds(3900)}),
                IsOk());
    EXPECT_THAT(members.lose({account.id, members.find(account.id)->generation}, kNow,
                             store::Ends::kEverything, "not in a group"),
                IsOk());
    EXPECT_THAT(members.settle("corporate", kNow, std::nullopt), IsOk());
    return account;
  }

  static inline const TimePoint kNow =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  static inline std::string root_;
};

TEST_F(People, WhoWasLostMustSignInAgainThoughNobodyAsksAnyMore) {
  store::Store kept = store();
  lost(kept, "bob");
  const std::string sentence =
      "bob must sign in again since " + wire::rfc3339(kNow) + ": not in a group";

  const wire::Json shown = json_of(admin({"user", "show", "bob", "--json"}));
  EXPECT_EQ(*shown.string("membership"), "lost");
  EXPECT_EQ(*shown.string("last_answer"), "not in a group");
  EXPECT_EQ(*shown.string("standing"), sentence);

  const wire::Json told = json_of(admin({"explain", "--user", "bob", "--path", "/x", "--json"}));
  EXPECT_FALSE(*told.boolean("allowed"));
  EXPECT_EQ(*told.string("reason"), "membership_unconfirmed");
  EXPECT_EQ(*told.string("why"), sentence);

  const CommandRun issued = admin({"credential", "issue", "--user", "bob"});
  EXPECT_EQ(issued.status, 1);
  EXPECT_THAT(issued.err, HasSubstr(sentence));
  EXPECT_EQ(issued.out, "");

  const CommandRun asked = admin({"user", "refresh", "bob"});
  EXPECT_THAT(asked.out, HasSubstr("bob: no longer a member; what they held has ended: must sign "
                                   "in again since " + wire::rfc3339(kNow)));
}

TEST_F(People, WhoSignsInAgainIsGood) {
  store::Store kept = store();
  lost(kept, "carol");
  const model::Account carol = person(kept, "carol");
  ASSERT_THAT(kept.memberships().signed_in_for_good(carol.id), IsOk());
  EXPECT_EQ(*json_of(admin({"user", "show", "carol", "--json"})).string("standing"), "good");
  EXPECT_EQ(admin({"credential", "issue", "--user", "carol"}).status, 0);
}

TEST_F(People, WhoWasLostGetsCredentialsWhereThoseOutliveAMembership) {
  std::ifstream good(root_ + "/latchkey.toml");
  std::ofstream(root_ + "/outliving.toml") << good.rdbuf() << "\n[membership]\ncredentials = false\n";
  store::Store kept = store();
  lost(kept, "dora");
  const CommandRun issued = admin({"credential", "issue", "--user", "dora", "--json"}, "", "outliving.toml");
  ASSERT_EQ(issued.status, 0) << issued.err;
  const wire::Json told =
      json_of(admin({"explain", "--token", "-", "--path", "/x", "--json"},
                    *json_of(issued).string("password"), "outliving.toml"));
  EXPECT_TRUE(*told.boolean("allowed"));
}

TEST_F(People, ExplainTellsInWordsWhyACredentialIsRefused) {
  const wire::Json issued = json_of(admin({"credential", "issue", "--user", "anna", "--json"}));
  const auto why = [&] {
    const CommandRun told = admin({"explain", "--token", "-", "--path", "/x", "--json"},
                           *issued.string("password"));
    return *json_of(told).string("why");
  };
  ASSERT_EQ(admin({"credential", "revoke", *issued.string("id")}).status, 0);
  EXPECT_THAT(why(), HasSubstr("it was revoked"));
  ASSERT_EQ(admin({"user", "disable", "anna"}).status, 0);
  EXPECT_EQ(why(), "anna is disabled");
  const CommandRun rotated = admin({"credential", "rotate", *issued.string("id")});
  EXPECT_EQ(rotated.status, 1);
  EXPECT_THAT(rotated.err, HasSubstr("anna is disabled"));
  ASSERT_EQ(admin({"user", "enable", "anna"}).status, 0);
}

TEST_F(People, AreRemovedWithAllTheyHoldAndOnlyWhenSaidSo) {
  store::Store kept = store();
  const model::Account erin = person(kept, "erin");
  const CommandRun issued = admin({"credential", "issue", "--user", "erin", "--json"});
  ASSERT_EQ(issued.status, 0) << issued.err;
  const wire::Json credential = json_of(issued);

  const CommandRun unsure = admin({"user", "remove", "erin"});
  EXPECT_EQ(unsure.status, 64);
  EXPECT_THAT(unsure.err, HasSubstr("erin (corporate) would be removed for good, with 0 sessions "
                                    "and 1 credential; say so with --yes"));
  EXPECT_THAT(kept.accounts().find(erin.id), IsOk());

  const CommandRun sure = admin({"user", "remove", erin.id.text(), "--yes"});
  EXPECT_EQ(sure.status, 0) << sure.err;
  EXPECT_EQ(sure.out, "erin: removed, with 0 sessions and 1 credential; the name is free\n");
  // This connection has read the account before: it sees the change of the other one.
  EXPECT_THAT(kept.accounts().find(erin.id), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(kept.credentials().presented(CredentialId(*credential.string("id"))),
              FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(admin({"audit", "list", "--user", "erin"}).out, HasSubstr("user_removed"));
  EXPECT_NE(person(kept, "erin").id, erin.id);
  EXPECT_EQ(admin({"user", "remove", "nobody", "--yes"}).status, 1);
}

// Such tokens have no record: once the account is gone, nothing says that theirs have ended.
TEST_F(People, AreNotRemovedWhileAnOldTokenWouldCountForTheirName) {
  store::Store kept = store();
  person(kept, "heidi");
  std::ifstream good(root_ + "/latchkey.toml");
  const std::string text{std::istreambuf_iterator<char>(good), {}};
  std::ofstream(root_ + "/old.pem") << "-----BEGIN PUBLIC KEY-----\n" << kOldKey
                                    << "\n-----END PUBLIC KEY-----\n";
  const auto remove = [&](const std::string& until, const std::string& denied) {
    std::ofstream(root_ + "/legacy.toml")
        << text << "\n[legacy]\npublic_key_file = \"old.pem\"\nuntil = \"" << until
        << "\"\naudiences = [\"nexus-proxy\"]\ndenied_users = [" << denied << "]\n";
    return admin({"user", "remove", "heidi", "--yes"}, "", "legacy.toml");
  };
  const CommandRun refused = remove("2099-01-01", "\"ivan\"");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("write \"heidi\" into denied_users of [legacy] first"));
  EXPECT_EQ(remove("2099-01-01", "\"heidi\"").status, 0);
  person(kept, "heidi");
  EXPECT_EQ(remove("2001-01-01", "").status, 0);
}

TEST_F(People, AreNotRemovedWhileMachinesAreTheirs) {
  store::Store kept = store();
  person(kept, "frank");
  person(kept, "grace");
  ASSERT_EQ(admin({"user", "create-machine", "bot-1", "--owner", "frank"}).status, 0);
  ASSERT_EQ(admin({"user", "create-machine", "bot-2", "--owner", "frank"}).status, 0);
  const CommandRun refused = admin({"user", "remove", "frank", "--yes"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("owns the machine users bot-1, bot-2: give each"));
  ASSERT_EQ(admin({"user", "assign", "bot-1", "--owner", "grace"}).status, 0);
  EXPECT_EQ(admin({"user", "remove", "bot-2", "--yes"}).status, 0);
  EXPECT_EQ(admin({"user", "remove", "frank", "--yes"}).status, 0);
  EXPECT_THAT(admin({"user", "show", "bot-1"}).out, HasSubstr("state: enabled"));
}

TEST_F(People, AnswerForMachinesOnlyWhileTheyAreSomebodyHere) {
  store::Store kept = store();
  person(kept, "ivan");
  lost(kept, "judy");
  ASSERT_EQ(admin({"user", "create-machine", "bot-3", "--owner", "ivan"}).status, 0);
  const CommandRun lost_one = admin({"user", "assign", "bot-3", "--owner", "judy"});
  EXPECT_EQ(lost_one.status, 1);
  EXPECT_THAT(lost_one.err, HasSubstr("--owner judy: judy must sign in again since"));

  // The users file has dropped a name, and no request has noticed yet.
  crypto::Digest digest{};
  SystemRandom random;
  model::Profile profile;
  profile.user_name = "karl";
  ASSERT_THAT(kept.accounts().sign_in_local(profile, digest, kNow, random), IsOk());
  for (const char* const verb : {"assign", "create-machine"}) {
    const CommandRun gone = admin({"user", verb, "bot-3", "--owner", "karl"});
    EXPECT_EQ(gone.status, 1) << verb;
    EXPECT_THAT(gone.err, HasSubstr("--owner karl: karl is not in the users file any more"));
  }
  const CommandRun issued = admin({"credential", "issue", "--user", "karl"});
  EXPECT_EQ(issued.status, 1) << issued.out;
}

}  // namespace
}  // namespace latchkey::admin
