// Tokens of Docker's protocol at the authorizer, in front of a registry that knows no users.
#include "latchkey/crypto/registry_keys.h"
#include "latchkey/wire/base64.h"
#include "world.h"

namespace latchkey::flow {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRegistry = "docker.example";
constexpr const char* kPullHello =
    R"([{"type":"repository","name":"team/hello","actions":["pull"]}])";
constexpr const char* kAllHello =
    R"([{"type":"repository","name":"team/hello","actions":["delete","pull","push"]}])";

Request at_registry(std::string method_name, std::string target) {
  return method(std::move(method_name), std::move(target)).with("HTTP_HOST", kRegistry);
}
Request pull() { return at_registry("GET", "/v2/team/hello/manifests/1"); }

std::string json(const std::string& text) { return "\"" + text + "\""; }

class DockerToken : public testing::Test {
 protected:
  DockerToken() : keys_(shared_keys()) {
    world_.config.docker.token_hosts = {kRegistry, "*.apps.example"};
    EXPECT_THAT(keys_.create(world_.clock.now()), IsOk());
    world_.restart();
    ann_ = world_.account("ann", {"dev"});
    credential_ = world_.record(ann_);
  }

  // What the token server writes of a credential.
  World::Claims claims(const std::string& access) {
    const std::int64_t now = to_unix(world_.clock.now());
    return {{"iss", json(world_.config.site.url)}, {"sub", json("ann")},
            {"aud", json(kRegistry)},              {"iat", std::to_string(now)},
            {"nbf", std::to_string(now)},          {"exp", std::to_string(now + 300)},
            {"jti", json("t1")},                   {"token_use", json("docker-access")},
            {"account", json(ann_.id.text())},     {"credential", json(credential_.text())},
            {"access", access}};
  }

  World::Claims with(std::string name, std::string value, const std::string& access = kPullHello) {
    World::Claims changed = claims(access);
    changed[std::move(name)] = std::move(value);
    return changed;
  }
  World::Claims without(const std::string& name) {
    World::Claims changed = claims(kPullHello);
    changed.erase(name);
    return changed;
  }

  std::string sign(const World::Claims& claims) {
    std::string text;
    for (const auto& [name, value] : claims) {
      text += (text.empty() ? "{" : ",") + json(name) + ":" + value;
    }
    const auto key = keys_.signing_key(world_.clock.now());
    return std::string(key->sign(text + "}", key->info().libtrust)->reveal());
  }

  std::string reason(const World::Claims& claims, Request request = pull()) {
    return world_.reason(by_bearer(std::move(request), sign(claims)));
  }
  std::string reason(const std::string& access, Request request = pull()) {
    return reason(claims(access), std::move(request));
  }

