#include "latchkey/store/sessions.h"

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

TEST(Sessions, FindsTheSessionWithItsAccountAndWithoutTheLongToken) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(start(store, session_of(alice, "s1", "sid-1")), IsOk());
  const auto found = store.sessions().find(hash_of("s1"));
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->session.id, "s1");
  EXPECT_EQ(found->session.account, alice.id);
  EXPECT_EQ(found->session.provider, "main");
  EXPECT_EQ(found->session.provider_sid, "sid-1");
  EXPECT_EQ(found->session.idle_end, kNow + Seconds(3600));
  EXPECT_EQ(found->session.absolute_end, kNow + Seconds(36000));
  EXPECT_EQ(found->session.address, "192.0.2.7");
  EXPECT_EQ(found->session.user_agent, "Browser/1.0");
  EXPECT_EQ(found->session.sealed_id_token, "");
  EXPECT_EQ(found->account.profile.groups, alice.profile.groups);
  EXPECT_EQ(*store.sessions().sealed_id_token("s1"), "sealed-s1");
}

TEST(Sessions, PresentedTellsWhatADecisionJudges) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(start(store, session_of(alice, "s1")), IsOk());
  ASSERT_THAT(store.accounts().end_sessions(alice.id, kNow, kSomebody), IsOk());
  const auto found = store.sessions().presented(hash_of("s1"));
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->id, "s1");
  EXPECT_EQ(found->epoch, alice.session_epoch);
  EXPECT_EQ(found->last_seen, kNow);
  EXPECT_EQ(found->idle_end, kNow + Seconds(3600));
  EXPECT_EQ(found->absolute_end, kNow + Seconds(36000));
  EXPECT_EQ(found->owner.account, alice.id);
  EXPECT_EQ(found->owner.profile.user_name, "alice");
  EXPECT_EQ(found->owner.profile.mail, alice.profile.mail);
  EXPECT_EQ(found->owner.profile.display_name, alice.profile.display_name);
  EXPECT_EQ(found->owner.profile.mail_verified, alice.profile.mail_verified);
  EXPECT_EQ(found->owner.profile.groups, alice.profile.groups);
  EXPECT_EQ(found->owner.kind, OwnerKind::kProviders);
  EXPECT_FALSE(found->owner.disabled);
  EXPECT_EQ(found->owner.epoch, alice.session_epoch + 1);
  EXPECT_THAT(store.sessions().presented(hash_of("s2")), FailsWith(ErrorCode::kNotFound));
}

TEST(Sessions, OneLoginStateMakesOneSessionO1) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.sessions().create(session_of(alice, "s1"), hash_of("s1"), "state", kNow),
              IsOk());
  EXPECT_THAT(store.sessions().create(session_of(alice, "s2"), hash_of("s2"), "state", kNow),
              FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(store.sessions().find(hash_of("s2")), FailsWith(ErrorCode::kNotFound));
}

TEST(Sessions, TellsAUsedLoginStateBeforeTheProviderIsAskedO1) {
  Store store = in_memory();
  EXPECT_EQ(store.sessions().state_used("state-s1"), StateUsed::kNo);
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
  EXPECT_EQ(store.sessions().state_used("state-s1"), StateUsed::kYes);
  EXPECT_EQ(store.sessions().state_used("state-s"), StateUsed::kNo);
}

