#include "world.h"

#include <cstdlib>
#include <filesystem>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/model/session.h"
#include "latchkey/wire/base64.h"

namespace latchkey::flow {
namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) ADD_FAILURE() << name_of(result.error().code) << ": " << result.error().detail;
  LK_ASSERT(result.has_value());
  return *std::move(result);
}

void must(const Outcome& outcome) {
  if (!outcome) ADD_FAILURE() << outcome.error().detail;
  LK_ASSERT(outcome.has_value());
}

std::string json(std::string_view text) { return "\"" + std::string(text) + "\""; }

fcgi::Role role_of(Dialect dialect) {
  const bool authorizer = dialect == Dialect::kModFcgid || dialect == Dialect::kApache;
  return authorizer ? fcgi::Role::kAuthorizer : fcgi::Role::kResponder;
}

std::string mode_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::kNginx:
    case Dialect::kModFcgid: return "check";
    case Dialect::kApache: return "";
    case Dialect::kCaddy: return "forward";
  }
  return "";
}

model::Answer call(role::Authorizer& authorizer, const Request& request, fcgi::Role role,
                   model::Transport transport) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : request.params) texts.push_back(std::string(name).append("=").append(value));
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  pointers.push_back(nullptr);
  model::Answer answer =
      authorizer.answer(fcgi::Params::from_fastcgi(pointers.data()), role, transport);
  EXPECT_THAT(fcgi::serialize(answer, fcgi::Body::kSend), IsOk());
  authorizer.after_reply();
  return answer;
}

}  // namespace

std::string name_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::kNginx: return "Nginx";
    case Dialect::kModFcgid: return "ModFcgid";
    case Dialect::kApache: return "ApacheAndLighttpd";
    case Dialect::kCaddy: return "Caddy";
  }
  return "";
}

