// Membership from the sign-in on: what is kept, how it is asked for again, and what ends when.
#include <gtest/gtest.h>

#include "latchkey/identity/standing.h"
#include "latchkey/membership/member_round.h"
#include "latchkey/pages/issue.h"
#include "latchkey/provider/grant.h"
#include "latchkey/role/housekeeper.h"
#include "sign_in_site.h"
#include "support/results.h"

namespace latchkey::testing {
namespace {

using store::MemberState;

// A site whose provider is asked again, and alice, who has signed in there.
class MembershipTest : public ::testing::Test {
 protected:
  static void ask_again(config::Config& config) {
    config.providers[0].membership = config::Verifier::kOidc;
  }

  MembershipTest() : MembershipTest([](config::Config&) {}) {}

  template <typename Change>
  explicit MembershipTest(Change change)
      : site_([&](config::Config& config) {
          ask_again(config);
          change(config);
        }),
        browser_(site_),
        parts_{site_.config, site_.store, site_.pages->providers(), *site_.sealer, site_.random} {
    site_.provider.refresh_token = "rt-1";
    EXPECT_EQ(browser_.sign_in().status, 302);
    alice_ = site_.store.accounts().find_by_name("alice")->id;
  }

  membership::Finding ask() {
    site_.provider.issue_at(site_.clock.now());
    const auto finding = membership::MemberCheck(parts_).ask(alice_, site_.clock.now());
    EXPECT_THAT(finding, IsOk());
    return finding.value_or(membership::Finding{});
  }

  // Why the browser's session is refused now; kAllowed when it is not.
  model::Reason session() {
    const auto identity = site_.resolver->resolve_session(
        SecretString(std::string_view(browser_.cookies[kSessionCookie])), site_.clock.now());
    return identity ? model::Reason::kAllowed : identity.error().reason();
  }

  store::Membership kept() { return *site_.store.memberships().find(alice_); }

  // Credentials issued before are dead when the epoch has moved on.
  std::int64_t credential_epoch() {
    return site_.store.accounts().find(alice_)->credential_epoch;
  }

  void answer(const std::string& path, Result<remote::HttpResponse> response) {
    site_.provider.answers.insert_or_assign(path, std::move(response));
  }

