// The keys that sign Docker's tokens: ES256 on P-256, beside the keys of credentials in the same
// directory, in files of their own:
//
//   registry-<thumbprint>.pem  0600  private keys
//   registry-<thumbprint>.crt  0644  their certificates: what the authorizer verifies with, and
//                                    what a registry is given as `rootcertbundle`
//
// A certificate's notBefore is when its key begins to sign: of those that may, the one that may for
// the shortest time signs. So a key can be made, and given to every registry, before it is used.
// Files are made and read with the care of key_directory.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/file_stamp.h"
#include "latchkey/crypto/jwks.h"
#include "latchkey/crypto/key_change.h"

namespace latchkey::crypto {

struct RegistryKeyInfo {
  KeyId thumbprint;  // RFC 7638; what the files and the administrator call it
  KeyId libtrust;    // how registries up to 2.8 name it
  TimePoint signs_from{};
  bool operator==(const RegistryKeyInfo&) const = default;
};

// A private key that was read. Move-only.
class RegistrySigningKey {
 public:
  class Impl;
  explicit RegistrySigningKey(std::unique_ptr<Impl> impl);
  RegistrySigningKey(RegistrySigningKey&&) noexcept;
  RegistrySigningKey& operator=(RegistrySigningKey&&) noexcept;
  ~RegistrySigningKey();

  const RegistryKeyInfo& info() const;

  // Returns the signed token: `alg` ES256, then `typ` JWT and `kid`. Costs about 30 us.
  //
  // Input:  `claims_json`, a JSON object; `key_id`, one of the two names of this key.
  // Errors: kInternal: OpenSSL cannot.
  Result<SecretString> sign(std::string_view claims_json, const KeyId& key_id) const;

 private:
  std::unique_ptr<Impl> impl_;
};

// What every token signed here begins with, and no other token of ours does.
inline constexpr std::string_view kRegistryTokenBegin = "eyJhbGciOiJFUzI1NiIs";

class RegistryKeys {
 public:
  // Input: `directory`, made by KeyDirectory::create.
  explicit RegistryKeys(std::string directory) : directory_(std::move(directory)) {}

  // Each change below goes through `change`, which may refuse it.

  // Makes a key that signs from `signs_from` on.
  //
  // Errors: kConflict: there are as many as may be; kUnavailable: it cannot be written, or another
  //         process is changing the directory.
  Result<RegistryKeyInfo> add(TimePoint signs_from, const KeyChanger& change = change_files);

  // Makes a key that signs from `now` on where none does, be others planned for later. Waits up to
  // a second for another process that changes the directory.
  //
  // Returns: the new key; nullopt: there was one that signs. Errors: as add() and list().
  Result<std::optional<RegistryKeyInfo>> create(TimePoint now,
                                                const KeyChanger& change = change_files);

  // Removes a key: whatever it signed is worthless from then on. Errors: kNotFound, kUnavailable.
  Outcome retire(const KeyId& thumbprint, const KeyChanger& change = change_files);

  // Tells which key signs at `now`, each time anew; there are no files to change.
  //
  // Errors: as list().
  Outcome settle(TimePoint now, const KeyChanger& change);

  // Returns all, the one that signs (or will sign) last at the end. None is no error.
  //
  // Errors: kUnavailable: unreadable; kRefused: a file that must not be trusted.
  Result<std::vector<RegistryKeyInfo>> list() const;

  // Returns the public keys, each under both of its names, for ES256 only. None is no error.
  Result<KeyRing> public_keys() const;

  // Returns the private key that signs at `now`.
  //
  // Errors: kNotFound: none may; kUnavailable, kRefused: as list().
  Result<RegistrySigningKey> signing_key(TimePoint now) const;

  // Returns the certificates as a registry's `rootcertbundle`. Errors: as list().
  Result<std::string> export_bundle() const;

  // Returns the public keys as a JWK set, each under both of its names. Errors: as list().
  Result<std::string> export_jwks() const;

  // When it differs from the last one, keys may have come or gone. Take it before reading.
  Result<FileStamp> stamp() const { return stamp_of(directory_); }

  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
};

// Which of the keys signs at `now`, or nullopt. Input: in the order of RegistryKeys::list().
std::optional<RegistryKeyInfo> signing_at(const std::vector<RegistryKeyInfo>& keys, TimePoint now);

}  // namespace latchkey::crypto
