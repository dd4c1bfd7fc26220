// What the directory says of accounts: which facts count, what a loss ends, and old stores.
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "latchkey/base/handle.h"
#include "store/sql.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

using model::DirectoryAnswer;
using model::Groups;
using model::Standing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

DirectoryAnswer known(std::vector<std::string> groups, std::string id = "uuid-1") {
  DirectoryAnswer answer;
  answer.standing = Standing::kKnown;
  answer.unique_id = std::move(id);
  answer.facts.groups = std::move(groups);
  answer.checked = kNow;
  answer.until = kNow + Seconds(900);
  return answer;
}

DirectoryAnswer absent(Standing standing) {
  DirectoryAnswer answer = known({}, "");
  answer.standing = standing;
  return answer;
}

class DirectoryFacts : public ::testing::Test {
 protected:
  model::Account sign_in(const DirectoryAnswer* answer) {
    auto account = store_.accounts().sign_in("main", kIssuer, "ann", profile_of("ann"), kNow,
                                             random_, answer);
    EXPECT_THAT(account, IsOk());
    return account.value_or(model::Account{});
  }
  std::vector<AccountId> take_in(const AccountId& id, const DirectoryAnswer& answer) {
    const DirectoryNews news[] = {{id, answer}};
    auto lost = store_.accounts().take_in(news);
    EXPECT_THAT(lost, IsOk());
    return lost.value_or(std::vector<AccountId>());
  }
  model::Account again(const AccountId& id) { return *store_.accounts().find(id); }

  SystemRandom random_;
  Store store_ = in_memory();
};

TEST_F(DirectoryFacts, OutrankTheProvidersGroups) {
  DirectoryAnswer answer = known({"ops"});
  answer.facts.mail = "ann@directory.example";

  const model::Account account = sign_in(&answer);

  EXPECT_THAT(account.profile.groups, ElementsAre("ops"));
  EXPECT_EQ(account.profile.mail, "ann@directory.example");
  EXPECT_FALSE(account.profile.mail_verified);
  EXPECT_EQ(account.profile.display_name, "ann Example");
  EXPECT_EQ(account.directory_until, answer.until);
}

TEST_F(DirectoryFacts, AreMergedWithTheProvidersWhereThatIsWanted) {
  DirectoryAnswer answer = known({"ops", "developers"});
  answer.groups = Groups::kOfBoth;

  EXPECT_THAT(sign_in(&answer).profile.groups,
              ElementsAre("ops", "developers", "people of the night shift"));
}

TEST_F(DirectoryFacts, ThatChangeAreComputedAgainWithWhatTheProviderSaid) {
  DirectoryAnswer answer = known({"ops"});
  answer.groups = Groups::kOfBoth;
  const model::Account account = sign_in(&answer);
  answer.facts.groups = {"dev"};

  EXPECT_THAT(take_in(account.id, answer), IsEmpty());

  EXPECT_THAT(again(account.id).profile.groups,
              ElementsAre("dev", "developers", "people of the night shift"));
  EXPECT_EQ(again(account.id).session_epoch, account.session_epoch);
}

TEST_F(DirectoryFacts, OfALostEntryEndEverythingOnce) {
  const DirectoryAnswer answer = known({"ops"});
  const model::Account account = sign_in(&answer);

  EXPECT_THAT(take_in(account.id, absent(Standing::kRefused)), ElementsAre(account.id));
  EXPECT_THAT(take_in(account.id, absent(Standing::kRefused)), IsEmpty());

  const model::Account after = again(account.id);
  EXPECT_EQ(after.session_epoch, account.session_epoch + 1);
  EXPECT_EQ(after.credential_epoch, account.credential_epoch + 1);
  EXPECT_EQ(after.directory_gone, kNow);
  EXPECT_THAT(after.profile.groups, IsEmpty());
}

TEST_F(DirectoryFacts, OfAnotherEntryUnderTheSameNameEndEverything) {
  const DirectoryAnswer answer = known({"ops"}, "uuid-1");
  const model::Account account = sign_in(&answer);

  EXPECT_THAT(take_in(account.id, known({"ops"}, "uuid-2")), ElementsAre(account.id));
  EXPECT_EQ(again(account.id).credential_epoch, account.credential_epoch + 1);
}

TEST_F(DirectoryFacts, OfALostEntryEndEverythingEvenWhereUnknownUsersMayGoOn) {
  const DirectoryAnswer answer = known({"ops"});
  const model::Account account = sign_in(&answer);

  EXPECT_THAT(take_in(account.id, absent(Standing::kUnknown)), ElementsAre(account.id));

  EXPECT_FALSE(again(account.id).directory_gone.has_value());
  EXPECT_THAT(again(account.id).profile.groups, IsEmpty());
}

