// latchkey user list|show|disable|enable; user refresh has a file of its own.
#include <array>
#include <utility>
#include <vector>

#include "latchkey/identity/standing.h"
#include "latchkey/wire/time.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

// Of `list`, and the beginning of `show`.
std::vector<std::string> columns() {
  return {"user", "state", "provider", "mail", "groups", "directory",
          "directory_until", "created", "refreshed", "owner", "expires", "id"};
}

Listing account_listing() { return Listing(columns()); }

// What `show` says besides: whether a provider is asked again, and what it said.
constexpr std::array kMembershipColumns{"membership", "confirmed", "asked", "ask_next",
                                        "counts_until", "last_answer", "standing"};

void append_membership(const store::Membership& membership, std::vector<Cell>& row) {
  const bool lost = membership.state == store::MemberState::kLost;
  const bool asks = !lost && !membership.sealed_grant.empty();
  row.emplace_back(std::string(name_of(membership.state)));
  row.push_back(time_cell(membership.confirmed));
  row.push_back(time_cell(membership.asked));
  row.push_back(asks ? Cell(wire::rfc3339(membership.due)) : Cell());
  row.push_back(lost ? Cell() : time_cell(membership.until));
  row.push_back(membership.detail.empty() ? Cell() : Cell(membership.detail));
}

// Whether the next request of a session of theirs is let in, by the judge of the authorizer.
Cell standing_cell(Opened& opened, const model::Account& account, TimePoint now) {
  const auto standing = identity::standing_of(opened.config, opened.store, account,
                                              identity::Presents::kSession, now);
  return standing ? std::string("good") : standing.error().detail();
}

// What the directory made of them; it says nothing of people who are not looked up there.
Cell directory_cell(const model::Account& account) {
  if (!account.directory_checked) return {};
  return std::string(account.directory_gone ? "refused" : "answered");
}

std::vector<Cell> row_of(const model::Account& account) {
  return {account.profile.user_name,
          std::string(account.disabled ? "disabled" : "enabled"),
          account.provider,
          account.profile.mail,
          account.profile.groups,
          directory_cell(account),
          time_cell(account.directory_until),
          wire::rfc3339(account.created),
          wire::rfc3339(account.refreshed),
          account.owner.empty() ? Cell() : Cell(account.owner.text()),
          time_cell(account.expires),
          account.id.text()};
}

using Change = Outcome (store::Accounts::*)(const AccountId&, TimePoint, const model::Actor&);

int change(const Arguments& arguments, const World& world, Change change, std::string_view done) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<model::Account> account = find_account(opened->store, arguments.user);
  if (!account) return failed(world, arguments.user, account.error());
  const Outcome changed =
      (opened->store.accounts().*change)(account->id, world.clock.now(), opened->by);
  if (!changed) return failed(world, arguments.user, changed.error());
  world.out << account->profile.user_name << done << '\n';
  return kGood;
}

}  // namespace

int user_list(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<std::vector<model::Account>> accounts = all_accounts(opened->store);
  if (!accounts) return failed(world, "store", accounts.error());
  Listing listing = account_listing();
  for (const model::Account& account : *accounts) listing.add(row_of(account));
  listing.write(arguments.form, world.out);
  return kGood;
}

int user_show(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<model::Account> account = find_account(opened->store, arguments.user);
  if (!account) return failed(world, arguments.user, account.error());
  const auto membership = opened->store.memberships().find(account->id);
  if (!membership && membership.error().code != ErrorCode::kNotFound) {
    return failed(world, arguments.user, membership.error());
  }
  std::vector<std::string> names = columns();
  names.insert(names.end(), kMembershipColumns.begin(), kMembershipColumns.end());
  std::vector<Cell> row = row_of(*account);
  if (membership) append_membership(*membership, row);
  row.resize(names.size());
  row.back() = standing_cell(*opened, *account, world.clock.now());
  Listing listing(std::move(names));
  listing.add(std::move(row));
  listing.write_one(arguments.form, world.out);
  return kGood;
}

int user_disable(const Arguments& arguments, const World& world) {
  return change(arguments, world, &store::Accounts::disable,
                ": disabled; sessions and credentials have ended");
}

int user_enable(const Arguments& arguments, const World& world) {
  return change(arguments, world, &store::Accounts::enable, ": enabled; may sign in again");
}

}  // namespace latchkey::admin
