// [identity] and [health]: what the application hears of a person, and the probe that is nobody.
#include <algorithm>
#include <array>
#include <iterator>

#include "config/regex.h"
#include "config/section.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/target.h"

namespace latchkey::config {
namespace {

constexpr std::size_t kDelimiterBytesMax = 4;

// Fields with a meaning of their own: written by us a second time, they would change the answer.
constexpr std::array<std::string_view, 14> kReserved = {
    "status",         "location",        "set-cookie",        "content-length",
    "content-type",   "connection",      "transfer-encoding", "www-authenticate",
    "cache-control",  "authorization",   "cookie",            "host",
    "x-latchkey-auth", "x-latchkey-credential"};

template <std::string IdentityNames::*member>
void read_header(const Value& value, IdentityNames& names) {
  const auto text = value.text();
  if (!text) return;
  if (!wire::is_token(*text)) {
    return value.wrong(
        "is " + shown(*text) +
        "; must be the name of a header: letters, digits and `-`, as in \"X-SSO-USER\"");
  }
  if (std::find(kReserved.begin(), kReserved.end(), wire::to_lower(*text)) != kReserved.end()) {
    return value.wrong("is " + shown(*text) +
                       ", which has another meaning; must be a name of its own");
  }
  names.*member = *text;
}

template <std::string IdentityNames::*member>
void read_variable(const Value& value, IdentityNames& names) {
  const auto text = value.text();
  if (!text) return;
  const bool good =
      std::ranges::all_of(*text, [](char c) { return wire::is_alnum(c) || c == '_'; });
  const bool digit_first = wire::is_digit(text->front());
  if (!good || digit_first || wire::to_lower(*text).starts_with("http_")) {
    return value.wrong(
        "is " + shown(*text) +
        "; must be the name of a variable: letters, digits and `_`, not beginning with a "
        "digit or with HTTP_, as in \"REMOTE_USER\"");
  }
  names.*member = *text;
}

void read_delimiter(const Value& value, IdentityNames& names) {
  const auto text = value.ascii();
  if (!text) return;
  if (text->size() > kDelimiterBytesMax || text->starts_with(' ') || text->ends_with(' ')) {
    return value.wrong("is " + shown(*text) +
                       "; must be one to four printable characters without blanks around them");
  }
  names.delimiter = *text;
}

void read_groups_filter(const Value& value, IdentityNames& names) {
  const auto text = value.text();
  if (!text) return;
  if (compile(value, "is", *text) != nullptr) names.groups_filter = *text;
}

constexpr Key<IdentityNames> kIdentityKeys[] = {
    {"user", read_header<&IdentityNames::user>},
    {"groups", read_header<&IdentityNames::groups>},
    {"mail", read_header<&IdentityNames::mail>},
    {"display_name", read_header<&IdentityNames::display_name>},
    {"user_variable", read_variable<&IdentityNames::user_variable>},
    {"groups_variable", read_variable<&IdentityNames::groups_variable>},
    {"mail_variable", read_variable<&IdentityNames::mail_variable>},
    {"display_name_variable", read_variable<&IdentityNames::display_name_variable>},
    {"delimiter", read_delimiter},
    {"groups_filter", read_groups_filter},
    {"header_bytes_max",
     [](const Value& v, IdentityNames& names) {
       if (const auto count = v.integer(256, 32'768)) {
         names.header_bytes_max = static_cast<std::uint32_t>(*count);
       }
     }},
};

// CGI makes `X-A` and `X_A` the same variable, and field names ignore case.
std::string folded(std::string_view name) {
  std::string text = wire::to_lower(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

void read_identity(Reading& reading, const Node& table) {
  IdentityNames& names = reading.config.identity;
  read_keys<IdentityNames>(reading, table, "identity", kIdentityKeys, names);
  const std::string* const all[] = {&names.user,          &names.groups,
                                    &names.mail,          &names.display_name,
                                    &names.user_variable, &names.groups_variable,
                                    &names.mail_variable, &names.display_name_variable};
  constexpr std::size_t kHeaders = 4;  // headers and variables live in two different answers
  for (std::size_t i = 0; i < std::size(all); ++i) {
    for (std::size_t j = i < kHeaders ? 0 : kHeaders; j < i; ++j) {
      if (folded(*all[i]) != folded(*all[j])) continue;
      const bool later_is_written = table.find(kIdentityKeys[i].name) != nullptr;
      place_of(reading, table, "identity", kIdentityKeys[later_is_written ? i : j].name)
          .wrong(
              "is " + shown(*all[i]) + ", as is identity." +
              std::string(kIdentityKeys[later_is_written ? j : i].name) +
              "; each fact needs a name of its own (`-` and `_`, and upper and lower case, are the "
              "same to applications)");
    }
  }
}

void read_user_agents(const Value& value, Health& health) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    const auto regex = compile(item, "holds", text, Letters::kIgnoreCase);
    if (regex != nullptr && RE2::PartialMatch("", *regex)) {
      // It is not anchored, so it would find its empty match in every text.
      item.wrong("holds " + shown(text) +
                 ", which matches every client; it must need some letters");
    }
    health.user_agents.push_back(text);
  }
}

constexpr Key<Health> kHealthKeys[] = {
    {"user_agents", read_user_agents},
    {"path",
     [](const Value& v, Health& health) {
       const auto text = v.ascii();
       if (!text) return;
       const auto target = wire::canonical_target(*text, wire::Semicolon::kRefuse);
       if (!target || target->path != *text || target->has_encoded_slash) {
         return v.wrong("is " + shown(*text) + "; must be a plain path as in \"/\" or \"/ping\"");
       }
       health.path = *text;
     }},
};

void read_health(Reading& reading, const Node& table) {
  read_keys<Health>(reading, table, "health", kHealthKeys, reading.config.health);
}

}  // namespace

Section identity_section() {
  return {"identity", Repeated::kNo, names_of<IdentityNames>(kIdentityKeys), read_identity};
}
Section health_section() {
  return {"health", Repeated::kNo, names_of<Health>(kHealthKeys), read_health};
}

}  // namespace latchkey::config
