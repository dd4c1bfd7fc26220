#include "latchkey/wire/redirect.h"

#include <algorithm>
#include <vector>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/target.h"
#include "percent.h"

namespace latchkey::wire {
namespace {

// Spec: RFC 3986 section 2, reserved, unreserved and `%`.
bool is_uri_char(char c) {
  return is_alnum(c) || (c != '\0' && std::string_view("-._~/?#[]@!$&'()*+,;=:%").contains(c));
}

bool is_uri_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_uri_char(text[i])) return false;
    if (text[i] == '%' && !percent_byte(text.substr(i)).has_value()) return false;
  }
  return true;
}

// Decodes each sequence once; what is none stays as it is, as lenient parsers leave it.
std::string decode_once(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::optional<char> byte = percent_byte(text.substr(i));
    out += byte.value_or(text[i]);
    if (byte.has_value()) i += 2;
  }
  return out;
}

// Removes dot segments. Browsers take `%2e` for a dot before they decode anything else.
// Spec: RFC 3986 section 5.2.4; the URL standard, section 4.4, "path state".
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> kept;
  path.remove_prefix(1);
  for (bool last = false; !last;) {
    last = !path.contains('/');
    const std::string_view segment = cut_at(path, "/");
    const std::string decoded = decode_once(segment);
    if (decoded == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (decoded != ".") {
      kept.push_back(segment);
    }
  }
  return kept;
}

// True if one form of the path, decoded so far, cannot be taken for anything but a path of this
// site.
bool stays_here(std::string_view path) {
  if (!path.starts_with('/') || path.contains('\\')) return false;
  if (path.starts_with("//") || std::ranges::any_of(path, is_control)) return false;
  const std::vector<std::string_view> segments = segments_of(path);
  return segments.size() < 2 || !segments.front().empty();
}

bool is_own_page(std::string_view path, std::span<const std::string> own_paths) {
  std::string plain;
  for (std::string_view segment : segments_of(path)) {
    const std::string_view name = cut_at(segment, ";");
    if (!name.empty()) plain.append("/").append(name);
  }
  return std::ranges::any_of(
      own_paths, [&](const std::string& own) { return path_has_prefix(plain, own); });
}

bool is_acceptable(std::string_view rd, std::span<const std::string> own_paths) {
  if (rd.empty() || rd.size() > kRedirectBytesMax || !is_uri_text(rd)) return false;
  std::string path(rd.substr(0, rd.find_first_of("?#")));
  for (int decodings = 0;; ++decodings) {
    if (!stays_here(path) || is_own_page(path, own_paths)) return false;
    std::string decoded = decode_once(path);
    if (decoded == path) return true;
    if (decodings == kRedirectDecodingsMax) return false;
    path = std::move(decoded);
  }
}

}  // namespace

std::string safe_redirect(std::string_view rd, std::span<const std::string> own_paths) {
  return is_acceptable(rd, own_paths) ? std::string(rd) : "/";
}

}  // namespace latchkey::wire
