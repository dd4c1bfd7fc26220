// REMOTE_USER at the decision: whom the web server has authenticated by its own means.
#include <gtest/gtest.h>

#include "world.h"

namespace latchkey::flow {
namespace {

struct Remote : World {
  Remote() {
    config.remote_user.enabled = true;
    restart();
  }

  static Request of(std::string name, Request request = get("/x")) {
    return std::move(request).with("REMOTE_USER", std::move(name));
  }

  // The user whom the web server's name becomes, or the reason why nobody.
  std::string user(const std::string& name) {
    const model::Answer answer = ask(Dialect::kNginx, of(name));
    return answer.status == 200 ? user_of(answer, Dialect::kNginx) : reason(of(name));
  }
};

TEST(RemoteUser, IsWhomTheWebServerNamesInEveryDialect) {
  Remote world;
  for (const Dialect dialect : kDialects) {
    EXPECT_EQ(user_of(world.ask(dialect, Remote::of("ann")), dialect), "ann") << name_of(dialect);
  }
  EXPECT_EQ(field(world.ask(Dialect::kNginx, Remote::of("ann")), "X-Latchkey-Auth"), "remote-user");
}

TEST(RemoteUser, IsNobodyWhereTheConfigurationDoesNotSaySo) {
  World world;
  EXPECT_EQ(world.reason(Remote::of("ann")), "no_credential");
  Remote elsewhere;
  elsewhere.config.remote_user.hosts = {"docker.example"};
  elsewhere.restart();
  EXPECT_EQ(elsewhere.reason(Remote::of("ann")), "no_credential");
}

TEST(RemoteUser, SpelledByTheClientAsAFieldIsNobodyO9N1) {
  Remote world;
  EXPECT_EQ(world.reason(get("/x")
                             .with("HTTP_REMOTE_USER", "admin")
                             .with("HTTP_X_REMOTE_USER", "admin")
                             .with("REMOTE_USER", "")),
            "no_credential");
}

TEST(RemoteUser, OverAPortNeedsThePeersSecretC13) {
  Remote world;
  world.transport = model::Transport::kTcp;
  EXPECT_EQ(world.reason(Remote::of("admin")), "no_credential");
  world.config.pool.peer_secret = SecretString(std::string_view("a secret of thirty-two characters"));
  world.restart();
  EXPECT_EQ(world.reason(Remote::of("admin")), "internal");
  const std::string secret(world.config.pool.peer_secret.reveal());
  EXPECT_EQ(world.reason(Remote::of("ann").with("LATCHKEY_PEER_SECRET", secret)), "allowed");
}

TEST(RemoteUser, OfOurOwnAnswerProvesNothingWhenItComesBack) {
  Remote world;
  for (const char* const ours : {"LATCHKEY_AUTH", "REDIRECT_LATCHKEY_AUTH",
                                 "REDIRECT_REDIRECT_LATCHKEY_AUTH"}) {
    EXPECT_EQ(world.reason(Remote::of("ann").with(ours, "session")), "no_credential") << ours;
  }
}

TEST(RemoteUser, LosesItsRealmOnlyIfThatIsNamed) {
  Remote world;
  world.config.remote_user.realms = {"EXAMPLE.ORG"};
  world.restart();
  EXPECT_EQ(world.user("ann@EXAMPLE.ORG"), "ann");
  EXPECT_EQ(world.user("host/db@EXAMPLE.ORG"), "host/db");
  for (const char* const name : {"ann@EVIL.TEST", "ann@example.org", "ann", "ann@", "@EXAMPLE.ORG",
                                 "ann@EXAMPLE.ORG@EVIL.TEST", "ann@EVIL.TEST@EXAMPLE.ORG",
                                 "ann\\@EVIL.TEST@EXAMPLE.ORG", "CORP\\ann@EXAMPLE.ORG",
                                 "CORP\\ann"}) {
    EXPECT_EQ(world.user(name), "unusable_proof") << name;
  }
}

TEST(RemoteUser, LosesItsDomainOnlyIfThatIsNamed) {
  Remote world;
  world.config.remote_user.domains = {"CORP"};
  world.restart();
  EXPECT_EQ(world.user("CORP\\ann"), "ann");
  EXPECT_EQ(world.user("corp\\ann"), "ann");
  for (const char* const name : {"EVIL\\ann", "ann", "\\ann", "CORP\\", "CORP\\EVIL\\ann"}) {
    EXPECT_EQ(world.user(name), "unusable_proof") << name;
  }
}

TEST(RemoteUser, WithARealmIsNobodyWhereNoneIsNamed) {
  Remote world;
  EXPECT_EQ(world.user("ann"), "ann");
  EXPECT_EQ(world.user("ann@EXAMPLE.ORG"), "unusable_proof");
  EXPECT_EQ(world.user("CORP\\ann"), "unusable_proof");
}

TEST(RemoteUser, KeepsItsRealmWhereThatIsTheRule) {
  Remote world;
  world.config.remote_user.realm = config::Realm::kKeep;
  world.restart();
  EXPECT_EQ(world.user("ann@uni.test"), "ann@uni.test");
  world.config.remote_user.realms = {"uni.test"};
  world.restart();
  EXPECT_EQ(world.user("ann@uni.test"), "ann@uni.test");
  EXPECT_EQ(world.user("ann@other.test"), "unusable_proof");
}

TEST(RemoteUser, FollowsTheRuleOfLetters) {
  Remote world;
  EXPECT_EQ(world.user("Ann"), "Ann");
  world.config.remote_user.lower_case = true;
  world.restart();
  EXPECT_EQ(world.user("BOB"), "bob");
}

TEST(RemoteUser, ThatIsNoNameIsNobodyM21) {
  Remote world;
  for (const std::string name : {"ann\r\nX: y", "ad\xC4\xB1n", " ann", "a:b"}) {
    EXPECT_EQ(world.user(name), "unusable_proof") << name;
  }
  EXPECT_EQ(world.user(std::string(2000, 'a')), "unusable_proof");
}

TEST(RemoteUser, IsReadFromTheConfiguredVariables) {
  Remote world;
  config::RemoteUser& settings = world.config.remote_user;
  settings.variable = "OIDC_CLAIM_sub";
  settings.groups_variable = "GROUPS";
  settings.groups_delimiter = ";";
  settings.mail_variable = "MAIL";
  settings.display_name_variable = "CN";
  world.restart();
  const model::Answer answer = world.ask(Dialect::kNginx, Remote::of("eve")
                                                              .with("OIDC_CLAIM_sub", "ann")
                                                              .with("GROUPS", "devs; ops;;a|b")
                                                              .with("MAIL", "ann@corp.test")
                                                              .with("CN", "Ann Lee"));
  EXPECT_EQ(field(answer, "X-Forwarded-User"), "ann");
  EXPECT_EQ(field(answer, "X-Forwarded-Groups"), "devs|ops");
  EXPECT_EQ(field(answer, "X-Forwarded-Mail"), "ann@corp.test");
  EXPECT_EQ(field(answer, "X-Forwarded-DisplayName"), "Ann Lee");
}

TEST(RemoteUser, ComesWithASchemeThatTheWebServerHasDealtWith) {
  Remote world;
  const Request ticket = Remote::of("ann").with("HTTP_AUTHORIZATION", "Negotiate YIIabc==");
  EXPECT_EQ(world.reason(ticket), "allowed");
  // Where the web server asks for tickets elsewhere, some clients send theirs everywhere.
  EXPECT_EQ(world.reason(Request(ticket).with("REMOTE_USER", "")), "no_credential");
  const Request basic = by_basic(Remote::of("ann"), "ann", "her password");
  EXPECT_EQ(world.reason(basic), "bad_credential");
  world.config.remote_user.authorization_schemes = {"Basic"};
  world.restart();
  EXPECT_EQ(world.reason(basic), "allowed");
  EXPECT_EQ(world.reason(by_basic(get("/x"), "ann", "her password")), "bad_credential");
}

TEST(RemoteUser, IsAskedAfterAuthorizationCookieAndCertificate) {
  Remote world;
  const model::Account bob = world.account("bob");
  const auto user = [&](const Request& request) {
    return user_of(world.ask(Dialect::kNginx, request), Dialect::kNginx);
  };
  EXPECT_EQ(user(by_bearer(Remote::of("ann"), world.token(bob))), "bob");
  EXPECT_EQ(user(by_cookie(Remote::of("ann"), world.session(bob))), "bob");
  world.config.certificate.enabled = true;
  world.config.certificate.issuers = {"CN=People CA"};
  world.restart();
  EXPECT_EQ(user(Remote::of("ann")
                     .with("SSL_CLIENT_VERIFY", "SUCCESS")
                     .with("SSL_CLIENT_I_DN", "CN=People CA")
                     .with("SSL_CLIENT_S_DN", "CN=carol")),
            "carol");
}

TEST(RemoteUser, WithTheNameOfAnotherSourcesPersonIsRefusedNeverMerged) {
  Remote world;
  world.account("ann", {"admins"});
  EXPECT_EQ(world.user("ann"), "unusable_proof");
  world.config.remote_user.same_people_as = "company";
  world.restart();
  EXPECT_EQ(world.user("ann"), "ann");
}

TEST(RemoteUser, OfADisabledAccountIsRefusedN18) {
  Remote world;
  ASSERT_EQ(world.user("ann"), "ann");
  const auto ann = world.store->accounts().find_by_subject("remote-user", "ann");
  ASSERT_THAT(world.store->accounts().disable(ann->id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.user("ann"), "account_disabled");
}

TEST(RemoteUser, IsNeverKeptByTheCacheWhoseKeyDoesNotNameIt) {
  Remote world;
  world.config.cache.seconds = Seconds(300);
  world.restart();
  EXPECT_EQ(field(world.ask(Dialect::kNginx, Remote::of("ann")), "X-Accel-Expires"), "0");
}

// ---- with a directory

struct Enriched : Remote {
  Enriched() {
    config.ldap = ldap_settings("remote-user");
    ldap.add("ann", {"of-the-directory"});
    restart();
  }
  std::string groups(const Request& request = Remote::of("ann")) {
    return field(ask(Dialect::kNginx, request), "X-Forwarded-Groups");
  }
};

TEST(RemoteUser, IsLookedUpInTheDirectoryAtFirstSightOnly) {
  Enriched world;
  EXPECT_EQ(world.groups(), "of-the-directory");
  EXPECT_EQ(world.groups(), "of-the-directory");
  EXPECT_EQ(world.ldap.asked, 1);
}

TEST(RemoteUser, WaitsBehindTheGateAtFirstSightOnly) {
  Enriched world;
  world.gate.open = false;
  EXPECT_EQ(world.reason(Remote::of("ann")), "store_unavailable");
  world.gate.open = true;
  EXPECT_EQ(world.reason(Remote::of("ann")), "allowed");
  world.gate.open = false;
  EXPECT_EQ(world.reason(Remote::of("ann")), "allowed");
}

TEST(RemoteUser, WhomTheDirectoryDoesNotKnowIsRefused) {
  Enriched world;
  EXPECT_EQ(world.user("eve"), "account_disabled");
}

struct Directorys : Remote {
  Directorys() {
    config.ldap = ldap_settings("");
    config.remote_user.same_people_as = "ldap";
    ldap.add("ann", {"of-the-directory"});
    restart();
  }
};

TEST(RemoteUser, IsTheDirectorysPersonWhereThatIsSaid) {
  Directorys world;
  const Request ann = Remote::of("ann");
  EXPECT_EQ(field(world.ask(Dialect::kNginx, ann), "X-Forwarded-Groups"), "of-the-directory");
  EXPECT_EQ(world.store->accounts().find_by_name("ann")->provider, "ldap");
  const int asked = world.ldap.asked;
  world.ldap.down = true;
  EXPECT_EQ(world.user("ann"), "ann");
  EXPECT_EQ(world.ldap.asked, asked);
}

TEST(RemoteUser, IsTheSamePersonAsTheOneOfTheDirectorysPassword) {
  Directorys world;
  world.config.ldap->basic = true;
  world.restart();
  ASSERT_EQ(world.user("ann"), "ann");
  const model::Account ann = *world.store->accounts().find_by_name("ann");
  EXPECT_EQ(world.reason(by_basic(get("/x"), "ann", "ann-pw")), "allowed");
  EXPECT_EQ(world.store->accounts().find_by_name("ann")->id, ann.id);
}

TEST(RemoteUser, WhomTheDirectoryDoesNotKnowIsNobodyOfItsPeople) {
  Directorys world;
  EXPECT_EQ(world.user("eve"), "account_disabled");
  EXPECT_THAT(world.store->accounts().find_by_name("eve"), FailsWith(ErrorCode::kNotFound));
  world.ldap.down = true;
  EXPECT_EQ(world.user("bob"), "store_unavailable");
}

TEST(RemoteUser, SpelledInAnotherWayIsOnePersonOfTheDirectory) {
  Directorys world;
  world.ldap.entries["ANN"] = world.ldap.entries["ann"];  // as a directory compares
  EXPECT_EQ(world.user("ANN"), "ann");
  EXPECT_EQ(world.user("ann"), "ann");
}

TEST(RemoteUser, GetsNoGroupsOfTheWebServerWhereTheDirectorySpeaks) {
  Enriched world;
  world.config.remote_user.groups_variable = "GROUPS";
  world.restart();
  for (const char* const said : {"admins", "admins", "others"}) {
    EXPECT_EQ(world.groups(Remote::of("ann").with("GROUPS", said)), "of-the-directory");
  }
  EXPECT_EQ(world.ldap.asked, 2);  // once more for the news
}

TEST(RemoteUser, IsSentToSignInInAnotherWayIfNobodys) {
  Remote world;
  const Request request = navigation("/x").with("REMOTE_USER", "ann@EVIL.TEST");
  EXPECT_EQ(world.client_sees(Dialect::kNginx, request).status, 302);
}

}  // namespace
}  // namespace latchkey::flow
