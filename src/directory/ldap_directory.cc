#include "ldap_directory.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "filter.h"
#include "groups.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/field_value.h"
#include "latchkey/wire/hex.h"

namespace latchkey::directory {
namespace {

constexpr Seconds kPauseMax{5};

// What tells a re-created person from the one before: OpenLDAP and its kin, Active Directory, 389.
constexpr std::string_view kUniqueIds[] = {"entryUUID", "objectGUID", "nsUniqueId"};

std::string first(const std::vector<std::string>& values) {
  return values.empty() ? "" : values.front();
}

std::string unique_id(const Found& found) {
  for (const std::string_view name : kUniqueIds) {
    const std::string id = first(found.values(name));
    if (!id.empty()) return wire::is_printable_ascii(id) ? id : wire::hex_encode(id);
  }
  return "";
}

// Returns the spelling of the directory: of several names the one that was asked for.
std::string spelling(const Found& found, const std::string& attribute, std::string_view asked) {
  const std::vector<std::string>& names = found.values(attribute);
  const auto same = std::ranges::find_if(
      names, [&](const std::string& name) { return wire::equal_ignoring_case(name, asked); });
  if (same != names.end()) return *same;
  return names.empty() ? std::string(asked) : names.front();
}

Person person_of(const Found& found, const config::Ldap& settings, std::string_view asked) {
  return {.dn = found.dn,
          .user_name = spelling(found, settings.user_name_attribute, asked),
          .unique_id = unique_id(found)};
}

Seconds pause_before(std::uint32_t retry) {
  return std::min(kPauseMax, Seconds(std::int64_t{1} << std::min(retry, 3U)));
}

}  // namespace

Error seen_from_outside(Error error) {
  if (error.code == ErrorCode::kInternal) error.code = ErrorCode::kUnavailable;
  return error;
}

std::unique_ptr<Directory> make_directory(const std::optional<config::Ldap>& settings,
                                          Patience patience, const CallBudget* budget) {
  if (!settings) return nullptr;
  return std::make_unique<LdapDirectory>(*settings, patience, budget);
}

Outcome LdapDirectory::load() {
  if (library_) return {};
  LK_TRY(library_, Libldap::load());
  return {};
}

Clock::time_point LdapDirectory::within(Seconds limit) const {
  return std::min(Clock::now() + limit, end_);
}

Result<Connection> LdapDirectory::connect(const config::LdapServer& server) {
  if (Clock::now() >= end_) return fail(ErrorCode::kUnavailable, server.url() + ": no time left");
  return Connection::open(*library_, settings_, server, within(settings_.connect_timeout));
}

Result<Connection> LdapDirectory::connect_as_manager(const config::LdapServer& server) {
  LK_TRY(Connection connection, connect(server));
  if (settings_.manager_dn.empty()) return connection;
  const Outcome bound = connection.bind(settings_.manager_dn, settings_.manager_password,
                                        within(settings_.search_timeout));
  if (bound) return connection;
  if (bound.error().code != ErrorCode::kRefused) return std::unexpected(bound.error());
  // Tried nowhere else: servers lock an account after some wrong passwords.
  return fail(ErrorCode::kInternal, bound.error().detail + "; ldap.manager_dn is not let in");
}

template <typename Work>
auto LdapDirectory::ask_servers(const Work& work) -> decltype(work(std::declval<Connection&>())) {
  std::string troubles;
  if (kept_ && Clock::now() - kept_used_ < kIdleMax) {
    auto answer = work(*kept_);
    if (answer || answer.error().code != ErrorCode::kUnavailable) return answer;
  }
  kept_.reset();
  for (const std::size_t number : order_.at(Clock::now())) {
    Result<Connection> connection = connect_as_manager(settings_.servers[number]);
    Error trouble;
    if (connection) {
      auto answer = work(*connection);
      if (answer || answer.error().code != ErrorCode::kUnavailable) {
        order_.answered(number);
        kept_ = *std::move(connection);
        kept_used_ = Clock::now();
        return answer;
      }
      trouble = std::move(answer).error();
    } else {
      trouble = std::move(connection).error();
    }
    if (trouble.code != ErrorCode::kUnavailable) return std::unexpected(std::move(trouble));
    order_.failed(number, Clock::now());
    troubles += (troubles.empty() ? "" : "; ") + trouble.detail;
  }
  return fail(ErrorCode::kUnavailable, std::move(troubles));
}

template <typename Work>
auto LdapDirectory::ask(const Work& work) -> decltype(work(std::declval<Connection&>())) {
  if (auto loaded = load(); !loaded) return std::unexpected(loaded.error());
  const bool hurried = patience_ == Patience::kRequest;
  end_ = hurried ? Clock::now() + settings_.connect_timeout + settings_.search_timeout
                 : Clock::time_point::max();
  if (hurried && budget_ != nullptr) end_ = std::min(end_, budget_->end());
  auto answer = ask_servers(work);
  const std::uint32_t retries = hurried ? 0 : settings_.retries;
  for (std::uint32_t retry = 0; retry < retries; ++retry) {
    if (answer || answer.error().code != ErrorCode::kUnavailable) break;
    std::this_thread::sleep_for(pause_before(retry));
    answer = ask_servers(work);
  }
  if (!answer) return std::unexpected(seen_from_outside(std::move(answer).error()));
  kept_used_ = Clock::now();
  return answer;
}

Result<std::string> LdapDirectory::infer_root_dn(Connection& connection) {
  const Search search{.base = "",
                      .scope = Scope::kBase,
                      .filter = kAnything,
                      .attributes = {"defaultNamingContext", "namingContexts"},
                      .entries_max = 1};
  LK_TRY(const std::vector<Found> found,
         connection.search(search, within(settings_.search_timeout)));
  if (!found.empty()) {
    for (const std::string& attribute : search.attributes) {
      std::string dn = first(found.front().values(attribute));
      if (!dn.empty()) return dn;
    }
  }
  return fail(ErrorCode::kInternal, "the server names no root; write ldap.root_dn");
}

Result<std::string> LdapDirectory::base(Connection& connection, const std::string& relative) {
  if (!root_dn_) {
    if (settings_.root_dn.empty() && !settings_.inhibit_infer_root_dn) {
      LK_TRY(root_dn_, infer_root_dn(connection));
    } else {
      root_dn_ = settings_.root_dn;
    }
  }
  if (relative.empty() || root_dn_->empty()) return relative + *root_dn_;
  return relative + "," + *root_dn_;
}

Result<Found> LdapDirectory::find_only(Connection& connection, std::string_view user,
                                       std::vector<std::string> attributes) {
  attributes.push_back(settings_.user_name_attribute);
  for (const std::string_view name : kUniqueIds) attributes.emplace_back(name);
  LK_TRY(std::string people, base(connection, settings_.user_search_base));
  const Search search{.base = std::move(people),
                      .filter = fill_filter(settings_.user_search_filter, user, user),
                      .attributes = std::move(attributes),
                      .entries_max = 1};
  LK_TRY(std::vector<Found> found, connection.search(search, within(settings_.search_timeout)));
  if (found.empty()) return fail(ErrorCode::kNotFound, "the directory knows no such user");
  if (found.size() > 1 || found.front().dn.empty()) {
    return fail(ErrorCode::kRefused, "the user filter finds several entries for one name");
  }
  return std::move(found.front());
}

Result<Person> LdapDirectory::find_person(Connection& connection, std::string_view user) {
  LK_TRY(const Found found, find_only(connection, user, {}));
  return person_of(found, settings_, user);
}

Result<DirectoryEntry> LdapDirectory::find_entry(Connection& connection, std::string_view user) {
  std::vector<std::string> attributes;
  for (const std::string& name : {settings_.display_name_attribute, settings_.mail_attribute}) {
    if (!name.empty()) attributes.push_back(name);
  }
  LK_TRY(const Found found, find_only(connection, user, std::move(attributes)));
  DirectoryEntry entry;
  entry.person = person_of(found, settings_, user);
  entry.display_name = first(found.values(settings_.display_name_attribute));
  entry.mail = first(found.values(settings_.mail_attribute));
  LK_TRY(const std::string groups, base(connection, settings_.group_search_base));
  LK_TRY(entry.groups, groups_of(connection, settings_, groups, entry.person,
                                 within(settings_.search_timeout)));
  return entry;
}

Result<DirectoryEntry> LdapDirectory::lookup(std::string_view user) {
  return ask([&](Connection& connection) { return find_entry(connection, user); });
}

Result<Person> LdapDirectory::ask_for_person(std::string_view user) {
  return ask([&](Connection& connection) { return find_person(connection, user); });
}

Outcome LdapDirectory::find_group(std::string_view group) {
  return ask([&](Connection& connection) -> Outcome {
    LK_TRY(std::string groups, base(connection, settings_.group_search_base));
    const Search search{.base = std::move(groups),
                        .filter = fill_filter(settings_.group_search_filter, group, group),
                        .attributes = {settings_.group_name_attribute},
                        .entries_max = 1};
    LK_TRY(const std::vector<Found> found,
           connection.search(search, within(settings_.search_timeout)));
    if (!found.empty()) return {};
    return fail(ErrorCode::kNotFound, "the directory knows no such group");
  });
}

}  // namespace latchkey::directory
