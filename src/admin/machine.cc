// latchkey user create-machine|assign
#include <optional>
#include <utility>

#include "latchkey/identity/profile.h"
#include "latchkey/identity/standing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

// Somebody who may answer for a machine: whose own credentials are good. Of the two names in a
// command, the refusal says which is meant.
Result<model::Account> find_owner(Opened& opened, const std::string& owner, TimePoint now) {
  Result<model::Account> account = find_account(opened.store, owner);
  const std::string whose = "--owner " + owner + ": ";
  if (!account) return fail(account.error().code, whose + account.error().detail);
  const auto standing = identity::standing_of(opened.config, opened.store, *account,
                                              identity::Presents::kCredential, now);
  if (standing) return account;
  return fail(ErrorCode::kRefused, whose + standing.error().detail());
}

Result<model::Account> create(Opened& opened, const Arguments& arguments, const World& world) {
  identity::RawProfile raw;
  raw.user_name = arguments.user;
  raw.display_name = arguments.label;
  raw.groups = arguments.groups;
  LK_TRY(const identity::FilteredProfile filtered,
         identity::filter_profile(raw, opened.config.identity.delimiter));
  // Left out, a group would be a right that the machine lacks without anybody knowing why.
  if (!filtered.left_out.empty()) return fail(ErrorCode::kRefused, filtered.left_out.front());
  const TimePoint now = world.clock.now();
  LK_TRY(const model::Account owner, find_owner(opened, arguments.owner, now));
  std::optional<TimePoint> expires;
  if (arguments.days) expires = now + std::chrono::days(static_cast<int>(*arguments.days));
  return opened.store.machines().create(filtered.profile, owner.id, expires, now, world.random,
                                        opened.by);
}

Outcome assign(Opened& opened, const Arguments& arguments, const World& world) {
  LK_TRY(const model::Account machine, find_account(opened.store, arguments.user));
  const TimePoint now = world.clock.now();
  LK_TRY(const model::Account owner, find_owner(opened, arguments.owner, now));
  return opened.store.machines().assign(machine.id, owner.id, now, opened.by);
}

}  // namespace

int user_create_machine(const Arguments& arguments, const World& world) {
  constexpr std::int64_t kDaysMax = 36'500;
  if (arguments.days && (*arguments.days < 1 || *arguments.days > kDaysMax)) {
    return complain(world, kUsage, "--days: from 1 to " + std::to_string(kDaysMax));
  }
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<model::Account> machine = create(*opened, arguments, world);
  if (!machine) return failed(world, arguments.user, machine.error());
  world.out << machine->profile.user_name << ": made; latchkey credential issue --user "
            << machine->profile.user_name << " gives it a password\n";
  return kGood;
}

int user_assign(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Outcome assigned = assign(*opened, arguments, world);
  if (!assigned) return failed(world, arguments.user, assigned.error());
  world.out << arguments.user << ": belongs to " << arguments.owner << " and is enabled\n";
  return kGood;
}

}  // namespace latchkey::admin
