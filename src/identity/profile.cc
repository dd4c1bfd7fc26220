#include "latchkey/identity/profile.h"

#include <unordered_set>
#include <utility>

#include "latchkey/wire/field_value.h"

namespace latchkey::identity {
namespace {

bool is_trimmed(std::string_view text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ';
}

bool is_plain(std::string_view text, std::size_t bytes_max) {
  return is_trimmed(text) && text.size() <= bytes_max && wire::is_printable_ascii(text);
}

// A value for the log: at most 40 bytes, everything but printable ASCII as `?`.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 40;
  return wire::printable(text.substr(0, kShownMax)) + (text.size() > kShownMax ? "..." : "");
}

// Returns `text` if `fits`, else nothing, which is noted.
std::string kept(const std::string& text, bool fits, std::string_view what,
                 std::vector<std::string>& left_out) {
  if (fits || text.empty()) return text;
  left_out.push_back(std::string(what) + " left out: " + shown(text));
  return {};
}

}  // namespace

bool is_user_name(std::string_view text) {
  return is_plain(text, kUserNameBytesMax) && !text.contains(':');
}

bool is_mail(std::string_view text) {
  if (!is_plain(text, kMailBytesMax)) return false;
  if (text.find_first_of(" \",;<>()\\") != std::string_view::npos) return false;
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at == text.rfind('@') && at > 0 && at + 1 < text.size();
}

Result<FilteredProfile> filter_profile(const RawProfile& raw, std::string_view delimiter) {
  if (!is_user_name(raw.user_name)) {
    return fail(ErrorCode::kRefused,
                "the user name must be 1 to 255 printable ASCII characters without a colon and "
                "without a blank at either end; it is `" + shown(raw.user_name) + "`");
  }
  FilteredProfile result;
  model::Profile& profile = result.profile;
  profile.user_name = raw.user_name;
  profile.display_name = kept(raw.display_name, is_plain(raw.display_name, kDisplayNameBytesMax),
                              "display name", result.left_out);
  profile.mail = kept(raw.mail, is_mail(raw.mail), "mail", result.left_out);
  profile.mail_verified = raw.mail_verified && !profile.mail.empty();
  std::unordered_set<std::string_view> known;
  for (const std::string& group : raw.groups) {
    const bool fits = is_plain(group, kGroupBytesMax) && !group.contains(delimiter) &&
                      profile.groups.size() < kGroupsMax;
    if (!fits) {
      result.left_out.push_back("group left out: " + shown(group));
    } else if (known.insert(group).second) {
      profile.groups.push_back(group);
    }
  }
  return result;
}

}  // namespace latchkey::identity
