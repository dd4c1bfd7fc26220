// Where a browser may be sent after sign-in or sign-out. Asked at the start of the login and again
// when the sealed state comes back.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::wire {

inline constexpr std::size_t kRedirectBytesMax = 2048;
inline constexpr int kRedirectDecodingsMax = 3;

// Returns `rd` when it can only mean a page of this site, else `/`.
//
// Input:   `rd`, any bytes; `own_paths`, the login's own paths, which (and what is below them)
//          would make a loop.
// Returns: `rd` unchanged, or `/`. Accepted is: `/` and a byte other than `/` and `\`; only URI
//          characters, `%` with two hexadecimal digits; and however often the path is decoded, it
//          holds no control or backslash and no form of it begins with `//`, dot segments removed.
// Spec:    RFC 3986 section 4.2 (absolute-path reference), narrowed to what all URL parsers agree
//          on.
std::string safe_redirect(std::string_view rd, std::span<const std::string> own_paths);

}  // namespace latchkey::wire
