#include "latchkey/role/authorizer.h"

#include <string_view>
#include <utility>

#include "latchkey/answer/gate.h"
#include "latchkey/config/cookie_names.h"
#include "latchkey/credential/present.h"
#include "latchkey/dialect/reply.h"
#include "latchkey/wire/field_value.h"

namespace latchkey::role {
namespace {

using model::Decision;
using model::Mode;
using model::Reason;

dialect::QuestionSettings question_settings(const config::Config& config) {
  const bool refuse = policy::depends_on_paths(config);
  return {.semicolon = refuse ? wire::Semicolon::kRefuse : wire::Semicolon::kCut,
          .peer_secret = config.pool.peer_secret.reveal(),
          .certificate = &config.certificate,
          .remote_user = &config.remote_user};
}

// The session is over, but nothing false was said: whoever is let in without any session still is.
bool is_dead_session(Reason reason) {
  return reason == Reason::kUnknownSession || reason == Reason::kExpiredSession;
}

}  // namespace

Result<Authorizer> Authorizer::open(const config::Config& config, store::Store& store,
                                    SlowGate& gate, const Clock& clock, Random& random,
                                    telemetry::Log& log, directory::Directory* directory) {
  LK_TRY(policy::Policy policy, policy::Policy::from(config));
  LK_CHECK(wire::FieldValue::from(config.site.realm));
  identity::Resolver resolver(config, store, gate, random, log, directory);
  return Authorizer(config, store, std::move(resolver), std::move(policy), clock, log);
}

Authorizer::Authorizer(const config::Config& config, store::Store& store,
                       identity::Resolver resolver, policy::Policy policy, const Clock& clock,
                       telemetry::Log& log)
    : config_(config),
      resolver_(std::move(resolver)),
      policy_(std::move(policy)),
      content_(config.user_token, store),
      clock_(clock),
      log_(log),
      cookie_name_(config::cookie_names(config.site).session),
      question_settings_(question_settings(config)),
      approval_settings_(config),
      refusal_settings_(config) {}

void Authorizer::serve(fcgi::Exchange& exchange) {
  const model::Answer answered =
      answer(exchange.params(), exchange.role(), exchange.transport());
  // A refused upload is still on its way: nginx passes the body on, so that it is answered early.
  // So is the empty STDIN of Caddy, which takes an answer for lost that closes before it was
  // written.
  const std::string_view mode = exchange.params().get("LATCHKEY_MODE");
  if (mode == "refused" || mode == "forward") exchange.expect_rest();
  const Outcome sent = exchange.reply(answered);
  if (!sent) log_.warn("reply_failed", {{"detail", sent.error().detail}});
}

// request -> dialect -> credential -> identity -> policy -> answer -> dialect -> reply
model::Answer Authorizer::answer(const fcgi::Params& params, fcgi::Role role,
                                 model::Transport transport) {
  const TimePoint now = clock_.now();
  const dialect::Question question =
      dialect::read_question(params, role, transport, question_settings_);
  const model::AuthQuery& query = question.query;
  const policy::PathSettings settings = policy_.settings(query.request.host, query.request.path);

  Decision decision = decide(question, settings, now);
  model::Answer whole = say(query, settings, decision);

  remote_address_ = query.remote_address;
  user_agent_ = query.hints.user_agent;
  // The check has logged what this mode only renders.
  if (query.call.mode != Mode::kRefused) {
    log_.decision(query.request, decision, query.remote_address);
  }
  // What a writing request does depends on more than the web server compares: its body.
  const bool reads = query.request.method == "GET" || query.request.method == "HEAD";
  return dialect::reply(query.call, decision, std::move(whole),
                        reads ? config_.cache.seconds : Seconds(0), now);
}

Decision Authorizer::decide(const dialect::Question& question,
                            const policy::PathSettings& settings, TimePoint now) {
  const model::AuthQuery& query = question.query;
  if (policy_.is_health(query.request, query.hints)) return Decision::health();
  if (question.fault) return *question.fault;
  const bool refused = query.call.mode == Mode::kRefused;
  if (refused && query.handed_on) return handed_on(query, settings, now);
  Decision decision = judge(query, settings, now);
  return refused && decision.allowed() ? refused_before(decision) : decision;
}

// The check has decided and the web server handed its reason on, but not for how long a throttle
// holds, which is looked up again. Nothing else of that look counts: no password is tried in it.
Decision Authorizer::handed_on(const model::AuthQuery& query, const policy::PathSettings& settings,
                               TimePoint now) {
  Decision decision = Decision::refuse(*query.handed_on, "decided before");
  if (decision.reason() != Reason::kTooManyAttempts) return decision;
  const model::Step<model::Identity> again = prove(query, settings, now);
  if (!again) decision.retry_after = again.error().retry_after;
  return decision;
}

// Apache's ErrorDocument cannot hand on why the check refused, so it was judged anew, and nothing
// is wrong with the person: either the identity did not fit, or something has changed since.
Decision Authorizer::refused_before(const Decision& decision) const {
  auto approval = answer::approval(approval_settings_, model::IdentityForm::kVariables,
                                   *decision.identity());
  if (!approval) return std::move(approval).error();
  return Decision::refuse(Reason::kNoCredential, "refused before, though it would be let in now");
}

Decision Authorizer::judge(const model::AuthQuery& query, const policy::PathSettings& settings,
                           TimePoint now) {
  model::Step<model::Identity> identity = prove(query, settings, now);
  bool forgiven = !identity && is_dead_session(identity.error().reason());
  if (forgiven && (query.certificate || query.remote_user)) {
    identity = resolver_.resolve(credential::vouched_for(query), query.remote_address, now);
  }
  if (identity) {
    if (auto taken = content_.check(*identity, query.request); !taken) {
      return std::move(taken).error().about(*std::move(identity));
    }
    return policy_.decide(query, settings, *std::move(identity));
  }

  // Nobody chose to send what the web server vouches for, so that what is not good of it is no
  // credential, as a dead session is none.
  forgiven = forgiven || identity.error().reason() == Reason::kUnusableProof;
  if (forgiven) {
    Decision without = policy_.decide(query, settings, identity::Resolver::anonymous());
    if (without.allowed()) return without;
  }
  return std::move(identity).error();
}

model::Step<model::Identity> Authorizer::prove(const model::AuthQuery& query,
                                               const policy::PathSettings& settings,
                                               TimePoint now) {
  LK_CHECK(policy_.admit(query.request, settings));
  LK_TRY(const model::Credential credential,
         credential::present(query, settings.authorization, cookie_name_,
                             settings.token_service));
  // The check has tried a password and counted it; whoever asks this mode directly has no try here.
  const bool refused = query.call.mode == Mode::kRefused;
  return resolver_.resolve(credential, query.remote_address, now,
                           refused ? identity::Passwords::kLeave : identity::Passwords::kTry);
}

// Puts the decision into HTTP. An identity that fits no header turns it into a refusal.
model::Answer Authorizer::say(const model::AuthQuery& query, const policy::PathSettings& settings,
                              Decision& decision) const {
  if (decision.allowed() && query.call.mode == Mode::kGate) {
    return answer::local_redirect(query.request);
  }
  if (decision.allowed()) {
    auto approval = answer::approval(approval_settings_, query.call.form, *decision.identity());
    if (approval) return *std::move(approval);
    decision = std::move(approval).error();
  }
  // The bare refusal of a check carries the reason only.
  if (query.call.mode == Mode::kCheck) return {};
  // Where a 200 lets the request through, the health answer cannot be given: it would be a way to
  // the application for everybody who knows the User-Agent.
  if (decision.reason() == Reason::kHealth && query.call.mode == Mode::kRefused) {
    return answer::health();
  }
  const answer::Refused refused{query.request, query.hints, settings.challenge,
                                decision.retry_after, settings.token_service};
  return answer::refusal(refusal_settings_, refused, decision.reason());
}

void Authorizer::after_reply() {
  resolver_.after_reply(remote_address_, user_agent_, clock_.now());
}

}  // namespace latchkey::role
