#include "user_token.h"

#include <vector>

#include "latchkey/wire/time.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

std::vector<Cell> row_of(const store::UserTokenAndAccount& found,
                         const store::UserTokenSettings& settings, TimePoint now) {
  const store::UserToken& token = found.token;
  const bool expired = store::has_expired(token.created, settings, now);
  return {found.account.profile.user_name,
          token.name_code,
          std::string(!settings.enabled ? "off" : expired ? "expired" : "live"),
          wire::rfc3339(token.created),
          token.created_by,
          time_cell(store::expiry_of(token.created, settings)),
          time_cell(token.last_used),
          token.last_used_from,
          token.last_used_by};
}

}  // namespace

int user_token_list(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  store::UserTokens& tokens = opened->store.user_tokens();
  const Result<store::UserTokenSettings> settings =
      tokens.settings(opened->config.user_token);
  if (!settings) return failed(world, "store", settings.error());
  Listing listing({"user", "name_code", "state", "created", "created_by", "expires", "last_used",
                   "last_used_from", "last_used_by"});
  store::UserTokenFilter page;
  page.limit = store::kListRowsMax;
  for (;; page.skip += page.limit) {
    const auto found = tokens.list(page);
    if (!found) return failed(world, "store", found.error());
    for (const store::UserTokenAndAccount& one : *found) {
      listing.add(row_of(one, *settings, world.clock.now()));
    }
    if (static_cast<std::int64_t>(found->size()) < page.limit) break;
  }
  listing.write(arguments.form, world.out);
  return kGood;
}

int user_token_reset(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<model::Account> owner = find_account(opened->store, arguments.user);
  if (!owner) return failed(world, arguments.user, owner.error());
  const Outcome done = opened->store.user_tokens().reset(owner->id, world.clock.now(), opened->by);
  if (!done) return failed(world, arguments.user, done.error());
  world.out << owner->profile.user_name << ": the user token is refused from now on\n";
  return kGood;
}

int user_token_reset_all(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<std::int64_t> count =
      opened->store.user_tokens().reset_all(world.clock.now(), opened->by);
  if (!count) return failed(world, "store", count.error());
  world.out << *count << " user tokens are refused from now on\n";
  return kGood;
}

}  // namespace latchkey::admin