  Site site_;
  Browser browser_;
  membership::MemberParts parts_;
  AccountId alice_;
};

TEST_F(MembershipTest, AsksForARefreshTokenWithConsent) {
  Browser another(site_);
  const std::string url = field(another.get("/oauth/login"), "Location");
  EXPECT_TRUE(url.contains("scope=openid%20profile%20email%20offline_access")) << url;
  EXPECT_TRUE(url.contains("prompt=consent")) << url;
}

TEST_F(MembershipTest, KeepsTheGrantSealedForItsOwnRowOnlyM10) {
  const std::string sealed = kept().sealed_grant;
  EXPECT_FALSE(sealed.contains("rt-1"));
  const auto grant = provider::open_grant(sealed, alice_, *site_.sealer);
  ASSERT_THAT(grant, IsOk());
  EXPECT_EQ(grant->token.reveal(), "rt-1");
  EXPECT_THAT(provider::open_grant(sealed, AccountId("another"), *site_.sealer),
              FailsWith(ErrorCode::kRefused));
}

TEST_F(MembershipTest, RotatesTheTokenWithEveryAnswer) {
  for (int round = 0; round < 3; ++round) {
    site_.clock.advance(Seconds(300));
    EXPECT_EQ(ask().state, MemberState::kMember);
  }
  const auto grant = provider::open_grant(kept().sealed_grant, alice_, *site_.sealer);
  EXPECT_EQ(grant->token.reveal(), "rt-1+++");
  EXPECT_EQ(session(), model::Reason::kAllowed);
}

TEST_F(MembershipTest, BringsFreshGroupsAndKeepsTheUserNameA3D10N33) {
  site_.provider.claims["groups"] = R"(["ops"])";
  site_.provider.claims["preferred_username"] = json_text("alice-the-second");
  EXPECT_EQ(ask().state, MemberState::kMember);
  const auto account = site_.store.accounts().find(alice_);
  EXPECT_EQ(account->profile.groups, std::vector<std::string>{"ops"});
  EXPECT_EQ(account->profile.user_name, "alice");
}

TEST_F(MembershipTest, EndsEverythingAtOnceOnInvalidGrantO15) {
  site_.provider.gone = true;
  EXPECT_EQ(ask().state, MemberState::kLost);
  EXPECT_EQ(session(), model::Reason::kExpiredSession);
  EXPECT_EQ(credential_epoch(), 1);
  EXPECT_TRUE(kept().sealed_grant.empty());
}

// There is nothing to ask with: a lost membership must not turn into one that nobody knows about.
TEST_F(MembershipTest, StaysLostHoweverOftenItIsAskedFor) {
  site_.provider.gone = true;
  EXPECT_EQ(ask().state, MemberState::kLost);
  site_.provider.gone = false;
  const membership::Finding again = ask();
  EXPECT_EQ(again.state, MemberState::kLost);
  EXPECT_TRUE(again.detail.starts_with("must sign in again since ")) << again.detail;
  EXPECT_EQ(kept().state, MemberState::kLost);
}

TEST_F(MembershipTest, CountsOnWithinTheGraceAndNoLongerO15) {
  answer("/token", FakeProvider::json(R"({"error":"temporarily_unavailable"})", 503));
  site_.clock.advance(Seconds(3600));
  EXPECT_EQ(ask().state, MemberState::kUnknown);
  EXPECT_EQ(session(), model::Reason::kAllowed);
  site_.clock.advance(Seconds(299));
  EXPECT_EQ(session(), model::Reason::kAllowed);
  site_.clock.advance(Seconds(1));
  EXPECT_EQ(session(), model::Reason::kMembershipUnconfirmed);
  EXPECT_EQ(credential_epoch(), 0);
  site_.provider.answers.clear();
  EXPECT_EQ(ask().state, MemberState::kMember);
  EXPECT_EQ(session(), model::Reason::kAllowed);
}

TEST_F(MembershipTest, BelievesNoAnswerThatIsNoneO15) {
  for (const auto& response :
       {FakeProvider::json("{}"), FakeProvider::json("garbage"), FakeProvider::json("{}", 500),
        FakeProvider::json(R"({"error":"invalid_client"})", 401),
        FakeProvider::json(R"({"error":"invalid_grant"})", 502)}) {
    answer("/token", response);
    EXPECT_EQ(ask().state, MemberState::kUnknown) << response.status << response.body;
    EXPECT_EQ(session(), model::Reason::kAllowed);
  }
}

TEST_F(MembershipTest, EndsWhenTheRefreshedIdTokenIsOfAnotherPersonM22) {
  site_.provider.claims["sub"] = json_text("subject-2");
  EXPECT_EQ(ask().state, MemberState::kLost);
  EXPECT_EQ(session(), model::Reason::kExpiredSession);
}

TEST_F(MembershipTest, BelievesNoRefreshedIdTokenThatBreaksARuleM22) {
  for (const auto& [claim, value] : {std::pair{"iss", json_text("https://evil.test")},
                                     std::pair{"aud", json_text("another-client")},
                                     std::pair{"exp", std::string("1")}}) {
    const std::string good = site_.provider.claims[claim];
    site_.provider.issue_at(site_.clock.now());
    site_.provider.claims[claim] = value;
    const auto finding = membership::MemberCheck(parts_).ask(alice_, site_.clock.now());
    ASSERT_THAT(finding, IsOk());
    EXPECT_EQ(finding->state, MemberState::kUnknown) << claim;
    site_.provider.claims[claim] = good;
  }
}

TEST_F(MembershipTest, ALostAnswerCostsASignInAndNoCredential) {
  answer("/token", fail(ErrorCode::kRefused, "Timeout was reached"));
  EXPECT_EQ(ask().state, MemberState::kUnknown);
  EXPECT_TRUE(kept().maybe_spent);
  site_.provider.answers.clear();
  site_.provider.refresh_token = "rt-2";  // the provider had rotated it: ours is a replay now
  EXPECT_EQ(ask().state, MemberState::kUnknown);
  EXPECT_EQ(session(), model::Reason::kAllowed);
  EXPECT_EQ(credential_epoch(), 0);
  EXPECT_TRUE(kept().sealed_grant.empty());
  site_.clock.advance(Seconds(3900));
  EXPECT_EQ(session(), model::Reason::kMembershipUnconfirmed);
  site_.provider.issue_at(site_.clock.now());
  EXPECT_EQ(browser_.sign_in().status, 302);
  EXPECT_EQ(ask().state, MemberState::kMember);
}

TEST_F(MembershipTest, ACrashAfterTheQuestionIsALostAnswerToo) {
  ASSERT_THAT(site_.store.memberships().sending({alice_, kept().generation}), IsOk());
  site_.provider.refresh_token = "rt-2";
  EXPECT_EQ(ask().state, MemberState::kUnknown);
  EXPECT_EQ(credential_epoch(), 0);
}

TEST_F(MembershipTest, TellsHowLongAgoItWasConfirmed) {
  site_.clock.advance(Seconds(100));
  const auto identity = site_.resolver->resolve_session(
      SecretString(std::string_view(browser_.cookies[kSessionCookie])), site_.clock.now());
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->membership_age(), Seconds(100));
  // Nothing may keep the approval for longer than the membership counts.
  EXPECT_EQ(identity->valid_until(), kStart + Seconds(3900));
}

TEST_F(MembershipTest, AsksOneAtATime) {
  ASSERT_THAT(site_.store.memberships().take(alice_, site_.clock.now(), Seconds(60)), IsOk());
  EXPECT_THAT(membership::MemberCheck(parts_).ask(alice_, site_.clock.now()),
              FailsWith(ErrorCode::kConflict));
}

TEST_F(MembershipTest, ASignInVoidsTheQuestionThatIsUnderWay) {
  const store::Membership before = kept();
  browser_.cookies.erase(kSessionCookie);
  ASSERT_EQ(browser_.sign_in().status, 302);
  EXPECT_THAT(site_.store.memberships().lose({alice_, before.generation}, site_.clock.now(),
                                             store::Ends::kEverything, "too late"),
              FailsWith(ErrorCode::kConflict));
  EXPECT_EQ(session(), model::Reason::kAllowed);
}

TEST_F(MembershipTest, ADisabledPersonStaysDisabledWhateverTheProviderSaysN19) {
  ASSERT_THAT(site_.store.accounts().disable(alice_, site_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(ask().state, MemberState::kMember);
  EXPECT_EQ(session(), model::Reason::kAccountDisabled);
}

TEST_F(MembershipTest, ARoundAsksWhoIsDueAndHoldsSomething) {
  membership::MemberRound round(parts_, site_.clock, site_.log);
  const provider::Provider& idp = *site_.pages->providers().find("idp");
  EXPECT_EQ(round.run(idp)->asked, 0);
  site_.clock.advance(Seconds(300));
  site_.provider.issue_at(site_.clock.now());
  EXPECT_EQ(round.run(idp)->confirmed, 1);
  site_.clock.advance(Seconds(300));
  browser_.get("/oauth/logout");
  ASSERT_THAT(site_.store.accounts().end_everything(alice_, site_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(round.run(idp)->asked, 0);
}

// Their owner holds nothing else: nobody but a round can find out that they have left.
TEST_F(MembershipTest, ARoundEndsTheMachineOfAnOwnerWhoHasLeft) {
  model::Profile profile;
  profile.user_name = "ci-bot";
  const auto bot = site_.store.machines().create(profile, alice_, std::nullopt, kStart,
                                                 site_.random, kSomebody);
  ASSERT_THAT(bot, IsOk());
  model::IssuedCredential credential;
  credential.id = CredentialId("c1");
  credential.account = bot->id;
  credential.created = kStart;
  credential.expires = kStart + std::chrono::days(90);
  ASSERT_THAT(site_.store.credentials().issue(credential, 1, kSomebody), IsOk());
  ASSERT_THAT(site_.store.accounts().end_sessions(alice_, kStart, kSomebody), IsOk());
  site_.provider.gone = true;
  site_.clock.advance(Seconds(300));
  membership::MemberRound round(parts_, site_.clock, site_.log);
  EXPECT_EQ(round.run(*site_.pages->providers().find("idp"))->lost, 1);
  EXPECT_TRUE(site_.store.accounts().find(bot->id)->disabled);
}

// Without a grant nobody can be asked about them; what they answer for ends when they would.
TEST_F(MembershipTest, AMachineIsConfirmedWhileItsOwnerIs) {
  model::Profile profile;
  profile.user_name = "ci-bot";
  const auto bot = site_.store.machines().create(profile, alice_, std::nullopt, kStart,
                                                 site_.random, kSomebody);
  ASSERT_THAT(bot, IsOk());
  const auto issued = pages::issue(site_.config, site_.store, *bot,
                                   {"ci", std::chrono::days(90), {}}, site_.clock.now(),
                                   site_.random, kSomebody);
  ASSERT_THAT(issued, IsOk());
  const auto ask_as_bot = [&] {
    return site_.resolver->resolve(model::BearerToken{SecretString(issued->token.reveal())}, "",
                                   site_.clock.now());
  };
  const auto good = ask_as_bot();
  ASSERT_TRUE(good) << good.error().detail();
  EXPECT_LE(*good->valid_until(), *kept().until) << "nothing may remember it for longer";

  site_.clock.advance(*kept().until - site_.clock.now());
  const auto refused = ask_as_bot();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason(), model::Reason::kMembershipUnconfirmed);
  EXPECT_TRUE(refused.error().detail().starts_with("the owner of ci-bot must sign in again"))
      << refused.error().detail();
  EXPECT_FALSE(identity::standing_of(site_.config, site_.store, *bot,
                                     identity::Presents::kCredential, site_.clock.now()));

  browser_.cookies.erase(kSessionCookie);
  site_.provider.issue_at(site_.clock.now());
  ASSERT_EQ(browser_.sign_in().status, 302);
  EXPECT_TRUE(ask_as_bot());
}

TEST_F(MembershipTest, ARoundAsksWhoHoldsAUserTokenOnly) {
  store::UserToken token;
  token.account = alice_;
  token.name_code = "alice001";
  token.created = kStart;
  token.pass_hash = crypto::sha256("pass");
  ASSERT_THAT(site_.store.user_tokens().make(token, 0, store::Renewal::kKeep, kSomebody), IsOk());
  ASSERT_THAT(site_.store.accounts().end_sessions(alice_, kStart, kSomebody), IsOk());
  site_.clock.advance(Seconds(300));
  site_.provider.issue_at(site_.clock.now());
  membership::MemberRound round(parts_, site_.clock, site_.log);
  EXPECT_EQ(round.run(*site_.pages->providers().find("idp"))->confirmed, 1);
  EXPECT_EQ(kept().due, site_.clock.now() + Seconds(300));
}

// Whom a certificate names holds nothing, and is refused when the last answer is too old.
TEST_F(MembershipTest, ARoundAsksEverybodyWhereAWebServerVouchesForThem) {
  ASSERT_THAT(site_.store.accounts().end_sessions(alice_, kStart, kSomebody), IsOk());
  membership::MemberRound round(parts_, site_.clock, site_.log);
  const provider::Provider& idp = *site_.pages->providers().find("idp");
  for (config::Vouching* const vouching :
       {static_cast<config::Vouching*>(&site_.config.certificate),
        static_cast<config::Vouching*>(&site_.config.remote_user)}) {
    site_.clock.advance(Seconds(300));
    site_.provider.issue_at(site_.clock.now());
    EXPECT_EQ(round.run(idp)->asked, 0);
    vouching->same_people_as = "idp";
    EXPECT_EQ(round.run(idp)->asked, 0) << "the web server vouches for nobody";
    vouching->enabled = true;
    EXPECT_EQ(round.run(idp)->confirmed, 1);
    vouching->enabled = false;
  }
}

TEST_F(MembershipTest, ARoundLeavesALimitingProviderAlone) {
  membership::MemberRound round(parts_, site_.clock, site_.log);
  site_.clock.advance(Seconds(300));
  answer("/token", FakeProvider::json("{}", 500));
  EXPECT_EQ(round.run(*site_.pages->providers().find("idp"))->unanswered, 1);
  // Tried again after half a minute, then a minute, and so on.
  EXPECT_EQ(kept().due, site_.clock.now() + Seconds(30));
}

TEST_F(MembershipTest, ARoundWithoutAnyAnswerIsNoSuccessUntilThereIsOne) {
  membership::MemberRound round(parts_, site_.clock, site_.log);
  role::Housekeeper housekeeper(site_.store, site_.pages->providers(), "test", site_.log, &round);
  const auto success = [&] {
    housekeeper.run(site_.clock);
    const auto tasks = site_.store.tasks().list();
    const auto found = std::ranges::find(*tasks, "membership:idp", &store::TaskState::name);
    return found != tasks->end() ? found->succeeded : std::nullopt;
  };
  const TimePoint good = site_.clock.now();
  EXPECT_EQ(success(), good);
  site_.clock.advance(Seconds(300));
  answer("/token", FakeProvider::json("{}", 500));
  EXPECT_EQ(success(), good);
  site_.clock.advance(Seconds(10));
  EXPECT_EQ(success(), good) << "nobody was due";
  site_.clock.advance(Seconds(30));
  site_.provider.answers.clear();
  site_.provider.issue_at(site_.clock.now());
  EXPECT_EQ(success(), site_.clock.now());
}

// A grant that cannot be opened says nothing of the provider.
TEST_F(MembershipTest, ARoundThatCouldAskNobodyIsASuccess) {
  ASSERT_THAT(site_.store.memberships().signed_in(
                  alice_, "idp", "not sealed by us", {site_.clock.now(), site_.clock.now(),
                                      site_.clock.now() + Seconds(600)}),
              IsOk());
  membership::MemberRound round(parts_, site_.clock, site_.log);
  const auto report = round.run(*site_.pages->providers().find("idp"));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->unanswered, 1);
  EXPECT_FALSE(report->silent);
}

class MembershipOfSessionsOnly : public MembershipTest {
 protected:
  MembershipOfSessionsOnly()
      : MembershipTest([](config::Config& config) { config.membership.credentials = false; }) {}
};

TEST_F(MembershipOfSessionsOnly, LeavesCredentialsAlone) {
  site_.provider.gone = true;
  EXPECT_EQ(ask().state, MemberState::kLost);
  EXPECT_EQ(session(), model::Reason::kExpiredSession);
  EXPECT_EQ(credential_epoch(), 0);
}

class MembershipOfGroups : public MembershipTest {
 protected:
  MembershipOfGroups()
      : MembershipTest([](config::Config& config) {
          config.providers[0].allowed_groups = {"ops", "admins"};
        }) {}
};

TEST_F(MembershipOfGroups, EndsWithTheLastGroupThatIsAllowedO7) {
  site_.provider.claims["groups"] = R"(["dev","ops-of-others"])";
  EXPECT_EQ(ask().state, MemberState::kLost);
  EXPECT_EQ(session(), model::Reason::kExpiredSession);
}

TEST_F(MembershipOfGroups, RefusesTheSignInWithAPageAndEndsWhatThereIs) {
  site_.provider.claims["groups"] = R"(["dev"])";
  Browser another(site_);
  const model::Answer answer = another.sign_in();
  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(answer.body.contains("not a member of one of the groups")) << answer.body;
  EXPECT_FALSE(another.cookies.contains(kSessionCookie));
  EXPECT_EQ(session(), model::Reason::kExpiredSession);
  EXPECT_EQ(credential_epoch(), 1);
}

// Many providers give groups for a scope only: then nobody is in any, and the log must say why.
TEST_F(MembershipOfGroups, TellsTheAdministratorThatNoClaimForThemCame) {
  site_.provider.claims.erase("groups");
  const std::string detail = "the provider sent no claim `groups`; see scopes of the provider";
  EXPECT_EQ(ask().detail, detail);
  Browser another(site_);
  const model::Answer answer = another.sign_in();
  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(answer.body.contains("not a member of one of the groups")) << answer.body;
  EXPECT_FALSE(answer.body.contains("claim")) << answer.body;
  EXPECT_EQ(kept().detail, detail);
}

TEST(MembershipSettings, LimitWhoSignedInBeforeAndFreeThemAgain) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  const AccountId alice = site.store.accounts().find_by_name("alice")->id;
  EXPECT_THAT(site.store.memberships().find(alice), FailsWith(ErrorCode::kNotFound));
  const TimePoint until = site.clock.now() + Seconds(3900);
  EXPECT_EQ(site.store.memberships().settle("idp", site.clock.now(), until), 1);
  EXPECT_EQ(site.store.memberships().find(alice)->until, until);
  EXPECT_EQ(site.store.memberships().settle("idp", site.clock.now(), until), 0);
  EXPECT_EQ(site.store.memberships().settle("idp", site.clock.now(), std::nullopt), 1);
  const SecretString token(std::string_view(browser.cookies[kSessionCookie]));
  site.clock.advance(Seconds(4000));
  EXPECT_TRUE(site.resolver->resolve_session(token, site.clock.now()).has_value());
}

}  // namespace
}  // namespace latchkey::testing
