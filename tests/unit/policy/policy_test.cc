#include "latchkey/policy/policy.h"

#include <gtest/gtest.h>

#include "support/configs.h"
#include "support/identities.h"
#include "support/results.h"

namespace latchkey::policy {
namespace {

using config::Who;
using model::Reason;

Policy policy_of(const config::Config& config) {
  Result<Policy> policy = Policy::from(config);
  LK_ASSERT(policy.has_value());
  return *std::move(policy);
}

config::Rule rule(Who who) {
  config::Rule rule;
  rule.who = who;
  return rule;
}

model::AuthQuery ask(std::string method = "GET", std::string path = "/",
                     std::string host = "nexus.example") {
  model::AuthQuery query;
  query.request.scheme = model::Scheme::kHttps;
  query.request.method = std::move(method);
  query.request.path = std::move(path);
  query.request.host = std::move(host);
  return query;
}

model::Decision decided(const config::Config& config, const model::AuthQuery& query,
                        model::Identity identity) {
  const Policy policy = policy_of(config);
  return policy.decide(query, policy.settings(query.request.host, query.request.path),
                       std::move(identity));
}

config::Config with_rules(std::vector<config::Rule> rules) {
  config::Config config = example_config();
  config.rules = std::move(rules);
  return config;
}

// Rules.

TEST(Rules, DenyWhenNoneMatches) {
  config::Rule other = rule(Who::kAnyone);
  other.paths = {"/public"};
  const auto decision = decided(with_rules({other}), ask(), by_session(account_named("alice")));
  EXPECT_EQ(decision.reason(), Reason::kNoRule);
  EXPECT_EQ(decision.rule, 0u);
}

TEST(Rules, DenyWhenThereAreNone) {
  EXPECT_EQ(decided(with_rules({}), ask(), nobody()).reason(), Reason::kNoRule);
}

TEST(Rules, TheFirstMatchDecides) {
  config::Rule closed = rule(Who::kNobody);
  closed.paths = {"/admin"};
  const config::Config config = with_rules({closed, rule(Who::kAnyone)});
  const auto denied = decided(config, ask("GET", "/admin/x"), by_session(account_named("alice")));
  EXPECT_EQ(denied.reason(), Reason::kRuleDenied);
  EXPECT_EQ(denied.rule, 1u);
  EXPECT_EQ(decided(config, ask("GET", "/adminx"), nobody()).rule, 2u);
}

TEST(Rules, MayWantAMembershipThatWasConfirmedLately) {
  config::Rule fresh = rule(Who::kAuthenticated);
  fresh.membership_age = Seconds(600);
  const auto reason_at = [&](std::optional<Seconds> age) {
    return decided(with_rules({fresh}), ask(), by_session(account_named("alice"), age)).reason();
  };
  EXPECT_EQ(reason_at(Seconds(600)), Reason::kAllowed);
  EXPECT_EQ(reason_at(Seconds(601)), Reason::kMembershipTooOld);
}

TEST(Rules, ThatWantAConfirmedMembershipRefuseWhomNobodyIsAskedAboutO7) {
  config::Rule fresh = rule(Who::kAuthenticated);
  fresh.membership_age = Seconds(600);
  const auto decision = decided(with_rules({fresh}), ask(), by_session(account_named("alice")));
  EXPECT_EQ(decision.reason(), Reason::kMembershipTooOld);
}

TEST(Rules, AnyoneLetsAnonymousIn) {
  const auto decision = decided(with_rules({rule(Who::kAnyone)}), ask(), nobody());
  ASSERT_TRUE(decision.allowed());
  EXPECT_TRUE(decision.identity()->anonymous());
}

TEST(Rules, AuthenticatedAsksAnonymousForACredential) {
  EXPECT_EQ(decided(example_config(), ask(), nobody()).reason(), Reason::kNoCredential);
}

TEST(Rules, ListedUsersAreComparedByteByByte) {
  config::Rule listed = rule(Who::kListed);
  listed.users = {"alice"};
  const config::Config config = with_rules({listed});
  EXPECT_TRUE(decided(config, ask(), by_session(account_named("alice"))).allowed());
  EXPECT_EQ(decided(config, ask(), by_session(account_named("Alice"))).reason(),
            Reason::kRuleDenied);
  EXPECT_EQ(decided(config, ask(), nobody()).reason(), Reason::kNoCredential);
}

TEST(Rules, ListedGroupsAreComparedWholeO7) {
  config::Rule listed = rule(Who::kListed);
  listed.groups = {"devs"};
  const config::Config config = with_rules({listed});
  EXPECT_TRUE(decided(config, ask(), by_session(account_named("a", {"x", "devs"}))).allowed());
  for (const char* group : {"devs2", "Devs", "", "x/devs"}) {
    const auto decision = decided(config, ask(), by_session(account_named("a", {group})));
    EXPECT_EQ(decision.reason(), Reason::kRuleDenied) << group;
  }
  EXPECT_FALSE(decided(config, ask(), by_session(account_named("a"))).allowed());
}

TEST(Rules, ListedWithEmptyListsIsNobodyO18) {
  const auto decision =
      decided(with_rules({rule(Who::kListed)}), ask(), by_session(account_named("")));
  EXPECT_EQ(decision.reason(), Reason::kRuleDenied);
}

model::Identity with_mail(std::string mail, bool verified) {
  model::Account account = account_named("alice");
  account.profile.mail = std::move(mail);
  account.profile.mail_verified = verified;
  return by_session(std::move(account));
}

TEST(Rules, AMailsDomainIsThePartAfterItsOnlyAtO13) {
  config::Rule listed = rule(Who::kListed);
  listed.mail_domains = {"corp.test"};
  const config::Config config = with_rules({listed});
  EXPECT_TRUE(decided(config, ask(), with_mail("a@corp.test", true)).allowed());
  EXPECT_TRUE(decided(config, ask(), with_mail("a@CORP.test", true)).allowed());
  for (const char* mail : {"a@evil.test@corp.test", "a@sub.corp.test", "a@xcorp.test",
                           "a@corp.test.evil", "corp.test", "@", ""}) {
    EXPECT_FALSE(decided(config, ask(), with_mail(mail, true)).allowed()) << mail;
  }
}

TEST(Rules, AnUnverifiedMailProvesNothingO13) {
  config::Rule listed = rule(Who::kListed);
  listed.mail_domains = {"corp.test"};
  listed.mails = {"a@corp.test"};
  EXPECT_FALSE(decided(with_rules({listed}), ask(), with_mail("a@corp.test", false)).allowed());
}

TEST(Rules, MatchHostsMethodsAndPathsTogether) {
  config::Rule narrow = rule(Who::kAnyone);
  narrow.hosts = {"*.apps.example"};
  narrow.methods = {"GET"};
  narrow.paths = {"/files/*/public"};
  const config::Config config = with_rules({narrow});
  EXPECT_TRUE(decided(config, ask("GET", "/files/7/public/x", "a.apps.example"), nobody()).allowed());
  EXPECT_FALSE(decided(config, ask("HEAD", "/files/7/public", "a.apps.example"), nobody()).allowed());
  EXPECT_FALSE(decided(config, ask("get", "/files/7/public", "a.apps.example"), nobody()).allowed());
  EXPECT_FALSE(decided(config, ask("GET", "/files/7/8/public", "a.apps.example"), nobody()).allowed());
  EXPECT_FALSE(decided(config, ask("GET", "/files/7/public", "nexus.example"), nobody()).allowed());
}

TEST(Rules, NeverSeeTheQueryO8) {
  config::Rule open = rule(Who::kAnyone);
  open.paths = {"/public"};
  model::AuthQuery query = ask("GET", "/admin");
  query.request.query = "x=/public/";
  EXPECT_FALSE(decided(with_rules({open}), query, nobody()).allowed());
}

// Sessions and other sites.

TEST(Session, MayReadFromAnywhere) {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "PROPFIND"}) {
    model::AuthQuery query = ask(method);
    query.hints.sec_fetch_site = "cross-site";
    EXPECT_TRUE(decided(example_config(), query, by_session(account_named("a"))).allowed());
  }
}

