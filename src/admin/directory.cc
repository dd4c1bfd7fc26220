// latchkey user lookup, and the directory's part of latchkey user refresh.
#include "directory.h"

#include <memory>
#include <utility>

#include "latchkey/base/slow_gate.h"
#include "latchkey/directory/directory.h"
#include "latchkey/identity/directory_people.h"
#include "listing.h"

namespace latchkey::admin {
namespace {

Result<identity::Refreshed> ask(Opened& opened, directory::Directory& directory,
                                const model::Account* account, TimePoint now) {
  OpenSlowGate gate;
  identity::DirectoryPeople people(opened.config, opened.store, gate, &directory);
  return account == nullptr ? people.refresh_all(now) : people.refresh(*account, now);
}

}  // namespace

int tell_unanswered(const identity::Refreshed& round, const World& world) {
  int status = kGood;
  for (const std::string& whom : round.unanswered) {
    status = failed(world, "directory", Error{ErrorCode::kUnavailable, whom});
  }
  return status;
}

int refresh_from_directory(Opened& opened, const model::Account* account, const World& world) {
  const auto directory =
      directory::make_directory(opened.config.ldap, directory::Patience::kRequest);
  const auto round = ask(opened, *directory, account, world.clock.now());
  if (!round) return failed(world, "directory", round.error());
  world.out << "directory: asked about " << round->asked
            << (round->asked == 1 ? " account" : " accounts") << '\n';
  for (const std::string& user : round->lost) {
    world.out << user << ": lost; sessions and credentials have ended\n";
  }
  for (const std::string& what : round->left_out) world.out << what << '\n';
  return tell_unanswered(*round, world);
}

int user_lookup(const Arguments& arguments, const World& world) {
  Or<config::Config> config = read_configuration(arguments, world, config::Secrets::kAll);
  if (!config) return config.error();
  const auto directory = directory::make_directory(config->ldap, directory::Patience::kRequest);
  if (directory == nullptr) return complain(world, kConfiguration, "there is no [ldap]");
  Result<directory::DirectoryEntry> entry = directory->lookup(arguments.user);
  if (!entry) return failed(world, arguments.user, entry.error());
  Listing listing({"user", "dn", "unique_id", "display_name", "mail", "groups"});
  listing.add({entry->person.user_name, entry->person.dn, entry->person.unique_id,
               entry->display_name, entry->mail, std::move(entry->groups)});
  listing.write_one(arguments.form, world.out);
  return kGood;
}

}  // namespace latchkey::admin
