#include "latchkey/crypto/registry_keys.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>
#include <tuple>

#include "file.h"
#include "public_key.h"
#include "registry_certificate.h"
#include "registry_signing_key.h"

namespace latchkey::crypto {
namespace {

constexpr std::string_view kPrefix = "registry-";
constexpr std::string_view kPrivate = ".pem";
constexpr std::string_view kPublic = ".crt";
constexpr const char* kAlgorithm = "ES256";
constexpr std::size_t kKeysMax = 16;
// So long another process may take that is making the key we are about to make.
constexpr int kLockAttempts = 50;
constexpr std::chrono::milliseconds kLockPause{20};

std::string file_name(const KeyId& thumbprint, std::string_view suffix) {
  return std::string(kPrefix) + thumbprint.text() + std::string(suffix);
}

// The names of all certificates in the directory. Other files are none of ours.
Result<std::vector<std::string>> certificate_names(const std::string& path) {
  std::vector<std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(path, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::string name = at->path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kPublic)) names.push_back(std::move(name));
  }
  if (failed) return fail(ErrorCode::kUnavailable, path + ": " + failed.message());
  if (names.size() > kKeysMax) return fail(ErrorCode::kRefused, path + ": holds too many keys");
  return names;
}

struct Found {
  RegistryCertificate certificate;
  SecretString pem;
};

// One bad file fails all: to go on without a key that nobody knows to be missing is worse.
Result<std::vector<Found>> read_all(const UniqueFd& directory, const std::string& path) {
  LK_TRY(const std::vector<std::string> names, certificate_names(path));
  std::vector<Found> found;
  for (const std::string& name : names) {
    LK_TRY(SecretString pem, read_file(directory.get(), name, kPublicFile));
    Result<RegistryCertificate> certificate = read_registry_certificate(pem.reveal());
    if (!certificate) {
      return fail(certificate.error().code, name + ": " + certificate.error().detail);
    }
    // The name is the thumbprint: a file that was exchanged or mixed up shows.
    if (file_name(certificate->info.thumbprint, kPublic) != name) {
      return fail(ErrorCode::kRefused, name + ": holds another key than its name says");
    }
    found.push_back({*std::move(certificate), std::move(pem)});
  }
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    const RegistryKeyInfo& one = a.certificate.info;
    const RegistryKeyInfo& other = b.certificate.info;
    return std::tie(one.signs_from, one.thumbprint) < std::tie(other.signs_from, other.thumbprint);
  });
  return found;
}

Result<std::vector<Found>> read_all(const std::string& path) {
  LK_TRY(const UniqueFd directory, open_directory(path));
  return read_all(directory, path);
}

KeyNews news_of(KeyEvent event, const KeyId& id) {
  return {.event = event, .use = KeyUse::kRegistries, .id = id};
}

// The certificate comes last, so that no key is known that cannot sign.
Result<RegistryKeyInfo> add_to(const UniqueFd& directory, const std::string& path,
                               TimePoint signs_from, const KeyChanger& change) {
  LK_TRY(const std::vector<Found> found, read_all(directory, path));
  if (found.size() == kKeysMax) {
    return fail(ErrorCode::kConflict, path + ": holds " + std::to_string(kKeysMax) +
                                          " keys for registries; retire " +
                                          found.front().certificate.info.thumbprint.text() +
                                          " first, the oldest");
  }
  LK_TRY(const RegistryKeyPair pair, generate_registry_key(signs_from));
  const KeyId& name = pair.info.thumbprint;
  KeyFiles files(directory);
  files.write(file_name(name, kPrivate), pair.private_pem.reveal(), 0600);
  files.write(file_name(name, kPublic), pair.certificate_pem, 0644);
  KeyNews news = news_of(KeyEvent::kAdded, name);
  news.signs_from = signs_from;
  LK_CHECK(change({news}, files));
  return pair.info;
}

}  // namespace

Result<RegistryKeyInfo> RegistryKeys::add(TimePoint signs_from, const KeyChanger& change) {
  LK_TRY(const UniqueFd directory, lock_directory(directory_));
  return add_to(directory, directory_, signs_from, change);
}

