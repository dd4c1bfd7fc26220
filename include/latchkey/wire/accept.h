// What the Accept field asks for, as far as pages and refusals have a choice: a page or JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace latchkey::wire {

inline constexpr std::size_t kAcceptBytesMax = 4096;  // a longer field is read as an empty one

enum class Media {
  kHtml,
  kJson,
  kOther,  // neither is acceptable
};

// True if `accept` names text/html itself (no wildcard) with a quality above 0, and no type for
// programs with a higher one: pip and its like take a page only where there is nothing else.
bool asks_for_html(std::string_view accept);

// True if `accept` names XML itself (no wildcard) before JSON: by quality, then by order.
bool prefers_xml(std::string_view accept);

// Returns which of the two comes first by quality, then by order. `*/*` and `application/*` count
// as JSON, so that tools get JSON; so does an absent field.
// Spec: RFC 9110 section 12.5.1.
Media preferred(std::string_view accept);

}  // namespace latchkey::wire