TempDir::TempDir() {
  std::string path = (std::filesystem::temp_directory_path() / "latchkey-flow-XXXXXX").string();
  LK_ASSERT(mkdtemp(path.data()) != nullptr);
  path_ = path;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const std::string& shared_keys() {
  static const TempDir directory;
  static const std::string path = [] {
    const std::string keys = directory.path() + "/keys";
    SystemRandom random;
    must(crypto::KeyDirectory::create(keys, random));
    return keys;
  }();
  return path;
}

Request get(std::string target) { return method("GET", std::move(target)); }

Request method(std::string name, std::string target) {
  return Request().with("REQUEST_METHOD", std::move(name)).with("REQUEST_URI", std::move(target));
}

Request navigation(std::string target) {
  return get(std::move(target))
      .with("HTTP_ACCEPT", "text/html,application/xhtml+xml,*/*;q=0.8")
      .with("HTTP_SEC_FETCH_MODE", "navigate")
      .with("HTTP_SEC_FETCH_SITE", "none");
}

Request by_cookie(Request request, std::string_view token) {
  return std::move(request).with("HTTP_COOKIE", "a=1; __Host-latchkey=" + std::string(token));
}

Request by_bearer(Request request, std::string_view token) {
  return std::move(request).with("HTTP_AUTHORIZATION", "Bearer " + std::string(token));
}

Request by_basic(Request request, std::string_view user, std::string_view password) {
  const std::string pair = std::string(user) + ":" + std::string(password);
  return std::move(request).with("HTTP_AUTHORIZATION", "Basic " + wire::base64_encode(pair));
}

World::World()
    : store(must(store::Store::open(":memory:", config::Journal::kWal, store::Access::kCreate))),
      log_(telemetry::Log::to_string(logged, clock)) {
  config.credential.key_directory = shared_keys();
  config.credential.git_paths = {"/git"};
  restart();
}

void World::lose_the_store() {
  store.emplace(store::Store::attach("/nonexistent/latchkey.db", config::Journal::kWal));
  restart();
}

void World::restart() {
  authorizer.reset();
  authorizer = std::make_unique<role::Authorizer>(
      must(role::Authorizer::open(config, *store, gate, clock, random, log_, &ldap)));
}

model::Answer World::ask(Dialect dialect, const Request& request) {
  Request asked = request;
  const std::string mode = mode_of(dialect);
  if (!mode.empty()) asked.params["LATCHKEY_MODE"] = mode;
  return call(*authorizer, asked, role_of(dialect), transport);
}

model::Answer World::refused(const Request& request, std::string_view reason) {
  Request asked = request;
  asked.params["LATCHKEY_MODE"] = "refused";
  asked.params["LATCHKEY_REASON"] = reason;
  return call(*authorizer, asked, fcgi::Role::kResponder, transport);
}

model::Answer World::error_document(const Request& request) {
  Request asked = request;
  asked.params["LATCHKEY_MODE"] = "refused";
  return call(*authorizer, asked, fcgi::Role::kResponder, transport);
}

model::Answer World::at_the_gate(const Request& request) {
  Request asked = request;
  asked.params["LATCHKEY_MODE"] = "gate";
  asked.params["SCRIPT_NAME"] = "/cgi-bin/latchkey-gate.cgi";
  return call(*authorizer, asked, fcgi::Role::kResponder, model::Transport::kCgi);
}

model::Answer World::client_sees(Dialect dialect, const Request& request) {
  model::Answer answer = ask(dialect, request);
  if (dialect != Dialect::kNginx || answer.status == 200) return answer;
  return refused(request, field(answer, "X-Latchkey-Reason"));
}

std::string World::reason(const Request& request) {
  const model::Answer answer = ask(Dialect::kNginx, request);
  return answer.status == 200 ? "allowed" : field(answer, "X-Latchkey-Reason");
}

model::Account World::account(const std::string& name, std::vector<std::string> groups) {
  model::Profile profile;
  profile.user_name = name;
  profile.mail = name + "@corp.test";
  profile.display_name = "Person " + name;
  profile.groups = std::move(groups);
  return must(store->accounts().sign_in("company", "https://id.example", "subject-" + name, profile,
                                        clock.now(), random));
}

std::string World::session(const model::Account& account) {
  model::Session session;
  session.id = make_uuid_v7(clock.now(), random);
  session.account = account.id;
  session.epoch = account.session_epoch;
  session.provider = account.provider;
  session.created = session.last_seen = clock.now();
  session.idle_end = clock.now() + config.session.idle;
  session.absolute_end = clock.now() + config.session.absolute;
  const std::string token = crypto::random_token(random);
  must(store->sessions().create(session, crypto::sha256(token), "state-" + std::to_string(++states_),
                                clock.now() + Seconds(600)));
  return token;
}

CredentialId World::record(const model::Account& account, std::vector<std::string> scopes) {
  model::IssuedCredential credential;
  credential.id = CredentialId(make_uuid_v7(clock.now(), random));
  credential.account = account.id;
  credential.epoch = account.credential_epoch;
  credential.scopes = std::move(scopes);
  credential.created = clock.now();
  credential.expires = clock.now() + config.credential.lifetime;
  must(store->credentials().issue(credential, 100, kSomebody));
  return credential.id;
}

std::string World::token(const model::Account& account, std::vector<std::string> scopes) {
  return sign(claims(account, record(account, std::move(scopes))));
}

World::Claims World::claims(const model::Account& account, const CredentialId& id) const {
  const std::int64_t now = to_unix(clock.now());
  return {{"iss", json(config.site.url)},
          {"sub", json(account.id.text())},
          {"uid", json(account.profile.user_name)},
          {"aud", R"(["docker.example","nexus.example"])"},
          {"iat", std::to_string(now)},
          {"exp", std::to_string(now + 365 * 86400)},
          {"jti", json(id.text())},
          {"token_use", json("credential")}};
}

std::string World::sign(const Claims& claims) const {
  std::string text = "{";
  for (const auto& [name, value] : claims) {
    if (text.size() > 1) text += ",";
    text += json(name) + ":" + value;
  }
  const auto key = must(crypto::KeyDirectory(config.credential.key_directory).active_signing_key(clock.now()));
  return std::string(must(key.sign(text + "}")).reveal());
}

std::string user_of(const model::Answer& answer, Dialect dialect) {
  if (answer.status != 200) return "(refused)";
  const bool variables = role_of(dialect) == fcgi::Role::kAuthorizer;
  return field(answer, variables ? "Variable-REMOTE_USER" : "X-Forwarded-User");
}

}  // namespace latchkey::flow
