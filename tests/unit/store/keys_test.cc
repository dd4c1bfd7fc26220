// What the store says when keys change: the rows, the credentials that end, and the files, together.
#include "latchkey/store/keys.h"

#include <fcntl.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "latchkey/base/handle.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

using crypto::KeyEvent;
using crypto::KeyNews;
using crypto::KeyUse;
using testing::ElementsAre;
using testing::IsEmpty;

KeyNews news_of(KeyEvent event, const std::string& id, KeyUse use = KeyUse::kCredentials) {
  return {.event = event, .use = use, .id = KeyId(id)};
}

class KeyRecords : public testing::Test {
 protected:
  KeyRecords() : directory_fd_(::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY)) {}

  Result<std::int64_t> change(const std::vector<KeyNews>& news) {
    crypto::KeyFiles files(directory_fd_);
    files.write("changed", "x", 0644);
    return store_.keys().change(kNow, kSomebody, news, files);
  }
  bool changed() const { return std::filesystem::exists(directory_.file("changed")); }

  void issue(const std::string& id, const std::string& key, Seconds lifetime = Seconds(86400)) {
    model::IssuedCredential credential = credential_of(alice_, id);
    credential.key = KeyId(key);
    credential.expires = kNow + lifetime;
    ASSERT_THAT(store_.credentials().issue(credential, kPlenty, kSomebody), IsOk());
  }
  void issue_short(const std::string& id) {
    ASSERT_THAT(store_.credentials().issue(credential_of(alice_, id), kPlenty, kSomebody,
                                           hash_of(id)),
                IsOk());
  }
  bool revoked(const std::string& id) {
    return store_.credentials().presented(CredentialId(id))->revoked;
  }

  // Action, actor, object and detail of what was told of keys.
  std::vector<std::string> told() {
    std::vector<std::string> rows;
    const auto all = store_.audit().list({}, 0, kListRowsMax);
    for (const AuditRow& row : *all) {
      if (!row.action.starts_with("key_")) continue;
      rows.push_back(row.action + " " + row.actor + " " + row.object + " " + row.detail);
    }
    return rows;
  }

  void run(const char* sql) {
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open(directory_.file("store.db").c_str(), &opened), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(opened, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close_v2(opened);
  }

  TemporaryDirectory directory_;
  UniqueFd directory_fd_;
  Store store_ = create(directory_.file("store.db"), config::Journal::kDelete);
  model::Account alice_ = person(store_, "alice");
  const std::string me_ = kSomebody.who;
};

TEST_F(KeyRecords, ARetiredOneEndsWhatItSignedAndNothingElse) {
  issue("c1", "k1");
  issue("c2", "k2");
  issue("c3", "");
  issue_short("c4");
  issue("c5", "k1", Seconds(0));
  EXPECT_EQ(change({news_of(KeyEvent::kRetired, "k1")}), 1);
  EXPECT_TRUE(revoked("c1"));
  for (const char* id : {"c2", "c3", "c4"}) EXPECT_FALSE(revoked(id)) << id;
  EXPECT_FALSE(revoked("c5")) << "which had expired before";
  EXPECT_TRUE(changed());
  EXPECT_THAT(told(), ElementsAre("key_removed " + me_ + R"( k1 {"credentials_revoked":1})"));
}

TEST_F(KeyRecords, ADroppedOneEndsThoseTooOfWhichNobodyKnowsTheKey) {
  issue("c1", "k1");
  issue("c2", "k2");
  issue("c3", "");
  issue_short("c4");
  EXPECT_EQ(change({news_of(KeyEvent::kDropped, "k1"), news_of(KeyEvent::kAdded, "k3")}), 2);
  EXPECT_TRUE(revoked("c1"));
  EXPECT_FALSE(revoked("c2"));
  EXPECT_TRUE(revoked("c3"));
  EXPECT_FALSE(revoked("c4"));
  EXPECT_THAT(told(), ElementsAre("key_removed " + me_ + R"( k1 {"credentials_revoked":2})",
                                  "key_added " + me_ + " k3 {}"));
}