TEST(Session, MayNotWriteFromAnotherSiteC5) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "MKCOL", "BREW", "get"}) {
    model::AuthQuery query = ask(method);
    query.hints.origin = "https://evil.example";
    EXPECT_EQ(decided(example_config(), query, by_session(account_named("a"))).reason(),
              Reason::kCrossSite)
        << method;
  }
}

TEST(Session, MayWriteFromOurPages) {
  model::AuthQuery query = ask("POST");
  query.hints.sec_fetch_site = "same-origin";
  EXPECT_TRUE(decided(example_config(), query, by_session(account_named("a"))).allowed());
}

TEST(Session, MayWriteForAProgramThatSaysNothing) {
  EXPECT_TRUE(decided(example_config(), ask("POST"), by_session(account_named("a"))).allowed());
}

TEST(Session, MayNotOpenAWebSocketWithoutTheProof) {
  model::AuthQuery query = ask("GET");
  query.hints.wants_upgrade = true;
  EXPECT_EQ(decided(example_config(), query, by_session(account_named("a"))).reason(),
            Reason::kCrossSite);
  query.hints.origin = "https://nexus.example";
  EXPECT_TRUE(decided(example_config(), query, by_session(account_named("a"))).allowed());
}

TEST(Session, MayWriteFromAnywhereWhereThePathSaysSo) {
  config::Config config = example_config();
  config::Path open{.prefix = "/hooks", .challenge = {}, .authorization = {}, .encoded_slash = {},
                    .cross_site = config::CrossSite::kAllow};
  config.path_settings = {open};
  model::AuthQuery query = ask("POST", "/hooks/x");
  query.hints.origin = "https://evil.example";
  EXPECT_TRUE(decided(config, query, by_session(account_named("a"))).allowed());
}

