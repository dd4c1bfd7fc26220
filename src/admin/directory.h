// What `user refresh` asks the directory.
#pragma once

#include "latchkey/identity/directory_people.h"
#include "latchkey/model/account.h"
#include "opened.h"

namespace latchkey::admin {

// Asks about `account`, or about everybody where it is null, lets the answers count, and tells what
// they were. Input: `opened.config` has [ldap]. Returns the exit status.
int refresh_from_directory(Opened& opened, const model::Account* account, const World& world);

// Tells of whom nothing could be learned. Returns the exit status: good if there is nobody.
int tell_unanswered(const identity::Refreshed& round, const World& world);

}  // namespace latchkey::admin
