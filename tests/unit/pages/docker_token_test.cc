#include "latchkey/pages/docker_token.h"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/password.h"
#include "latchkey/crypto/registry_keys.h"
#include "latchkey/crypto/user_token.h"
#include "latchkey/pages/issue.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "support/certificates.h"
#include "unit/pages/signed_in_site.h"

namespace latchkey::pages {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kRegistry = "docker.example";
constexpr const char* kAsk =
    "service=docker.example&offline_token=true&scope=repository:a:pull";

class DockerTokenTest : public SiteTest {
 protected:
  DockerTokenTest() {
    config_.docker.token_hosts = {kRegistry};
    page_.emplace(parts(), *policy::Policy::from(config_));
  }

  void rule(config::Rule rule) {
    config_.rules.insert(config_.rules.begin(), std::move(rule));
    page_.emplace(parts(), *policy::Policy::from(config_));
  }

  Issued credential(const Person& who, std::vector<std::string> scopes = {}) {
    auto issued = issue(config_, store_, who.account, {"ci", std::chrono::days(30), std::move(scopes)}, now_,
                        random_, kSomebody);
    EXPECT_THAT(issued, IsOk());
    return *std::move(issued);
  }

  PageRequest get(const std::string& query) {
    PageRequest made = request("GET", "", "");
    made.query.request.host = kRegistry;
    made.query.request.path = made.query.request.target = "/docker/token";
    made.query.request.query = query;
    return made;
  }
  PageRequest get(const std::string& query, std::string_view user, std::string_view password) {
    PageRequest made = get(query);
    const std::string pair = std::string(user) + ":" + std::string(password);
    made.query.authorization = SecretString("Basic " + wire::base64_encode(pair));
    return made;
  }
  PageRequest post(const std::string& body) {
    PageRequest made = get("");
    made.query.request.method = "POST";
    made.content_type = "application/x-www-form-urlencoded";
    made.body = body;
    return made;
  }

  // The members of a good answer.
  wire::Json good(const PageRequest& request) {
    const PageResult result = page_->serve(request);
    EXPECT_EQ(result.answer.status, 200) << result.reason << ": " << result.detail;
    return *wire::Json::parse(result.answer.body, 65536);
  }
  std::string refused(const PageRequest& request) {
    const PageResult result = page_->serve(request);
    EXPECT_EQ(result.answer.body.find("token\":"), std::string::npos);
    return std::to_string(result.answer.status) + " " + result.reason;
  }

  // The claims of a token, with a good signature.
  wire::Json claims(const std::string& token) {
    const crypto::RegistryKeys keys(config_.credential.key_directory);
    const auto parsed = crypto::UnverifiedToken::parse(token);
    EXPECT_THAT(parsed, IsOk());
    const auto ring = keys.public_keys();
    const crypto::VerificationKey* const key = ring->find(parsed->key_id());
    LK_ASSERT(key != nullptr);
    return key->verify(*parsed)->claims();
  }
  std::string granted(const PageRequest& request) { return *good(request).string("scope"); }

  // Gives somebody a pair, in the place of the one they have. Returns its pass code.
  std::string user_token(const model::Account& owner, const std::string& name_code) {
    config_.user_token.enabled = true;
    const auto sealer = crypto::Sealer::load(root_ + "/keys/seal.key");
    store::UserToken pair;
    pair.account = owner.id;
    pair.name_code = name_code;
    pair.generation = crypto::make_generation(random_);
    pair.created = now_;
    const SecretString pass = crypto::pass_code(*sealer, pair.name_code, pair.generation);
    pair.pass_hash = crypto::sha256(pass.reveal());
    EXPECT_THAT(store_.user_tokens().make(pair, owner.credential_epoch, store::Renewal::kReplace,
                                          kSomebody),
                IsOk());
    return std::string(pass.reveal());
  }

  // Begins with an empty directory of keys, as which registries know them.
  crypto::RegistryKeys without_keys() {
    config_.credential.key_directory = root_ + "/state/no-keys";
    ::mkdir(config_.credential.key_directory.c_str(), 0700);
    config_.docker.key_id = config::KeyIdForm::kThumbprint;
    page_.emplace(parts(), *policy::Policy::from(config_));
    return crypto::RegistryKeys(config_.credential.key_directory);
  }

