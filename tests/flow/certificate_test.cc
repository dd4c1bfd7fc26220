// Client certificates at the decision: what the web server says of one, in every dialect.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/certificates.h"
#include "world.h"

namespace latchkey::flow {
namespace {

struct Certificates : World {
  Certificates() {
    config.certificate.enabled = true;
    config.certificate.ca_file = directory.path() + "/people-ca.crt";
    trust(authority_of({.subject = {}}));
    restart();
  }

  // Makes these the authorities in the file.
  void trust(const std::string& pem) const {
    const std::string fresh = config.certificate.ca_file + ".new";
    std::ofstream(fresh) << pem;
    std::filesystem::rename(fresh, config.certificate.ca_file);
  }

  // The reason for a request with this certificate, verified.
  std::string reason_of(const CertificatePlan& plan, Request request = get("/x")) {
    return reason(verified(certificate_of(plan), std::move(request)));
  }

  static Request verified(std::string pem, Request request = get("/x")) {
    return std::move(request)
        .with("SSL_CLIENT_VERIFY", "SUCCESS")
        .with("SSL_CLIENT_CERT", std::move(pem));
  }

  // The user to whom a certificate with this subject belongs, or the reason why to nobody.
  std::string user(const CertificatePlan& plan) {
    const model::Answer answer = ask(Dialect::kApache, verified(certificate_of(plan)));
    return answer.status == 200 ? user_of(answer, Dialect::kApache) : reason_of(plan);
  }

