// The words of the HTTP statuses that latchkey answers with.
#pragma once

#include <string_view>

namespace latchkey::wire {

// Returns the phrase of `status`, and "Status" for one that no answer of ours has: the phrase means
// nothing to a program, only the number does.
// Spec: RFC 9110 section 15.
std::string_view status_phrase(int status);

}  // namespace latchkey::wire
