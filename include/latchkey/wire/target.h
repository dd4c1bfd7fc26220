// The request target in the one form that rules, logs, scopes and `explain` share. What two parsers
// could read in two ways is refused here, so that no rule is ever asked about it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/result.h"
#include "latchkey/wire/host.h"

namespace latchkey::wire {

inline constexpr std::size_t kPathBytesMax = std::size_t{8} * 1024;
inline constexpr std::size_t kTargetBytesMax = std::size_t{32} * 1024;  // path, query and authority

// What to do with `;name=value` after a segment, which Java servers cut off and others keep.
enum class Semicolon {
  kRefuse,  // where a rule depends on the path
  kCut,     // where none does: the path is given without it
};

struct Target {
  // Decoded once, without dot segments and empty segments, beginning with `/`, valid UTF-8. An
  // encoded slash stands as the three bytes `%2F`, one that was encoded twice as `%252F`; no other
  // input can produce these, and they separate nothing.
  std::string path;
  bool has_encoded_slash = false;
  std::string query;                   // raw, without the `?`
  std::string origin_form;             // path and query as sent
  std::optional<Authority> authority;  // of an absolute-form target; compare it with Host
};

// Brings a raw request target into its canonical form.
//
// Input:   any bytes: origin-form, or absolute-form with http or https.
// Errors:  kMalformed: no such form, over a limit, a blank, control or byte above 0x7e, `#`, a `%`
//          without two digits in the path, or a path that does not decode to UTF-8. kRefused: well
//          formed, but servers disagree about it: backslash, encoded control or backslash, double
//          encoding of what would change the path (but for a slash as `%252F`), `..` above the
//          root, dot segments beside empty ones, an encoded slash beside a slash, a dot segment or
//          another one, an encoded semicolon,
//          `.;`, `..;`, `/;`, and with Semicolon::kRefuse any semicolon.
// Spec:    RFC 3986 sections 5.2.4 and 6.2.2, RFC 9112 section 3.2.
Result<Target> canonical_target(std::string_view raw, Semicolon semicolon);

// True if the canonical `path` is `prefix` or lies below it at a segment's border. `/` has all
// below it; a slash at the end of `prefix` adds nothing; an empty one matches nothing.
bool path_has_prefix(std::string_view path, std::string_view prefix);

// As path_has_prefix, where a segment `*` of `pattern` stands for any one segment that is not
// empty.
bool path_matches(std::string_view path, std::string_view pattern);

}  // namespace latchkey::wire
