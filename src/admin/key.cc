// latchkey key list|rotate|retire|export-jwks
#include <utility>

#include "latchkey/crypto/key_directory.h"
#include "latchkey/wire/time.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

// The directory's files belong to the service, so root becomes its user first, as for the store.
Or<crypto::KeyDirectory> open_keys(const Arguments& arguments, const World& world) {
  const Or<config::Config> config = read_configuration(arguments, world);
  if (!config) return std::unexpected(config.error());
  const std::string& directory = config->credential.key_directory;
  if (const Outcome became = become_owner_beside(directory + "/active"); !became) {
    return std::unexpected(failed(world, "keys", became.error()));
  }
  return crypto::KeyDirectory(directory);
}

}  // namespace

int key_list(const Arguments& arguments, const World& world) {
  const Or<crypto::KeyDirectory> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const Result<std::vector<crypto::KeyInfo>> infos = keys->list();
  if (!infos) return failed(world, "keys", infos.error());
  Listing listing({"id", "state", "bits", "created"});
  for (const crypto::KeyInfo& info : *infos) {
    listing.add({info.id.text(),
                 std::string(info.state == crypto::KeyState::kActive ? "active" : "verify-only"),
                 std::int64_t{info.bits}, wire::rfc3339(info.created)});
  }
  listing.write(arguments.form, world.out);
  return kGood;
}

int key_rotate(const Arguments& arguments, const World& world) {
  Or<crypto::KeyDirectory> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const Result<KeyId> id = keys->rotate();
  if (!id) return failed(world, "keys", id.error());
  world.out << id->text() << ": signs from now on; older keys stay valid until retired\n";
  return kGood;
}

int key_retire(const Arguments& arguments, const World& world) {
  Or<crypto::KeyDirectory> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const Outcome retired = keys->retire(KeyId(arguments.id));
  if (!retired) return failed(world, arguments.id, retired.error());
  world.out << arguments.id << ": retired; what it signed is refused\n";
  return kGood;
}

int key_export(const Arguments& arguments, const World& world) {
  const Or<crypto::KeyDirectory> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const Result<std::string> jwks = keys->export_jwks();
  if (!jwks) return failed(world, "keys", jwks.error());
  world.out << *jwks << '\n';
  return kGood;
}

}  // namespace latchkey::admin