  World world_;
  crypto::RegistryKeys keys_;
  model::Account ann_;
  CredentialId credential_;
};

TEST_F(DockerToken, LetsItsOwnerDoWhatItIsFor) {
  const std::string token = sign(claims(kPullHello));
  for (const Dialect dialect : kDialects) {
    const model::Answer answer = world_.ask(dialect, by_bearer(pull(), token));
    EXPECT_EQ(answer.status, 200) << name_of(dialect);
    EXPECT_EQ(user_of(answer, dialect), "ann") << name_of(dialect);
  }
  const model::Answer answer = world_.ask(Dialect::kCaddy, by_bearer(pull(), token));
  EXPECT_EQ(field(answer, "X-Latchkey-Auth"), "docker-token");
  EXPECT_EQ(field(answer, "X-Latchkey-Credential"), credential_.text());
}

TEST_F(DockerToken, IsTakenUnderEitherNameOfItsKey) {
  const auto key = keys_.signing_key(world_.clock.now());
  for (const KeyId& id : {key->info().libtrust, key->info().thumbprint}) {
    std::string body;
    for (const auto& [name, value] : claims(kPullHello)) {
      body += (body.empty() ? "{" : ",") + json(name) + ":" + value;
    }
    const auto token = key->sign(body + "}", id);
    EXPECT_EQ(world_.reason(by_bearer(pull(), token->reveal())), "allowed") << id.text();
  }
}

TEST_F(DockerToken, IsForItsActionsAndItsRepositoriesOnly) {
  EXPECT_EQ(reason(kPullHello, at_registry("GET", "/v2/")), "allowed");
  EXPECT_EQ(reason("[]", at_registry("GET", "/v2/")), "allowed");
  EXPECT_EQ(reason("[]"), "insufficient_scope");
  EXPECT_EQ(reason(kPullHello, at_registry("GET", "/v2/team/other/manifests/1")),
            "insufficient_scope");
  EXPECT_EQ(reason(kPullHello, at_registry("GET", "/v2/team/hello/sub/manifests/1")),
            "insufficient_scope");
  EXPECT_EQ(reason(kPullHello, at_registry("PUT", "/v2/team/hello/manifests/1")),
            "insufficient_scope");
  EXPECT_EQ(reason(kAllHello, at_registry("PUT", "/v2/team/hello/manifests/1")), "allowed");
  EXPECT_EQ(reason(kAllHello, at_registry("DELETE", "/v2/team/hello/manifests/1")), "allowed");
}

TEST_F(DockerToken, DeletesNothingByAPushD8) {
  const std::string push = R"([{"type":"repository","name":"team/hello","actions":["pull","push"]}])";
  EXPECT_EQ(reason(push, at_registry("POST", "/v2/team/hello/blobs/uploads/")), "allowed");
  EXPECT_EQ(reason(push, at_registry("DELETE", "/v2/team/hello/manifests/1")),
            "insufficient_scope");
}

TEST_F(DockerToken, ListsTheCatalogOnlyWhereItIsForThatD9) {
  const std::string catalog = R"([{"type":"registry","name":"catalog","actions":["*"]}])";
  for (const char* target : {"/v2/_catalog", "/v2/_catalog/", "/v2/_catalog?n=999999999"}) {
    EXPECT_EQ(reason(kAllHello, at_registry("GET", target)), "insufficient_scope") << target;
    EXPECT_EQ(reason(catalog, at_registry("GET", target)), "allowed") << target;
  }
}

TEST_F(DockerToken, TakesALayerOnlyOutOfARepositoryItMayPull) {
  const Request mount =
      at_registry("POST", "/v2/team/hello/blobs/uploads/?mount=sha256%3A00&from=team%2Fother");
  EXPECT_EQ(reason(kAllHello, mount), "insufficient_scope");
  const std::string both = R"([{"type":"repository","name":"team/hello","actions":["pull","push"]},)"
                           R"({"type":"repository","name":"team/other","actions":["pull"]}])";
  EXPECT_EQ(reason(both, mount), "allowed");
}

TEST_F(DockerToken, IsNothingOutsideARegistryWithTokens) {
  const std::string token = sign(claims(kAllHello));
  for (const char* target : {"/", "/repository/x", "/v2x"}) {
    EXPECT_EQ(world_.reason(by_bearer(at_registry("GET", target), token)), "bad_credential")
        << target;
  }
  EXPECT_EQ(world_.reason(by_bearer(at_registry("GET", "/v2/other/thing"), token)), "scope_denied");
  EXPECT_EQ(world_.reason(by_bearer(get("/v2/team/hello/manifests/1"), token)), "bad_credential");
  EXPECT_EQ(world_.reason(by_basic(pull(), "ann", token)), "bad_credential");
  EXPECT_EQ(world_.reason(by_cookie(pull(), token)), "unknown_session");
}

TEST_F(DockerToken, OfOneRegistryIsRefusedAtAnotherD13) {
  const std::string token = sign(claims(kPullHello));
  const Request elsewhere = pull().with("HTTP_HOST", "x.apps.example");
  EXPECT_EQ(world_.reason(by_bearer(elsewhere, token)), "wrong_audience");
  EXPECT_EQ(reason(with("iss", json("https://other.example"))), "wrong_audience");
  EXPECT_EQ(reason(with("aud", json("nexus.example"))), "wrong_audience");
}

TEST_F(DockerToken, OfAnyOtherUseIsRefused) {
  for (const char* use : {"credential", "docker-refresh", "access", ""}) {
    EXPECT_EQ(reason(with("token_use", json(use))), "bad_credential") << use;
  }
  World::Claims refresh = with("token_use", json("docker-refresh"));
  refresh["aud"] = json(world_.config.site.url);
  refresh["service"] = json(kRegistry);
  EXPECT_EQ(reason(refresh), "bad_credential");
}

TEST_F(DockerToken, WithoutAClaimOfOursIsRefused) {
  for (const char* claim : {"sub", "exp", "nbf", "token_use", "access", "account", "aud"}) {
    EXPECT_EQ(reason(without(claim)), "bad_credential") << claim;
  }
  EXPECT_EQ(reason(without("iss")), "wrong_audience");
  EXPECT_EQ(reason(without("credential")), "bad_credential");  // and no epochs of an account
  EXPECT_EQ(reason(R"({"type":"repository"})"), "bad_credential");
  EXPECT_EQ(reason(R"([{"type":"repository","name":"team/hello"}])"), "bad_credential");
  EXPECT_EQ(reason(R"([1])"), "bad_credential");
}

TEST_F(DockerToken, BringsNoKeyOfItsOwnD6) {
  const std::string good = sign(claims(kPullHello));
  const std::string payload = good.substr(good.find('.'));
  for (const char* header :
       {R"({"alg":"ES256","typ":"JWT","jwk":{"kty":"EC"}})",
        R"({"alg":"ES256","typ":"JWT","x5c":["MIIB"]})", R"({"alg":"none","typ":"JWT"})",
        R"({"alg":"ES256","typ":"JWT"})", R"({"alg":"ES256","typ":"JWT","kid":"AAAA:BBBB"})"}) {
    const std::string token = wire::base64url_encode(header) + payload;
    EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "bad_credential") << header;
  }
  std::string altered = good;
  altered[altered.size() - 10] = altered[altered.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(world_.reason(by_bearer(pull(), altered)), "bad_credential");
}

TEST_F(DockerToken, SignedByTheKeyOfCredentialsIsRefused) {
  World::Claims crossed = claims(kPullHello);
  EXPECT_EQ(world_.reason(by_bearer(pull(), world_.sign(crossed))), "bad_credential");
}

TEST_F(DockerToken, EndsInTime) {
  const std::string token = sign(claims(kPullHello));
  world_.clock.advance(Seconds(299));
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "allowed");
  world_.clock.advance(Seconds(1));
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "expired_credential");
  const std::int64_t now = to_unix(world_.clock.now());
  EXPECT_EQ(reason(with("nbf", std::to_string(now + 60))), "allowed");
  EXPECT_EQ(reason(with("nbf", std::to_string(now + 61))), "bad_credential");
}

