// The authorizer's sentence: request -> dialect -> credential -> identity -> policy -> answer ->
// dialect -> reply. Nothing else knows the order of the stages.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/answer/approval.h"
#include "latchkey/answer/refusal.h"
#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/dialect/question.h"
#include "latchkey/fcgi/service.h"
#include "latchkey/fcgi/exchange.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/policy/content_protection.h"
#include "latchkey/policy/policy.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::role {

class Authorizer final : public fcgi::Service {
 public:
  // Input:   all references outlive the authorizer. Made after fork. `directory`, null: there is
  //          none.
  // Errors:  kMalformed: a health pattern, realm or title that cannot be used.
  static Result<Authorizer> open(const config::Config& config, store::Store& store,
                                 SlowGate& gate, const Clock& clock, Random& random,
                                 telemetry::Log& log, directory::Directory* directory = nullptr);

  // Answers one request. STDIN is never read: some servers send none, and it would be waited for.
  void serve(fcgi::Exchange& exchange) override;

  // Writes the coarse marks of use that serve() left over.
  void after_reply() override;


  // The sentence itself, without the transport.
  model::Answer answer(const fcgi::Params& params, fcgi::Role role, model::Transport transport);

 private:
  Authorizer(const config::Config& config, store::Store& store, identity::Resolver resolver,
             policy::Policy policy, const Clock& clock, telemetry::Log& log);

  model::Decision decide(const dialect::Question& question, const policy::PathSettings& settings,
                         TimePoint now);
  model::Decision judge(const model::AuthQuery& query, const policy::PathSettings& settings,
                        TimePoint now);
  model::Decision handed_on(const model::AuthQuery& query, const policy::PathSettings& settings,
                            TimePoint now);
  model::Decision refused_before(const model::Decision& decision) const;
  model::Step<model::Identity> prove(const model::AuthQuery& query,
                                     const policy::PathSettings& settings, TimePoint now);
  model::Answer say(const model::AuthQuery& query, const policy::PathSettings& settings,
                    model::Decision& decision) const;

  const config::Config& config_;
  identity::Resolver resolver_;
  policy::Policy policy_;
  policy::ContentProtection content_;
  const Clock& clock_;
  telemetry::Log& log_;
  const std::string_view cookie_name_;
  const dialect::QuestionSettings question_settings_;
  const answer::ApprovalSettings approval_settings_;
  const answer::RefusalSettings refusal_settings_;
  // Of the request just answered, for after_reply().
  std::string remote_address_;
  std::string user_agent_;
};

}  // namespace latchkey::role