TEST(Token, NeedsNoProofAsNoOtherSiteCanSendIt) {
  model::AuthQuery query = ask("PUT");
  query.hints.origin = "https://evil.example";
  EXPECT_TRUE(decided(example_config(), query, by_token(account_named("a"))).allowed());
}

TEST(Token, IsHeldToItsScopesN17) {
  const auto identity = by_token(account_named("a"), {"read"});
  EXPECT_TRUE(decided(example_config(), ask("GET"), identity).allowed());
  EXPECT_EQ(decided(example_config(), ask("PUT"), identity).reason(), Reason::kScopeDenied);
}

TEST(Token, ScopesCannotWidenARule) {
  const auto identity = by_token(account_named("a"), {"path:/"});
  EXPECT_EQ(decided(with_rules({rule(Who::kNobody)}), ask(), identity).reason(),
            Reason::kRuleDenied);
}

TEST(Decision, NamesWhoWasRefused) {
  const auto decision =
      decided(with_rules({rule(Who::kNobody)}), ask(), by_session(account_named("alice")));
  ASSERT_TRUE(decision.identity().has_value());
  EXPECT_EQ(decision.identity()->profile().user_name, "alice");
  EXPECT_FALSE(decision.allowed());
}

// Settings of paths and hosts.

TEST(Settings, KnowTheBuiltInClasses) {
  const Policy policy = policy_of(example_config());
  const auto challenge = [&](const char* path) {
    return policy.settings("nexus.example", path).challenge;
  };
  EXPECT_EQ(challenge("/v2"), config::Challenge::kDocker);
  EXPECT_EQ(challenge("/v2/"), config::Challenge::kDocker);
  EXPECT_EQ(challenge("/v2/x/manifests/latest"), config::Challenge::kDocker);
  EXPECT_EQ(challenge("/v2foo"), config::Challenge::kBrowser);
  EXPECT_EQ(challenge("/repository/x"), config::Challenge::kBasic);
  EXPECT_EQ(challenge("/repositoryx"), config::Challenge::kBrowser);
  EXPECT_EQ(challenge("/"), config::Challenge::kBrowser);
}

TEST(Settings, TheLongestPrefixDecidesEachSetting) {
  config::Config config = example_config();
  config::Path whole;
  whole.prefix = "/jenkins";
  whole.authorization = config::AuthorizationUse::kApplication;
  whole.encoded_slash = config::EncodedSlash::kKeep;
  config::Path part;
  part.prefix = "/jenkins/git";
  part.authorization = config::AuthorizationUse::kLatchkey;
  part.challenge = config::Challenge::kBasic;
  config.path_settings = {whole, part};
  const Policy policy = policy_of(config);
  const PathSettings below = policy.settings("nexus.example", "/jenkins/git/x");
  EXPECT_EQ(below.authorization, config::AuthorizationUse::kLatchkey);
  EXPECT_EQ(below.encoded_slash, config::EncodedSlash::kKeep);
  EXPECT_EQ(below.challenge, config::Challenge::kBasic);
  EXPECT_EQ(policy.settings("nexus.example", "/jenkins/job").authorization,
            config::AuthorizationUse::kApplication);
  EXPECT_EQ(policy.settings("nexus.example", "/jenkinsx").authorization,
            config::AuthorizationUse::kLatchkey);
}

