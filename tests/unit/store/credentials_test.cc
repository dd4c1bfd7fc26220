#include "latchkey/store/credentials.h"

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

TEST(Credentials, FindsTheRecordWithItsOwner) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  const auto found = store.credentials().find(CredentialId("c1"));
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->credential.account, alice.id);
  EXPECT_EQ(found->credential.label, "build c1");
  EXPECT_EQ(found->credential.scopes, credential_of(alice, "c1").scopes);
  EXPECT_EQ(found->credential.created, kNow);
  EXPECT_EQ(found->credential.expires, kNow + Seconds(86400));
  EXPECT_FALSE(found->credential.revoked.has_value());
  EXPECT_FALSE(found->credential.last_used.has_value());
  EXPECT_EQ(found->account.profile.user_name, "alice");
}

TEST(Credentials, PresentedTellsWhatADecisionJudges) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  const auto fresh = store.credentials().presented(CredentialId("c1"));
  ASSERT_THAT(fresh, IsOk());
  EXPECT_EQ(fresh->epoch, alice.credential_epoch);
  EXPECT_EQ(fresh->scopes, credential_of(alice, "c1").scopes);
  EXPECT_EQ(fresh->expires, kNow + Seconds(86400));
  EXPECT_FALSE(fresh->revoked);
  EXPECT_FALSE(fresh->last_used.has_value());
  EXPECT_EQ(fresh->owner.account, alice.id);
  EXPECT_EQ(fresh->owner.profile.groups, alice.profile.groups);
  EXPECT_FALSE(fresh->owner.disabled);

  ASSERT_THAT(store.credentials().touch(CredentialId("c1"), kNow, "192.0.2.7", "mvn"), IsOk());
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  ASSERT_THAT(store.accounts().disable(alice.id, kNow, kSomebody), IsOk());
  const auto dead = store.credentials().presented(CredentialId("c1"));
  ASSERT_THAT(dead, IsOk());
  EXPECT_TRUE(dead->revoked);
  EXPECT_EQ(dead->last_used, kNow);
  EXPECT_TRUE(dead->owner.disabled);
  EXPECT_EQ(dead->owner.epoch, alice.credential_epoch + 1);
}

TEST(Credentials, TellsTheOwnersOfTheUsersFile) {
  Store store = in_memory();
  model::Profile profile;
  profile.user_name = "bob";
  SystemRandom random;
  const auto bob = store.accounts().sign_in_local(profile, hash_of("entry"), kNow, random);
  ASSERT_THAT(bob, IsOk());
  ASSERT_THAT(store.credentials().issue(credential_of(*bob, "c1"), kPlenty, kSomebody), IsOk());
  EXPECT_EQ(store.credentials().presented(CredentialId("c1"))->owner.kind, OwnerKind::kLocal);
}

TEST(Credentials, KnowsNoPrefixOrExtensionOfAnIdN27) {
  Store store = in_memory();
  const std::string id = "018bcfe5-6800-7000-8000-000000000001";
  ASSERT_THAT(
      store.credentials().issue(credential_of(person(store, "alice"), id), kPlenty, kSomebody),
      IsOk());
  for (std::size_t size = 0; size < id.size(); ++size) {
    EXPECT_THAT(store.credentials().find(CredentialId(id.substr(0, size))),
                FailsWith(ErrorCode::kNotFound));
  }
  EXPECT_THAT(store.credentials().find(CredentialId(id + "0")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.credentials().find(CredentialId(id + std::string(1, '\0'))),
              FailsWith(ErrorCode::kNotFound));
}

TEST(Credentials, HoldsTheLimitPerOwnerOverLiveOnes) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  Credentials& credentials = store.credentials();
  ASSERT_THAT(credentials.issue(credential_of(alice, "c1"), 2, kSomebody), IsOk());
  ASSERT_THAT(credentials.issue(credential_of(alice, "c2"), 2, kSomebody), IsOk());
  EXPECT_THAT(credentials.issue(credential_of(alice, "c3"), 2, kSomebody),
              FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(credentials.issue(credential_of(person(store, "bob"), "c4"), 2, kSomebody), IsOk());
  ASSERT_THAT(credentials.revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  EXPECT_THAT(credentials.issue(credential_of(alice, "c3"), 2, kSomebody), IsOk());
}

TEST(Credentials, RefusesTheSameIdTwice) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  EXPECT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody),
              FailsWith(ErrorCode::kConflict));
}

