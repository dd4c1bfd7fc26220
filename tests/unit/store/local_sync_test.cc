#include <vector>

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

LocalEntry entry(const std::string& name, const std::string& password) {
  return {name, hash_of(name + ":" + password)};
}

model::Account local_person(Store& store, const std::string& name, const std::string& password) {
  SystemRandom random;
  auto account = store.accounts().sign_in_local(profile_of(name), entry(name, password).digest,
                                                kNow, random);
  EXPECT_THAT(account, IsOk());
  return account.value_or(model::Account{});
}

Outcome sync(Store& store, const std::vector<LocalEntry>& entries) {
  return store.accounts().sync_local(entries, kNow);
}

TEST(SyncLocal, ChangesNothingWhileTheFileSaysTheSame) {
  Store store = in_memory();
  const model::Account alice = local_person(store, "alice", "one");
  ASSERT_THAT(sync(store, {entry("alice", "one"), entry("never-signed-in", "x")}), IsOk());
  const auto found = store.accounts().find(alice.id);
  EXPECT_EQ(found->session_epoch, alice.session_epoch);
  EXPECT_EQ(found->credential_epoch, alice.credential_epoch);
}

TEST(SyncLocal, EndsTheSessionsOfAChangedPasswordOnce) {
  Store store = in_memory();
  const model::Account alice = local_person(store, "alice", "one");
  ASSERT_THAT(sync(store, {entry("alice", "two")}), IsOk());
  ASSERT_THAT(sync(store, {entry("alice", "two")}), IsOk());
  const auto found = store.accounts().find(alice.id);
  EXPECT_EQ(found->session_epoch, alice.session_epoch + 1);
  EXPECT_EQ(found->credential_epoch, alice.credential_epoch);
}

TEST(SyncLocal, EndsEverythingOfAVanishedUserOnce) {
  Store store = in_memory();
  const model::Account alice = local_person(store, "alice", "one");
  ASSERT_THAT(sync(store, {}), IsOk());
  ASSERT_THAT(sync(store, {}), IsOk());
  const auto found = store.accounts().find(alice.id);
  EXPECT_EQ(found->session_epoch, alice.session_epoch + 1);
  EXPECT_EQ(found->credential_epoch, alice.credential_epoch + 1);
}

TEST(SyncLocal, TakesANameThatCameBackForSomebodyElseN18) {
  Store store = in_memory();
  const model::Account before = local_person(store, "alice", "one");
  ASSERT_THAT(store.credentials().issue(credential_of(before, "c1"), kPlenty, kSomebody), IsOk());
  ASSERT_THAT(sync(store, {}), IsOk());
  ASSERT_THAT(sync(store, {entry("alice", "one")}), IsOk());
  const model::Account after = local_person(store, "alice", "one");
  EXPECT_NE(after.id, before.id);
  EXPECT_THAT(store.credentials().find(CredentialId("c1")), FailsWith(ErrorCode::kNotFound));
}

TEST(SyncLocal, TakesASignInAfterVanishingForSomebodyElseN18) {
  Store store = in_memory();
  const model::Account before = local_person(store, "alice", "one");
  ASSERT_THAT(sync(store, {}), IsOk());
  EXPECT_NE(local_person(store, "alice", "one").id, before.id);
}

TEST(SyncLocal, DoesNotUndoADisablingWhenTheNameComesBackN18) {
  Store store = in_memory();
  const model::Account alice = local_person(store, "alice", "one");
  ASSERT_THAT(store.accounts().disable(alice.id, kNow, kSomebody), IsOk());
  ASSERT_THAT(sync(store, {}), IsOk());
  ASSERT_THAT(sync(store, {entry("alice", "one")}), IsOk());
  SystemRandom random;
  EXPECT_THAT(store.accounts().sign_in_local(profile_of("alice"), hash_of("x"), kNow, random),
              FailsWith(ErrorCode::kRefused));
}

TEST(SyncLocal, ASignInByAnOldFileIsEndedByTheNextSync) {
  Store store = in_memory();
  local_person(store, "alice", "one");
  ASSERT_THAT(sync(store, {entry("alice", "two")}), IsOk());
  const model::Account stale = local_person(store, "alice", "one");
  ASSERT_THAT(sync(store, {entry("alice", "two")}), IsOk());
  EXPECT_GT(store.accounts().find(stale.id)->session_epoch, stale.session_epoch);
}

TEST(SyncLocal, LeavesPeopleOfProvidersAlone) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(sync(store, {}), IsOk());
  EXPECT_EQ(store.accounts().find(alice.id)->session_epoch, alice.session_epoch);
}

}  // namespace
}  // namespace latchkey::store
