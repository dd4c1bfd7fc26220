// latchkey user remove: an account and all that hangs on it, for good. Its name is free again.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "latchkey/base/joined.h"
#include "latchkey/pages/issue.h"
#include "every.h"
#include "opened.h"
#include "session_state.h"

namespace latchkey::admin {
namespace {

// What would go with an account, of what still counts.
struct Held {
  std::size_t sessions = 0;
  std::size_t credentials = 0;
  bool user_token = false;
};

std::string counted(std::size_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string text_of(const Held& held) {
  const std::string text = counted(held.sessions, "session") +
                           (held.user_token ? ", " : " and ") +
                           counted(held.credentials, "credential");
  return held.user_token ? text + " and the user token" : text;
}

Result<Held> held_by(store::Store& store, const model::Account& account, TimePoint now) {
  Held held;
  LK_CHECK(every_session(store, account, [&](const model::Session& session) {
    held.sessions += state_of(session, account, now) == "live" ? 1 : 0;
  }));
  LK_CHECK(every_credential(store, account, [&](const model::IssuedCredential& record) {
    held.credentials += pages::state_of(record, account, now) == "live" ? 1 : 0;
  }));
  const auto user_token = store.user_tokens().find(account.id);
  held.user_token = user_token.has_value();
  if (!user_token && user_token.error().code != ErrorCode::kNotFound) {
    return std::unexpected(user_token.error());
  }
  return held;
}

// A machine user would end with its owner and belong to nobody: whoever removes the owner says
// first what is to become of it.
Outcome owns_no_machine(store::Store& store, const model::Account& account) {
  LK_TRY(const std::vector<model::Account> machines, store.machines().of_owner(account.id));
  if (machines.empty()) return {};
  std::vector<std::string> names;
  for (const model::Account& machine : machines) names.push_back(machine.profile.user_name);
  std::ranges::sort(names);
  return fail(ErrorCode::kRefused,
              "owns the machine users " + joined(names, ", ") +
                  ": give each to somebody else (latchkey user assign MACHINE --owner USER) or "
                  "remove it first");
}

// Tokens of nexus-proxy have no record that could end with the account: they count for whoever has
// the name in them, as long as no account of that name has ended them.
Outcome leaves_no_old_token(const config::Legacy& legacy, const std::string& name, TimePoint now) {
  if (legacy.public_key_file.empty() || now >= legacy.until) return {};
  if (std::ranges::find(legacy.denied_users, name) != legacy.denied_users.end()) return {};
  return fail(ErrorCode::kRefused,
              "a token of nexus-proxy would count for that name again: write \"" + name +
                  "\" into denied_users of [legacy] first, and reload");
}

Result<Held> look(Opened& opened, const model::Account& account, TimePoint now) {
  LK_CHECK(owns_no_machine(opened.store, account));
  LK_CHECK(leaves_no_old_token(opened.config.legacy, account.profile.user_name, now));
  return held_by(opened.store, account, now);
}

}  // namespace

int user_remove(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<model::Account> account = find_account(opened->store, arguments.user);
  if (!account) return failed(world, arguments.user, account.error());
  const std::string& name = account->profile.user_name;
  const TimePoint now = world.clock.now();
  const Result<Held> held = look(*opened, *account, now);
  if (!held) return failed(world, name, held.error());
  if (arguments.sure == Sure::kNo) {
    return complain(world, kUsage,
                    name + " (" + account->provider + ") would be removed for good, with " +
                        text_of(*held) + "; say so with --yes");
  }
  const Outcome removed = opened->store.accounts().remove(account->id, now, opened->by);
  if (!removed) return failed(world, name, removed.error());
  world.out << name << ": removed, with " << text_of(*held) << "; the name is free\n";
  return kGood;
}

}  // namespace latchkey::admin
