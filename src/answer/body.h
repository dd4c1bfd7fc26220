// The bodies of refusals: a tiny page for people, an error list for registries' clients, one line
// of text for all other programs.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/answer/refusal.h"
#include "words.h"

namespace latchkey::answer {

// Returns a whole HTML page; everything that is not a constant is escaped.
std::string page(const RefusalSettings& settings, const Refused& refused, model::Reason reason,
                 const Words& words);

// Returns `{"errors": [...]}`. Spec: OCI Distribution, "Error Codes".
std::string error_list(const Words& words);

// Returns the sentence and a line end.
std::string text(const RefusalSettings& settings, model::Reason reason, const Words& words);

}  // namespace latchkey::answer
