// Whether the directory's last answer lets somebody go on: asked of the store's row, never of the
// directory.
#pragma once

#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/presented.h"

namespace latchkey::identity {

// Errors: a refusal: kAccountDisabled: the directory refuses to know them; kDirectoryStale: it has
//         not answered for too long. Without [ldap] it has said nothing.
model::Step<void> check_directory(const config::Config& config, const store::Owner& owner,
                                  TimePoint now);

}  // namespace latchkey::identity
