#include "latchkey/wire/target.h"

#include <algorithm>
#include <array>
#include <vector>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/path_below.h"
#include "latchkey/wire/utf8.h"
#include "percent.h"

namespace latchkey::wire {
namespace {

std::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::kMalformed, what); }
std::unexpected<Error> refused(const char* what) { return fail(ErrorCode::kRefused, what); }

bool is_dot_segment(std::string_view text) { return text == "." || text == ".."; }

// A slash that was encoded twice, as Jenkins writes the slash in a branch's name. It stands as this
// byte, which no input can produce, until the path is put together again.
constexpr char kTwiceEncodedSlash = '\x01';

bool is_twice_encoded_slash(std::string_view text) {
  return text.starts_with("%252F") || text.starts_with("%252f");
}

bool has_encoded_slash_in(std::string_view segment) {
  return segment.contains('/') || segment.contains(kTwiceEncodedSlash);
}

// Bytes that change the structure of a path for a server which decodes it once more.
bool is_structural(char c) {
  return is_control(c) || c == '.' || c == '/' || c == '\\' || c == '%' || c == ';';
}

bool is_encoded_twice(std::string_view decoded) {
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    const std::optional<char> byte = percent_byte(decoded.substr(i));
    if (byte.has_value() && is_structural(*byte)) return true;
  }
  return false;
}

// Decodes a part of one segment. A raw segment has no `/`, so one in the result was encoded.
Result<std::string> decode(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\') return refused("a backslash in the path");
    if (raw[i] != '%') {
      out += raw[i];
      continue;
    }
    if (is_twice_encoded_slash(raw.substr(i))) {
      out += kTwiceEncodedSlash;
      i += 4;
      continue;
    }
    const std::optional<char> byte = percent_byte(raw.substr(i));
    if (!byte.has_value()) return malformed("a wrong % sequence in the path");
    if (is_control(*byte) || *byte == '\\' || *byte == ';') {
      return refused("an encoded control, backslash or semicolon in the path");
    }
    out += *byte;
    i += 2;
  }
  if (is_encoded_twice(out)) return refused("a path that is encoded twice");
  if (!is_utf8(out)) return malformed("a path that is not UTF-8");
  return out;
}

// True if every part between encoded slashes is an ordinary name: a server that takes these for
// slashes then sees neither empty segments nor dot segments.
bool has_plain_parts(std::string_view segment) {
  for (bool more = true; more;) {
    more = has_encoded_slash_in(segment);
    const std::string_view part = cut_at(segment, "/\x01");
    if (part.empty() || is_dot_segment(part)) return false;
  }
  return true;
}

// Returns the decoded name of a segment, without its parameters.
Result<std::string> segment_from(std::string_view raw, Semicolon semicolon) {
  const bool has_parameters = raw.contains(';');
  const std::string_view raw_name = cut_at(raw, ";");
  LK_TRY(std::string name, decode(raw_name));
  if (has_encoded_slash_in(name) && !has_plain_parts(name)) {
    return refused("an encoded slash beside a slash or dot segment");
  }
  if (!has_parameters) return name;
  if (semicolon == Semicolon::kRefuse) return refused("a semicolon in the path");
  if (name.empty() || is_dot_segment(name)) return refused("a semicolon after no name or dots");
  LK_TRY(const std::string parameters, decode(raw));
  if (has_encoded_slash_in(parameters)) return refused("an encoded slash after a semicolon");
  return name;
}

// Collects decoded segments and what is ambiguous about them together.
class Path {
 public:
  Outcome add(std::string segment, bool last) {
    ends_with_slash_ = segment.empty() || is_dot_segment(segment);
    if (has_encoded_slash_in(segment)) has_encoded_slash_ = true;
    if (segment.empty()) {
      has_empty_segment_ = has_empty_segment_ || !last;
    } else if (is_dot_segment(segment)) {
      has_dot_segment_ = true;
      if (segment == ".." && segments_.empty()) return refused("a path above the root");
      if (segment == "..") segments_.pop_back();
    } else {
      segments_.push_back(std::move(segment));
    }
    return {};
  }

  // Servers differ in whether empty segments go before or after dot segments, and whether `..`
  // takes half of a segment with an encoded slash away.
  Outcome check() const {
    if (!has_dot_segment_) return {};
    if (has_empty_segment_) return refused("dot segments beside empty ones");
    if (has_encoded_slash_) return refused("dot segments beside an encoded slash");
    return {};
  }

