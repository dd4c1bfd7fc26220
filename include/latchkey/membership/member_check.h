// Asks a provider whether one person still belongs here, and lets the answer count: at the next
// request of every worker. For the housekeeper and for the administrator's command, never for a
// request.
#pragma once

#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/model/account.h"
#include "latchkey/provider/provider_set.h"
#include "latchkey/store/store.h"

namespace latchkey::membership {

// References only; all outlive who holds them.
struct MemberParts {
  const config::Config& config;
  store::Store& store;
  const provider::ProviderSet& providers;
  const crypto::Sealer& sealer;
  Random& random;
};

// Whom the question got as far as: without a grant there is nothing to ask the provider with.
enum class Asked { kProvider, kNobody };

// What came of one question.
struct Finding {
  std::string user;
  store::MemberState state = store::MemberState::kUnknown;
  std::string detail;  // of what was no good answer
  Seconds wait{};      // the provider wants to be left alone for so long
  Asked asked = Asked::kProvider;
};

class MemberCheck {
 public:
  explicit MemberCheck(const MemberParts& parts) : parts_(parts) {}

  // Asks about one person, whether it is due or not.
  //
  // Returns: what was found, after it was written down. No answer is a finding and no error.
  // Errors:  kNotFound: no such account, or one about which nobody is asked; kConflict: somebody
  //          asks at this moment, or the person signed in meanwhile, which says more; kUnavailable:
  //          the store.
  Result<Finding> ask(const AccountId& id, TimePoint now);

 private:
  struct Question;
  Result<Finding> settle(Question& question, const provider::Standing& standing);
  Outcome confirm(const Question& question, const provider::Standing& standing);
  Outcome write_profile(const Question& question, const provider::Claims& claims);
  Result<Finding> unanswered(const Question& question, std::string detail,
                             store::GrantAfter grant, Seconds wait = {},
                             Asked asked = Asked::kProvider);
  Result<Finding> lost(const Question& question, const std::string& detail);

  MemberParts parts_;
};

}  // namespace latchkey::membership
