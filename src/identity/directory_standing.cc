#include "latchkey/identity/directory_standing.h"

namespace latchkey::identity {

using model::Reason;

model::Step<void> check_directory(const config::Config& config, const store::Owner& owner,
                                  TimePoint now) {
  if (!config.ldap) return {};
  if (owner.directory_gone) {
    return model::refuse(Reason::kAccountDisabled,
                         owner.profile.user_name + ": the directory knows no such user");
  }
  if (!owner.directory_until || now < *owner.directory_until) return {};
  return model::refuse(Reason::kDirectoryStale,
                       owner.profile.user_name +
                           ": the directory has not answered in time; see the housekeeper's log "
                           "lines and `latchkey check`");
}

}  // namespace latchkey::identity