  // What the audit log tells of keys for registries that were added.
  std::vector<std::string> keys_told() {
    std::vector<std::string> ids;
    const auto rows = store_.audit().list({}, 0, store::kListRowsMax);
    for (const store::AuditRow& row : *rows) {
      if (row.action == "key_added" && row.actor == "latchkey" &&
          row.detail == R"({"signs":"docker tokens"})") {
        ids.push_back(row.object);
      }
    }
    return ids;
  }

  void run_in_store(const char* statement) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(config_.store.path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, statement, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close_v2(database);
  }

  // Stands for a disk that is full just then.
  void refuse_rows_of_the_audit_log() {
    run_in_store("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END");
  }

  // Stands for a store that fails just there.
  void lose_settings_of_user_tokens() { run_in_store("DELETE FROM user_token_settings"); }

  // What somebody of the users file asks, who has a password.
  PageRequest get_by_password() {
    config_.local.users_file = root_ + "/users";
    config_.local.basic = true;
    constexpr int kCheap = 4;
    const SecretString password(std::string_view("s3cret"));
    std::ofstream(config_.local.users_file)
        << "dora:" << *crypto::hash_password(password, random_, kCheap) << "\n";
    std::filesystem::permissions(config_.local.users_file, std::filesystem::perms(0600));
    return get(kAsk, "dora", "s3cret");
  }

  // Of whom the web server vouches for, and tells nothing but the name.
  PageRequest get_by_remote_user() {
    PageRequest asked = get(kAsk);
    asked.query.remote_user = model::RemoteUser{"rolf", "", "", ""};
    return asked;
  }
  PageRequest get_by_certificate_name() {
    config_.certificate.issuers = {"CN=People CA"};
    PageRequest asked = get(kAsk);
    asked.query.certificate = model::ClientCertificate{"", "CN=carla,O=Corp", "CN=People CA"};
    return asked;
  }
  // Of whose certificate everything is known.
  PageRequest get_by_certificate(TimePoint until) {
    config_.certificate.ca_file = root_ + "/people-ca.crt";
    CertificatePlan plan{.subject = {{"CN", "carla"}}};
    plan.not_after = until;
    std::ofstream(config_.certificate.ca_file) << authority_of({.subject = {}});
    PageRequest asked = get(kAsk);
    asked.query.certificate = model::ClientCertificate{certificate_of(plan), "", ""};
    return asked;
  }

  // What a token comes to when it is shown to the registry.
  std::string at_the_registry(const std::string& token) {
    const auto who =
        resolver_.resolve(model::DockerToken{SecretString(token), kRegistry}, "192.0.2.1", now_);
    return who ? "is " + who->profile().user_name
               : std::string(model::name_of(who.error().reason()));
  }
  model::Account account_of(const std::string& name) {
    const auto account = store_.accounts().find_by_name(name);
    EXPECT_THAT(account, IsOk());
    return *account;
  }

  std::string refresh_token_of(const Issued& issued) {
    return *good(get("service=docker.example&offline_token=true", "anna", issued.token.reveal()))
                .string("refresh_token");
  }
  PageRequest refreshing(const std::string& token, const std::string& more = "") {
    return post("grant_type=refresh_token&service=docker.example&client_id=docker&refresh_token=" +
                wire::url_encode(token) + more);
  }

