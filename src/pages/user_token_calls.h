// What can be asked of the REST of user tokens. user_token.cc says under which paths.
#pragma once

#include "user_token_call.h"

namespace latchkey::pages {

// Of one's own pair.
PageResult authenticate(const UserTokenCall& call);  // POST
PageResult own_token(const UserTokenCall& call);     // GET, POST, DELETE
PageResult own_attributes(const UserTokenCall& call);  // GET

// Of administrators.
PageResult token_settings(const UserTokenCall& call);  // GET, PUT, DELETE
PageResult token_status(const UserTokenCall& call);    // GET; of Nexus 2
PageResult token_list(const UserTokenCall& call);      // GET
PageResult token_of(const UserTokenCall& call);        // GET, POST, DELETE; names: user, realm
PageResult token_reset(const UserTokenCall& call);     // DELETE; names: user, realm
PageResult token_of_nexus2(const UserTokenCall& call); // GET, DELETE; names: user

}  // namespace latchkey::pages
