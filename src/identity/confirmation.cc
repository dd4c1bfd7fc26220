#include "latchkey/identity/confirmation.h"

#include <algorithm>

namespace latchkey::identity {
namespace {

// An answer is kept as the time until which it counts.
Seconds age_of(TimePoint until, Seconds counts_for, TimePoint now) {
  return std::max(now - (until - counts_for), Seconds(0));
}

}  // namespace

std::optional<Seconds> confirmation_age(const config::Config& config,
                                        std::optional<TimePoint> member_until,
                                        std::optional<TimePoint> directory_until, TimePoint now) {
  if (member_until) return age_of(*member_until, config.membership.age_max(), now);
  if (config.ldap && directory_until) return age_of(*directory_until, config.ldap->age_max(), now);
  return std::nullopt;
}

}  // namespace latchkey::identity
