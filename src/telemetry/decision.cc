// The line of one decided request.
#include "latchkey/model/canonical_request.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/proof.h"
#include "latchkey/telemetry/log.h"
#include "latchkey/telemetry/logged_path.h"
#include "latchkey/telemetry/metrics.h"

namespace latchkey::telemetry {
namespace {

// A pool that serves thousands of allowed requests a second must not fill the disk with them; a
// refusal is what somebody will ask about, and a broken store is what somebody must hear of.
Level level_of(model::Reason reason) {
  using model::Reason;
  switch (reason) {
    case Reason::kAllowed:
    case Reason::kHealth:
      return Level::kDebug;
    case Reason::kStoreUnavailable:
    case Reason::kDirectoryStale:
    case Reason::kBusy:
    case Reason::kInternal:
    case Reason::kMembershipTooOld:
      return Level::kWarn;
    case Reason::kNoCredential:
    case Reason::kMalformedCredential:
    case Reason::kBadCredential:
    case Reason::kExpiredCredential:
    case Reason::kRevokedCredential:
    case Reason::kWrongUserName:
    case Reason::kWrongAudience:
    case Reason::kInsufficientScope:
    case Reason::kUnusableProof:
    case Reason::kUnknownSession:
    case Reason::kExpiredSession:
    case Reason::kDuplicateCookie:
    case Reason::kAccountDisabled:
    case Reason::kMembershipUnconfirmed:
    case Reason::kTooManyAttempts:
    case Reason::kTokenRequired:
    case Reason::kRuleDenied:
    case Reason::kNoRule:
    case Reason::kScopeDenied:
    case Reason::kCrossSite:
    case Reason::kIdentityTooLarge:
    case Reason::kMalformedRequest:
    case Reason::kAmbiguousTarget:
    case Reason::kUnknownHost:
    case Reason::kHttpsRequired:
      return Level::kInfo;
  }
  return Level::kWarn;
}

}  // namespace

void Log::count_call(std::string_view name, CallResult result) const {
  if (counters_ != nullptr) counters_->count_call(name, result);
}

void Log::decision(const model::CanonicalRequest& request, const model::Decision& decision,
                   std::string_view remote) const {
  if (counters_ != nullptr) counters_->count(decision);
  const Level level = level_of(decision.reason());
  if (!output_ || !enabled(level)) return;
  std::string_view user;
  std::string_view proof;
  std::string_view credential;
  if (decision.identity()) {
    user = decision.identity()->profile().user_name;
    proof = model::name_of(decision.identity()->proof());
    credential = decision.identity()->credential().text();
  }
  // The query is left out: applications put tokens there.
  write(level, "decision",
        {{"reason", model::name_of(decision.reason())},
         {"host", request.host},
         {"method", request.method},
         {"path", without_token(request.path)},
         {"user", user},
         {"auth", proof},
         {"credential", credential},
         {"rule", decision.rule},
         {"remote", remote},
         {"detail", decision.detail()}});
}

}  // namespace latchkey::telemetry
