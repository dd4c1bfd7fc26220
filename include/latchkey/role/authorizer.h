// The authorizer's sentence: request -> dialect -> credential -> identity -> policy -> answer ->
// dialect -> reply. Nothing else knows the order of the stages.
#pragma once

#include <string>

#include "latchkey/answer/approval.h"
#include "latchkey/answer/refusal.h"
#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/dialect/question.h"
#include "latchkey/fcgi/connection_loop.h"
#include "latchkey/fcgi/exchange.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/policy/policy.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::role {

class Authorizer final : public fcgi::Service {
 public:
  // Input:   all references outlive the authorizer. Made after fork.
  // Errors:  kMalformed (a health pattern) or kUnavailable (keys that cannot be read).
  static Result<Authorizer> open(const config::Config& config, store::Store& store,
                                 identity::SlowGate& gate, const Clock& clock,
                                 const telemetry::Log& log);

  // Answers one request. STDIN is never read.
  void serve(fcgi::Exchange& exchange) override;

  // Writes the coarse marks of use that serve() left over.
  void after_reply() override;

  // The flow without the transport.
  model::Answer answer(const fcgi::Params& params, fcgi::Role role, model::Transport transport);

 private:
  Authorizer(const config::Config& config, identity::Resolver resolver, policy::Policy policy,
             const Clock& clock, const telemetry::Log& log);

  model::Step<model::Identity> prove(const dialect::Question& question,
                                     const policy::PathSettings& settings, TimePoint now);
  model::Decision judge(const dialect::Question& question, const policy::PathSettings& settings,
                        TimePoint now);

  const config::Config& config_;
  identity::Resolver resolver_;
  policy::Policy policy_;
  const Clock& clock_;
  const telemetry::Log& log_;
  dialect::QuestionSettings question_settings_;
  answer::ApprovalSettings approval_settings_;
  answer::RefusalSettings refusal_settings_;
  std::string remote_address_;  // of the request just answered, for after_reply()
  std::string user_agent_;
};

}  // namespace latchkey::role
