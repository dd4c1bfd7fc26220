// latchkey key list|rotate|retire|drop|export-jwks
#include <optional>
#include <utility>

#include "latchkey/crypto/key_directory.h"
#include "latchkey/wire/time.h"
#include "key_change.h"
#include "listing.h"

namespace latchkey::admin {
namespace {

constexpr std::string_view kRefused =
    "; every worker refuses what it signed; credentials revoked: ";

Or<crypto::KeyDirectory> open_keys(const Arguments& arguments, const World& world) {
  Or<std::string> directory = open_key_directory(arguments, world);
  if (!directory) return std::unexpected(directory.error());
  return crypto::KeyDirectory(*std::move(directory));
}

std::string_view name_of(crypto::KeyState state) {
  switch (state) {
    case crypto::KeyState::kActive: return "active";
    case crypto::KeyState::kNext: return "next";
    case crypto::KeyState::kVerifyOnly: return "verify-only";
  }
  return "verify-only";
}

// A key that is gone by other hands may have left what it signed: dropping it ends that.
int drop_lost(KeyChange& change, const KeyId& id, TimePoint now, const Error& missing,
              const World& world) {
  const auto ended = change.opened.store.keys().end_of_lost(id, now, change.opened.by);
  if (!ended) return failed(world, id.text(), ended.error());
  if (*ended == 0) return failed(world, id.text(), missing);
  world.out << id.text() << ": was gone already; credentials revoked: " << *ended << "\n";
  return kGood;
}

}  // namespace

int key_list(const Arguments& arguments, const World& world) {
  const Or<crypto::KeyDirectory> keys = open_keys(arguments, world);
  if (!keys) return keys.error();
  const Result<std::vector<crypto::KeyInfo>> infos = keys->list(world.clock.now());
  if (!infos) return failed(world, "keys", infos.error());
  Listing listing({"id", "state", "bits", "created", "signs_from"});
  for (const crypto::KeyInfo& info : *infos) {
    listing.add({info.id.text(), std::string(name_of(info.state)), std::int64_t{info.bits},
                 wire::rfc3339(info.created), time_cell(info.signs_from)});
  }
  listing.write(arguments.form, world.out);
  return kGood;
}

int key_rotate(const Arguments& arguments, const World& world) {
  const Or<Seconds> wait = activation_wait(arguments, Seconds(0), world);
  if (!wait) return wait.error();
  const TimePoint now = world.clock.now();
  Or<KeyChange> change = begin_key_change(arguments, world);
  if (!change) return change.error();
  const Result<KeyId> id =
      crypto::KeyDirectory(change->directory).rotate(now, *wait, change->changer(now));
  if (!id) return failed(world, "keys", id.error());
  world.out << id->text() << ": signs "
            << (*wait == Seconds(0) ? "from now on" : "from " + wire::rfc3339(now + *wait))
            << "; older keys stay valid until retired\n";
  return kGood;
}

int key_retire(const Arguments& arguments, const World& world) {
  Or<KeyChange> change = begin_key_change(arguments, world);
  if (!change) return change.error();
  const TimePoint now = world.clock.now();
  const KeyId id(arguments.id);
  const Outcome retired =
      crypto::KeyDirectory(change->directory).retire(id, now, change->changer(now));
  if (!retired) return failed(world, arguments.id, retired.error());
  wait_for_workers();
  world.out << arguments.id << ": retired" << kRefused << change->ended << "\n";
  return kGood;
}

int key_drop(const Arguments& arguments, const World& world) {
  const TimePoint now = world.clock.now();
  Or<KeyChange> change = begin_key_change(arguments, world);
  if (!change) return change.error();
  const KeyId id(arguments.id);
  const Result<std::optional<KeyId>> fresh =
      crypto::KeyDirectory(change->directory).drop(id, now, change->changer(now));
  if (!fresh && fresh.error().code == ErrorCode::kNotFound) {
    return drop_lost(*change, id, now, fresh.error(), world);
  }
  if (!fresh) return failed(world, arguments.id, fresh.error());
  wait_for_workers();
  world.out << arguments.id << ": dropped" << kRefused << change->ended << "\n";
  if (*fresh) world.out << (*fresh)->text() << ": signs from now on\n";
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
