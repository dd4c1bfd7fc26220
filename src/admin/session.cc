// latchkey session list|end
#include <optional>

#include "latchkey/wire/time.h"
#include "every.h"
#include "listing.h"
#include "opened.h"
#include "session_state.h"

namespace latchkey::admin {
namespace {

Outcome add_sessions(store::Store& store, const model::Account& account, TimePoint now,
                     Listing& listing) {
  return every_session(store, account, [&](const model::Session& session) {
    listing.add({session.id, account.profile.user_name,
                 std::string(state_of(session, account, now)), session.provider,
                 wire::rfc3339(session.created), wire::rfc3339(session.last_seen),
                 wire::rfc3339(session.absolute_end), session.address, session.user_agent});
  });
}

// Of one user, or of everybody.
Outcome add_all(store::Store& store, const std::string& user, TimePoint now, Listing& listing) {
  if (!user.empty()) {
    LK_TRY(const model::Account account, find_account(store, user));
    return add_sessions(store, account, now, listing);
  }
  LK_TRY(const std::vector<model::Account> accounts, all_accounts(store));
  for (const model::Account& account : accounts) {
    LK_CHECK(add_sessions(store, account, now, listing));
  }
  return {};
}

}  // namespace

int session_list(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  Listing listing({"id", "user", "state", "provider", "created", "last_seen", "absolute_end",
                   "address", "user_agent"});
  const Outcome added = add_all(opened->store, arguments.user, world.clock.now(), listing);
  if (!added) {
    return failed(world, arguments.user.empty() ? "session list" : arguments.user, added.error());
  }
  listing.write(arguments.form, world.out);
  return kGood;
}

int session_end(const Arguments& arguments, const World& world) {
  if (arguments.id.empty() == arguments.user.empty()) {
    return complain(world, kUsage, "session end: name an ID, or --user");
  }
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  if (!arguments.id.empty()) {
    const Outcome ended = opened->store.sessions().end(arguments.id, world.clock.now(), opened->by);
    if (!ended) return failed(world, arguments.id, ended.error());
    world.out << arguments.id << ": ended\n";
    return kGood;
  }
  const Result<model::Account> account = find_account(opened->store, arguments.user);
  if (!account) return failed(world, arguments.user, account.error());
  const Outcome ended =
      opened->store.accounts().end_sessions(account->id, world.clock.now(), opened->by);
  if (!ended) return failed(world, arguments.user, ended.error());
  world.out << account->profile.user_name << ": all sessions ended\n";
  return kGood;
}

}  // namespace latchkey::admin
