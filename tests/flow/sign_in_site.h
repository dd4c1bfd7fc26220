// A whole responder in one process, with a provider that is faked and browsers that keep cookies.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "latchkey/base/call_budget.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/config/hosts.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/password.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/remote/budgeted_client.h"
#include "latchkey/role/responder.h"
#include "latchkey/role/sign_in_pages.h"
#include "support/answers.h"
#include "support/actor.h"
#include "support/fake_directory.h"
#include "support/fake_provider.h"

namespace latchkey::testing {

inline constexpr TimePoint kStart = from_unix(1'800'000'000);

// One request, and the answer it got.
class TestExchange final : public fcgi::Exchange {
 public:
  TestExchange(std::vector<std::string> texts, std::string body)
      : texts_(std::move(texts)), body_(std::move(body)) {
    for (const std::string& text : texts_) pointers_.push_back(text.c_str());
    pointers_.push_back(nullptr);
    params_ = fcgi::Params::from_fastcgi(pointers_.data());
  }
  const fcgi::Params& params() const override { return params_; }
  fcgi::Role role() const override { return fcgi::Role::kResponder; }
  model::Transport transport() const override { return model::Transport::kUnixSocket; }
  Result<std::string> read_body(std::size_t bytes_max) override {
    if (body_.size() > bytes_max) return fail(ErrorCode::kMalformed, "too long");
    return body_;
  }
  Outcome reply(const model::Answer& given) override {
    answer = given;
    return {};
  }
  model::Answer answer;

 private:
  std::vector<std::string> texts_;
  std::string body_;
  std::vector<const char*> pointers_;
  fcgi::Params params_;
};

// Keys take seconds to make, so all tests of the program share them.
inline const std::string& shared_directory() {
  struct Directory {
    Directory() : path((std::filesystem::temp_directory_path() / "latchkey-flow-XXXXXX").string()) {
      if (::mkdtemp(path.data()) == nullptr) std::abort();
      SystemRandom random;
      if (!crypto::KeyDirectory::create(path + "/keys", random)) std::abort();
      const auto hash = crypto::hash_password(SecretString("bob-pw"sv), random, 4);
      std::ofstream(path + "/users") << "bob:" << *hash << '\n';
      ::chmod((path + "/users").c_str(), 0600);
    }
    ~Directory() { std::filesystem::remove_all(path); }
    std::string path;
  };
  static const Directory directory;
  return directory.path;
}

inline config::Config site_config(const FakeProvider& provider) {
  config::Config config;
  config.site.url = "https://app.test";
  config.site.https = true;
  config.site.hosts = {{.name = "app.test", .port = {}}, {.name = "other.test", .port = 8443}};
  config.credential.key_directory = shared_directory() + "/keys";
  config.providers.push_back(provider.settings());
  return config;
}

// As with the default of pool.stuck_after.
inline constexpr std::chrono::milliseconds kCallsMax{20'000};

class Site {
 public:
  Site() : Site([](config::Config&) {}) {}

  // `change` turns the configuration before the site is built.
  template <typename Change>
  explicit Site(Change change) : provider(kStart), config(site_config(provider)) {
    change(config);
    hosts = std::make_unique<config::Hosts>(config);
    sealer = std::make_unique<crypto::Sealer>(
        *crypto::Sealer::load(config.credential.key_directory + "/seal.key"));
    resolver = std::make_unique<identity::Resolver>(config, store, proof_gate, random, log);
    const role::SignInNeeds needs{config,  *hosts,   store, *resolver, random,
                                  *sealer, client, gate,  &directory};
    pages = std::make_unique<role::SignInPages>(needs);
    std::vector<pages::Route> routes;
    pages->add_routes(routes);
    responder = std::make_unique<role::Responder>(config, *hosts, std::move(routes), *resolver,
                                                  clock, log);
  }

  std::int64_t sessions() { return static_cast<std::int64_t>(store.sessions().list({})->size()); }

  ManualClock clock{kStart};
  FakeProvider provider;
  CallBudget budget{kCallsMax, [this] { return provider.time; }};
  remote::BudgetedClient client{provider, budget};
  FakeDirectory directory;  // asked only where the configuration has one
  config::Config config;
  store::Store store =
      *store::Store::open(":memory:", config::Journal::kWal, store::Access::kCreate);
  OpenSlowGate gate;
  OpenSlowGate proof_gate;
  SystemRandom random;
  std::string log_text;
  telemetry::Log log = telemetry::Log::to_string(log_text, clock);
  std::unique_ptr<config::Hosts> hosts;
  std::unique_ptr<crypto::Sealer> sealer;
  std::unique_ptr<identity::Resolver> resolver;
  std::unique_ptr<role::SignInPages> pages;
  std::unique_ptr<role::Responder> responder;
};

// A browser that keeps cookies by name, as one does that knows one site only.
class Browser {
 public:
  using More = std::vector<std::string>;

  explicit Browser(Site& site) : site_(site) {}

  model::Answer get(const std::string& target, const More& more = {}) {
    return send("GET", target, "", more);
  }
  // From the site's own page, unless `more` says otherwise.
  model::Answer post(const std::string& target, const std::string& form,
                     const More& more = {"HTTP_SEC_FETCH_SITE=same-origin"}) {
    More all = more;
    all.emplace_back("CONTENT_TYPE=application/x-www-form-urlencoded");
    return send("POST", target, form, all);
  }

  model::Answer send(const std::string& method, const std::string& target, const std::string& body,
                     const More& more) {
    std::vector<std::string> texts{"REQUEST_METHOD=" + method, "REQUEST_URI=" + target,
                                   "HTTP_HOST=" + host,        "LATCHKEY_SCHEME=https",
                                   "REMOTE_ADDR=192.0.2.7",    "HTTP_ACCEPT=text/html"};
    texts.push_back("HTTP_COOKIE=" + cookie_field());
    texts.insert(texts.end(), more.begin(), more.end());
    TestExchange exchange(std::move(texts), body);
    site_.budget.begin();
    site_.responder->serve(exchange);
    site_.responder->after_reply();
    for (const std::string& cookie : fields(exchange.answer, "Set-Cookie")) take(cookie);
    return exchange.answer;
  }

  // Signs in at the provider and returns the answer of the callback.
  model::Answer sign_in(const std::string& rd = "/deep?x=1") {
    const model::Answer begun = get("/oauth/login?rd=" + wire::url_encode(rd));
    return get("/oauth/callback?" + site_.provider.authorize(field(begun, "Location")));
  }

  std::string cookie_field() const {
    std::string out;
    for (const auto& [name, value] : cookies) {
      out.append(out.empty() ? "" : "; ").append(name).append("=").append(value);
    }
    return out;
  }

  // The value of the hidden field `name` in a page.
  static std::string hidden(const model::Answer& page, const std::string& name) {
    const std::string mark = "name=\"" + name + "\" value=\"";
    const std::size_t at = page.body.find(mark);
    if (at == std::string::npos) return "";
    return page.body.substr(at + mark.size(), page.body.find('"', at + mark.size()) - at - mark.size());
  }

  std::map<std::string, std::string> cookies;
  std::string host = "app.test";

 private:
  void take(const std::string& field) {
    const std::size_t equals = field.find('=');
    const std::string name = field.substr(0, equals);
    cookies[name] = field.substr(equals + 1, field.find(';') - equals - 1);
    if (field.contains("Max-Age=0")) cookies.erase(name);
  }

  Site& site_;
};

inline constexpr const char* kSessionCookie = "__Host-latchkey";
inline constexpr const char* kLoginCookie = "__Host-latchkey-login";

}  // namespace latchkey::testing
