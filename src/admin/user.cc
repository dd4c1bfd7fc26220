// latchkey user list|show|disable|enable
#include <utility>

#include "latchkey/wire/time.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

Listing account_listing() {
  return Listing({"user", "state", "provider", "mail", "groups", "created", "refreshed", "id"});
}

std::vector<Cell> row_of(const model::Account& account) {
  return {account.profile.user_name,
          std::string(account.disabled ? "disabled" : "enabled"),
          account.provider,
          account.profile.mail,
          account.profile.groups,
          wire::rfc3339(account.created),
          wire::rfc3339(account.refreshed),
          account.id.text()};
}

using Change = Outcome (*)(store::Accounts&, const AccountId&, TimePoint);

int change(const Arguments& arguments, const World& world, Change change, std::string_view done) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<model::Account> account = find_account(opened->store, arguments.user);
  if (!account) return failed(world, arguments.user, account.error());
  const Outcome changed = change(opened->store.accounts(), account->id, world.clock.now());
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
  Listing listing = account_listing();
  listing.add(row_of(*account));
  listing.write_one(arguments.form, world.out);
  return kGood;
}

int user_disable(const Arguments& arguments, const World& world) {
  return change(
      arguments, world,
      [](store::Accounts& accounts, const AccountId& id, TimePoint now) {
        return accounts.disable(id, now);
      },
      ": disabled; sessions and credentials have ended");
}

int user_enable(const Arguments& arguments, const World& world) {
  return change(
      arguments, world,
      [](store::Accounts& accounts, const AccountId& id, TimePoint) { return accounts.enable(id); },
      ": enabled; may sign in again");
}

}  // namespace latchkey::admin
