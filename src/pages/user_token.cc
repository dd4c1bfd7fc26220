#include "latchkey/pages/user_token.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/policy/scope.h"
#include "user_token_calls.h"
#include "visitor.h"

namespace latchkey::pages {
namespace {

enum class Needs {
  kNothing,       // beside being somebody
  kAdministrator,
};

enum class WhereOff { kRefused, kServed };

// One address of the REST, below config::UserToken::paths. `{}` stands for one segment.
struct Address {
  std::string_view path;
  std::string_view methods;  // as Allow lists them
  PageResult (*answer)(const UserTokenCall&);
  Needs needs = Needs::kNothing;
  WhereOff where_off = WhereOff::kRefused;
};

constexpr std::string_view kOwnMethods = "GET, POST, DELETE";

// Of Nexus 3.8 and later, 3.0 to 3.7 and 2.7 and later, 2.0 to 2.6; in this order for each purpose.
constexpr std::array kAddresses{
    Address{"/rest/wonderland/authenticate", "POST", authenticate},
    Address{"/siesta/wonderland/authenticate", "POST", authenticate},
    Address{"/local/usertoken/authenticate", "POST", authenticate},
    Address{"/rest/internal/current-user/user-token", kOwnMethods, own_token},
    Address{"/rest/usertoken/current", kOwnMethods, own_token},
    Address{"/siesta/usertoken/current", kOwnMethods, own_token},
    Address{"/local/usertoken/current", kOwnMethods, own_token},
    Address{"/rest/internal/current-user/user-token/attributes", "GET", own_attributes},
    Address{"/rest/v1/security/user-tokens", "GET, PUT, DELETE", token_settings,
            Needs::kAdministrator, WhereOff::kServed},
    Address{"/rest/v1/security/user-tokens/tokens", "GET", token_list, Needs::kAdministrator},
    Address{"/rest/v1/security/users/{}/{}/user-token", kOwnMethods, token_of,
            Needs::kAdministrator},
    Address{"/rest/v1/security/users/{}/{}/user-token-reset", "DELETE", token_reset,
            Needs::kAdministrator},
    Address{"/siesta/usertoken/settings", "GET, PUT", token_settings, Needs::kAdministrator,
            WhereOff::kServed},
    Address{"/local/usertoken/settings", "GET, PUT", token_settings, Needs::kAdministrator,
            WhereOff::kServed},
    Address{"/siesta/usertoken/status", "GET", token_status, Needs::kNothing, WhereOff::kServed},
    Address{"/local/usertoken/status", "GET", token_status, Needs::kNothing, WhereOff::kServed},
    Address{"/siesta/usertoken/users/{}", "GET, DELETE", token_of_nexus2, Needs::kAdministrator},
    Address{"/local/usertoken/users/{}", "GET, DELETE", token_of_nexus2, Needs::kAdministrator},
};

std::string_view cut_segment(std::string_view& path) {
  const std::size_t slash = path.find('/', 1);
  const std::string_view segment = path.substr(0, slash);
  path.remove_prefix(segment.size());
  return segment;
}

// Returns what stands for each `{}`; nullopt if the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> names;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = cut_segment(pattern);
    const std::string_view found = cut_segment(path);
    if (wanted == "/{}" && found.size() > 1) {
      names.emplace_back(found.substr(1));
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return names;
}

bool allows(const Address& address, std::string_view method) {
  std::string_view rest = address.methods;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(", ");
    if (rest.substr(0, comma) == method) return true;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
  }
  return false;
}

bool is_administrator(const config::UserToken& settings, const model::Profile& profile) {
  return std::ranges::find(settings.administrators, profile.user_name) !=
             settings.administrators.end() ||
         std::ranges::any_of(profile.groups, [&](const std::string& group) {
           return std::ranges::find(settings.administrator_groups, group) !=
                  settings.administrator_groups.end();
         });
}

PageResult answer(const UserTokenCall& call, const Address& address) {
  if (!allows(address, call.method())) return wrong_call(address.methods);
  if (address.needs == Needs::kAdministrator) {
    if (!is_administrator(call.parts.config.user_token, call.account.profile)) {
      return refuse_call({403, "not_administrator", "You do not administer user tokens."});
    }
    const bool safe = call.method() == "GET";
    if (const auto refused = unasked_change(call); refused && !safe) return refuse_call(*refused);
  }
  if (!policy::scopes_permit(call.who.scopes(), call.request.query)) {
    return refuse_call({403, "scope_denied", "The credential is not meant for this."});
  }
  if (!call.settings.enabled && address.where_off == WhereOff::kRefused) {
    return refuse_call({400, "user_tokens_off", "User tokens are not enabled."});
  }
  return address.answer(call);
}

}  // namespace

PageResult UserTokenPage::serve(const PageRequest& request) {
  std::optional<std::vector<std::string>> names;
  const auto address = std::ranges::find_if(kAddresses, [&](const Address& candidate) {
    names = match(candidate.path, request.below);
    return names.has_value();
  });
  if (address == kAddresses.end()) {
    return refuse_call({404, "unknown_path", "There is no such page."});
  }
  const model::Step<model::Identity> who = identified(parts_, request);
  if (!who) return unidentified(parts_, request, who.error());
  const Result<model::Account> account = parts_.store.accounts().find(who->account());
  if (!account && account.error().code == ErrorCode::kNotFound) {
    return refuse_call({403, "session_required", "Sign in here first.", "a name without account"});
  }
  if (!account) return failed_call(account.error());
  const Result<store::UserTokenSettings> settings =
      parts_.store.user_tokens().settings(parts_.config.user_token);
  if (!settings) return failed_call(settings.error());
  const UserTokenCall call{parts_,   sealer_,   request,          *who,
                           *account, *settings, *std::move(names)};
  PageResult result = answer(call, *address);
  result.user = account->profile.user_name;
  return result;
}

}  // namespace latchkey::pages