  TempDir directory;
};

const CertificatePlan kAnn{.subject = {{"O", "Corp"}, {"CN", "ann"}}};

TEST(Certificate, ProvesItsHolderInEveryDialect) {
  Certificates world;
  for (const Dialect dialect : kDialects) {
    const model::Answer answer =
        world.ask(dialect, Certificates::verified(certificate_of(kAnn)));
    EXPECT_EQ(user_of(answer, dialect), "ann") << name_of(dialect);
  }
  const model::Answer answer =
      world.ask(Dialect::kNginx, Certificates::verified(certificate_of(kAnn)));
  EXPECT_EQ(field(answer, "X-Latchkey-Auth"), "certificate");
}

TEST(Certificate, IsNothingWithoutTheWebServersSuccess) {
  Certificates world;
  for (const char* const said : {"", "NONE", "GENEROUS", "FAILED:certificate has expired",
                                 "FAILED", "success", "SUCCESS ", "SUCCESS:x"}) {
    const Request request =
        Certificates::verified(certificate_of(kAnn)).with("SSL_CLIENT_VERIFY", said);
    EXPECT_EQ(world.reason(request), "no_credential") << said;
  }
  EXPECT_EQ(world.reason(Certificates::verified(certificate_of(kAnn)).without("SSL_CLIENT_VERIFY")),
            "no_credential");
}

TEST(Certificate, IsNothingWhereTheConfigurationDoesNotSaySo) {
  World world;
  EXPECT_EQ(world.reason(Certificates::verified(certificate_of(kAnn))), "no_credential");
}

TEST(Certificate, IsNothingOnOtherHosts) {
  Certificates world;
  world.config.certificate.hosts = {"docker.example"};
  world.restart();
  EXPECT_EQ(world.reason_of(kAnn), "no_credential");
  EXPECT_EQ(world.reason_of(kAnn, get("/x").with("HTTP_HOST", "docker.example")), "allowed");
}

TEST(Certificate, SpelledByTheClientAsFieldsIsNothingO9N1) {
  Certificates world;
  const Request request = get("/x")
                              .with("HTTP_SSL_CLIENT_VERIFY", "SUCCESS")
                              .with("HTTP_SSL_CLIENT_CERT", certificate_of(kAnn))
                              .with("HTTP_X_SSL_CLIENT_VERIFY", "SUCCESS")
                              .with("HTTP_X_SSL_CLIENT_S_DN", "CN=ann");
  EXPECT_EQ(world.reason(request), "no_credential");
}

TEST(Certificate, OverAPortNeedsThePeersSecretC13) {
  Certificates world;
  for (const auto transport : {model::Transport::kTcp, model::Transport::kInheritedTcp}) {
    world.transport = transport;
    EXPECT_EQ(world.reason_of(kAnn), "no_credential");
  }
  world.config.pool.peer_secret = SecretString(std::string_view("a secret of thirty-two characters"));
  world.restart();
  const std::string secret(world.config.pool.peer_secret.reveal());
  EXPECT_EQ(world.reason_of(kAnn), "internal");
  EXPECT_EQ(world.reason_of(kAnn, get("/x").with("LATCHKEY_PEER_SECRET", "guessed")), "internal");
  EXPECT_EQ(world.reason_of(kAnn, get("/x").with("LATCHKEY_PEER_SECRET", secret)), "allowed");
}

TEST(Certificate, ThatIsOverOrToComeProvesNothingWhateverTheWebServerResumed) {
  Certificates world;
  CertificatePlan plan = kAnn;
  plan.not_after = world.clock.now() - Seconds(1);
  EXPECT_EQ(world.reason_of(plan), "unusable_proof");
  plan = kAnn;
  plan.not_before = world.clock.now() + Seconds(1);
  EXPECT_EQ(world.reason_of(plan), "unusable_proof");
}

TEST(Certificate, EndsWhileItIsRemembered) {
  Certificates world;
  CertificatePlan plan = kAnn;
  plan.not_after = world.clock.now() + Seconds(60);
  EXPECT_EQ(world.reason_of(plan), "allowed");
  world.clock.advance(Seconds(61));
  EXPECT_EQ(world.reason_of(plan), "unusable_proof");
}

TEST(Certificate, WithSeveralCommonNamesIsNobodys) {
  Certificates world;
  EXPECT_EQ(world.user({.subject = {{"CN", "eve"}, {"CN", "admin"}}}), "unusable_proof");
  EXPECT_EQ(world.user({.subject = {{"CN", "admin"}, {"CN", "eve"}}}), "unusable_proof");
}

TEST(Certificate, WithAnEmbeddedNulIsNobodysM21) {
  Certificates world;
  EXPECT_EQ(world.user({.subject = {{"CN", std::string("admin\0.evil.test", 16)}}}),
            "unusable_proof");
  world.config.certificate.user_name = config::CertificatePart::kMail;
  world.restart();
  EXPECT_EQ(world.user({.subject = {{"CN", "eve"}},
                        .mails = {std::string("admin@corp.test\0@evil.test", 26)}}),
            "unusable_proof");
}

TEST(Certificate, WithControlOrForeignLettersInTheNameIsNobodysM21N42) {
  Certificates world;
  for (const char* const name : {"ann\r\nX-Forwarded-User: admin", "ad\xC4\xB1n", " ann", "a:b"}) {
    EXPECT_EQ(world.user({.subject = {{"CN", name}}}), "unusable_proof") << name;
  }
}

TEST(Certificate, IsNamedByTheConfiguredPart) {
  using config::CertificatePart;
  const CertificatePlan plan{.subject = {{"UID", "u17"},
                                         {"serialNumber", "4711"},
                                         {"emailAddress", "ann@old.test"},
                                         {"CN", "Ann Lee"}},
                             .mails = {"ann@corp.test"},
                             .upns = {"ann@ad.corp.test"},
                             .uris = {"spiffe//ann"}};
  Certificates world;
  for (const auto& [part, name] :
       {std::pair{CertificatePart::kUserId, "u17"}, {CertificatePart::kSerialNumber, "4711"},
        {CertificatePart::kSubjectMail, "ann@old.test"}, {CertificatePart::kCommonName, "Ann Lee"},
        {CertificatePart::kMail, "ann@corp.test"},
        {CertificatePart::kPrincipalName, "ann@ad.corp.test"},
        {CertificatePart::kUri, "spiffe//ann"},
        {CertificatePart::kDns, "unusable_proof"}, {CertificatePart::kUnit, "unusable_proof"},
        {CertificatePart::kSubject,
         "CN=Ann Lee,emailAddress=ann@old.test,serialNumber=4711,UID=u17"}}) {
    world.config.certificate.user_name = part;
    world.restart();
    EXPECT_EQ(world.user(plan), name);
  }
}

TEST(Certificate, IsNamedByWhatThePatternFinds) {
  Certificates world;
  world.config.certificate.user_name = config::CertificatePart::kMail;
  world.config.certificate.pattern = R"(([a-z]+)@corp\.test)";
  world.restart();
  EXPECT_EQ(world.user({.subject = {}, .mails = {"ann@home.test", "ann@corp.test"}}), "ann");
  EXPECT_EQ(world.user({.subject = {}, .mails = {"ann@corp.test.evil.test"}}), "unusable_proof");
  EXPECT_EQ(world.user({.subject = {}, .mails = {"a@corp.test", "b@corp.test"}}), "unusable_proof");
}

TEST(Certificate, FollowsTheRuleOfLetters) {
  Certificates world;
  world.config.certificate.lower_case = true;
  world.restart();
  EXPECT_EQ(world.user({.subject = {{"CN", "ANN"}}}), "ann");
}

// nginx and lighttpd say SUCCESS of every authority that any of their sites trusts, and let a client
// choose the site by SNI and the host by its field.
TEST(Certificate, OfTheCustomersOfAnotherSiteOfTheSameServerIsNobodys) {
  Certificates world;
  CertificatePlan plan = kAnn;
  plan.issuer = "Customers CA";
  plan.key = "customers'";
  EXPECT_EQ(world.user(plan), "unusable_proof");
  plan.issuer = "People CA";  // by name only
  EXPECT_EQ(world.user(plan), "unusable_proof");
  EXPECT_EQ(world.user(kAnn), "ann");
}

TEST(Certificate, CountsAsTheFileOfAuthoritiesSaysNow) {
  Certificates world;
  CertificatePlan plan = kAnn;
  plan.key = "next year's";
  EXPECT_EQ(world.user(kAnn), "ann");
  EXPECT_EQ(world.user(plan), "unusable_proof");
  world.trust(authority_of(plan));
  EXPECT_EQ(world.user(plan), "ann");
  EXPECT_EQ(world.user(kAnn), "unusable_proof");
  world.trust(authority_of(plan) + authority_of(kAnn));
  EXPECT_EQ(world.user(plan), "ann");
  EXPECT_EQ(world.user(kAnn), "ann");
}

TEST(Certificate, IsNobodysWithoutAFileOfAuthoritiesThatCanBeRead) {
  Certificates world;
  const std::string good = authority_of(kAnn);
  for (const std::string& pem : {std::string(), std::string("x"), good + good.substr(0, 200)}) {
    EXPECT_EQ(world.user(kAnn), "ann");
    world.trust(pem);
    EXPECT_EQ(world.user(kAnn), "unusable_proof") << pem;
    world.trust(good);
  }
  std::filesystem::remove(world.config.certificate.ca_file);
  EXPECT_EQ(world.user(kAnn), "unusable_proof");
}

TEST(Certificate, EndsWithItsAuthority) {
  Certificates world;
  CertificatePlan authority = kAnn;
  authority.not_after = world.clock.now() + Seconds(60);
  world.trust(authority_of(authority));
  EXPECT_EQ(world.user(kAnn), "ann");
  world.clock.advance(Seconds(61));
  EXPECT_EQ(world.user(kAnn), "unusable_proof");
}

TEST(Certificate, OfAnotherIssuerIsNobodysWhereIssuersAreNamed) {
  Certificates world;
  world.trust(authority_of(kAnn) +
              authority_of({.subject = {}, .issuer = "Machines CA", .key = "people's"}));
  world.config.certificate.issuers = {"CN=People CA,O=Example"};
  world.restart();
  EXPECT_EQ(world.user(kAnn), "ann");
  CertificatePlan plan = kAnn;
  plan.issuer = "Machines CA";
  EXPECT_EQ(world.user(plan), "unusable_proof");
  plan.issuer = "People CA,O=Example,CN=x";
  EXPECT_EQ(world.user(plan), "unusable_proof");
}

TEST(Certificate, IsReadFromItsSubjectsNameWhereItIsNotHandedOn) {
  Certificates world;
  const auto named = [&](std::string name, const char* issuer = "CN=People CA,O=Example") {
    return world.reason(get("/x")
                            .with("SSL_CLIENT_VERIFY", "SUCCESS")
                            .with("SSL_CLIENT_I_DN", issuer)
                            .with("SSL_CLIENT_S_DN", std::move(name)));
  };
  EXPECT_EQ(named("CN=ann,O=Corp"), "unusable_proof");  // of whichever authority
  world.config.certificate.issuers = {"CN=People CA,O=Example"};
  world.restart();
  EXPECT_EQ(named("CN=ann,O=Corp", "CN=Customers CA,O=Example"), "unusable_proof");
  EXPECT_EQ(named("CN=ann,O=Corp", ""), "unusable_proof");
  EXPECT_EQ(named("CN=ann,O=Corp"), "allowed");
  EXPECT_EQ(named("/O=Corp/CN=ann"), "unusable_proof");
  EXPECT_EQ(named("CN=eve\\,CN\\=ann,O=Corp"), "allowed");  // as `eve,CN=ann`
  EXPECT_EQ(named("CN=eve,CN=ann"), "unusable_proof");
  EXPECT_EQ(named(""), "unusable_proof");
}

TEST(Certificate, ThatCannotBeReadIsNotReplacedByItsSubjectsName) {
  Certificates world;
  const std::string good = certificate_of(kAnn);
  for (const std::string& pem : {std::string("x"), good + good, good.substr(0, good.size() / 2)}) {
    EXPECT_EQ(world.reason(Certificates::verified(pem).with("SSL_CLIENT_S_DN", "CN=ann")),
              "unusable_proof");
  }
}

TEST(Certificate, IsReadHoweverTheWebServerBrokeItsLines) {
  Certificates world;
  for (const std::string separator : {"\n", "\r\n", "\n\t", " "}) {
    std::string pem;
    for (const char c : certificate_of(kAnn)) pem += c == '\n' ? separator : std::string(1, c);
    EXPECT_EQ(world.reason(Certificates::verified(pem)), "allowed");
  }
}

TEST(Certificate, OfADisabledPersonIsRefusedAtOnceN18) {
  Certificates world;
  ASSERT_EQ(world.reason_of(kAnn), "allowed");
  const auto ann = world.store->accounts().find_by_subject("certificate", "ann");
  ASSERT_THAT(world.store->accounts().disable(ann->id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason_of(kAnn), "account_disabled");
}

TEST(Certificate, WithTheNameOfAnotherSourcesPersonIsRefusedNeverMerged) {
  Certificates world;
  world.account("ann", {"admins"});
  EXPECT_EQ(world.reason_of(kAnn), "unusable_proof");
  EXPECT_EQ(world.reason_of({.subject = {{"CN", "ANN"}}}), "unusable_proof");
  EXPECT_TRUE(world.logged.contains("another source's person")) << world.logged;
}

TEST(Certificate, IsTheOtherSourcesPersonWhereTheConfigurationSaysSo) {
  Certificates world;
  world.account("ann", {"admins"});
  world.config.certificate.same_people_as = "company";
  world.restart();
  const model::Answer answer =
      world.ask(Dialect::kNginx, Certificates::verified(certificate_of(kAnn)));
  EXPECT_EQ(field(answer, "X-Forwarded-Groups"), "admins");
  EXPECT_EQ(world.reason_of({.subject = {{"CN", "bob"}}}), "allowed");  // the company has no bob
}

TEST(Certificate, EndsWithTheMembershipOfTheSamePersonN18) {
  Certificates world;
  world.config.certificate.same_people_as = "company";
  world.restart();
  const model::Account ann = world.account("ann", {"admins"});
  const TimePoint until = world.clock.now() + Seconds(600);
  ASSERT_THAT(world.store->memberships().signed_in(
                  ann.id, "company", "grant", {world.clock.now(), world.clock.now(), until}),
              IsOk());
  EXPECT_EQ(world.reason_of(kAnn), "allowed");
  world.clock.advance(Seconds(599));
  EXPECT_EQ(world.reason_of(kAnn), "allowed");
  world.clock.advance(Seconds(1));
  EXPECT_EQ(world.reason_of(kAnn), "membership_unconfirmed");
}

TEST(Certificate, EndsAtOnceWhenTheMembershipIsLostN18) {
  Certificates world;
  world.config.certificate.same_people_as = "company";
  world.restart();
  const model::Account ann = world.account("ann", {"admins"});
  const TimePoint now = world.clock.now();
  store::Memberships& memberships = world.store->memberships();
  ASSERT_THAT(memberships.signed_in(ann.id, "company", "grant", {now, now, now + Seconds(600)}),
              IsOk());
  ASSERT_EQ(world.reason_of(kAnn), "allowed");
  const auto kept = memberships.take(ann.id, now, Seconds(60));
  ASSERT_THAT(kept, IsOk());
  ASSERT_THAT(memberships.lose({ann.id, kept->generation}, now, store::Ends::kEverything, "gone"),
              IsOk());
  EXPECT_EQ(world.reason_of(kAnn), "membership_unconfirmed");
}

TEST(Certificate, CountsNoLongerThanTheMembershipAndTheDirectorysAnswer) {
  Certificates world;
  world.config.certificate.same_people_as = "company";
  world.config.ldap = ldap_settings("company");
  world.config.cache.seconds = Seconds(300);
  world.restart();
  const model::Account ann = world.account("ann");
  const TimePoint now = world.clock.now();
  const auto kept_for = [&] {
    return field(world.ask(Dialect::kNginx, Certificates::verified(certificate_of(kAnn))),
                 "X-Accel-Expires");
  };
  EXPECT_EQ(kept_for(), "300");
  const store::DirectoryNews news[] = {{ann.id,
                                        {.standing = model::Standing::kKnown,
                                         .unique_id = {},
                                         .facts = {},
                                         .checked = now,
                                         .until = now + Seconds(200)}}};
  ASSERT_THAT(world.store->accounts().take_in(news), IsOk());
  EXPECT_EQ(kept_for(), "200");
  ASSERT_THAT(world.store->memberships().signed_in(ann.id, "company", "grant",
                                                   {now, now, now + Seconds(100)}),
              IsOk());
  EXPECT_EQ(kept_for(), "100");
}

TEST(Certificate, HandsOnWhatItSaysOfThePersonAsItIsNow) {
  Certificates world;
  world.config.certificate.groups = config::CertificatePart::kUnit;
  world.config.certificate.mail = config::CertificatePart::kMail;
  world.restart();
  CertificatePlan plan{.subject = {{"OU", "devs"}, {"OU", "ops"}, {"CN", "ann"}},
                       .mails = {"ann@corp.test"}};
  model::Answer answer = world.ask(Dialect::kNginx, Certificates::verified(certificate_of(plan)));
  EXPECT_EQ(field(answer, "X-Forwarded-Groups"), "devs|ops");
  EXPECT_EQ(field(answer, "X-Forwarded-Mail"), "ann@corp.test");
  plan.subject = {{"OU", "ops"}, {"CN", "ann"}};
  answer = world.ask(Dialect::kNginx, Certificates::verified(certificate_of(plan)));
  EXPECT_EQ(field(answer, "X-Forwarded-Groups"), "ops");
}

TEST(Certificate, IsAskedAfterAuthorizationAndCookie) {
  Certificates world;
  const model::Account bob = world.account("bob");
  const Request with = Certificates::verified(certificate_of(kAnn));
  const auto user = [&](const Request& request) {
    return user_of(world.ask(Dialect::kNginx, request), Dialect::kNginx);
  };
  EXPECT_EQ(user(by_bearer(with, world.token(bob))), "bob");
  EXPECT_EQ(user(by_cookie(with, world.session(bob))), "bob");
  EXPECT_EQ(world.reason(by_bearer(with, "wrong")), "bad_credential");
}

TEST(Certificate, CountsWhereTheSessionIsDead) {
  Certificates world;
  const std::string session = world.session(world.account("bob"));
  world.clock.advance(std::chrono::days(30));
  const Request request = by_cookie(Certificates::verified(certificate_of(kAnn)), session);
  EXPECT_EQ(user_of(world.ask(Dialect::kNginx, request), Dialect::kNginx), "ann");
}

TEST(Certificate, ChangesNothingForAnotherSitesPageC5) {
  Certificates world;
  const Request request = Certificates::verified(certificate_of(kAnn), method("POST", "/x"));
  EXPECT_EQ(world.reason(request), "allowed");  // a program
  EXPECT_EQ(world.reason(Request(request).with("HTTP_SEC_FETCH_SITE", "cross-site")), "cross_site");
  EXPECT_EQ(world.reason(Request(request).with("HTTP_ORIGIN", "https://evil.test")), "cross_site");
  EXPECT_EQ(world.reason(Request(request).with("HTTP_UPGRADE", "websocket")), "cross_site");
}

TEST(Certificate, ThatIsNobodysLeavesOpenPagesOpen) {
  Certificates world;
  config::Rule open;
  open.who = config::Who::kAnyone;
  open.paths = {"/open"};
  world.config.rules.insert(world.config.rules.begin(), open);
  world.restart();
  const CertificatePlan nobodys{.subject = {{"CN", "a"}, {"CN", "b"}}};
  EXPECT_EQ(world.reason_of(nobodys, get("/open")), "allowed");
  EXPECT_EQ(world.reason_of(nobodys, get("/x")), "unusable_proof");
}

TEST(Certificate, IsKeptByTheCacheNoLongerThanItIsGood) {
  Certificates world;
  world.config.cache.seconds = Seconds(300);
  world.restart();
  CertificatePlan plan = kAnn;
  plan.not_after = world.clock.now() + Seconds(20);
  const model::Answer answer =
      world.ask(Dialect::kNginx, Certificates::verified(certificate_of(plan)));
  EXPECT_EQ(field(answer, "X-Accel-Expires"), "20");
}

TEST(Certificate, ProvesNothingWhileTheStoreIsAwayC18) {
  Certificates world;
  world.lose_the_store();
  EXPECT_EQ(world.reason_of(kAnn), "store_unavailable");
}

}  // namespace
}  // namespace latchkey::flow