// Whoever holds the lock is most likely another worker that needs the same key.
Result<std::optional<RegistryKeyInfo>> RegistryKeys::create(TimePoint now,
                                                             const KeyChanger& change) {
  for (int attempt = 1;; ++attempt) {
    const Result<UniqueFd> directory = lock_directory(directory_);
    LK_TRY(const std::vector<RegistryKeyInfo> keys, list());
    if (signing_at(keys, now)) return std::nullopt;
    if (directory) {
      LK_TRY(RegistryKeyInfo made, add_to(*directory, directory_, now, change));
      return made;
    }
    if (attempt == kLockAttempts) return std::unexpected(directory.error());
    std::this_thread::sleep_for(kLockPause);
  }
}

Outcome RegistryKeys::retire(const KeyId& thumbprint, const KeyChanger& change) {
  LK_TRY(const UniqueFd directory, lock_directory(directory_));
  // Before it becomes a part of a path.
  if (!may_name_file(thumbprint)) return fail(ErrorCode::kNotFound, "no key has that id");
  const std::string certificate = file_name(thumbprint, kPublic);
  struct stat status {};
  if (::fstatat(directory.get(), certificate.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) return system_failure(certificate);
    return fail(ErrorCode::kNotFound, "no key has that id");
  }
  KeyFiles files(directory);
  files.remove(certificate);
  files.remove(file_name(thumbprint, kPrivate));
  return change({news_of(KeyEvent::kRetired, thumbprint)}, files);
}

Outcome RegistryKeys::settle(TimePoint now, const KeyChanger& change) {
  LK_TRY(const std::vector<RegistryKeyInfo> keys, list());
  const std::optional<RegistryKeyInfo> signing = signing_at(keys, now);
  if (!signing) return {};
  const UniqueFd none;
  KeyFiles files(none);
  return change({news_of(KeyEvent::kSigns, signing->thumbprint)}, files);
}

Result<std::vector<RegistryKeyInfo>> RegistryKeys::list() const {
  LK_TRY(const std::vector<Found> found, read_all(directory_));
  std::vector<RegistryKeyInfo> infos;
  for (const Found& one : found) infos.push_back(one.certificate.info);
  return infos;
}

Result<KeyRing> RegistryKeys::public_keys() const {
  LK_TRY(std::vector<Found> found, read_all(directory_));
  std::vector<VerificationKey> keys;
  for (Found& one : found) {
    const RegistryKeyInfo& info = one.certificate.info;
    EVP_PKEY* const key = one.certificate.key.get();
    LK_ASSERT(succeeded(EVP_PKEY_up_ref(key)));
    keys.push_back(make_verification_key(info.thumbprint, {kAlgorithm}, EvpKey(key)));
    keys.push_back(
        make_verification_key(info.libtrust, {kAlgorithm}, std::move(one.certificate.key)));
  }
  return KeyRing(std::move(keys));
}

Result<RegistrySigningKey> RegistryKeys::signing_key(TimePoint now) const {
  LK_TRY(const std::vector<RegistryKeyInfo> keys, list());
  const std::optional<RegistryKeyInfo> signing = signing_at(keys, now);
  if (!signing) return fail(ErrorCode::kNotFound, directory_ + ": no key for registries signs yet");
  const std::string path = directory_ + "/" + file_name(signing->thumbprint, kPrivate);
  LK_TRY(const SecretString pem, read_file(AT_FDCWD, path, kPrivateFile));
  Result<EvpKey> key = read_registry_private_key(pem.reveal());
  if (!key) return fail(key.error().code, path + ": " + key.error().detail);
  if (thumbprint(key->get()) != signing->thumbprint) {
    return fail(ErrorCode::kRefused, path + ": holds another key");
  }
  return RegistrySigningKey(std::make_unique<RegistrySigningKey::Impl>(
      RegistrySigningKey::Impl{*signing, *std::move(key)}));
}

Result<std::string> RegistryKeys::export_bundle() const {
  LK_TRY(const std::vector<Found> found, read_all(directory_));
  std::string bundle;
  for (const Found& one : found) bundle += one.pem.reveal();
  return bundle;
}

Result<std::string> RegistryKeys::export_jwks() const {
  LK_TRY(const KeyRing ring, public_keys());
  return jwks_of(ring.keys());
}

std::optional<RegistryKeyInfo> signing_at(const std::vector<RegistryKeyInfo>& keys,
                                          TimePoint now) {
  std::optional<RegistryKeyInfo> signing;
  for (const RegistryKeyInfo& key : keys) {
    if (key.signs_from <= now) signing = key;
  }
  return signing;
}

}  // namespace latchkey::crypto
