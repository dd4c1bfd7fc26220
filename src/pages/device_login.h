// A program's login from its first question to its credential: what the endpoints of RFC 8628 and
// those of npm share. Nothing secret waits in the store: the credential is made when it is
// collected.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/model/account.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"
#include "latchkey/store/device_logins.h"

namespace latchkey::pages {

// The programs that can ask: each collects only what was granted to itself.
inline constexpr std::string_view kLatchkeyClient = "latchkey";
inline constexpr std::string_view kNpmClient = "npm";

struct DeviceQuestion {
  std::string_view client;
  std::string label;
  std::vector<std::string> scopes;
};

struct BegunLogin {
  SecretString device_code;
  std::string page_url;  // where a person types the code
  std::string code_url;  // the same with the code in it
  std::string user_code;  // as shown to people
};

// Writes down what a program asks for.
//
// Errors: kMalformed: label or scopes, the detail can be shown; kRefused: too many are waiting;
//         kUnavailable.
Result<BegunLogin> begin_device_login(const Parts& parts, const PageRequest& request,
                                      const DeviceQuestion& question);

// How a login stands; `account` and `issued` are of kApproved only.
struct CollectedLogin {
  store::DeviceState state = store::DeviceState::kWaiting;
  model::Account account{};
  Issued issued{};
};

// Tells a program how its login stands, and makes the credential that was granted, once.
//
// Errors: kNotFound: no such code of that client's; kRefused: the account has changed since the
//         yes; kConflict: it holds as many credentials as are allowed; kUnavailable.
Result<CollectedLogin> collect_device_login(const Parts& parts, const PageRequest& request,
                                            std::string_view client,
                                            std::string_view device_code);

}  // namespace latchkey::pages
