// Errors for programs that speak JSON.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/model/answer.h"

namespace latchkey::pages {

// Input:   `reason`, one word in snake case that programs may compare; `detail`, a sentence for a
//          person, any text.
// Returns: an application/problem+json answer with the headers of add_secure_headers().
// Spec:    RFC 9457; `reason` is an extension member.
model::Answer problem(int status, std::string_view reason, std::string_view detail);

// Returns an application/json answer with the headers of add_secure_headers().
model::Answer json_answer(int status, std::string body);

}  // namespace latchkey::pages
