#include "latchkey/store/accounts.h"

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

TEST(Accounts, KeepsWhatTheProviderSaid) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  const auto found = store.accounts().find(alice.id);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE(is_uuid(found->id.text()));
  EXPECT_EQ(found->provider, "main");
  EXPECT_EQ(found->issuer, kIssuer);
  EXPECT_EQ(found->subject, "alice");
  EXPECT_EQ(found->profile.user_name, "alice");
  EXPECT_EQ(found->profile.display_name, "alice Example");
  EXPECT_EQ(found->profile.mail, "alice@example.com");
  EXPECT_TRUE(found->profile.mail_verified);
  EXPECT_EQ(found->profile.groups, profile_of("alice").groups);
  EXPECT_FALSE(found->disabled);
  EXPECT_EQ(found->created, kNow);
}

TEST(Accounts, RefreshesTheProfileUnderTheSameIdAtTheNextSignIn) {
  Store store = in_memory();
  const model::Account before = person(store, "alice");
  SystemRandom random;
  model::Profile changed = profile_of("alice-new");
  changed.groups.clear();
  changed.mail_verified = false;
  const auto after = store.accounts().sign_in("main", kIssuer, "alice", changed,
                                              kNow + Seconds(60), random);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->id, before.id);
  EXPECT_EQ(after->profile.user_name, "alice-new");
  EXPECT_TRUE(after->profile.groups.empty());
  EXPECT_FALSE(after->profile.mail_verified);
  EXPECT_EQ(after->created, kNow);
  EXPECT_EQ(after->refreshed, kNow + Seconds(60));
}

TEST(Accounts, RefusesANameThatIsAnotherPersons) {
  Store store = in_memory();
  person(store, "alice");
  EXPECT_THAT(sign_in(store, "alice", "another-subject"), FailsWith(ErrorCode::kConflict));
}

TEST(Accounts, RefusesANameThatDiffersInCaseOnlyA6) {
  Store store = in_memory();
  person(store, "admin");
  EXPECT_THAT(sign_in(store, "Admin", "another-subject"), FailsWith(ErrorCode::kConflict));
}

TEST(Accounts, RefusesToTakeOverANameByRenaming) {
  Store store = in_memory();
  person(store, "alice");
  person(store, "bob");
  EXPECT_THAT(sign_in(store, "alice", "bob"), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(store.accounts().find_by_name("bob"), IsOk());
}

TEST(Accounts, TellsIssuersWithTheSameSubjectApart) {
  Store store = in_memory();
  SystemRandom random;
  const model::Account first = person(store, "alice");
  const auto second = store.accounts().sign_in("other", "https://other.example.com", "alice",
                                               profile_of("alice2"), kNow, random);
  ASSERT_THAT(second, IsOk());
  EXPECT_NE(second->id, first.id);
  EXPECT_EQ(store.accounts().find_by_subject(kIssuer, "alice")->id, first.id);
}

TEST(Accounts, FindsNamesByteByByte) {
  Store store = in_memory();
  person(store, "alice");
  EXPECT_THAT(store.accounts().find_by_name("alice"), IsOk());
  for (const char* other : {"Alice", "alic", "alice ", "", "ali%"}) {
    EXPECT_THAT(store.accounts().find_by_name(other), FailsWith(ErrorCode::kNotFound)) << other;
  }
}

TEST(Accounts, KeepsANulByteInANameApart) {
  Store store = in_memory();
  person(store, "alice");
  EXPECT_THAT(store.accounts().find_by_name(std::string_view("alice\0x", 7)),
              FailsWith(ErrorCode::kNotFound));
}

TEST(Accounts, DisablingRaisesBothEpochsAndRefusesTheNextSignInN18) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.accounts().disable(alice.id, kNow, kSomebody), IsOk());
  const auto found = store.accounts().find(alice.id);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE(found->disabled);
  EXPECT_GT(found->session_epoch, alice.session_epoch);
  EXPECT_GT(found->credential_epoch, alice.credential_epoch);
  EXPECT_THAT(sign_in(store, "alice"), FailsWith(ErrorCode::kRefused));
}

TEST(Accounts, EnablingRevivesNothingN18) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.accounts().disable(alice.id, kNow, kSomebody), IsOk());
  ASSERT_THAT(store.accounts().enable(alice.id, kNow, kSomebody), IsOk());
  const model::Account again = person(store, "alice");
  EXPECT_EQ(again.id, alice.id);
  EXPECT_FALSE(again.disabled);
  EXPECT_GT(again.credential_epoch, alice.credential_epoch);
}

TEST(Accounts, GivesARecreatedUserANewIdAndNothingOldN18) {
  Store store = in_memory();
  const model::Account before = person(store, "alice");
  ASSERT_THAT(start(store, session_of(before, "s1")), IsOk());
  ASSERT_THAT(store.credentials().issue(credential_of(before, "c1"), kPlenty, kSomebody), IsOk());

  ASSERT_THAT(store.accounts().remove(before.id, kNow, kSomebody), IsOk());
  const model::Account after = person(store, "alice");

  EXPECT_NE(after.id, before.id);
  EXPECT_THAT(store.sessions().find(hash_of("s1")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.credentials().find(CredentialId("c1")), FailsWith(ErrorCode::kNotFound));
}

TEST(Accounts, EndingSessionsLeavesCredentialsAlive) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.accounts().end_sessions(alice.id, kNow, kSomebody), IsOk());
  const auto found = store.accounts().find(alice.id);
  EXPECT_EQ(found->session_epoch, alice.session_epoch + 1);
  EXPECT_EQ(found->credential_epoch, alice.credential_epoch);
}

TEST(Accounts, EndingEverythingRaisesBothEpochs) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.accounts().end_everything(alice.id, kNow, kSomebody), IsOk());
  const auto found = store.accounts().find(alice.id);
  EXPECT_EQ(found->session_epoch, alice.session_epoch + 1);
  EXPECT_EQ(found->credential_epoch, alice.credential_epoch + 1);
}

TEST(Accounts, SaysSoWhenThereIsNoSuchAccount) {
  Store store = in_memory();
  const AccountId nobody("nobody");
  EXPECT_THAT(store.accounts().find(nobody), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.accounts().disable(nobody, kNow, kSomebody), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.accounts().enable(nobody, kNow, kSomebody), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.accounts().end_sessions(nobody, kNow, kSomebody), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.accounts().end_everything(nobody, kNow, kSomebody), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.accounts().remove(nobody, kNow, kSomebody), FailsWith(ErrorCode::kNotFound));
}

TEST(Accounts, ListsPageByPage) {
  Store store = in_memory();
  for (const char* name : {"a", "b", "c"}) person(store, name);
  const auto first = store.accounts().list(AccountId(), 2);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->size(), 2U);
  const auto second = store.accounts().list(first->back().id, 2);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->size(), 1U);
}

}  // namespace
}  // namespace latchkey::store