  std::optional<DockerTokenPage> page_;
};

TEST_F(DockerTokenTest, GivesWhatTheSpecificationSays) {
  const Issued issued = credential(anna_);
  const wire::Json answer =
      good(get("account=anna&service=docker.example&scope=repository%3Ateam%2Fapp%3Apull%2Cpush",
               "anna", issued.token.reveal()));
  EXPECT_EQ(*answer.string("token"), *answer.string("access_token"));
  EXPECT_EQ(*answer.integer("expires_in"), 300);
  EXPECT_EQ(*answer.string("issued_at"), "2026-11-21T22:26:40Z");
  EXPECT_FALSE(answer.has("refresh_token"));
  const wire::Json told = claims(*answer.string("token"));
  EXPECT_EQ(*told.string("iss"), "https://sso.example");
  EXPECT_EQ(*told.string("sub"), "anna");
  EXPECT_EQ(*told.string("aud"), kRegistry);
  EXPECT_EQ(*told.integer("exp"), to_unix(now_) + 300);
  EXPECT_EQ(*told.integer("nbf"), to_unix(now_));
  EXPECT_EQ(told.array("access")->at(0).text(),
            R"({"type":"repository","name":"team/app","actions":["pull","push"]})");
}

TEST_F(DockerTokenTest, NamesEveryTokenDifferentlyD3) {
  const Issued issued = credential(anna_);
  std::set<std::string> seen;
  for (int round = 0; round < 100; ++round) {
    const wire::Json answer = good(get("service=docker.example", "anna", issued.token.reveal()));
    seen.insert(*claims(*answer.string("token")).string("jti"));
  }
  EXPECT_EQ(seen.size(), 100U);
}

TEST_F(DockerTokenTest, NamesTheKeyAsTheRegistryLooksForIt) {
  const Issued issued = credential(anna_);
  const auto name = [&] {
    page_.emplace(parts(), *policy::Policy::from(config_));
    const wire::Json answer = good(get("service=docker.example", "anna", issued.token.reveal()));
    return crypto::UnverifiedToken::parse(*answer.string("token"))->key_id().text();
  };
  EXPECT_EQ(name().size(), 59U);
  config_.docker.key_id = config::KeyIdForm::kThumbprint;
  EXPECT_EQ(name().size(), 43U);
}

TEST_F(DockerTokenTest, TakesScopesOneByOneAndSeveralInOne) {
  const Issued issued = credential(anna_);
  EXPECT_EQ(granted(get("service=docker.example&scope=repository:a:pull&scope=repository:b:push,pull",
                        "anna", issued.token.reveal())),
            "repository:a:pull repository:b:push,pull");
  EXPECT_EQ(granted(get("service=docker.example&scope=repository:a:pull+registry:catalog:*", "anna",
                        issued.token.reveal())),
            "repository:a:pull registry:catalog:*");
  EXPECT_EQ(granted(get("service=docker.example&scope=repository:a:*", "anna",
                        issued.token.reveal())),
            "repository:a:delete,pull,push");
}

TEST_F(DockerTokenTest, LeavesOutWhatIsUnknownAndAnswersAllTheSame) {
  const Issued issued = credential(anna_);
  EXPECT_EQ(granted(get("service=docker.example&scope=cluster:x:y&scope=repository:A:pull", "anna",
                        issued.token.reveal())),
            "");
}

TEST_F(DockerTokenTest, GivesByTheRulesOfTheRequestsThatAnActionConsistsOf) {
  config::Rule release;
  release.hosts = {kRegistry};
  release.paths = {"/v2/release"};
  release.methods = {"POST", "PUT", "PATCH"};
  release.who = config::Who::kListed;
  release.users = {"eve"};
  rule(release);
  config::Rule never;
  never.paths = {"/v2/*/manifests", "/v2/*/blobs", "/v2/_catalog"};
  never.methods = {"DELETE"};
  never.who = config::Who::kNobody;
  rule(never);
  const Issued anna = credential(anna_);
  const Issued eve = credential(eve_);
  const std::string ask =
      "service=docker.example&scope=repository:release:*&scope=repository:release/x:push"
      "&scope=repository:releases:push";
  EXPECT_EQ(granted(get(ask, "anna", anna.token.reveal())),
            "repository:release:pull repository:releases:push");
  EXPECT_EQ(granted(get(ask, "eve", eve.token.reveal())),
            "repository:release:pull,push repository:release/x:push repository:releases:push");
}

TEST_F(DockerTokenTest, GivesTheCatalogByTheRuleOfItsPathD9) {
  config::Rule catalog;
  catalog.paths = {"/v2/_catalog"};
  catalog.who = config::Who::kNobody;
  const Issued anna = credential(anna_);
  const PageRequest ask =
      get("service=docker.example&scope=registry:catalog:*", "anna", anna.token.reveal());
  EXPECT_EQ(granted(ask), "registry:catalog:*");
  rule(catalog);
  EXPECT_EQ(granted(ask), "");
}

TEST_F(DockerTokenTest, NeverOutranksTheScopesOfTheCredentialN17) {
  const std::string ask =
      "service=docker.example&scope=repository:a:*&scope=repository:b:pull&scope=registry:catalog:*";
  const auto with = [&](std::vector<std::string> scopes) {
    const Issued issued = credential(anna_, std::move(scopes));
    const std::string given = granted(get(ask, "anna", issued.token.reveal()));
    EXPECT_THAT(store_.credentials().revoke(issued.record.id, now_, kSomebody), IsOk());
    return given;
  };
  EXPECT_EQ(with({"read"}), "repository:a:pull repository:b:pull registry:catalog:*");
  EXPECT_EQ(with({"repository:a", "docker:pull", "docker:push"}), "repository:a:pull,push");
  EXPECT_EQ(with({"docker:catalog"}), "registry:catalog:*");
  EXPECT_EQ(with({"host:sso.example"}), "");
  EXPECT_EQ(with({"from:192.0.2.0/24", "docker:delete"}), "repository:a:delete");
  EXPECT_EQ(with({"from:198.51.100.0/24"}), "");
}

TEST_F(DockerTokenTest, RefusesABadCredentialInsteadOfTakingItForNone) {
  config::Rule open;
  open.paths = {"/v2/public"};
  open.who = config::Who::kAnyone;
  rule(open);
  const std::string ask = "service=docker.example&scope=repository:public:pull";
  const PageResult result = page_->serve(get(ask, "anna", "wrong"));
  EXPECT_EQ(result.answer.status, 401);
  EXPECT_THAT(header(result.answer, "WWW-Authenticate"), StartsWith("Basic realm="));
  EXPECT_THAT(result.answer.body, HasSubstr(R"("code":"UNAUTHORIZED")"));
  EXPECT_EQ(refused(get(ask, "eve", credential(anna_).token.reveal())), "401 wrong_user_name");
  PageRequest strange = get(ask);
  strange.query.authorization = SecretString(std::string("Digest x"));
  EXPECT_EQ(refused(strange), "401 malformed_credential");
}

TEST_F(DockerTokenTest, GivesNobodyInParticularWhatIsForAnyone) {
  const std::string ask = "service=docker.example&scope=repository:public/x:pull,push";
  EXPECT_EQ(refused(get(ask)), "401 no_credential");
  config::Rule open;
  open.paths = {"/v2/public"};
  open.methods = {"GET", "HEAD"};
  open.who = config::Who::kAnyone;
  rule(open);
  const wire::Json answer = good(get(ask));
  EXPECT_EQ(*answer.string("scope"), "repository:public/x:pull");
  const wire::Json told = claims(*answer.string("token"));
  EXPECT_EQ(*told.string("sub"), "");
  EXPECT_FALSE(told.has("account"));
  EXPECT_EQ(refused(get("service=docker.example&scope=repository:secret:pull")),
            "401 no_credential");
  EXPECT_EQ(refused(get("service=docker.example")), "401 no_credential");
}

TEST_F(DockerTokenTest, LooksAtNoCookie) {
  PageRequest asked = get("service=docker.example&scope=repository:a:pull");
  asked.query.cookies = "__Host-latchkey=" + anna_.cookie;
  EXPECT_EQ(refused(asked), "401 no_credential");
}

TEST_F(DockerTokenTest, IsForRegistriesOfTheConfigurationOnly) {
  const Issued issued = credential(anna_);
  for (const char* service : {"sso.example", "evil.example", "Docker.example", "docker.example:443",
                              "*", "docker.example%00", "docker.example&service=docker.example"}) {
    EXPECT_EQ(refused(get("service=" + std::string(service), "anna", issued.token.reveal())),
              "400 malformed_request")
        << service;
  }
  EXPECT_EQ(granted(get("scope=repository:a:pull", "anna", issued.token.reveal())),
            "repository:a:pull");
  PageRequest elsewhere = get("", "anna", issued.token.reveal());
  elsewhere.query.request.host = "sso.example";
  EXPECT_EQ(refused(elsewhere), "400 malformed_request");
}

TEST_F(DockerTokenTest, EndsWithTheCredentialItCameFrom) {
  const Issued issued = credential(anna_);
  now_ = issued.record.expires - Seconds(100);
  const wire::Json answer = good(get("service=docker.example", "anna", issued.token.reveal()));
  EXPECT_EQ(*answer.integer("expires_in"), 100);
  EXPECT_EQ(*claims(*answer.string("token")).integer("exp"), to_unix(issued.record.expires));
}

TEST_F(DockerTokenTest, RefreshesAsLongAsItsCredentialLivesD14) {
  const Issued issued = credential(anna_, {"read"});
  const std::string refresh = refresh_token_of(issued);
  const wire::Json answer =
      good(refreshing(refresh, "&scope=repository%3Aa%3Apush%2Cpull+repository%3Ab%3Apull"));
  EXPECT_EQ(*answer.string("scope"), "repository:a:pull repository:b:pull");
  EXPECT_EQ(*answer.string("token_type"), "Bearer");
  EXPECT_FALSE(answer.has("refresh_token"));
  EXPECT_EQ(*claims(*answer.string("access_token")).string("credential"), issued.record.id.text());
  ASSERT_THAT(store_.credentials().revoke(issued.record.id, now_, kSomebody), IsOk());
  EXPECT_EQ(refused(refreshing(refresh)), "401 revoked_credential");
}

TEST_F(DockerTokenTest, RefreshesForAUserTokenUntilItIsReset) {
  const std::string pass = user_token(anna_.account, "anna0001");

  const wire::Json answer = good(
      get("service=docker.example&offline_token=true&scope=repository:a:pull", "anna", pass));
  EXPECT_EQ(*answer.string("scope"), "repository:a:pull");
  const std::string refresh = *answer.string("refresh_token");
  ASSERT_THAT(store_.accounts().end_sessions(anna_.account.id, now_, kSomebody), IsOk());
  EXPECT_EQ(*good(refreshing(refresh, "&scope=repository:a:pull")).string("scope"),
            "repository:a:pull");
  ASSERT_THAT(store_.user_tokens().reset(anna_.account.id, now_, kSomebody), IsOk());
  EXPECT_EQ(refused(refreshing(refresh)), "401 revoked_credential");
  user_token(anna_.account, "anna0002");
  EXPECT_EQ(refused(refreshing(refresh)), "401 revoked_credential");
}

TEST_F(DockerTokenTest, OfAMachineUsersPairEndsWithTheMachine) {
  model::Profile profile;
  profile.user_name = "ci-bot";
  const auto bot = store_.machines().create(profile, anna_.account.id, now_ + Seconds(60), now_,
                                            random_, kSomebody);
  ASSERT_THAT(bot, IsOk());
  const std::string pass = user_token(*bot, "bot00001");
  const std::string ask = "service=docker.example&offline_token=true&scope=repository:a:pull";

  const wire::Json answer = good(get(ask, "ci-bot", pass));
  EXPECT_EQ(*answer.integer("expires_in"), 60);
  now_ += Seconds(60);

  EXPECT_EQ(refused(get(ask, "ci-bot", pass)), "401 expired_credential");
  EXPECT_EQ(refused(refreshing(*answer.string("refresh_token"))), "401 expired_credential");
}

TEST_F(DockerTokenTest, GivesNoContentForAPlainPasswordWhereThatIsProtected) {
  const PageRequest ask = get_by_password();
  const wire::Json answer = good(ask);
  EXPECT_EQ(*answer.string("scope"), "repository:a:pull");
  EXPECT_FALSE(answer.has("refresh_token"));
  config_.user_token.enabled = true;
  config_.user_token.protect_content = true;
  EXPECT_EQ(granted(ask), "");
}

TEST_F(DockerTokenTest, GivesNoSmallerTokenWhereTheStoreCannotTellWhatIsProtected) {
  const PageRequest ask = get_by_password();
  config_.user_token.enabled = true;
  EXPECT_EQ(granted(ask), "repository:a:pull");
  lose_settings_of_user_tokens();
  EXPECT_EQ(refused(ask), "503 store_unavailable");
}

TEST_F(DockerTokenTest, LastsForWhomTheWebServerVouchesForAsForAPassword) {
  const std::pair<PageRequest, std::string> proofs[] = {
      {get_by_password(), "dora"},
      {get_by_remote_user(), "rolf"},
      {get_by_certificate_name(), "carla"},
  };
  const TimePoint begin = now_;
  for (const auto& [ask, name] : proofs) {
    now_ = begin;
    const wire::Json answer = good(ask);
    const std::string token = *answer.string("token");
    EXPECT_EQ(*answer.integer("expires_in"), 300) << name;
    EXPECT_FALSE(answer.has("refresh_token")) << name;
    EXPECT_EQ(at_the_registry(token), "is " + name);
    now_ = begin + Seconds(299);
    EXPECT_EQ(at_the_registry(token), "is " + name);
    now_ = begin + config_.docker.lifetime + Seconds(60);  // whatever the clocks are let differ
    EXPECT_EQ(at_the_registry(token), "expired_credential") << name;
  }
}

TEST_F(DockerTokenTest, LastsNoLongerThanTheCertificateThatIsKnown) {
  const wire::Json answer = good(get_by_certificate(now_ + Seconds(90)));
  EXPECT_EQ(*answer.integer("expires_in"), 90);
  EXPECT_EQ(at_the_registry(*answer.string("token")), "is carla");
}

TEST_F(DockerTokenTest, EndsWithTheAccountForWhichTheWebServerVouched) {
  const auto ends_by = [&](const auto& end, const char* reason) {
    for (const PageRequest& ask : {get_by_remote_user(), get_by_certificate_name()}) {
      const std::string token = *good(ask).string("token");
      const std::string name = ask.query.certificate ? "carla" : "rolf";
      EXPECT_EQ(at_the_registry(token), "is " + name);
      EXPECT_THAT(end(account_of(name).id), IsOk());
      EXPECT_EQ(at_the_registry(token), reason) << name;
    }
  };
  store::Accounts& accounts = store_.accounts();
  ends_by([&](const AccountId& id) { return accounts.end_sessions(id, now_, kSomebody); },
          "revoked_credential");
  ends_by([&](const AccountId& id) { return accounts.end_everything(id, now_, kSomebody); },
          "revoked_credential");
  ends_by(
      [&](const AccountId& id) {
        return store_.memberships().signed_in(id, "corp", "", {now_, now_, now_});
      },
      "membership_unconfirmed");
  for (const char* const name : {"rolf", "carla"}) {
    EXPECT_THAT(store_.memberships().signed_in_for_good(account_of(name).id), IsOk());
  }
  ends_by([&](const AccountId& id) { return accounts.disable(id, now_, kSomebody); },
          "account_disabled");
}

TEST_F(DockerTokenTest, RefreshesNobodyWhoIsDisabled) {
  const std::string refresh = refresh_token_of(credential(anna_));
  ASSERT_THAT(store_.accounts().disable(anna_.account.id, now_, kSomebody), IsOk());
  EXPECT_EQ(refused(refreshing(refresh)), "401 account_disabled");
}

TEST_F(DockerTokenTest, RefreshesForAWhileOnly) {
  const std::string refresh = refresh_token_of(credential(anna_));
  now_ += std::chrono::days(29);
  good(refreshing(refresh));
  config_.docker.refresh_lifetime = std::chrono::days(2);
  const Issued later = credential(anna_);
  const std::string shorter = refresh_token_of(later);
  now_ += std::chrono::days(2);
  EXPECT_EQ(refused(refreshing(shorter)), "401 expired_credential");
}

TEST_F(DockerTokenTest, GivesARefreshTokenOnlyWhenAskedAndAllowed) {
  const Issued issued = credential(anna_);
  for (const char* query : {"service=docker.example", "service=docker.example&offline_token=false"}) {
    EXPECT_FALSE(good(get(query, "anna", issued.token.reveal())).has("refresh_token")) << query;
  }
  config_.docker.refresh_lifetime = Seconds(0);
  EXPECT_FALSE(good(get("service=docker.example&offline_token=true", "anna", issued.token.reveal()))
                   .has("refresh_token"));
}

TEST_F(DockerTokenTest, IsNoCredentialForAnotherOne) {
  const Issued issued = credential(anna_);
  const wire::Json answer =
      good(get("service=docker.example&offline_token=true", "anna", issued.token.reveal()));
  const std::string access = *answer.string("token");
  const std::string refresh = *answer.string("refresh_token");
  for (const std::string& token : {access, refresh}) {
    EXPECT_EQ(refused(get("service=docker.example", "anna", token)), "401 bad_credential");
    PageRequest bearer = get("service=docker.example");
    bearer.query.authorization = SecretString("Bearer " + token);
    EXPECT_EQ(refused(bearer), "401 bad_credential");
  }
  EXPECT_EQ(refused(refreshing(access)), "401 bad_credential");
  EXPECT_EQ(refused(refreshing(std::string(issued.token.reveal()))), "401 bad_credential");
  EXPECT_EQ(refused(refreshing(refresh + "x")), "401 bad_credential");
  EXPECT_EQ(refused(refreshing("")), "401 bad_credential");
}

TEST_F(DockerTokenTest, RefreshesForItsOwnRegistryOnlyD13) {
  const std::string refresh = refresh_token_of(credential(anna_));
  config_.docker.token_hosts.push_back("sso.example");
  page_.emplace(parts(), *policy::Policy::from(config_));
  EXPECT_EQ(refused(post("grant_type=refresh_token&service=sso.example&refresh_token=" + refresh)),
            "401 wrong_audience");
}

TEST_F(DockerTokenTest, TakesUserAndPasswordByPostToo) {
  const Issued issued = credential(anna_);
  const std::string body = "grant_type=password&service=docker.example&client_id=containerd"
                           "&access_type=offline&scope=repository%3Aa%3Apull&username=anna&password=";
  const wire::Json answer = good(post(body + std::string(issued.token.reveal())));
  EXPECT_EQ(*answer.string("scope"), "repository:a:pull");
  good(refreshing(*answer.string("refresh_token")));
  EXPECT_EQ(refused(post(body + "wrong")), "401 bad_credential");
}

TEST_F(DockerTokenTest, RefusesAPostThatIsNoneOfTheTwoGrants) {
  const Issued issued = credential(anna_);
  const std::string token(issued.token.reveal());
  for (const std::string& body :
       {std::string(),
        "grant_type=client_credentials&service=docker.example&username=anna&password=" + token,
        "grant_type=password&grant_type=password&service=docker.example&username=anna&password=" + token,
        "grant_type=password&service=docker.example&username=%zz&password=" + token}) {
    EXPECT_THAT(refused(post(body)), StartsWith("400 ")) << body.substr(0, 60);
  }
  EXPECT_EQ(refused(post("grant_type=password&service=docker.example")), "401 bad_credential");
  PageRequest json = post("{}");
  json.content_type = "application/json";
  EXPECT_EQ(refused(json), "400 malformed_request");
  // What a browser could be made to send besides: the fields of the body alone count.
  PageRequest both = post("grant_type=refresh_token&service=docker.example&refresh_token=x");
  both.query.authorization = SecretString("Bearer " + token);
  EXPECT_EQ(refused(both), "401 bad_credential");
}

TEST_F(DockerTokenTest, MakesAKeyWhereAllButAPlannedOneAreRetiredAndTellsOfIt) {
  const Issued issued = credential(anna_);
  crypto::RegistryKeys keys = without_keys();
  const auto planned = keys.add(now_ + Seconds(3600));
  ASSERT_THAT(planned, IsOk());
  const auto ask = [&] {
    const wire::Json answer = good(get("service=docker.example", "anna", issued.token.reveal()));
    return crypto::UnverifiedToken::parse(*answer.string("token"))->key_id();
  };

  const KeyId first = ask();
  EXPECT_EQ(keys.signing_key(now_)->info().thumbprint, first);
  EXPECT_EQ(ask(), first);
  ASSERT_THAT(keys.retire(first), IsOk());
  const KeyId second = ask();
  EXPECT_NE(second, first);
  EXPECT_NE(second, planned->thumbprint);
  EXPECT_THAT(keys_told(), ElementsAre(first.text(), second.text()));
  now_ += Seconds(3600);
  EXPECT_EQ(ask(), planned->thumbprint);
}

TEST_F(DockerTokenTest, MakesNoKeyThatTheAuditLogCannotTellOf) {
  const Issued issued = credential(anna_);
  const crypto::RegistryKeys keys = without_keys();
  refuse_rows_of_the_audit_log();
  EXPECT_EQ(refused(get("service=docker.example", "anna", issued.token.reveal())),
            "503 store_unavailable");
  EXPECT_TRUE(keys.list()->empty());
}

TEST_F(DockerTokenTest, SaysSoWhenItsKeysCannotBeUsed) {
  const Issued issued = credential(anna_);
  config_.credential.key_directory = root_ + "/nothing";
  page_.emplace(parts(), *policy::Policy::from(config_));
  EXPECT_EQ(refused(get("service=docker.example", "anna", issued.token.reveal())),
            "503 store_unavailable");
}

}  // namespace
}  // namespace latchkey::pages
