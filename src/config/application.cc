// [application] and [legacy]: what stands behind the web server, and what stood there before.
#include <algorithm>

#include "config/preset.h"
#include "config/section.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/target.h"
#include "latchkey/wire/time.h"

namespace latchkey::config {
namespace {

constexpr std::size_t kDigestDigits = 64;

void read_preset(const Value& value, Application& application) {
  const auto text = value.text();
  if (!text) return;
  const std::vector<std::string_view> known = preset_names();
  if (std::ranges::find(known, *text) == known.end()) return value.unknown_word(*text, known);
  application.preset = *text;
}

void read_open_paths(const Value& value, Application& application) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  application.open_paths.clear();
  Rule rule;
  rule.line = value.line();
  rule.who = Who::kAnyone;
  rule.of_open_paths = true;
  for (const auto& [text, item] : *items) {
    const auto target = wire::canonical_target(text, wire::Semicolon::kRefuse);
    if (!text.starts_with('/') || !target || target->path != text || target->has_encoded_slash ||
        text == "/" || text.ends_with('/') || text.contains('*')) {
      item.wrong("names " + shown(text) + "; must be a plain path as in \"/github-webhook\", which "
                 "stands for everything below, too; to open all, write a [[rule]]");
    }
    application.open_paths.push_back(text);
    rule.paths.push_back(text);
  }
  if (!rule.paths.empty()) value.reading().config.rules.push_back(std::move(rule));
}

constexpr Key<Application> kApplicationKeys[] = {
    {"preset", read_preset},
    {"open_paths", read_open_paths},
};

void read_application(Reading& reading, const Node& table) {
  read_keys<Application>(reading, table, "application", kApplicationKeys,
                         reading.config.application);
}

void read_until(const Value& value, Legacy& legacy) {
  const auto text = value.text();
  if (!text) return;
  const auto time = wire::parse_rfc3339(text->size() == 10 ? *text + "T00:00:00Z" : *text);
  if (!time) {
    return value.wrong("is " + shown(*text) + "; must be the first day on which the old tokens are "
                       "refused, in quotes, as in \"2027-06-30\"");
  }
  legacy.until = *time;
}

void read_denied_tokens(const Value& value, Legacy& legacy) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    const bool digest = text.size() == kDigestDigits && std::ranges::all_of(text, [](char c) {
      return wire::is_digit(c) || (c >= 'a' && c <= 'f');
    });
    if (!digest) {
      item.wrong("names " + shown(text) + "; must be the SHA-256 of a whole token, 64 small "
                 "hexadecimal digits, as `latchkey credential revoke --token -` tells it");
    }
    legacy.denied_tokens.push_back(text);
  }
}

constexpr Key<Legacy> kLegacyKeys[] = {
    {"public_key_file", [](const Value& v, Legacy& l) { take(v.path(), l.public_key_file); }},
    {"until", read_until},
    {"audiences",
     [](const Value& v, Legacy& l) { take(v.texts(EmptyList::kRefuse), l.audiences); }},
    {"denied_users",
     [](const Value& v, Legacy& l) { take(v.texts(EmptyList::kTake), l.denied_users); }},
    {"denied_tokens", read_denied_tokens},
};

void read_legacy(Reading& reading, const Node& table) {
  Legacy& legacy = reading.config.legacy;
  read_keys<Legacy>(reading, table, "legacy", kLegacyKeys, legacy);
  if (!table.members.empty()) {
    constexpr Required kRequired[] = {{"public_key_file", "\"nexus-proxy.pem\""},
                                      {"until", "\"2027-06-30\""}};
    require(reading, table, "legacy", kRequired);
  }
  if (!legacy.audiences.empty()) return;
  for (const SiteHost& host : reading.config.site.hosts) legacy.audiences.push_back(host.name);
}

}  // namespace

Section application_section() {
  return {"application", Repeated::kNo, names_of<Application>(kApplicationKeys), read_application};
}
Section legacy_section() {
  return {"legacy", Repeated::kNo, names_of<Legacy>(kLegacyKeys), read_legacy};
}

}  // namespace latchkey::config
