// latchkey key export-registry|list-registry|rotate-registry|retire-registry
#include <utility>

#include "latchkey/crypto/registry_keys.h"
#include "latchkey/wire/time.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

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

}  // namespace

int key_export_registry(const Arguments& arguments, const World& world) {
  Or<crypto::RegistryKeys> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  // A registry may be set up before the first token is asked for.
  if (const Outcome there = keys->create(world.clock.now()); !there) {
    return failed(world, "keys", there.error());
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
  Or<crypto::RegistryKeys> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const TimePoint begin = world.clock.now() + Seconds(arguments.registry_lead);
  const auto made = keys->add(begin);
  if (!made) return failed(world, "keys", made.error());
  world.out << made->thumbprint.text() << ": signs from " << wire::rfc3339(begin)
            << "; give the registries what `latchkey key export-registry` prints before that\n";
  return kGood;
}

int key_retire_registry(const Arguments& arguments, const World& world) {
  Or<crypto::RegistryKeys> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const Outcome retired = keys->retire(KeyId(arguments.id));
  if (!retired) return failed(world, arguments.id, retired.error());
  world.out << arguments.id
            << ": retired; what it signed is refused here at once, and by registries that verify "
               "tokens themselves when they are given the keys anew\n";
  return kGood;
}

}  // namespace latchkey::admin
