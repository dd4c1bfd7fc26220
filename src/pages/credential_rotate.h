// POST /cli/credentials/ID/rotate: another credential takes the place of one that is about to end
// or has been seen by too many, in one step and without a gap.
#pragma once

#include "credential_call.h"
#include "latchkey/base/ids.h"

namespace latchkey::pages {

// Takes a form (with the session's token) or JSON, as read_rotation does.
//
// Returns: the new secret, this once: the page for a form, 201 for JSON.
PageResult post_rotate(const Call& call, const CredentialId& id);

}  // namespace latchkey::pages
