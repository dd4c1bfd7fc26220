// The whole authorizer in one process, with a clock that stands still, real keys and a real store.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/config/config.h"
#include "latchkey/fcgi/exchange.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/model/account.h"
#include "latchkey/model/answer.h"
#include "latchkey/role/authorizer.h"
#include "latchkey/store/store.h"
#include "latchkey/telemetry/log.h"
#include "support/answers.h"
#include "support/configs.h"
#include "support/fake_directory.h"
#include "support/actor.h"
#include "support/results.h"

namespace latchkey::flow {

// The four ways a web server asks for a decision.
enum class Dialect {
  kNginx,     // RESPONDER, check; the refusal is rendered by a second call
  kModFcgid,  // AUTHORIZER, check
  kApache,    // AUTHORIZER without a mode; lighttpd too
  kCaddy,     // RESPONDER, forward
};
inline constexpr auto kDialects =
    std::to_array({Dialect::kNginx, Dialect::kModFcgid, Dialect::kApache, Dialect::kCaddy});
std::string name_of(Dialect dialect);

// The parameters of one request. A new one is a program's GET of `/` over https.
struct Request {
  std::map<std::string, std::string> params = {{"REQUEST_METHOD", "GET"},
                                               {"REQUEST_URI", "/"},
                                               {"HTTP_HOST", "nexus.example"},
                                               {"REQUEST_SCHEME", "https"},
                                               {"REMOTE_ADDR", "192.0.2.7"},
                                               {"HTTP_ACCEPT", "*/*"}};

  Request&& with(std::string name, std::string value) && {
    params[std::move(name)] = std::move(value);
    return std::move(*this);
  }
  Request&& without(const std::string& name) && {
    params.erase(name);
    return std::move(*this);
  }
};

Request get(std::string target);
Request method(std::string name, std::string target);
Request navigation(std::string target);                       // as a browser sends it
Request by_cookie(Request request, std::string_view token);   // the session cookie
Request by_bearer(Request request, std::string_view token);
Request by_basic(Request request, std::string_view user, std::string_view password);

class TestGate final : public SlowGate {
 public:
  Entry try_enter() override { return open ? Entry::kEntered : Entry::kFull; }
  void leave() override {}
  bool open = true;
};

class World {
 public:
  World();

  // For tests of a store that cannot answer.
  void lose_the_store();

  // Makes the authorizer anew after `config` was changed.
  void restart();

  // What the web server gets.
  model::Answer ask(Dialect dialect, const Request& request);

  // What the client gets in the end: for nginx the refusal that the second call renders. mod_fcgid's
  // clients get the bare 401.
  model::Answer client_sees(Dialect dialect, const Request& request);

  // The word of X-Latchkey-Reason that a check gives; `allowed` on approval.
  std::string reason(const Request& request);

  // The call of Apache's ErrorDocument, which hands no reason on.
  model::Answer error_document(const Request& request);

  // The call of a plain CGI in front of static files.
  model::Answer at_the_gate(const Request& request);

  // The call of nginx's error_page.
  model::Answer refused(const Request& request, std::string_view reason);

  model::Account account(const std::string& name, std::vector<std::string> groups = {});
  std::string session(const model::Account& account);  // the cookie's value
  std::string token(const model::Account& account, std::vector<std::string> scopes = {});
  CredentialId record(const model::Account& account, std::vector<std::string> scopes = {});

  // The claims of a good token; each value is JSON.
  using Claims = std::map<std::string, std::string>;
  Claims claims(const model::Account& account, const CredentialId& id) const;
  std::string sign(const Claims& claims) const;

  config::Config config = example_config();
  ManualClock clock{from_unix(1'800'000'000)};
  SequenceRandom random;
  TestGate gate;
  std::string logged;
  FakeDirectory ldap;  // asked only where the configuration has one
  std::optional<store::Store> store;
  std::unique_ptr<role::Authorizer> authorizer;
  model::Transport transport = model::Transport::kUnixSocket;

 private:
  telemetry::Log log_;
  int states_ = 0;
};

// The directory with the keys that all worlds share, as making some takes a second. Removed at exit.
const std::string& shared_keys();

// A directory of one test, removed with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The user that an approval names, in the form of the dialect; `(refused)` for anything else.
std::string user_of(const model::Answer& answer, Dialect dialect);

}  // namespace latchkey::flow