TEST_F(KeyRecords, WhatAKeySignedNoLongerCountsWhenItIsDropped) {
  issue("c1", "k1");
  EXPECT_THAT(store_.credentials().issue(credential_of(alice_, "c2"), 1, kSomebody),
              FailsWith(ErrorCode::kConflict));
  ASSERT_EQ(change({news_of(KeyEvent::kDropped, "k1")}), 1);
  EXPECT_THAT(store_.credentials().issue(credential_of(alice_, "c2"), 1, kSomebody), IsOk());
}

TEST_F(KeyRecords, OfRegistriesEndNoCredential) {
  issue("c1", "k1");
  EXPECT_EQ(change({news_of(KeyEvent::kRetired, "k1", KeyUse::kRegistries)}), 0);
  EXPECT_FALSE(revoked("c1"));
  EXPECT_THAT(told(), ElementsAre("key_removed " + me_ + R"( k1 {"signs":"docker tokens"})"));
}

TEST_F(KeyRecords, AreNotChangedWhenTheLogCannotTell) {
  issue("c1", "k1");
  run("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END");
  EXPECT_FALSE(change({news_of(KeyEvent::kDropped, "k1")}).has_value());
  EXPECT_FALSE(changed());
  EXPECT_FALSE(revoked("c1"));
}

TEST_F(KeyRecords, AreNotToldOfWhenTheFilesCannotBeChanged) {
  issue("c1", "k1");
  std::filesystem::create_directory(directory_.file("changed"));
  EXPECT_FALSE(change({news_of(KeyEvent::kDropped, "k1")}).has_value());
  EXPECT_FALSE(revoked("c1"));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(KeyRecords, AreAsBeforeWhenTheLastStepFails) {
  issue("c1", "k1");
  {
    // With a rollback journal a reader holds up nothing but the commit.
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open(directory_.file("store.db").c_str(), &opened), SQLITE_OK);
    const Handle<sqlite3, sqlite3_close_v2> reader(opened);
    ASSERT_EQ(sqlite3_exec(opened, "BEGIN; SELECT count(*) FROM account", nullptr, nullptr, nullptr),
              SQLITE_OK);
    EXPECT_THAT(change({news_of(KeyEvent::kDropped, "k1")}), FailsWith(ErrorCode::kUnavailable));
  }
  EXPECT_FALSE(changed());
  EXPECT_FALSE(revoked("c1"));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(KeyRecords, ThePlannedOneForRegistriesIsToldOfOnceWhenItSigns) {
  const auto signs = [this](const std::string& id) {
    ASSERT_THAT(change({news_of(KeyEvent::kSigns, id, KeyUse::kRegistries)}), IsOk());
  };
  KeyNews at_once = news_of(KeyEvent::kAdded, "r1", KeyUse::kRegistries);
  at_once.signs_from = kNow;
  KeyNews planned = news_of(KeyEvent::kAdded, "r2", KeyUse::kRegistries);
  planned.signs_from = kNow + Seconds(60);
  ASSERT_THAT(change({at_once}), IsOk());
  std::filesystem::remove(directory_.file("changed"));
  ASSERT_THAT(change({planned}), IsOk());
  for (const char* id : {"r1", "r2", "r2", "r1"}) signs(id);
  EXPECT_THAT(told(),
              ElementsAre("key_added " + me_ + R"( r1 {"signs":"docker tokens"})",
                          "key_added " + me_ +
                              R"( r2 {"signs":"docker tokens","signs_from":"2027-01-15T08:01:00Z"})",
                          R"(key_activated latchkey r2 {"signs":"docker tokens"})",
                          R"(key_activated latchkey r1 {"signs":"docker tokens"})"));
}

TEST_F(KeyRecords, ALostOneEndsWhatADroppedOneEndsIfItSignedAnything) {
  issue("c1", "k1");
  issue("c2", "");
  issue("c3", "k2");
  EXPECT_EQ(store_.keys().end_of_lost(KeyId("k9"), kNow, kSomebody), 0);
  EXPECT_FALSE(revoked("c2"));
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(store_.keys().end_of_lost(KeyId("k1"), kNow, kSomebody), 2);
  EXPECT_TRUE(revoked("c1"));
  EXPECT_TRUE(revoked("c2"));
  EXPECT_FALSE(revoked("c3"));
  EXPECT_THAT(told(), ElementsAre("key_removed " + me_ + R"( k1 {"credentials_revoked":2})"));
}

}  // namespace
}  // namespace latchkey::store