  bool has_encoded_slash() const { return has_encoded_slash_; }

  std::string text() const {
    std::string out;
    for (const std::string& segment : segments_) {
      out += '/';
      for (const char c : segment) {
        if (c == '/') {
          out += "%2F";
        } else if (c == kTwiceEncodedSlash) {
          out += "%252F";
        } else {
          out += c;
        }
      }
    }
    if (out.empty() || ends_with_slash_) out += '/';
    return out;
  }

 private:
  std::vector<std::string> segments_;
  bool has_empty_segment_ = false;
  bool has_dot_segment_ = false;
  bool has_encoded_slash_ = false;
  bool ends_with_slash_ = false;
};

// Bytes that mean themselves in every path, alone and beside any other of them.
constexpr CharTable kPlainBytes = table_of(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_~.@+,:=!$&'()*/");

// True for the paths of nearly all requests: nothing to decode, no empty and no hidden segment,
// and so nothing that the rest of this file would change or refuse.
bool is_canonical(std::string_view path) {
  bool behind_slash = false;
  for (const char c : path) {
    if (!kPlainBytes[static_cast<unsigned char>(c)]) return false;
    if (behind_slash && (c == '/' || c == '.')) return false;
    behind_slash = c == '/';
  }
  return true;
}

Outcome fill_path(Target& target, std::string_view raw, Semicolon semicolon) {
  if (is_canonical(raw)) {
    target.path = raw;
    return {};
  }
  Path path;
  raw.remove_prefix(1);
  for (bool last = false; !last;) {
    last = !raw.contains('/');
    LK_TRY(std::string segment, segment_from(cut_at(raw, "/"), semicolon));
    LK_CHECK(path.add(std::move(segment), last));
  }
  LK_CHECK(path.check());
  target.path = path.text();
  target.has_encoded_slash = path.has_encoded_slash();
  return {};
}

// Takes scheme and authority off an absolute-form target.
Outcome take_authority(Target& target, std::string_view& rest) {
  const std::size_t scheme_end = std::min(rest.find("://"), rest.size());
  const std::string scheme = to_lower(rest.substr(0, scheme_end));
  if (scheme_end == rest.size() || (scheme != "http" && scheme != "https")) {
    return malformed("neither a path nor an http URL");
  }
  rest.remove_prefix(scheme_end + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  LK_TRY(target.authority, parse_authority(rest.substr(0, end)));
  rest.remove_prefix(end);
  return {};
}

std::string_view without_final_slashes(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Target> canonical_target(std::string_view raw, Semicolon semicolon) {
  if (raw.size() > kTargetBytesMax) return malformed("a request target that is too long");
  if (!std::ranges::all_of(raw, [](char c) { return is_visible(c) && c != '#'; })) {
    return malformed("a byte that no request target may have");
  }
  Target target;
  std::string_view rest = raw;
  if (!rest.starts_with('/')) LK_CHECK(take_authority(target, rest));
  target.origin_form = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  std::string_view query = target.origin_form;
  const std::string_view path = cut_at(query, "?");
  if (path.size() > kPathBytesMax) return malformed("a path that is too long");
  target.query = query;
  LK_CHECK(fill_path(target, path, semicolon));
  return target;
}

bool path_has_prefix(std::string_view path, std::string_view prefix) {
  if (!path.starts_with('/') || !prefix.starts_with('/')) return false;
  prefix = without_final_slashes(prefix);
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || path[prefix.size()] == '/';
}

std::optional<std::string_view> path_below(std::string_view path, std::string_view pattern) {
  if (!path.starts_with('/') || !pattern.starts_with('/')) return std::nullopt;
  pattern = without_final_slashes(pattern);
  while (!pattern.empty()) {
    if (path.empty()) return std::nullopt;
    path.remove_prefix(1);
    pattern.remove_prefix(1);
    const std::string_view wanted = pattern.substr(0, pattern.find('/'));
    const std::string_view segment = path.substr(0, path.find('/'));
    if (wanted == "*" ? segment.empty() : wanted != segment) return std::nullopt;
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(segment.size());
  }
  return path;
}

bool path_matches(std::string_view path, std::string_view pattern) {
  return path_below(path, pattern).has_value();
}

}  // namespace latchkey::wire
