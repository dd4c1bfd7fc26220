// What the flow decided about one request. A Decision is a refusal until policy says otherwise.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "latchkey/base/clock.h"
#include "latchkey/model/identity.h"
#include "latchkey/model/reason.h"

namespace latchkey::model {

class Decision {
 public:
  // The starting value: a refusal, so that a path that forgets to decide refuses.
  Decision() = default;

  static Decision allow(Identity identity) {
    Decision decision;
    decision.reason_ = Reason::kAllowed;
    decision.identity_ = std::move(identity);
    return decision;
  }
  static Decision refuse(Reason reason, std::string detail) {
    Decision decision;
    // An allowing reason can only come with an identity.
    decision.reason_ = reason == Reason::kAllowed ? Reason::kInternal : reason;
    decision.detail_ = std::move(detail);
    return decision;
  }
  static Decision health() {
    Decision decision;
    decision.reason_ = Reason::kHealth;
    return decision;
  }

  bool allowed() const { return reason_ == Reason::kAllowed && identity_.has_value(); }
  Reason reason() const { return reason_; }

  // For the log and for `explain`; never holds a credential.
  const std::string& detail() const { return detail_; }

  // The person, when known: always on approval, sometimes on a refusal (for the log).
  const std::optional<Identity>& identity() const { return identity_; }

  // Keeps who was refused, for the log.
  Decision&& about(Identity identity) && {
    if (reason_ != Reason::kAllowed) identity_ = std::move(identity);
    return std::move(*this);
  }

  // Which rule decided, counted from 1 in the order of the configuration; 0 when none did.
  std::size_t rule = 0;

  // How long until the same try is looked at again; zero when nobody knows.
  Seconds retry_after{};

 private:
  Reason reason_ = Reason::kInternal;
  std::string detail_ = "no decision was made";
  std::optional<Identity> identity_;
};

// What a stage of the flow hands on: its value, or the decision that ends the flow there. LK_TRY
// and LK_CHECK work on it as they do on Result.
template <typename T>
using Step = std::expected<T, Decision>;

// Ends the flow because of too many tries, for as long as `wait`.
inline std::unexpected<Decision> refuse_for(Seconds wait, std::string detail) {
  Decision decision = Decision::refuse(Reason::kTooManyAttempts, std::move(detail));
  decision.retry_after = wait;
  return std::unexpected(std::move(decision));
}

// Ends the flow with a refusal. `detail` is for the log and never holds a credential.
inline std::unexpected<Decision> refuse(Reason reason, std::string detail) {
  return std::unexpected(Decision::refuse(reason, std::move(detail)));
}

}  // namespace latchkey::model
