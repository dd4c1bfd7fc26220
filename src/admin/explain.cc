// latchkey explain: asks the very code that decides, and tells what it said.
#include <algorithm>
#include <optional>
#include <utility>

#include "latchkey/identity/confirmation.h"
#include "latchkey/identity/fact_sources.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/identity/standing.h"
#include "latchkey/policy/policy.h"
#include "latchkey/telemetry/log.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/target.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

// Reads host, path and method as the dialect does; what the web server would refuse to say is a
// fault of the question.
Result<model::AuthQuery> query_of(const Arguments& arguments, const config::Config& config) {
  const std::string host = arguments.host.empty() ? config.site.hosts.front().name : arguments.host;
  const Result<wire::Authority> authority = wire::parse_authority(host);
  if (!authority) return fail(ErrorCode::kMalformed, "--host: " + authority.error().detail);
  const wire::Semicolon semicolon =
      policy::depends_on_paths(config) ? wire::Semicolon::kRefuse : wire::Semicolon::kCut;
  const Result<wire::Target> target = wire::canonical_target(arguments.path, semicolon);
  if (!target) return fail(ErrorCode::kMalformed, "--path: " + target.error().detail);
  model::AuthQuery query;
  query.request.scheme = config.site.https ? model::Scheme::kHttps : model::Scheme::kHttp;
  query.request.host = authority->host;
  query.request.method = arguments.method;
  query.request.path = target->path;
  query.request.has_encoded_slash = target->has_encoded_slash;
  query.request.query = target->query;
  query.request.target = target->origin_form;
  return query;
}

// Who asks: the credential's owner as the resolver finds them, the named user as after a sign-in,
// or nobody.
model::Step<model::Identity> who(const Arguments& arguments, Opened& opened, const World& world) {
  const TimePoint now = world.clock.now();
  if (!arguments.token.empty()) {
    OpenSlowGate gate;
    const telemetry::Log log = telemetry::Log::null();
    identity::Resolver resolver(opened.config, opened.store, gate, world.random, log);
    return resolver.resolve(model::BearerToken{read_token(world)}, "", now);
  }
  if (arguments.user.empty()) return identity::Resolver::anonymous();
  const Result<model::Account> account = find_account(opened.store, arguments.user);
  if (!account) return model::refuse(model::Reason::kUnknownSession, account.error().detail);
  LK_TRY(const store::Owner owner,
         identity::standing_of(opened.config, opened.store, *account,
                               identity::Presents::kSession, now));
  const auto age = identity::confirmation_age(opened.config, owner.member_until,
                                              owner.directory_until, now);
  return identity::Resolver::supposed(*account, age, now);
}

// The order of role/authorizer.cc: health, the request alone, the person, the rules.
model::Decision decide(const Arguments& arguments, Opened& opened, const policy::Policy& policy,
                       const model::AuthQuery& query, const World& world) {
  if (policy.is_health(query.request, query.hints)) return model::Decision::health();
  const policy::PathSettings settings = policy.settings(query.request.host, query.request.path);
  const model::Step<void> admitted = policy.admit(query.request, settings);
  if (!admitted) return admitted.error();
  model::Step<model::Identity> identity = who(arguments, opened, world);
  if (!identity) return std::move(identity).error();
  return policy.decide(query, settings, *std::move(identity));
}

std::string_view name_of(config::Challenge challenge) {
  switch (challenge) {
    case config::Challenge::kDocker: return "docker";
    case config::Challenge::kBasic: return "basic";
    case config::Challenge::kBrowser: return "browser";
  }
  return "browser";
}

// As one counts in the file, where the rules of open paths do not stand.
std::string number_of(const config::Config& config, std::size_t rule) {
  const auto generated = std::ranges::count_if(config.rules, &config::Rule::of_open_paths);
  return std::to_string(rule - static_cast<std::size_t>(generated));
}

