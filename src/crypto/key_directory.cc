#include "latchkey/crypto/key_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <tuple>
#include <utility>

#include "file.h"
#include "key_pair.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/number.h"
#include "public_key.h"

namespace latchkey::crypto {
namespace {

constexpr std::string_view kPublicPrefix = "public-";
constexpr std::string_view kSigningPrefix = "signing-";
constexpr std::string_view kSuffix = ".pem";
constexpr const char* kActive = "active";
constexpr const char* kNext = "next";
constexpr const char* kSealKey = "seal.key";
constexpr const char* kOwnAlgorithm = "RS256";
constexpr std::size_t kKeysMax = 64;

using Directory = Handle<DIR, closedir>;

std::string file_name(std::string_view prefix, const KeyId& id) {
  return std::string(prefix) + id.text() + std::string(kSuffix);
}

// The ids of all public keys, sorted. Other files are none of ours.
Result<std::vector<KeyId>> public_key_ids(const UniqueFd& directory, const std::string& path) {
  UniqueFd copy(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!copy.valid()) return system_failure(path);
  const Directory listing(::fdopendir(copy.get()));
  if (listing == nullptr) return system_failure(path);
  static_cast<void>(copy.release());  // belongs to `listing` now
  std::vector<KeyId> ids;
  while (const dirent* entry = ::readdir(listing.get())) {
    std::string_view name(entry->d_name);
    if (!name.starts_with(kPublicPrefix) || !name.ends_with(kSuffix)) continue;
    name.remove_prefix(kPublicPrefix.size());
    name.remove_suffix(std::min(kSuffix.size(), name.size()));
    if (is_key_id(name)) ids.emplace_back(std::string(name));
  }
  if (ids.size() > kKeysMax) return fail(ErrorCode::kRefused, path + ": holds too many keys");
  std::ranges::sort(ids);
  return ids;
}

Result<VerificationKey> read_public_key(const UniqueFd& directory, const KeyId& id) {
  const std::string name = file_name(kPublicPrefix, id);
  LK_TRY(const SecretString pem, read_file(directory.get(), name, kPublicFile));
  Result<EvpKey> key = rsa_from_public_pem(pem.reveal());
  if (!key.has_value()) return fail(key.error().code, name + ": " + key.error().detail);
  // The name is the thumbprint: a file that was exchanged or mixed up shows.
  if (thumbprint(key->get()) != id) {
    return fail(ErrorCode::kRefused, name + ": holds another key than its name says");
  }
  return make_verification_key(id, {kOwnAlgorithm}, std::move(*key));
}

Result<KeyId> read_active(const UniqueFd& directory) {
  LK_TRY(const SecretString content, read_file(directory.get(), kActive, kPublicFile));
  std::string_view id = content.reveal();
  if (id.ends_with('\n')) id.remove_suffix(1);
  if (!is_key_id(id)) return fail(ErrorCode::kRefused, "active: names no key");
  return KeyId(std::string(id));
}

bool is_there(const UniqueFd& directory, const char* name) {
  struct stat status {};
  return ::fstatat(directory.get(), name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

// A key that is to sign from some time on.
struct Plan {
  KeyId id;
  TimePoint from{};
};

Result<std::optional<Plan>> read_plan(const UniqueFd& directory) {
  if (!is_there(directory, kNext)) return std::nullopt;
  LK_TRY(const SecretString content, read_file(directory.get(), kNext, kPublicFile));
  std::string_view text = content.reveal();
  if (text.ends_with('\n')) text.remove_suffix(1);
  const std::size_t space = text.find(' ');
  const auto from = space == std::string_view::npos
                        ? std::nullopt
                        : wire::read_number<std::int64_t>(text.substr(space + 1));
  if (!from || *from < 0 || *from > wire::kNumericDateMax ||
      !is_key_id(text.substr(0, space))) {
    return fail(ErrorCode::kRefused, "next: names no key and time");
  }
  return Plan{KeyId(std::string(text.substr(0, space))), from_unix(*from)};
}

// Who signs now, and who is to sign later.
struct Signers {
  KeyId now;
  std::optional<Plan> later;
};

Result<Signers> signers_at(const UniqueFd& directory, TimePoint now) {
  LK_TRY(KeyId active, read_active(directory));
  LK_TRY(std::optional<Plan> plan, read_plan(directory));
  if (plan && plan->from <= now) return Signers{std::move(plan->id), std::nullopt};
  return Signers{std::move(active), std::move(plan)};
}

// The new key verifies before it signs, so that no worker meets a token of a key it cannot know.
Result<KeyId> add_pair(KeyFiles& files) {
  LK_TRY(const KeyPair pair, generate_key_pair());
  files.write(file_name(kSigningPrefix, pair.id), pair.private_pem.reveal(), 0600);
  files.write(file_name(kPublicPrefix, pair.id), pair.public_pem, 0644);
  return pair.id;
}

void activate(KeyFiles& files, const KeyId& id) { files.write(kActive, id.text() + "\n", 0644); }

// The public half first: from then on nothing it signed is taken.
void remove_pair(KeyFiles& files, const KeyId& id) {
  files.remove(file_name(kPublicPrefix, id));
  files.remove(file_name(kSigningPrefix, id));
}

KeyNews news_of(KeyEvent event, const KeyId& id) {
  return {.event = event, .use = KeyUse::kCredentials, .id = id};
}

std::unexpected<Error> no_such_key() { return fail(ErrorCode::kNotFound, "no key has that id"); }

// Before the id becomes a part of a path.
Outcome check_there(const UniqueFd& directory, const KeyId& id) {
  if (may_name_file(id) && is_there(directory, file_name(kPublicPrefix, id).c_str())) return {};
  return no_such_key();
}

Result<TimePoint> made_at(const UniqueFd& directory, const KeyId& id) {
  const std::string name = file_name(kPublicPrefix, id);
  struct stat status {};
  if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return system_failure(name);
  }
  return from_unix(status.st_mtim.tv_sec);
}

// A key in wrong hands may be there in part only: somebody moved its public half away in a hurry.
bool is_left(const UniqueFd& directory, const KeyId& id, const Signers& signers) {
  return id == signers.now || (signers.later && id == signers.later->id) ||
         is_there(directory, file_name(kPublicPrefix, id).c_str()) ||
         is_there(directory, file_name(kSigningPrefix, id).c_str());
}

// With as many keys as a directory may hold: the oldest that does not sign; else nullopt.
Result<std::optional<KeyId>> to_retire(const UniqueFd& directory, const std::string& path,
                                      const Signers& signers) {
  LK_TRY(const std::vector<KeyId> ids, public_key_ids(directory, path));
  if (ids.size() < kKeysMax) return std::nullopt;
  std::optional<std::pair<TimePoint, KeyId>> oldest;
  for (const KeyId& id : ids) {
    if (id == signers.now || (signers.later && id == signers.later->id)) continue;
    LK_TRY(const TimePoint made, made_at(directory, id));
    if (!oldest || std::pair(made, id) < *oldest) oldest = {made, id};
  }
  LK_ASSERT(oldest.has_value());
  return oldest->second;
}

Outcome check_room(const UniqueFd& directory, const std::string& path, const Signers& signers) {
  LK_TRY(const std::optional<KeyId> surplus, to_retire(directory, path, signers));
  if (!surplus) return {};
  return fail(ErrorCode::kConflict, path + ": holds " + std::to_string(kKeysMax) +
                                        " keys, and one more would make all unusable; retire " +
                                        surplus->text() + " first, the oldest that signs nothing");
}

// A change, and what is to be told of it.
struct Draft {
  explicit Draft(const UniqueFd& directory) : files(directory) {}
  void tell(KeyEvent event, const KeyId& id) { news.push_back(news_of(event, id)); }

  KeyFiles files;
  std::vector<KeyNews> news;
};

// Leaves one file that says who signs: nullopt if it was so.
Result<std::optional<KeyId>> settle_in(const UniqueFd& directory, TimePoint now, Draft& draft) {
  LK_TRY(const std::optional<Plan> plan, read_plan(directory));
  if (!plan || plan->from > now) return std::nullopt;
  activate(draft.files, plan->id);
  draft.files.remove(kNext);
  draft.tell(KeyEvent::kActivated, plan->id);
  return plan->id;
}

}  // namespace

Outcome KeyDirectory::create(const std::string& path, Random& random) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_failure(path);
  LK_TRY(const UniqueFd directory, lock_directory(path));
  const bool signs = is_there(directory, kActive);
  const bool seals = is_there(directory, kSealKey);
  if (signs && seals) return fail(ErrorCode::kConflict, path + ": holds keys already");
  // What an interrupted run left is kept: something may have been sealed with it.
  if (!seals) LK_CHECK(Sealer::create(path + "/" + kSealKey, random));
  if (signs) return {};
  KeyFiles files(directory);
  LK_TRY(const KeyId id, add_pair(files));
  activate(files, id);
  return files.apply();
}

Result<KeyRing> KeyDirectory::public_keys() const {
  LK_TRY(const UniqueFd directory, open_directory(path_));
  LK_TRY(const std::vector<KeyId> ids, public_key_ids(directory, path_));
  std::vector<VerificationKey> keys;
  for (const KeyId& id : ids) {
    LK_TRY(VerificationKey key, read_public_key(directory, id));
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return fail(ErrorCode::kUnavailable, path_ + ": holds no key");
  return KeyRing(std::move(keys));
}

Result<SigningKey> KeyDirectory::active_signing_key(TimePoint now) const {
  LK_TRY(const UniqueFd directory, open_directory(path_));
  LK_TRY(const Signers signers, signers_at(directory, now));
  const KeyId& active = signers.now;
  const std::string path = path_ + "/" + file_name(kSigningPrefix, active);
  LK_TRY(SigningKey key, SigningKey::load(path));
  if (key.id() != active) return fail(ErrorCode::kRefused, path + ": holds another key");
  return key;
}

Result<Sealer> KeyDirectory::sealer() const { return Sealer::load(path_ + "/" + kSealKey); }

Result<KeyId> KeyDirectory::rotate(TimePoint now, Seconds wait, const KeyChanger& change) {
  LK_TRY(const UniqueFd directory, lock_directory(path_));
  LK_TRY(const Signers signers, signers_at(directory, now));
  if (signers.later) {
    return fail(ErrorCode::kConflict, path_ + ": " + signers.later->id.text() +
                                          " waits to sign already; let it, or drop it first");
  }
  LK_CHECK(check_room(directory, path_, signers));
  Draft draft(directory);
  LK_CHECK(settle_in(directory, now, draft));
  LK_TRY(KeyId id, add_pair(draft.files));
  draft.tell(KeyEvent::kAdded, id);
  if (wait <= Seconds(0)) {
    activate(draft.files, id);
  } else {
    const TimePoint from = now + wait;
    draft.news.back().signs_from = from;
    draft.files.write(kNext, id.text() + " " + std::to_string(to_unix(from)) + "\n", 0644);
  }
  LK_CHECK(change(draft.news, draft.files));
  return id;
}

Outcome KeyDirectory::settle(TimePoint now, const KeyChanger& change) {
  {
    // Nearly always there is nothing to do, and then no lock is taken.
    LK_TRY(const UniqueFd directory, open_directory(path_));
    LK_TRY(const std::optional<Plan> plan, read_plan(directory));
    if (!plan || plan->from > now) return {};
  }
  LK_TRY(const UniqueFd directory, lock_directory(path_));
  Draft draft(directory);
  LK_TRY(const std::optional<KeyId> signs, settle_in(directory, now, draft));
  if (!signs) return {};
  return change(draft.news, draft.files);
}

Outcome KeyDirectory::retire(const KeyId& id, TimePoint now, const KeyChanger& change) {
  LK_TRY(const UniqueFd directory, lock_directory(path_));
  LK_CHECK(check_there(directory, id));
  LK_TRY(const Signers signers, signers_at(directory, now));
  if (id == signers.now) {
    return fail(ErrorCode::kConflict,
                "the key that signs cannot be retired; `latchkey key rotate` first, or `latchkey "
                "key drop` if it is in wrong hands");
  }
  if (signers.later && id == signers.later->id) {
    return fail(ErrorCode::kConflict, "the key that will sign cannot be retired, only dropped");
  }
  Draft draft(directory);
  remove_pair(draft.files, id);
  draft.tell(KeyEvent::kRetired, id);
  return change(draft.news, draft.files);
}

Result<std::optional<KeyId>> KeyDirectory::drop(const KeyId& id, TimePoint now,
                                                const KeyChanger& change) {
  LK_TRY(const UniqueFd directory, lock_directory(path_));
  if (!may_name_file(id)) return no_such_key();
  LK_TRY(const Signers signers, signers_at(directory, now));
  if (!is_left(directory, id, signers)) return no_such_key();
  Draft draft(directory);
  LK_CHECK(settle_in(directory, now, draft));
  std::optional<KeyId> fresh;
  if (id == signers.now) {
    LK_CHECK(check_room(directory, path_, signers));
    LK_TRY(fresh, add_pair(draft.files));
    activate(draft.files, *fresh);
  }
  // What only waited has signed nothing, also nothing of which nobody knows the key.
  const bool waits = signers.later && id == signers.later->id;
  if (waits) draft.files.remove(kNext);
  remove_pair(draft.files, id);
  draft.tell(waits ? KeyEvent::kRetired : KeyEvent::kDropped, id);
  if (fresh) draft.tell(KeyEvent::kAdded, *fresh);
  LK_CHECK(change(draft.news, draft.files));
  return fresh;
}

Result<std::vector<KeyInfo>> KeyDirectory::list(TimePoint now) const {
  LK_TRY(const UniqueFd directory, open_directory(path_));
  LK_TRY(const Signers signers, signers_at(directory, now));
  LK_TRY(const std::vector<KeyId> ids, public_key_ids(directory, path_));
  std::vector<KeyInfo> result;
  for (const KeyId& id : ids) {
    LK_TRY(const VerificationKey key, read_public_key(directory, id));
    KeyInfo info;
    info.id = id;
    if (id == signers.now) {
      info.state = KeyState::kActive;
    } else if (signers.later && id == signers.later->id) {
      info.state = KeyState::kNext;
      info.signs_from = signers.later->from;
    }
    info.bits = EVP_PKEY_get_bits(key.impl().key.get());
    LK_TRY(info.created, made_at(directory, id));
    result.push_back(std::move(info));
  }
  std::ranges::sort(result, [](const KeyInfo& a, const KeyInfo& b) {
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
  });
  return result;
}

Result<std::string> KeyDirectory::export_jwks() const {
  LK_TRY(const KeyRing ring, public_keys());
  return jwks_of(ring.keys());
}

Result<KeyStamp> KeyDirectory::stamp() const {
  KeyStamp stamp;
  LK_TRY(stamp.directory, stamp_of(path_));
  LK_TRY(stamp.active, stamp_of(path_ + "/" + kActive));
  return stamp;
}

}  // namespace latchkey::crypto
