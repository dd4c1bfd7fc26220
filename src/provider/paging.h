// Lists that a service gives page by page, each naming the address of the next in the field Link.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::provider {

// Finds the next page.
//
// Input:   `link`, the field's value, empty when there is none; `api`, the address under which
//          every page must be: a page elsewhere would be handed the access token.
// Returns: the address, or nullopt on the last page.
// Errors:  kRefused: it is not below `api`. kMalformed: no such field.
// Spec:    RFC 8288 section 3; parameters other than `rel` are passed over.
Result<std::optional<std::string>> next_page(std::string_view link, std::string_view api);

}  // namespace latchkey::provider
