// Request targets: a canonical path has no dot or empty segment, is UTF-8, and is its own canonical
// form once encoded again; cutting parameters accepts all that refusing them accepts, alike.
#include <algorithm>
#include <string>

#include "fuzz/fuzz.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/target.h"
#include "latchkey/wire/utf8.h"

namespace latchkey {
namespace {

void check_path(const std::string& path) {
  LK_ASSERT(path.starts_with('/') && wire::is_utf8(path));
  LK_ASSERT(!path.contains("//") && !path.contains('\\') && !path.contains(';'));
  LK_ASSERT(!(path + "/").contains("/./") && !(path + "/").contains("/../"));
  LK_ASSERT(std::ranges::none_of(path, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }));
  LK_ASSERT(wire::path_has_prefix(path, "/") && wire::path_has_prefix(path, path));
}

// Writes the path as a target again; only a kept slash stays encoded as it is.
std::string encoded(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    std::size_t length = 1;
    if (path.starts_with("%2F")) length = 3;
    if (path.starts_with("%252F")) length = 5;
    const std::string_view piece = path.substr(0, length);
    out += length > 1 || piece == "/" ? std::string(piece) : wire::url_encode(piece);
    path.remove_prefix(length);
  }
  return out;
}

void check_target(const wire::Target& target) {
  check_path(target.path);
  LK_ASSERT(target.has_encoded_slash ==
            (target.path.contains("%2F") || target.path.contains("%252F")));
  LK_ASSERT(target.origin_form.starts_with('/'));
  const std::string again = encoded(target.path);
  if (again.size() > wire::kPathBytesMax) return;
  const auto twice = wire::canonical_target(again, wire::Semicolon::kRefuse);
  LK_ASSERT(twice.has_value() && twice->path == target.path);
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view raw = fuzz::text_of(data, size);
  const auto strict = wire::canonical_target(raw, wire::Semicolon::kRefuse);
  const auto cut = wire::canonical_target(raw, wire::Semicolon::kCut);
  if (cut.has_value()) check_target(*cut);
  if (strict.has_value()) LK_ASSERT(cut.has_value() && cut->path == strict->path);
  const auto authority = wire::parse_authority(raw);
  if (authority.has_value()) {
    const auto again = wire::parse_authority(authority->host);
    LK_ASSERT(again.has_value() && again->host == authority->host);
  }
  return 0;
}
