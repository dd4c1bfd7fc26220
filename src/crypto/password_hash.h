// What an htpasswd file may hold as a hash. Private to this folder.
#pragma once

#include <optional>
#include <string_view>

namespace latchkey::crypto {

// How long a check takes, to be compared with another hash's: kinds in order, then bcrypt's cost.
// Nothing for a text that is no hash we know: plain text, or a bcrypt cost that would block us.
std::optional<int> cost_of_hash(std::string_view hash);

}  // namespace latchkey::crypto
