// What administrators do: the settings of all user tokens, and the pairs of others, whose pass
// codes they never see.
#include <algorithm>
#include <utility>

#include "latchkey/config/vouching_kinds.h"
#include "latchkey/pages/problem.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/number.h"
#include "user_token_calls.h"
#include "user_token_pair.h"

namespace latchkey::pages {
namespace {

using Refused = std::optional<UserTokenRefusal>;

constexpr std::int64_t kListedMax = 100;
constexpr std::int64_t kSkipMax = 100'000'000;

UserTokenMembers members_of(const store::UserTokenSettings& settings) {
  return {{"enabled", settings.enabled},
          {"protectContent", settings.protect_content},
          {"expirationEnabled", settings.expiration_enabled},
          {"expirationDays", std::int64_t{settings.expiration_days}}};
}

// What is known of a pair but its pass code.
UserTokenMembers members_of(const UserTokenCall& call, const store::UserToken& token,
                            const model::Account& owner) {
  UserTokenMembers members{{"nameCode", token.name_code},
                           {"created", nexus_time(token.created)},
                           {"createdByUserId", token.created_by},
                           {"createdByRealm", token.created_by_realm},
                           {"userId", owner.profile.user_name},
                           {"realm", owner.provider}};
  const auto expires = store::expiry_of(token.created, call.settings);
  if (expires) members.emplace_back("expires", nexus_time(*expires));
  members.emplace_back("isExpired",
                       store::has_expired(token.created, call.settings, call.request.now));
  if (token.last_used) members.emplace_back("lastUsed", nexus_time(*token.last_used));
  return members;
}

// Takes one truth value of the body into the change, where there is one. What the file has fixed
// may be said once more, as a client does that sends back what it got; it is not stored, for it
// would count as soon as the file says nothing any more.
Refused read_switch(const std::vector<std::pair<std::string, std::string>>& members,
                    std::string_view name, const std::optional<bool>& fixed,
                    std::optional<bool>& into) {
  const std::optional<std::string> text = member_of(members, name);
  if (!text) return std::nullopt;
  if (*text != "true" && *text != "false") {
    return UserTokenRefusal{400, "malformed", std::string(name) + " must be true or false."};
  }
  const bool wanted = *text == "true";
  if (!fixed) into = wanted;
  if (!fixed || *fixed == wanted) return std::nullopt;
  return UserTokenRefusal{400, "fixed",
                          std::string(name) + " is decided by the configuration file."};
}

Refused read_days(const std::vector<std::pair<std::string, std::string>>& members,
                  const std::optional<std::uint32_t>& fixed,
                  std::optional<std::uint32_t>& into) {
  const std::optional<std::string> text = member_of(members, "expirationDays");
  if (!text) return std::nullopt;
  const auto days = wire::read_number<std::int64_t>(*text);
  if (!days || *days < 1 || *days > 999) {
    return UserTokenRefusal{400, "malformed", "expirationDays must be between 1 and 999."};
  }
  const std::uint32_t wanted = static_cast<std::uint32_t>(*days);
  if (!fixed) into = wanted;
  if (!fixed || *fixed == wanted) return std::nullopt;
  return UserTokenRefusal{400, "fixed", "expirationDays is decided by the configuration file."};
}

PageResult put_settings(const UserTokenCall& call) {
  const auto members = read_members(call.request);
  if (!members) return failed_call(members.error());
  const config::UserToken& file = call.parts.config.user_token;
  // Only `false` is final there: what the file allows may be switched off for a while.
  const std::optional<bool> enabled = file.enabled ? std::nullopt : std::optional(false);
  store::UserTokenChange change;
  Refused refused = read_switch(*members, "enabled", enabled, change.enabled);
  if (!refused) {
    refused = read_switch(*members, "protectContent", file.protect_content,
                          change.protect_content);
  }
  if (!refused) {
    refused = read_switch(*members, "expirationEnabled", file.expiration_enabled,
                          change.expiration_enabled);
  }
  if (!refused) refused = read_days(*members, file.expiration_days, change.expiration_days);
  if (refused) return refuse_call(*refused);
  const Result<store::UserTokenSettings> stored =
      call.parts.store.user_tokens().set(change, call.request.now, call.actor());
  if (!stored) return failed_call(stored.error());
  const UserTokenMembers now = members_of(store::in_force(file, *stored));
  return answer_call(call, 200, "userTokenSettings", now, "settings_changed", members_json(now));
}

PageResult reset_all(const UserTokenCall& call) {
  const Result<std::int64_t> count =
      call.parts.store.user_tokens().reset_all(call.request.now, call.actor());
  if (!count) return failed_call(count.error());
  return empty_answer("all_user_tokens_reset", std::to_string(*count));
}

// The realms are the names of those who can tell who somebody is.
bool is_realm(const config::Config& config, std::string_view realm) {
  const std::string_view ours[] = {store::kLocalIssuer, config::kLdapName,
                                   config::kCertificateKind, config::kRemoteUserKind};
  return std::ranges::find(ours, realm) != std::end(ours) ||
         std::ranges::any_of(config.providers, [&](const config::Provider& provider) {
           return provider.name == realm;
         });
}

using Owner = std::expected<model::Account, PageResult>;

Owner find_owner(const UserTokenCall& call, const std::string& user, const std::string* realm) {
  if (realm != nullptr && !is_realm(call.parts.config, *realm)) {
    return std::unexpected(refuse_call({422, "unknown_realm", "There is no such realm."}));
  }
  Result<model::Account> owner = call.parts.store.accounts().find_by_name(user);
  if (!owner && owner.error().code != ErrorCode::kNotFound) {
    return std::unexpected(failed_call(owner.error()));
  }
  if (!owner || (realm != nullptr && owner->provider != *realm)) {
    return std::unexpected(refuse_call({404, "no_such_user", "There is no such user."}));
  }
  return *std::move(owner);
}

PageResult show(const UserTokenCall& call, const model::Account& owner) {
  const Result<store::UserToken> token = call.parts.store.user_tokens().find(owner.id);
  if (!token) return failed_call(token.error());
  return answer_call(call, 200, "userToken", members_of(call, *token, owner), "shown");
}

PageResult exists_already() {
  return refuse_call({409, "user_token_exists", "There is a user token already."});
}

PageResult create(const UserTokenCall& call, const model::Account& owner) {
  const Result<store::UserToken> there = call.parts.store.user_tokens().find(owner.id);
  if (there) return exists_already();
  if (there.error().code != ErrorCode::kNotFound) return failed_call(there.error());
  const Result<UserTokenPair> pair = user_token_pair(
      call.parts, call.sealer, owner,
      {call.account.profile.user_name, call.account.provider, call.actor()},
      PairWish::kShownOrMade, call.request.now);
  if (!pair) return failed_call(pair.error());
  if (pair->age == PairAge::kOld) return exists_already();  // the owner was quicker
  return answer_call(call, 201, "userToken", members_of(call, pair->token, owner),
                     "user_token_made", "for " + owner.profile.user_name);
}

PageResult reset(const UserTokenCall& call, const model::Account& owner) {
  const Outcome done =
      call.parts.store.user_tokens().reset(owner.id, call.request.now, call.actor());
  if (!done) return failed_call(done.error());
  return empty_answer("user_token_reset", "of " + owner.profile.user_name);
}

// What a listing is asked for.
struct Wanted {
  std::string user;
  store::UserTokenFilter filter;
};

Result<std::int64_t> number(const wire::Form& query, std::string_view name, std::int64_t usual,
                            std::int64_t least, std::int64_t most) {
  LK_TRY(const std::optional<std::string> text, query.single(name));
  if (!text) return usual;
  const auto value = wire::read_number<std::int64_t>(*text);
  if (value && *value >= least && *value <= most) return *value;
  return fail(ErrorCode::kMalformed, std::string(name) + " is out of its range");
}

Result<Wanted> wanted_of(const UserTokenCall& call) {
  LK_TRY(const wire::Form query, wire::Form::parse(call.request.request().query));
  Wanted wanted;
  LK_TRY(const auto user, query.single("userId"));
  LK_TRY(const auto realm, query.single("realm"));
  LK_TRY(const auto expired, query.single("includeExpired"));
  wanted.user = user.value_or("");
  wanted.filter.realm = realm.value_or("");
  LK_TRY(wanted.filter.skip, number(query, "skip", 0, 0, kSkipMax));
  LK_TRY(wanted.filter.limit, number(query, "limit", 25, 1, kListedMax));
  if (expired && *expired != "true" && *expired != "false") {
    return fail(ErrorCode::kMalformed, "includeExpired is neither true nor false");
  }
  if (call.settings.expiration_enabled && expired != "true") {
    wanted.filter.made_after =
        call.request.now - std::chrono::days(call.settings.expiration_days);
  }
  return wanted;
}

// A name is looked for by its index, and not among all.
Result<std::vector<store::UserTokenAndAccount>> listed(const UserTokenCall& call,
                                                       const Wanted& wanted) {
  store::UserTokens& tokens = call.parts.store.user_tokens();
  if (wanted.user.empty()) return tokens.list(wanted.filter);
  std::vector<store::UserTokenAndAccount> found;
  Result<model::Account> owner = call.parts.store.accounts().find_by_name(wanted.user);
  if (!owner && owner.error().code != ErrorCode::kNotFound) return std::unexpected(owner.error());
  if (!owner) return found;
  Result<store::UserToken> token = tokens.find(owner->id);
  if (!token && token.error().code != ErrorCode::kNotFound) return std::unexpected(token.error());
  const bool fits = token && wanted.filter.skip == 0 &&
                    token->created > wanted.filter.made_after &&
                    (wanted.filter.realm.empty() || wanted.filter.realm == owner->provider);
  if (fits) found.push_back({.token = *std::move(token), .account = *std::move(owner)});
  return found;
}

}  // namespace

PageResult token_settings(const UserTokenCall& call) {
  if (call.method() == "PUT") return put_settings(call);
  if (call.method() == "DELETE") return reset_all(call);
  return answer_call(call, 200, "userTokenSettings", members_of(call.settings), "shown");
}

PageResult token_status(const UserTokenCall& call) {
  return answer_call(call, 200, "userTokenStatus",
                     {{"enabled", call.settings.enabled},
                      {"protectContent", call.settings.protect_content}},
                     "shown");
}

PageResult token_list(const UserTokenCall& call) {
  const Result<Wanted> wanted = wanted_of(call);
  if (!wanted) return refuse_call({400, "malformed", wanted.error().detail + "."});
  const auto tokens = listed(call, *wanted);
  if (!tokens) return failed_call(tokens.error());
  std::string items;
  for (const store::UserTokenAndAccount& found : *tokens) {
    items += (items.empty() ? "" : ",") +
             members_json(members_of(call, found.token, found.account));
  }
  wire::JsonObject list;
  list.add_raw("items", "[" + items + "]").add_null("continuationToken");
  return {json_answer(200, list.text()), "shown", {}, {}};
}

PageResult token_of(const UserTokenCall& call) {
  const Owner owner = find_owner(call, call.names[0], &call.names[1]);
  if (!owner) return owner.error();
  if (call.method() == "POST") return create(call, *owner);
  return call.method() == "DELETE" ? reset(call, *owner) : show(call, *owner);
}

PageResult token_reset(const UserTokenCall& call) {
  const Owner owner = find_owner(call, call.names[0], &call.names[1]);
  return owner ? reset(call, *owner) : owner.error();
}

PageResult token_of_nexus2(const UserTokenCall& call) {
  const Owner owner = find_owner(call, call.names[0], nullptr);
  if (!owner) return owner.error();
  return call.method() == "DELETE" ? reset(call, *owner) : show(call, *owner);
}

}  // namespace latchkey::pages