TEST(Sessions, AFailedSignInDoesNotUseItsStateUp) {
  Store store = in_memory();
  model::Account nobody;
  nobody.id = AccountId("nobody");
  EXPECT_THAT(start(store, session_of(nobody, "s1")), FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(store.sessions().state_used("state-s1"), StateUsed::kNo);
}

TEST(Sessions, RefusesAnEmptyLoginState) {
  Store store = in_memory();
  EXPECT_FALSE(store.sessions()
                   .create(session_of(person(store, "alice"), "s1"), hash_of("s1"), "", kNow)
                   .has_value());
  EXPECT_THAT(store.sessions().find(hash_of("s1")), FailsWith(ErrorCode::kNotFound));
}

TEST(Sessions, ALoginStateIsNoSessionL25) {
  Store store = in_memory();
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
  EXPECT_THAT(store.sessions().find(hash_of("state-s1")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.credentials().find(CredentialId("state-s1")),
              FailsWith(ErrorCode::kNotFound));
}

TEST(Sessions, NoKindOfTokenIsAnotherKindL23) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(start(store, session_of(alice, "s1", "sid-1")), IsOk());
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  ASSERT_THAT(store.sessions().obey_logout({kIssuer, "jti-1", kNow, {}, {}}, kNow, kSomebody), IsOk());
  for (const char* text : {"c1", "state-s1", "jti-1", "sid-1"}) {
    EXPECT_THAT(store.sessions().find(hash_of(text)), FailsWith(ErrorCode::kNotFound)) << text;
  }
  for (const char* text : {"s1", "state-s1", "jti-1", "sid-1"}) {
    EXPECT_THAT(store.credentials().find(CredentialId(text)), FailsWith(ErrorCode::kNotFound))
        << text;
  }
  for (const char* text : {"s1", "c1", "jti-1", "sid-1"}) {
    EXPECT_EQ(store.sessions().state_used(text), StateUsed::kNo) << text;
  }
}

TEST(Sessions, RefusesEachPrefixAndExtensionOfATokenN27) {
  Store store = in_memory();
  const std::string token = "0123456789abcdef0123456789abcdef0123456789a";
  const auto session = session_of(person(store, "alice"), "s1");
  ASSERT_THAT(store.sessions().create(session, hash_of(token), "state", kNow), IsOk());
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_THAT(store.sessions().find(hash_of(token.substr(0, size))),
                FailsWith(ErrorCode::kNotFound));
  }
  EXPECT_THAT(store.sessions().find(hash_of(token + "a")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.sessions().find(hash_of(token)), IsOk());
}

TEST(Sessions, EndsEverySessionOfOneProviderSidM30) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(start(store, session_of(alice, "s1", "sid-1")), IsOk());
  ASSERT_THAT(start(store, session_of(alice, "s2", "sid-1")), IsOk());
  ASSERT_THAT(start(store, session_of(alice, "s3", "sid-2")), IsOk());
  EXPECT_EQ(store.sessions().obey_logout({kIssuer, "jti-1", kNow, "sid-1", {}}, kNow, kSomebody), 2);
  EXPECT_THAT(store.sessions().find(hash_of("s1")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.sessions().find(hash_of("s2")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.sessions().find(hash_of("s3")), IsOk());
}

TEST(Sessions, ASidOfAnotherProviderEndsNothing) {
  Store store = in_memory();
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1", "sid-1")), IsOk());
  EXPECT_EQ(store.sessions().obey_logout({"https://other", "jti-1", kNow, "sid-1", {}}, kNow, kSomebody), 0);
  EXPECT_EQ(store.sessions().obey_logout({kIssuer, "jti-2", kNow, "", {}}, kNow, kSomebody), 0);
  EXPECT_THAT(store.sessions().find(hash_of("s1")), IsOk());
}

TEST(Sessions, AnEmptySidEndsNoSessionThatHasNone) {
  Store store = in_memory();
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
  EXPECT_EQ(store.sessions().obey_logout({kIssuer, "jti-2", kNow, "", {}}, kNow, kSomebody), 0);
}

TEST(Sessions, EndsThoseOfOnePersonOnlyBySubject) {
  Store store = in_memory();
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
  ASSERT_THAT(start(store, session_of(person(store, "bob"), "s2")), IsOk());
  EXPECT_EQ(store.sessions().obey_logout({kIssuer, "jti", kNow, {}, "alice"}, kNow, kSomebody), 1);
  EXPECT_THAT(store.sessions().find(hash_of("s1")), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.sessions().find(hash_of("s2")), IsOk());
}

TEST(Sessions, EndsOneByIdOrByToken) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(start(store, session_of(alice, "s1")), IsOk());
  ASSERT_THAT(start(store, session_of(alice, "s2")), IsOk());
  EXPECT_THAT(store.sessions().end("s1", kNow, kSomebody), IsOk());
  EXPECT_THAT(store.sessions().end("s1", kNow, kSomebody), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(store.sessions().end_by_token(hash_of("s2"), kNow, kSomebody), IsOk());
  EXPECT_THAT(store.sessions().end_by_token(hash_of("s2"), kNow, kSomebody), IsOk());
  EXPECT_TRUE(store.sessions().list(alice.id)->empty());
}

TEST(Sessions, RemembersTheLastUse) {
  Store store = in_memory();
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
  ASSERT_THAT(store.sessions().touch("s1", kNow + Seconds(5), kNow + Seconds(99)), IsOk());
  const auto found = store.sessions().find(hash_of("s1"));
  EXPECT_EQ(found->session.last_seen, kNow + Seconds(5));
  EXPECT_EQ(found->session.idle_end, kNow + Seconds(99));
  EXPECT_THAT(store.sessions().touch("gone", kNow, kNow), IsOk());
}

TEST(Sessions, ListsThoseOfOneAccountOrAll) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  for (const char* id : {"s1", "s2", "s3"}) ASSERT_THAT(start(store, session_of(alice, id)), IsOk());
  ASSERT_THAT(start(store, session_of(person(store, "bob"), "s4")), IsOk());
  EXPECT_EQ(store.sessions().list(alice.id)->size(), 3U);
  EXPECT_EQ(store.sessions().list(std::nullopt)->size(), 4U);
  EXPECT_EQ(store.sessions().list(std::nullopt, "s2", 1)->front().id, "s3");
}

TEST(Sessions, RefusesAReplayedLogoutTokenM26) {
  Store store = in_memory();
  ASSERT_THAT(store.sessions().obey_logout({kIssuer, "jti", kNow + Seconds(60), {}, {}}, kNow, kSomebody), IsOk());
  EXPECT_THAT(store.sessions().obey_logout({kIssuer, "jti", kNow + Seconds(60), {}, {}}, kNow, kSomebody),
              FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(store.sessions().obey_logout({"https://other", "jti", kNow, {}, {}}, kNow, kSomebody), IsOk());
}

TEST(Sessions, ReplayMemorySurvivesARestartAndAnEarlyPurgeN24) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  {
    Store store = create(path);
    ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
    ASSERT_THAT(store.sessions().obey_logout({kIssuer, "jti", kNow + Seconds(600), {}, {}}, kNow, kSomebody),
                IsOk());
  }
  Store store = reopen(path);
  ASSERT_THAT(store.admin().purge_expired(kNow + Seconds(599)), IsOk());
  EXPECT_EQ(store.sessions().state_used("state-s1"), StateUsed::kYes);
  EXPECT_THAT(store.sessions().obey_logout({kIssuer, "jti", kNow + Seconds(600), {}, {}}, kNow, kSomebody),
              FailsWith(ErrorCode::kConflict));
}

}  // namespace
}  // namespace latchkey::store
