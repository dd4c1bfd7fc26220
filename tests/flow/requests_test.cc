// Hosts, schemes, paths and who names them.
#include <gtest/gtest.h>

#include "world.h"

namespace latchkey::flow {
namespace {

// A world where /public is open to all and the rest is for those who are signed in.
struct Public : World {
  Public() {
    config::Rule open;
    open.who = config::Who::kAnyone;
    open.paths = {"/public"};
    config.rules.insert(config.rules.begin(), open);
    restart();
  }
};

TEST(Path, IsJudgedInItsCanonicalFormL3L16N5) {
  Public world;
  EXPECT_EQ(world.reason(get("/public/x")), "allowed");
  EXPECT_EQ(world.reason(get("/%70ublic/x")), "allowed");
  EXPECT_EQ(world.reason(get("/a/../public/x")), "allowed");
  for (const char* target : {"/public/../admin", "/public/%2e%2e/admin", "/x?/public/",
                             "/admin?x=/public/", "/PUBLIC/x", "/publicx"}) {
    EXPECT_EQ(world.reason(get(target)), "no_credential") << target;
  }
}

TEST(Path, WithTwoReadingsIsRefusedA2O12N7) {
  Public world;
  for (const char* target : {"/public%2f..%2fadmin", "/public/..%2fadmin", "/public%5c..%5cadmin",
                             "/public/%252e%252e/x", "/public%00", "/public;/../admin",
                             "/admin;/public", "/public/..;/admin", "/../public"}) {
    EXPECT_EQ(world.reason(get(target)), "ambiguous_target") << target;
  }
  for (const char* target :
       {"/public#/admin", "/%zz", "/%", "/%2", "/\xff", "*", "", "public", "/public\x01"}) {
    EXPECT_EQ(world.reason(get(target)), "malformed_request") << target;
  }
}

TEST(Path, InEveryClassIsFoundBehindItsDisguise) {
  World world;
  for (const char* target : {"/%72epository/x", "//repository/x", "/a/../repository/x"}) {
    const model::Answer answer = world.client_sees(Dialect::kNginx, navigation(target));
    EXPECT_EQ(answer.status, 401) << target;
  }
  EXPECT_EQ(world.client_sees(Dialect::kNginx, navigation("/v2foo")).status, 302);
}

TEST(Path, OfTheWebServerMustAgreeWithOurs) {
  Public world;
  const auto with = [&](std::string target, std::string servers) {
    return world.reason(get(std::move(target)).with("LATCHKEY_PATH", std::move(servers)));
  };
  EXPECT_EQ(with("/public/x", "/public/x"), "allowed");
  EXPECT_EQ(with("/%70ublic//x?y", "/public/x"), "allowed");
  EXPECT_EQ(with("/public/x", "/admin"), "ambiguous_target");
  EXPECT_EQ(with("/public/x", "/public/x/"), "ambiguous_target");
}

// In a subrequest these are the check's, under CGI the program's: they can neither open nor close.
TEST(Path, IsThatOfRequestUriWhateverOtherNamesSay) {
  Public world;
  for (const char* name : {"SCRIPT_NAME", "PATH_INFO", "DOCUMENT_URI", "SCRIPT_URL", "SCRIPT_URI",
                           "PATH_TRANSLATED", "ORIG_PATH_INFO", "REDIRECT_URL"}) {
    EXPECT_EQ(world.reason(get("/admin").with(name, "/public/x")), "no_credential") << name;
    EXPECT_EQ(world.reason(get("/public/x").with(name, "/admin")), "allowed") << name;
  }
  EXPECT_EQ(world.reason(get("/admin").with("SCRIPT_NAME", "/public").with("PATH_INFO", "/x")),
            "no_credential");
}

TEST(Path, WithAKeptEncodedSlashAgreesWithADecodedOne) {
  World world;
  config::Path npm;
  npm.prefix = "/repository/npm";
  npm.encoded_slash = config::EncodedSlash::kKeep;
  world.config.path_settings = {npm};
  world.config.rules[0].who = config::Who::kAnyone;
  world.restart();
  EXPECT_EQ(world.reason(get("/repository/npm/@a%2Fb")
                             .with("LATCHKEY_PATH", "/repository/npm/@a/b")),
            "allowed");
  EXPECT_EQ(world.reason(get("/repository/npm/@a%2fb")), "allowed");
  EXPECT_EQ(world.reason(get("/repository/maven/@a%2fb")), "ambiguous_target");
  EXPECT_EQ(world.reason(get("/repository/npm/..%2fmaven")), "ambiguous_target");
}

TEST(ForwardedFields, NameNoPathHostSchemeOrMethodO11O20N3) {
  Public world;
  world.config.site.enforce_https = true;
  world.restart();
  for (const char* name :
       {"HTTP_X_FORWARDED_URI", "HTTP_X_ORIGINAL_URL", "HTTP_X_ORIGINAL_URI", "HTTP_X_REWRITE_URL",
        "HTTP_X_FORWARDED_PREFIX", "HTTP_FORWARDED", "HTTP_X_FORWARDED_PATH"}) {
    EXPECT_EQ(world.reason(get("/admin").with(name, "/public/x")), "no_credential") << name;
  }
  EXPECT_EQ(world.reason(get("/public/x")
                             .with("REQUEST_SCHEME", "http")
                             .with("HTTP_X_FORWARDED_PROTO", "https")),
            "https_required");
  EXPECT_EQ(world.reason(get("/public/x")
                             .with("HTTP_HOST", "evil.example")
                             .with("HTTP_X_FORWARDED_HOST", "nexus.example")),
            "unknown_host");
  const std::string cookie = world.session(world.account("alice"));
  EXPECT_EQ(world.reason(by_cookie(method("POST", "/x")
                                       .with("HTTP_X_HTTP_METHOD_OVERRIDE", "GET")
                                       .with("HTTP_ORIGIN", "https://evil.example"),
                                   cookie)),
            "cross_site");
}

TEST(Host, IsComparedInItsCanonicalFormA7N6) {
  Public world;
  for (const char* host : {"nexus.example", "NEXUS.Example:8443", "nexus.example.", "a.apps.example",
                           "A.Apps.Example:1"}) {
    EXPECT_EQ(world.reason(get("/public").with("HTTP_HOST", host)), "allowed") << host;
  }
}

TEST(Host, ThatIsNotOursIs400O6L20) {
  Public world;
  for (const char* host : {"evil.example", "", "evil:nexus.example", "nexus.example:x",
                           "nexus.example, evil", "user@nexus.example", "nexus.example/",
                           "a.b.apps.example", "apps.example", "*.apps.example", "nexus example",
                           "notnexus.example", "nexus.example.evil"}) {
    EXPECT_EQ(world.reason(get("/public").with("HTTP_HOST", host)), "unknown_host") << host;
    EXPECT_EQ(
        world.client_sees(Dialect::kNginx, get("/public").with("HTTP_HOST", host)).status, 400);
  }
  EXPECT_EQ(world.reason(get("/public").without("HTTP_HOST")), "unknown_host");
}

TEST(Host, OfAnAbsoluteTargetMustAgreeWithTheFieldV8) {
  Public world;
  EXPECT_EQ(world.reason(get("https://nexus.example/public")), "allowed");
  EXPECT_EQ(world.reason(get("https://docker.example/public")), "malformed_request");
  EXPECT_EQ(world.reason(get("/public").with("LATCHKEY_HOST", "nexus.example")), "allowed");
  EXPECT_EQ(world.reason(get("/public").with("LATCHKEY_HOST", "docker.example")),
            "malformed_request");
}

TEST(Scheme, IsWhatTheWebServerSays) {
  Public world;
  world.config.site.enforce_https = true;
  world.restart();
  const auto with = [&](Request request) {
    return world.reason(std::move(request).with("REQUEST_URI", "/public"));
  };
  EXPECT_EQ(with(Request()), "allowed");
  EXPECT_EQ(with(Request().with("REQUEST_SCHEME", "http")), "https_required");
  EXPECT_EQ(with(Request().with("REQUEST_SCHEME", "HTTPS")), "https_required");
  EXPECT_EQ(with(Request().with("REQUEST_SCHEME", "http").with("LATCHKEY_SCHEME", "https")),
            "allowed");
  EXPECT_EQ(with(Request().with("LATCHKEY_SCHEME", "http")), "https_required");
  EXPECT_EQ(with(Request().without("REQUEST_SCHEME").with("HTTPS", "on")), "allowed");
  EXPECT_EQ(with(Request().without("REQUEST_SCHEME")), "https_required");
  EXPECT_EQ(with(Request().with("REQUEST_SCHEME", "http").with("HTTP_HOST", "docker.example")),
            "allowed");
}

TEST(Authorization, IsTheApplicationsWhereThePathSaysSo) {
  World world;
  config::Path jenkins;
  jenkins.prefix = "/jenkins";
  jenkins.authorization = config::AuthorizationUse::kApplication;
  world.config.path_settings = {jenkins};
  world.restart();
  const model::Account alice = world.account("alice");
  const std::string cookie = world.session(alice);
  EXPECT_EQ(world.reason(by_basic(by_cookie(get("/jenkins/x"), cookie), "a", "api")), "allowed");
  EXPECT_EQ(world.reason(by_bearer(get("/jenkins/x"), world.token(alice))), "no_credential");
  EXPECT_EQ(world.reason(by_bearer(get("/x"), world.token(alice))), "allowed");
}

TEST(PeerSecret, IsNeededOverTcpOnlyC13) {
  Public world;
  world.config.pool.peer_secret = SecretString(std::string_view("s3cret"));
  world.restart();
  EXPECT_EQ(world.reason(get("/public")), "allowed");
  world.transport = model::Transport::kInheritedTcp;
  EXPECT_EQ(world.reason(get("/public")), "internal");
  world.transport = model::Transport::kTcp;
  EXPECT_EQ(world.reason(get("/public")), "internal");
  EXPECT_EQ(world.reason(get("/public").with("LATCHKEY_PEER_SECRET", "wrong")), "internal");
  EXPECT_EQ(world.reason(get("/public").with("HTTP_LATCHKEY_PEER_SECRET", "s3cret")), "internal");
  EXPECT_EQ(world.reason(get("/public").with("LATCHKEY_PEER_SECRET", "s3cret")), "allowed");
}

TEST(Parameters, BeyondTheLimitAreRefused) {
  Public world;
  Request request = get("/public");
  for (int at = 0; at < 300; ++at) request.params["HTTP_X" + std::to_string(at)] = "1";
  EXPECT_EQ(world.reason(request), "malformed_request");
}

TEST(Method, ThatIsNoTokenIsRefused) {
  Public world;
  for (const char* name : {"", "G T", "GET\t", "\"GET\"", "(GET)"}) {
    EXPECT_EQ(world.reason(method(name, "/public")), "malformed_request") << name;
  }
  EXPECT_EQ(world.reason(method("PROPFIND", "/public")), "allowed");
  EXPECT_EQ(world.reason(method("GET", "/public").with("LATCHKEY_METHOD", "MKCOL")), "allowed");
}

}  // namespace
}  // namespace latchkey::flow
