// latchkey key list|rotate|retire|drop|export-jwks
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "latchkey/crypto/key_directory.h"
#include "latchkey/upkeep/records.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "key_change.h"
#include "listing.h"

namespace latchkey::admin {
namespace {

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

// What begins the verbs that make an end of a plan. Errors: the status, with a sentence printed.
Or<KeyChange> begin_settled(const Arguments& arguments, const World& world, TimePoint now) {
  Or<KeyChange> change = begin_key_change(arguments, world);
  if (!change) return change;
  const Outcome settled = upkeep::settle_keys(change->opened.store.audit(), change->directory, now);
  if (!settled) return std::unexpected(failed(world, "keys", settled.error()));
  return change;
}

// Workers look at the keys in each new second, so that behind its beginning all of them know.
void wait_for_workers() {
  using std::chrono::system_clock;
  std::this_thread::sleep_until(std::chrono::ceil<Seconds>(system_clock::now()) +
                                std::chrono::milliseconds(1));
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
  Or<KeyChange> change = begin_settled(arguments, world, now);
  if (!change) return change.error();
  const Result<KeyId> id = crypto::KeyDirectory(change->directory).rotate(now, *wait);
  if (!id) return failed(world, "keys", id.error());
  const std::string from = wire::rfc3339(now + *wait);
  const Outcome told = change->tell(model::AuditAction::kKeyAdded, *id, now,
                                    wire::JsonObject().add("signs_from", from).text());
  if (!told) return failed(world, "audit", told.error());
  world.out << id->text() << ": signs " << (*wait == Seconds(0) ? "from now on" : "from " + from)
            << "; older keys stay valid until retired\n";
  return kGood;
}

int key_retire(const Arguments& arguments, const World& world) {
  Or<KeyChange> change = begin_key_change(arguments, world);
  if (!change) return change.error();
  const TimePoint now = world.clock.now();
  const KeyId id(arguments.id);
  const Outcome retired = crypto::KeyDirectory(change->directory).retire(id, now);
  if (!retired) return failed(world, arguments.id, retired.error());
  const Outcome told = change->tell(model::AuditAction::kKeyRemoved, id, now);
  if (!told) return failed(world, "audit", told.error());
  world.out << arguments.id << ": retired; what it signed is refused\n";
  return kGood;
}

int key_drop(const Arguments& arguments, const World& world) {
  const TimePoint now = world.clock.now();
  Or<KeyChange> change = begin_settled(arguments, world, now);
  if (!change) return change.error();
  const KeyId id(arguments.id);
  const Result<std::optional<KeyId>> fresh =
      crypto::KeyDirectory(change->directory).drop(id, now);
  if (!fresh) return failed(world, arguments.id, fresh.error());
  Outcome told = change->tell(model::AuditAction::kKeyRemoved, id, now);
  if (told && *fresh) told = change->tell(model::AuditAction::kKeyAdded, **fresh, now);
  wait_for_workers();
  world.out << arguments.id << ": dropped; every worker refuses what it signed\n";
  if (*fresh) world.out << (*fresh)->text() << ": signs from now on\n";
  return told ? static_cast<int>(kGood) : failed(world, "audit", told.error());
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