TEST(Settings, AHostWhereNobodyBrowsesIsAPrograms) {
  const Policy policy = policy_of(example_config());
  EXPECT_EQ(policy.settings("docker.example", "/").challenge, config::Challenge::kBasic);
  EXPECT_EQ(policy.settings("docker.example", "/v2/").challenge, config::Challenge::kDocker);
  EXPECT_EQ(policy.settings("evil.example", "/").challenge, config::Challenge::kBrowser);
}

// What is looked at before any credential.

Reason refused(const config::Config& config, const model::CanonicalRequest& request) {
  const Policy policy = policy_of(config);
  const auto step = policy.admit(request, policy.settings(request.host, request.path));
  return step ? Reason::kAllowed : step.error().reason();
}

TEST(Admission, RefusesUnknownAndMissingHosts) {
  EXPECT_EQ(refused(example_config(), ask().request), Reason::kAllowed);
  EXPECT_EQ(refused(example_config(), ask("GET", "/", "evil.example").request),
            Reason::kUnknownHost);
  EXPECT_EQ(refused(example_config(), ask("GET", "/", "").request), Reason::kUnknownHost);
}

TEST(Admission, EnforcesHttpsButForExemptHosts) {
  config::Config config = example_config();
  config.site.enforce_https = true;
  model::CanonicalRequest request = ask().request;
  request.scheme = model::Scheme::kHttp;
  EXPECT_EQ(refused(config, request), Reason::kHttpsRequired);
  request.host = "docker.example";
  EXPECT_EQ(refused(config, request), Reason::kAllowed);
}

TEST(Admission, RefusesAnEncodedSlashUnlessKeptN5) {
  config::Config config = example_config();
  config::Path npm;
  npm.prefix = "/repository/npm";
  npm.encoded_slash = config::EncodedSlash::kKeep;
  config.path_settings = {npm};
  model::CanonicalRequest request = ask("GET", "/repository/npm/@a%2Fb").request;
  request.has_encoded_slash = true;
  EXPECT_EQ(refused(config, request), Reason::kAllowed);
  request.path = "/repository/maven/a%2Fb";
  EXPECT_EQ(refused(config, request), Reason::kAmbiguousTarget);
}

// Health.

TEST(Health, IsAConfiguredAgentOnExactlyThePath) {
  config::Config config = example_config();
  config.health.user_agents = {"kube-probe|GoogleHC"};
  const Policy policy = policy_of(config);
  model::ClientHints hints;
  hints.user_agent = "x Kube-Probe/1.2";
  EXPECT_TRUE(policy.is_health(ask("POST", "/", "evil.example").request, hints));
  EXPECT_FALSE(policy.is_health(ask("GET", "/foo").request, hints));
  EXPECT_FALSE(policy.is_health(ask("GET", "").request, hints));
  hints.user_agent = "curl/8";
  EXPECT_FALSE(policy.is_health(ask().request, hints));
  hints.user_agent.clear();
  EXPECT_FALSE(policy.is_health(ask().request, hints));
}

TEST(Health, IsNobodyByDefault) {
  model::ClientHints hints;
  hints.user_agent = "GoogleHC/1.0";
  EXPECT_FALSE(policy_of(example_config()).is_health(ask().request, hints));
}

TEST(Health, RefusesAPatternThatDoesNotCompile) {
  config::Config config = example_config();
  config.health.user_agents = {"("};
  EXPECT_THAT(Policy::from(config), FailsWith(ErrorCode::kMalformed));
}

TEST(DependsOnPaths, LooksAtRulesAndPathSettings) {
  config::Config config = example_config();
  EXPECT_FALSE(depends_on_paths(config));
  config.rules[0].paths = {"/"};
  EXPECT_FALSE(depends_on_paths(config));
  config.rules[0].paths = {"/admin"};
  EXPECT_TRUE(depends_on_paths(config));
}

}  // namespace
}  // namespace latchkey::policy