TEST(Credentials, IssuesNothingToSomebodyDisabledOrEndedMeanwhileN18) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.accounts().end_everything(alice.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody),
              FailsWith(ErrorCode::kRefused));
  ASSERT_THAT(store.accounts().disable(alice.id, kNow, kSomebody), IsOk());
  const auto disabled = store.accounts().find(alice.id);
  EXPECT_THAT(store.credentials().issue(credential_of(*disabled, "c1"), kPlenty, kSomebody),
              FailsWith(ErrorCode::kRefused));
  model::Account nobody;
  nobody.id = AccountId("nobody");
  EXPECT_THAT(store.credentials().issue(credential_of(nobody, "c1"), kPlenty, kSomebody),
              FailsWith(ErrorCode::kNotFound));
}

TEST(Credentials, KeepsTheFirstTimeOfRevocation) {
  Store store = in_memory();
  ASSERT_THAT(
      store.credentials().issue(credential_of(person(store, "alice"), "c1"), kPlenty, kSomebody),
      IsOk());
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow + Seconds(9), kSomebody), IsOk());
  EXPECT_EQ(store.credentials().find(CredentialId("c1"))->credential.revoked, kNow);
  EXPECT_THAT(store.credentials().revoke(CredentialId("c2"), kNow, kSomebody),
              FailsWith(ErrorCode::kNotFound));
}

TEST(Credentials, RevokesAllOfOneAccountOnly) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  for (const char* id : {"c1", "c2"}) {
    ASSERT_THAT(store.credentials().issue(credential_of(alice, id), kPlenty, kSomebody), IsOk());
  }
  ASSERT_THAT(
      store.credentials().issue(credential_of(person(store, "bob"), "c3"), kPlenty, kSomebody),
      IsOk());
  EXPECT_EQ(store.credentials().revoke_all(alice.id, kNow, kSomebody), 2);
  EXPECT_EQ(store.credentials().revoke_all(alice.id, kNow, kSomebody), 0);
  EXPECT_FALSE(store.credentials().find(CredentialId("c3"))->credential.revoked.has_value());
}

TEST(Credentials, RemembersTheLastUse) {
  Store store = in_memory();
  ASSERT_THAT(
      store.credentials().issue(credential_of(person(store, "alice"), "c1"), kPlenty, kSomebody),
      IsOk());
  ASSERT_THAT(store.credentials().touch(CredentialId("c1"), kNow, "192.0.2.1", "Maven/3"), IsOk());
  const auto found = store.credentials().find(CredentialId("c1"));
  EXPECT_EQ(found->credential.last_used, kNow);
  EXPECT_EQ(found->credential.last_used_from, "192.0.2.1");
  EXPECT_EQ(found->credential.last_used_by, "Maven/3");
}

TEST(Credentials, ListsPageByPage) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  for (const char* id : {"c1", "c2", "c3"}) {
    ASSERT_THAT(store.credentials().issue(credential_of(alice, id), kPlenty, kSomebody), IsOk());
  }
  ASSERT_THAT(
      store.credentials().issue(credential_of(person(store, "bob"), "c4"), kPlenty, kSomebody),
      IsOk());
  EXPECT_EQ(store.credentials().list(alice.id, CredentialId())->size(), 3U);
  EXPECT_EQ(store.credentials().list(std::nullopt, CredentialId())->size(), 4U);
  const auto page = store.credentials().list(alice.id, CredentialId("c1"), 1);
  ASSERT_EQ(page->size(), 1U);
  EXPECT_EQ(page->front().id, CredentialId("c2"));
}

// The short form.

TEST(Credentials, FindsAShortOneByItsDigestAndASignedOneNever) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody, hash_of("secret")),
              IsOk());
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c2"), kPlenty, kSomebody), IsOk());
  const auto found = store.credentials().presented_short(hash_of("secret"));
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->id.text(), "c1");
  EXPECT_EQ(found->credential.owner.account, alice.id);
  EXPECT_THAT(store.credentials().presented_short(hash_of("other")),
              FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(store.credentials().find(CredentialId("c1"))->credential.form,
            model::TokenForm::kShort);
  EXPECT_EQ(store.credentials().find(CredentialId("c2"))->credential.form,
            model::TokenForm::kSigned);
}