TEST_F(DirectoryFacts, OfSomebodyWhoCameBackReviveNothing) {
  const DirectoryAnswer answer = known({"ops"});
  const model::Account account = sign_in(&answer);
  take_in(account.id, absent(Standing::kRefused));

  take_in(account.id, answer);

  EXPECT_FALSE(again(account.id).directory_gone.has_value());
  EXPECT_EQ(again(account.id).session_epoch, account.session_epoch + 1);
}

TEST_F(DirectoryFacts, AreReadByTheDecision) {
  const DirectoryAnswer answer = known({"ops"});
  const model::Account account = sign_in(&answer);
  const auto session = session_of(account, "s1");
  ASSERT_THAT(store_.sessions().create(session, hash_of("token"), "state", kNow), IsOk());

  auto presented = store_.sessions().presented(hash_of("token"));
  ASSERT_THAT(presented, IsOk());
  EXPECT_EQ(presented->owner.directory_until, answer.until);
  EXPECT_FALSE(presented->owner.directory_gone);

  take_in(account.id, absent(Standing::kRefused));
  presented = store_.sessions().presented(hash_of("token"));
  EXPECT_TRUE(presented->owner.directory_gone);
  EXPECT_NE(presented->owner.epoch, presented->epoch);
}

TEST_F(DirectoryFacts, ComeBackAsTheyWereGiven) {
  const DirectoryAnswer answer = known({"ops"});
  const model::Account account = sign_in(&answer);

  const auto found = store_.accounts().directory_answer(account.id);

  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->standing, Standing::kKnown);
  EXPECT_EQ((*found)->unique_id, "uuid-1");
  EXPECT_EQ((*found)->facts, answer.facts);
  EXPECT_EQ((*found)->until, answer.until);
}

TEST_F(DirectoryFacts, AreForgottenByASignInWithoutADirectory) {
  const DirectoryAnswer answer = known({"ops"});
  sign_in(&answer);

  const model::Account account = sign_in(nullptr);

  EXPECT_THAT(account.profile.groups, ElementsAre("developers", "people of the night shift"));
  EXPECT_FALSE(account.directory_until.has_value());
  EXPECT_THAT(store_.accounts().facts(account.id, kDirectorySource),
              FailsWith(ErrorCode::kNotFound));
}

TEST_F(DirectoryFacts, AreForgottenForAnAccountThatIsNoLongerLookedUp) {
  const DirectoryAnswer answer = known({"ops"});
  const model::Account account = sign_in(&answer);

  ASSERT_THAT(store_.accounts().forget_directory(account.id), IsOk());

  EXPECT_THAT(again(account.id).profile.groups,
              ElementsAre("developers", "people of the night shift"));
  EXPECT_FALSE(again(account.id).directory_until.has_value());
}

TEST_F(DirectoryFacts, AreDueAfterTheirTimeAndWhereThereAreNone) {
  const DirectoryAnswer answer = known({"ops"});
  sign_in(&answer);
  const model::Account bob = person(store_, "bob");

  const auto due_now = store_.accounts().directory_due(kNow - Seconds(1), AccountId());
  const auto due_later = store_.accounts().directory_due(kNow, AccountId());

  ASSERT_THAT(due_now, IsOk());
  ASSERT_EQ(due_now->size(), 1U);
  EXPECT_EQ(due_now->front().user_name, "bob");
  EXPECT_EQ(due_now->front().provider, "main");
  EXPECT_EQ(due_later->size(), 2U);
}

TEST_F(DirectoryFacts, AboutAnAccountThatIsGoneAreLeftOut) {
  EXPECT_THAT(take_in(AccountId("nobody"), known({"ops"})), IsEmpty());
}

// A store of the first version, with somebody in it.
TEST(DirectoryMigration, KeepsWhatTheProviderSaid) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("old.db");
  {
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &opened), SQLITE_OK);
    const Handle<sqlite3, sqlite3_close> database(opened);
    ASSERT_EQ(sqlite3_exec(opened, sql::kSchema.at(0).text(), nullptr, nullptr, nullptr),
              SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(opened,
                           "INSERT INTO account (id, provider, issuer, subject, user_name,"
                           " display_name, mail, mail_verified, group_names, created, refreshed)"
                           " VALUES ('a1', 'main', 'i', 's', 'ann', 'Ann', 'a@b', 1, 'dev', 1, 1)",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
  }
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);

  Store store = create(path);

  const auto facts = store.accounts().facts(AccountId("a1"), kProviderSource);
  ASSERT_THAT(facts, IsOk());
  EXPECT_EQ(facts->mail, "a@b");
  EXPECT_THAT(facts->groups, ElementsAre("dev"));
  EXPECT_FALSE(store.accounts().find(AccountId("a1"))->directory_until.has_value());
}

}  // namespace
}  // namespace latchkey::store
