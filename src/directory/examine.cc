// LdapDirectory::examine: what `latchkey check` wants to know of each server.
#include <algorithm>
#include <string>
#include <utility>

#include "latchkey/wire/chars.h"
#include "ldap_directory.h"

namespace latchkey::directory {
namespace {

// A DN without the blanks around its commas, in small letters: as far as two can be compared here.
std::string comparable(std::string_view dn) {
  std::string out;
  for (const char c : dn) {
    if (wire::is_blank(c) && (out.empty() || out.back() == ',')) continue;
    if (c == ',') {
      while (!out.empty() && wire::is_blank(out.back())) out.pop_back();
    }
    out += wire::to_lower(c);
  }
  return out;
}

std::size_t commas_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
}

// Says what to write instead of a base that already ends with the root.
std::string advice_on_full_dn(const std::string& base, const std::string& root) {
  // As many parts as the root has are cut off the base as it is written, with its own spelling.
  std::string_view rest = base;
  for (std::size_t parts = commas_in(root) + 1; parts > 0; --parts) {
    const std::size_t comma = rest.rfind(',');
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
  }
  const std::string relative = "it is relative to root_dn (" + root + "): ";
  if (rest.empty()) return relative + "leave the line out to search all of that";
  return relative + "write `" + std::string(rest) + "`, not the full DN";
}

}  // namespace

bool ends_with_root(std::string_view base, std::string_view root) {
  const std::string dn = comparable(base);
  const std::string end = comparable(root);
  return !end.empty() && (dn == end || dn.ends_with("," + end));
}

// Looks whether the entry is there below which one of the keys lets us search.
Outcome LdapDirectory::examine_base(Connection& connection, const std::string& key,
                                    const std::string& relative) {
  LK_TRY(std::string dn, base(connection, relative));
  Search search{.base = std::move(dn), .scope = Scope::kBase, .filter = kAnything,
                .attributes = {"1.1"}, .entries_max = 1};
  // The empty DN names what every server has, but not every server searches below it.
  if (search.base.empty()) search.scope = Scope::kSubtree;
  const auto found = connection.search(search, within(settings_.search_timeout));
  // No entry and no error: it may be searched below and not be read, which is enough.
  if (found) return {};
  Error error = found.error();
  if (error.code == ErrorCode::kUnavailable) return std::unexpected(std::move(error));
  const std::string root = root_dn_.value_or("");
  if (ends_with_root(relative, root)) {
    error.detail = "ldap." + key + ": " + advice_on_full_dn(relative, root);
    return std::unexpected(std::move(error));
  }
  // With a wrong root no base is there, and none of them is to blame.
  if (!relative.empty()) LK_CHECK(examine_base(connection, "root_dn", ""));
  error.detail = "ldap." + (relative.empty() ? std::string("root_dn") : key) + ": " + error.detail;
  return std::unexpected(std::move(error));
}

Outcome LdapDirectory::examine_server(const config::LdapServer& server) {
  LK_CHECK(load());
  LK_TRY(Connection connection, connect_as_manager(server));
  root_dn_.reset();
  LK_CHECK(examine_base(connection, "user_search_base", settings_.user_search_base));
  return examine_base(connection, "group_search_base", settings_.group_search_base);
}

std::vector<ServerReport> LdapDirectory::examine() {
  std::vector<ServerReport> reports;
  end_ = Clock::time_point::max();
  for (const config::LdapServer& server : settings_.servers) {
    Outcome outcome = examine_server(server);
    if (!outcome) outcome = std::unexpected(seen_from_outside(std::move(outcome).error()));
    reports.push_back({server.url(), std::move(outcome)});
  }
  return reports;
}

}  // namespace latchkey::directory
