// latchkey key export-registry|list-registry|rotate-registry|retire-registry
#include <chrono>
#include <utility>

#include "latchkey/crypto/registry_keys.h"
#include "latchkey/upkeep/records.h"
#include "latchkey/wire/time.h"
#include "key_change.h"
#include "listing.h"

namespace latchkey::admin {
namespace {

// Registries have to be given a key before it signs.
constexpr Seconds kLead = std::chrono::hours(24);

// Tells of a key whose time has come before the keys are others.
// Errors: the status, with a sentence printed.
Or<KeyChange> begin_settled(const Arguments& arguments, const World& world, TimePoint now) {
  Or<KeyChange> change = begin_key_change(arguments, world);
  if (!change) return change;
  const Outcome settled = upkeep::settle_keys(change->opened.store, change->directory, now);
  if (!settled) return std::unexpected(failed(world, "keys", settled.error()));
  return change;
}

Or<crypto::RegistryKeys> open_keys(const Arguments& arguments, const World& world) {
  Or<std::string> directory = open_key_directory(arguments, world);
  if (!directory) return std::unexpected(directory.error());
  return crypto::RegistryKeys(*std::move(directory));
}

std::string state_of(const crypto::RegistryKeyInfo& key,
                     const std::vector<crypto::RegistryKeyInfo>& all, TimePoint now) {
  if (key == crypto::signing_at(all, now)) return "active";
  return key.signs_from > now ? "planned" : "verify-only";
}

// A registry may be set up before the first token is asked for.
int make_key(const Arguments& arguments, const World& world, TimePoint now) {
  Or<KeyChange> change = begin_key_change(arguments, world);
  if (!change) return change.error();
  const auto made = crypto::RegistryKeys(change->directory).create(now, change->changer(now));
  return made ? static_cast<int>(kGood) : failed(world, "keys", made.error());
}

}  // namespace

int key_export_registry(const Arguments& arguments, const World& world) {
  const Or<crypto::RegistryKeys> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const auto infos = keys->list();
  if (!infos) return failed(world, "keys", infos.error());
  if (const TimePoint now = world.clock.now(); !crypto::signing_at(*infos, now)) {
    if (const int made = make_key(arguments, world, now); made != kGood) return made;
  }
  const bool json = arguments.form == Form::kJson;
  const Result<std::string> text = json ? keys->export_jwks() : keys->export_bundle();
  if (!text) return failed(world, "keys", text.error());
  world.out << *text << (json ? "\n" : "");
  return kGood;
}

int key_list_registry(const Arguments& arguments, const World& world) {
  const Or<crypto::RegistryKeys> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const auto infos = keys->list();
  if (!infos) return failed(world, "keys", infos.error());
  Listing listing({"id", "state", "signs_from", "libtrust"});
  for (const crypto::RegistryKeyInfo& info : *infos) {
    listing.add({info.thumbprint.text(), state_of(info, *infos, world.clock.now()),
                 wire::rfc3339(info.signs_from), info.libtrust.text()});
  }
  listing.write(arguments.form, world.out);
  return kGood;
}

int key_rotate_registry(const Arguments& arguments, const World& world) {
  const Or<Seconds> wait = activation_wait(arguments, kLead, world);
  if (!wait) return wait.error();
  const TimePoint now = world.clock.now();
  Or<KeyChange> change = begin_settled(arguments, world, now);
  if (!change) return change.error();
  const auto made =
      crypto::RegistryKeys(change->directory).add(now + *wait, change->changer(now));
  if (!made) return failed(world, "keys", made.error());
  world.out << made->thumbprint.text() << ": signs from " << wire::rfc3339(now + *wait)
            << "; give the registries what `latchkey key export-registry` prints before that\n";
  return kGood;
}

int key_retire_registry(const Arguments& arguments, const World& world) {
  const TimePoint now = world.clock.now();
  Or<KeyChange> change = begin_settled(arguments, world, now);
  if (!change) return change.error();
  const Outcome retired = crypto::RegistryKeys(change->directory)
                              .retire(KeyId(arguments.id), change->changer(now));
  if (!retired) return failed(world, arguments.id, retired.error());
  wait_for_workers();
  world.out << arguments.id
            << ": retired; every worker refuses what it signed, and so do registries that verify "
               "tokens themselves when they are given the keys anew\n";
  return kGood;
}

}  // namespace latchkey::admin