std::string rule_text(const config::Config& config, std::size_t rule) {
  if (rule == 0 || rule > config.rules.size()) return "none";
  const std::uint32_t line = config.rules[rule - 1].line;
  std::string text = "[application] open_paths";
  if (!config.rules[rule - 1].of_open_paths) {
    // The rule that the configuration gets when the file has none.
    if (line == 0) return "no [[rule]]: everybody who is signed in";
    text = "[[rule]] number " + number_of(config, rule);
  } else if (line == 0) {
    text += ", of the preset " + config.application.preset;
  }
  if (line > 0) text += ", line " + std::to_string(line) + " of " + config.file;
  return text;
}

// Which rule wants to know who asks, where nobody was named; empty for any other decision.
std::string wants_sign_in(const config::Config& config, const model::Decision& decision) {
  const std::size_t rule = decision.rule;
  const bool nobody = decision.reason() == model::Reason::kNoCredential;
  if (!nobody || rule == 0 || rule > config.rules.size()) return {};
  const std::uint32_t line = config.rules[rule - 1].line;
  if (line == 0) return "every request wants a sign-in, and nothing was sent";
  return "rule " + number_of(config, rule) + " (line " + std::to_string(line) +
         ") wants a sign-in, and nothing was sent";
}

// Where the facts of the person came from, as /whoami tells it.
identity::FactSources sources_of(Opened& opened, const std::optional<model::Identity>& identity) {
  if (!identity || identity->anonymous()) return {};
  const Result<model::Account> account = opened.store.accounts().find(identity->account());
  if (!account) return {};
  return identity::sources_of(opened.store.accounts(), *account).value_or(identity::FactSources());
}

// Why not, for people: of some credentials the decision names the record and nothing else, as the
// log wants it, where the reason stands beside it.
Cell why(const config::Config& config, const model::Decision& decision) {
  if (std::string text = wants_sign_in(config, decision); !text.empty()) return text;
  const std::string& detail = decision.detail();
  if (decision.allowed() || detail.empty()) return {};
  if (detail.contains(' ')) return detail;
  if (decision.reason() == model::Reason::kExpiredCredential) return "it has expired: " + detail;
  if (decision.reason() != model::Reason::kRevokedCredential) return detail;
  return "it was revoked, or has ended with all that its owner held: " + detail;
}

void tell(const Arguments& arguments, Opened& opened, const model::AuthQuery& query,
          const model::Decision& decision, const World& world, config::Challenge challenge) {
  const std::optional<model::Identity>& identity = decision.identity();
  const bool known = identity && !identity->anonymous();
  Listing listing({"allowed", "reason", "why", "rule", "host", "path", "method", "class", "user",
                   "user_from", "groups", "groups_from", "mail", "mail_from", "proof"});
  const identity::FactSources sources = sources_of(opened, identity);
  const auto fact = [](const std::string& text) { return text.empty() ? Cell() : Cell(text); };
  listing.add({decision.allowed(), std::string(model::name_of(decision.reason())),
               why(opened.config, decision), rule_text(opened.config, decision.rule),
               query.request.host, query.request.path, query.request.method,
               std::string(name_of(challenge)),
               known ? Cell(identity->profile().user_name) : Cell(), fact(sources.user_name),
               known ? Cell(identity->profile().groups) : Cell(), fact(sources.groups),
               known ? fact(identity->profile().mail) : Cell(), fact(sources.mail),
               known ? Cell(std::string(model::name_of(identity->proof()))) : Cell()});
  listing.write_one(arguments.form, world.out);
}

}  // namespace

int explain(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<model::AuthQuery> query = query_of(arguments, opened->config);
  if (!query) return complain(world, kUsage, query.error().detail);
  const Result<policy::Policy> policy = policy::Policy::from(opened->config);
  if (!policy) return failed(world, "policy", policy.error());
  const model::Decision decision = decide(arguments, *opened, *policy, *query, world);
  tell(arguments, *opened, *query, decision, world,
       policy->settings(query->request.host, query->request.path).challenge);
  return kGood;
}

}  // namespace latchkey::admin
