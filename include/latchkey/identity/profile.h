// The rules for what a provider says of a person: what cannot safely be the value of a header never
// becomes part of an account.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/model/account.h"

namespace latchkey::identity {

constexpr std::size_t kUserNameBytesMax = 255;
constexpr std::size_t kMailBytesMax = 254;
constexpr std::size_t kDisplayNameBytesMax = 255;
constexpr std::size_t kGroupBytesMax = 255;
constexpr std::size_t kGroupsMax = 10'000;  // rules see all of them, the application what fits

// What a provider's claims say, any bytes.
struct RawProfile {
  std::string user_name;
  std::string display_name;
  std::string mail;
  bool mail_verified = false;
  std::vector<std::string> groups;
};

struct FilteredProfile {
  model::Profile profile;
  // One sentence per thing that was left out, for the log; escaped and shortened.
  std::vector<std::string> left_out;
};

// Input:   `raw`, any bytes; `delimiter`, what joins groups in a header.
// Returns: the profile. A mail or display name that does not fit becomes empty, a group is left
//          out.
// Errors:  kRefused: the user name cannot be one. The detail can be shown to the person.
Result<FilteredProfile> filter_profile(const RawProfile& raw, std::string_view delimiter);

// True for 1 to 255 bytes of printable ASCII without `:` and without a blank at either end. (Basic
// ends the user name at the first colon.)
bool is_user_name(std::string_view text);

// True for printable ASCII without blanks, quotes and commas, with exactly one `@` and something on
// both sides of it.
bool is_mail(std::string_view text);

}  // namespace latchkey::identity
