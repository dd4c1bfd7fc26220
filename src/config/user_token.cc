// [user_token]: Nexus' user tokens. What the file leaves open is set by REST and stands in the
// store.
#include "latchkey/config/user_token.h"

#include <algorithm>

#include "config/section.h"
#include "latchkey/wire/target.h"

namespace latchkey::config {
namespace {

template <std::vector<std::string> UserToken::*member>
void read_prefixes(const Value& value, UserToken& tokens) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    const auto target = wire::canonical_target(text, wire::Semicolon::kRefuse);
    if (!text.starts_with('/') || !target || target->path != text || target->has_encoded_slash ||
        text == "/" || text.ends_with('/')) {
      item.wrong("names " + shown(text) +
                 "; must be a plain path as in \"/service\", without a final slash");
    }
  }
  take(value.texts(EmptyList::kRefuse), tokens.*member);
}

template <std::vector<std::string> UserToken::*member>
void read_names(const Value& value, UserToken& tokens) {
  take(value.texts(EmptyList::kTake), tokens.*member);
}

template <std::optional<bool> UserToken::*member>
void read_choice(const Value& value, UserToken& tokens) {
  tokens.*member = value.boolean();
}

constexpr Key<UserToken> kKeys[] = {
    {"enabled", [](const Value& v, UserToken& tokens) { take(v.boolean(), tokens.enabled); }},
    {"administrators", read_names<&UserToken::administrators>},
    {"administrator_groups", read_names<&UserToken::administrator_groups>},
    {"protect_content", read_choice<&UserToken::protect_content>},
    {"expiration_enabled", read_choice<&UserToken::expiration_enabled>},
    {"expiration_days",
     [](const Value& v, UserToken& tokens) {
       if (const auto days = v.integer(1, 999)) {
         tokens.expiration_days = static_cast<std::uint32_t>(*days);
       }
     }},
    {"content", read_prefixes<&UserToken::content>},
    {"paths", read_prefixes<&UserToken::paths>},
};

// A page of ours below one of these would never be reached, or the REST would not be.
void check_places(Reading& reading, const Node& table) {
  for (const std::string* page : pages_of(reading.config.paths)) {
    for (const std::string& base : reading.config.user_token.paths) {
      if (!wire::path_has_prefix(*page, base) && !wire::path_has_prefix(base, *page)) continue;
      place_of(reading, table, "user_token", "paths")
          .wrong("holds " + shown(base) + ", which is or lies above or below " + shown(*page) +
                 " of [paths]; every page needs a place of its own");
    }
  }
}

void read_user_token(Reading& reading, const Node& table) {
  read_keys<UserToken>(reading, table, "user_token", kKeys, reading.config.user_token);
  if (reading.config.user_token.enabled) check_places(reading, table);
}

}  // namespace

Section user_token_section() {
  return {"user_token", Repeated::kNo, names_of<UserToken>(kKeys), read_user_token};
}

}  // namespace latchkey::config