TEST(Credentials, ARevokedShortOneIsRevokedAtTheNextLook) {
  TemporaryDirectory directory;
  Store store = create(directory.file("db"));
  Store other = reopen(directory.file("db"));
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody, hash_of("secret")),
              IsOk());
  EXPECT_FALSE(other.credentials().presented_short(hash_of("secret"))->credential.revoked);
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  EXPECT_TRUE(other.credentials().presented_short(hash_of("secret"))->credential.revoked);
}

// Rotation.

constexpr Seconds kOverlap{3600};

Outcome replace(Store& store, const std::string& old, const model::IssuedCredential& next,
                std::uint32_t limit = kPlenty) {
  return store.credentials().replace(CredentialId(old), kNow + kOverlap, next, limit, kSomebody);
}

TEST(Credentials, AReplacedOneEndsWithTheOverlapAndKnowsItsSuccessor) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  ASSERT_THAT(replace(store, "c1", credential_of(alice, "c2")), IsOk());
  const auto old = store.credentials().find(CredentialId("c1"));
  EXPECT_EQ(old->credential.expires, kNow + kOverlap);
  EXPECT_EQ(old->credential.successor.text(), "c2");
  EXPECT_EQ(store.credentials().find(CredentialId("c2"))->credential.expires,
            kNow + Seconds(86400));
}

TEST(Credentials, AReplacementNeverProlongsTheOldOne) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  model::IssuedCredential ending = credential_of(alice, "c1");
  ending.expires = kNow + Seconds(60);
  ASSERT_THAT(store.credentials().issue(ending, kPlenty, kSomebody), IsOk());
  ASSERT_THAT(replace(store, "c1", credential_of(alice, "c2")), IsOk());
  EXPECT_EQ(store.credentials().find(CredentialId("c1"))->credential.expires, kNow + Seconds(60));
}

TEST(Credentials, OneIsReplacedOnce) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  ASSERT_THAT(replace(store, "c1", credential_of(alice, "c2")), IsOk());
  EXPECT_THAT(replace(store, "c1", credential_of(alice, "c3")), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(store.credentials().find(CredentialId("c3")), FailsWith(ErrorCode::kNotFound));
}

TEST(Credentials, ADeadOrForeignOneIsNotReplaced) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  const model::Account bob = person(store, "bob");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  EXPECT_THAT(replace(store, "c1", credential_of(bob, "c2")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(replace(store, "none", credential_of(bob, "c2")), FailsWith(ErrorCode::kNotFound));
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  EXPECT_THAT(replace(store, "c1", credential_of(alice, "c2")), FailsWith(ErrorCode::kRefused));
}

TEST(Credentials, WhoHoldsAsManyAsAllowedCanRotateEachButNotWithoutEnd) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), 2, kSomebody), IsOk());
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c2"), 2, kSomebody), IsOk());
  EXPECT_THAT(replace(store, "c1", credential_of(alice, "c3"), 2), IsOk());
  EXPECT_THAT(replace(store, "c2", credential_of(alice, "c4"), 2), IsOk());
  EXPECT_THAT(replace(store, "c3", credential_of(alice, "c5"), 2), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(store.credentials().issue(credential_of(alice, "c6"), 2, kSomebody),
              FailsWith(ErrorCode::kConflict));
}

// What the page shows.

TEST(Credentials, ShowsTheLiveOnesAndTheLastOfTheDead) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  for (const char* id : {"c1", "c2", "c3", "c4", "c5"}) {
    ASSERT_THAT(store.credentials().issue(credential_of(alice, id), kPlenty, kSomebody), IsOk());
  }
  for (const char* id : {"c1", "c2", "c4"}) {
    ASSERT_THAT(store.credentials().revoke(CredentialId(id), kNow, kSomebody), IsOk());
  }
  const auto shown = store.credentials().shown(alice, kNow, 2);
  ASSERT_THAT(shown, IsOk());
  ASSERT_EQ(shown->live.size(), 2U);
  ASSERT_EQ(shown->dead.size(), 2U);
  EXPECT_EQ(shown->dead[0].id.text(), "c4");
  EXPECT_EQ(shown->dead[1].id.text(), "c2");
  EXPECT_TRUE(store.credentials().shown(person(store, "bob"), kNow, 2)->live.empty());
}

}  // namespace
}  // namespace latchkey::store
