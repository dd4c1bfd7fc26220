#include "spoofs.h"

#include <algorithm>
#include <string_view>

#include "latchkey/wire/chars.h"

namespace latchkey::admin::doctor {
namespace {

std::vector<std::string> spellings_of(const std::string& name) {
  std::string underscores = name;
  std::ranges::replace(underscores, '-', '_');
  std::string dots = name;
  std::ranges::replace(dots, '-', '.');
  std::vector<std::string> all{name, underscores, dots};
  const std::size_t first = name.find('-');
  const std::size_t last = name.rfind('-');
  if (first == last) return all;
  for (const std::size_t at : {first, last}) {
    std::string mixed = name;
    mixed[at] = '_';
    all.push_back(std::move(mixed));
  }
  return all;
}

}  // namespace

std::vector<Spoof> spoofs_of(const config::IdentityNames& names, const std::string& nonce) {
  const std::vector<std::string> configured{names.user, names.groups, names.mail,
                                            names.display_name};
  std::vector<std::string> all = configured;
  for (const char* other :
       {"X-Forwarded-User", "X-Forwarded-Groups", "X-Forwarded-Mail", "X-Forwarded-DisplayName",
        "X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Latchkey-Auth",
        "X-Latchkey-Credential", "X-Latchkey-Reason", "X-SSO-USER", "Remote-User", "Remote-Groups",
        "Remote-Email", "Remote-Name", "X-Remote-User", "X-Auth-Request-User",
        "X-Auth-Request-Email", "X-Auth-Request-Groups", "X-Auth-Request-Preferred-Username"}) {
    all.emplace_back(other);
  }
  std::vector<Spoof> spoofs;
  std::vector<std::string> known;
  for (const std::string& name : all) {
    if (std::ranges::find(known, wire::to_lower(name)) != known.end()) continue;
    known.push_back(wire::to_lower(name));
    const bool own = std::ranges::find(configured, name) != configured.end();
    const std::vector<std::string> spellings = spellings_of(name);
    for (std::size_t i = 0; i < spellings.size(); ++i) {
      const Spelling spelling = i == 0   ? Spelling::kPlain
                                : i == 1 ? Spelling::kUnderscores
                                         : Spelling::kMixed;
      const std::string value = "spoof" + nonce + "x" + std::to_string(spoofs.size()) + "x";
      spoofs.push_back({spellings[i], value, own, spelling});
    }
  }
  return spoofs;
}

std::vector<std::string> mirrored(const std::string& body, const std::string& name) {
  const auto folded = [](std::string text) {
    text = wire::to_lower(text);
    std::ranges::replace(text, '_', '-');
    return text.starts_with("http-") ? text.substr(5) : text;
  };
  std::vector<std::string> values;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    std::string line = body.substr(begin, end - begin);
    begin = end + 1;
    std::erase_if(line, [](char c) { return c == '"' || c == '\r'; });
    line.erase(0, line.find_first_not_of(" \t"));
    const std::size_t mark = line.find_first_of(":=");
    if (mark == std::string::npos || folded(line.substr(0, mark)) != folded(name)) continue;
    std::string value = line.substr(mark + 1);
    value.erase(0, value.find_first_not_of(' '));
    while (value.ends_with(' ') || value.ends_with(',')) value.pop_back();
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace latchkey::admin::doctor
