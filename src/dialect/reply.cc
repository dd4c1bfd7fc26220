#include "latchkey/dialect/reply.h"

#include <algorithm>
#include <string>
#include <utility>

namespace latchkey::dialect {
namespace {

using model::Answer;
using model::Mode;
using model::Reason;

// The one refusal that nginx and mod_fcgid carry. No challenge: both add the check's fields to the
// answer that is rendered afterwards.
Answer bare(Reason reason) {
  Answer answer{.status = 401, .headers = {}, .body = {}};
  answer.add_ours("X-Latchkey-Reason", model::name_of(reason));
  return answer;
}

Seconds keep_for(const model::Identity& identity, Seconds cache, TimePoint now) {
  if (!identity.valid_until()) return cache;
  return std::clamp(*identity.valid_until() - now, Seconds(0), cache);
}

// A 2xx means "let it through" to every server but in mode `refused`, so it takes an approval.
bool may_be_2xx(const model::Call& call, const model::Decision& decision) {
  if (call.mode == Mode::kRefused) return decision.reason() == Reason::kHealth;
  return decision.allowed();
}

}  // namespace

Answer reply(const model::Call& call, const model::Decision& decision, Answer whole, Seconds cache,
             TimePoint now) {
  if (call.mode == Mode::kCheck && !decision.allowed()) return bare(decision.reason());
  if (whole.status < 300 && !may_be_2xx(call, decision)) return bare(Reason::kInternal);
  if (call.mode == Mode::kCheck && call.form == model::IdentityForm::kHeaders) {
    // Always said: a 0 keeps a web server that caches by mistake from doing so.
    whole.add_ours("X-Accel-Expires",
                   std::to_string(keep_for(*decision.identity(), cache, now).count()));
  }
  return whole;
}

}  // namespace latchkey::dialect