TEST_F(DockerToken, EndsWithItsCredentialAtTheNextRequest) {
  const std::string token = sign(claims(kPullHello));
  ASSERT_EQ(world_.reason(by_bearer(pull(), token)), "allowed");
  ASSERT_THAT(world_.store->credentials().revoke(credential_, world_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "revoked_credential");
}

TEST_F(DockerToken, EndsWithItsOwnerAtTheNextRequest) {
  const std::string token = sign(claims(kPullHello));
  ASSERT_THAT(world_.store->accounts().disable(ann_.id, world_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "account_disabled");
  ASSERT_THAT(world_.store->accounts().enable(ann_.id, world_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "revoked_credential");
}

TEST_F(DockerToken, OfAPasswordEndsWithEitherEpochOfItsAccount) {
  World::Claims claims = without("credential");
  claims["session_epoch"] = claims["credential_epoch"] = "0";
  const std::string token = sign(claims);
  ASSERT_EQ(world_.reason(by_bearer(pull(), token)), "allowed");
  ASSERT_THAT(world_.store->accounts().end_sessions(ann_.id, world_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "revoked_credential");
  claims["account"] = json("somebody-else");
  EXPECT_EQ(reason(claims), "revoked_credential");
}

TEST_F(DockerToken, OfAUserTokenEndsWithIt) {
  world_.config.user_token.enabled = true;
  world_.restart();
  store::UserToken pair;
  pair.account = ann_.id;
  pair.name_code = "ann00001";
  pair.created = world_.clock.now() - std::chrono::days(1);
  store::UserTokens& pairs = world_.store->user_tokens();
  ASSERT_THAT(pairs.make(pair, 0, store::Renewal::kReplace, kSomebody), IsOk());
  World::Claims claims = without("credential");
  claims["user_token"] = json("ann00001");
  claims["session_epoch"] = claims["credential_epoch"] = "0";
  const std::string token = sign(claims);
  ASSERT_EQ(world_.reason(by_bearer(pull(), token)), "allowed");
  ASSERT_THAT(world_.store->accounts().end_sessions(ann_.id, world_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "allowed");

  const auto set = [&](const store::UserTokenChange& change) {
    ASSERT_THAT(pairs.set(change, world_.clock.now(), kSomebody), IsOk());
  };
  set({.enabled = false});
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "revoked_credential");
  set({.enabled = true, .expiration_enabled = true, .expiration_days = 1});
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "expired_credential");
  set({.expiration_days = 2});
  ASSERT_EQ(world_.reason(by_bearer(pull(), token)), "allowed");

  ASSERT_THAT(pairs.reset(ann_.id, world_.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "revoked_credential");
  claims["credential"] = json(credential_.text());
  EXPECT_EQ(reason(claims), "bad_credential");  // of two things at once
}

TEST_F(DockerToken, OfAnotherOwnerThanTheRecordsIsRefused) {
  const model::Account bob = world_.account("bob");
  EXPECT_EQ(reason(with("account", json(bob.id.text()))), "bad_credential");
  EXPECT_EQ(reason(with("sub", json("bob"))), "bad_credential");
  EXPECT_EQ(reason(with("sub", json(""))), "bad_credential");
}

TEST_F(DockerToken, OutranksNeitherTheRulesNorTheScopesOfItsCredential) {
  config::Rule only_dev;
  only_dev.paths = {"/v2/team"};
  only_dev.who = config::Who::kListed;
  only_dev.groups = {"ops"};
  world_.config.rules.insert(world_.config.rules.begin(), only_dev);
  world_.restart();
  EXPECT_EQ(reason(kAllHello), "rule_denied");
  world_.config.rules.erase(world_.config.rules.begin());
  world_.restart();
  credential_ = world_.record(ann_, {"read"});
  EXPECT_EQ(reason(kAllHello), "allowed");
  EXPECT_EQ(reason(kAllHello, at_registry("PUT", "/v2/team/hello/manifests/1")), "scope_denied");
}

TEST_F(DockerToken, OfNobodyIsGoodWhereARuleIsForAnyone) {
  World::Claims nobody = without("credential");
  nobody.erase("account");
  nobody["sub"] = json("");
  EXPECT_EQ(reason(nobody), "no_credential");
  config::Rule open;
  open.paths = {"/v2/team/hello"};
  open.methods = {"GET", "HEAD"};
  open.who = config::Who::kAnyone;
  world_.config.rules.insert(world_.config.rules.begin(), open);
  world_.restart();
  EXPECT_EQ(reason(nobody), "allowed");
  EXPECT_EQ(reason(nobody, at_registry("GET", "/v2/")), "no_credential");
  nobody["access"] = "[]";
  EXPECT_EQ(reason(nobody), "insufficient_scope");
}

TEST_F(DockerToken, OfARetiredKeyIsRefused) {
  const auto added = keys_.add(world_.clock.now());
  ASSERT_THAT(added, IsOk());
  world_.clock.advance(Seconds(5));
  const std::string token = sign(claims(kPullHello));
  ASSERT_EQ(world_.reason(by_bearer(pull(), token)), "allowed");
  ASSERT_THAT(keys_.retire(keys_.signing_key(world_.clock.now())->info().thumbprint), IsOk());
  world_.clock.advance(Seconds(1));
  EXPECT_EQ(world_.reason(by_bearer(pull(), token)), "bad_credential");
}

TEST_F(DockerToken, IsWhatTheOneChallengeOfItsHostAsksFor) {
  const auto challenge = [&](const Request& request) {
    const model::Answer answer = world_.client_sees(Dialect::kNginx, request);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(field(answer, "Docker-Distribution-Api-Version"), "registry/2.0");
    return field(answer, "WWW-Authenticate");
  };
  const std::string begin =
      R"(Bearer realm="https://docker.example:8443/docker/token",service="docker.example")";
  EXPECT_EQ(challenge(at_registry("GET", "/v2/")), begin);
  EXPECT_EQ(challenge(pull()), begin + R"(,scope="repository:team/hello:pull")");
  EXPECT_EQ(challenge(at_registry("PUT", "/v2/team/hello/manifests/1")),
            begin + R"(,scope="repository:team/hello:pull,push")");
  EXPECT_EQ(challenge(at_registry("GET", "/v2/_catalog")), begin + R"(,scope="registry:catalog:*")");
  EXPECT_EQ(challenge(by_bearer(at_registry("DELETE", "/v2/team/hello/manifests/1"),
                                sign(claims(kPullHello)))),
            begin + R"(,scope="repository:team/hello:delete",error="insufficient_scope")");
  EXPECT_EQ(challenge(by_bearer(pull(), "x.y.z")),
            begin + R"(,scope="repository:team/hello:pull",error="invalid_token")");
  // Another host of the same site stays with Basic.
  EXPECT_THAT(challenge(get("/v2/").with("HTTP_HOST", "nexus.example")), HasSubstr("Basic realm="));
}

TEST_F(DockerToken, IsSentForToAnAddressOfTheConfigurationD7N45) {
  const Request lied = at_registry("GET", "/v2/").with("HTTP_X_FORWARDED_HOST", "evil.test");
  EXPECT_THAT(field(world_.client_sees(Dialect::kNginx, lied), "WWW-Authenticate"),
              HasSubstr(R"(realm="https://docker.example:8443/docker/token")"));
  const Request unknown = get("/v2/").with("HTTP_HOST", "evil.test");
  EXPECT_EQ(field(world_.client_sees(Dialect::kNginx, unknown), "WWW-Authenticate"), "(absent)");
}

TEST_F(DockerToken, StandsBesideACredentialInBasicOrBearer) {
  const std::string credential = world_.sign(world_.claims(ann_, credential_));
  EXPECT_EQ(world_.reason(by_bearer(pull(), credential)), "allowed");
  EXPECT_EQ(world_.reason(by_basic(pull(), "ann", credential)), "allowed");
}

// Of every proof: rules by repository would be worth little if a push could read anywhere.
class Mount : public DockerToken {
 protected:
  Mount() {
    config::Rule secret;
    secret.paths = {"/v2/secret"};
    secret.who = config::Who::kListed;
    secret.groups = {"ops"};
    world_.config.rules.insert(world_.config.rules.begin(), secret);
    world_.restart();
    token_ = world_.sign(world_.claims(ann_, credential_));
  }

  std::string mount(const std::string& from) {
    const std::string target = "/v2/team/hello/blobs/uploads/?mount=sha256%3A00&from=" + from;
    return world_.reason(by_basic(at_registry("POST", target), "ann", token_));
  }

  std::string token_;
};

TEST_F(Mount, IsJudgedAsAPullFromItsSourceToo) {
  EXPECT_EQ(mount("team%2Fother"), "allowed");
  EXPECT_EQ(mount("secret%2Fapp"), "rule_denied");
  EXPECT_EQ(mount("team%2Fother&from=secret%2Fapp"), "rule_denied");
  EXPECT_EQ(mount("x;from=secret%2Fapp"), "ambiguous_target");
}

TEST_F(Mount, IsJudgedWhicheverAnswerWhoHasNoCredentialGets) {
  for (const auto challenge : {config::Challenge::kBasic, config::Challenge::kBrowser}) {
    config::Path images;
    images.prefix = "/v2";
    images.challenge = challenge;
    world_.config.path_settings = {images};
    world_.restart();
    EXPECT_EQ(mount("team%2Fother"), "allowed");
    EXPECT_EQ(mount("secret%2Fapp"), "rule_denied");
  }
}

}  // namespace
}  // namespace latchkey::flow
