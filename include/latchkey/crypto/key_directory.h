// The directory with our own keys. Several public keys are valid at a time, one signs:
//
//   signing-<kid>.pem  0600  private keys; all but the active one wait for `retire`
//   public-<kid>.pem   0644  what the authorizer verifies with
//   active             0644  the kid that signs, and a newline
//   next               0644  the kid that will sign, since when (as a number), and a newline
//   seal.key           0600  the Sealer's key
//
// Files are made under another name and renamed, so that a reader sees a whole file or none; what
// is a symbolic link, no regular file, somebody else's, too open or too large is refused (N29,
// M43).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/file_stamp.h"
#include "latchkey/crypto/jwks.h"
#include "latchkey/crypto/key_change.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/crypto/signing_key.h"

namespace latchkey::crypto {

enum class KeyState { kActive, kNext, kVerifyOnly };

// One line of `latchkey key list`.
struct KeyInfo {
  KeyId id;
  KeyState state = KeyState::kVerifyOnly;
  int bits = 0;
  TimePoint created{};  // when its file was made
  std::optional<TimePoint> signs_from;  // of kNext
};

// Changes whenever a key is added, retired or made active.
struct KeyStamp {
  FileStamp directory;
  FileStamp active;
  bool operator==(const KeyStamp&) const = default;
};

// Names the directory; reads it anew at each call. Cheap to copy.
class KeyDirectory {
 public:
  explicit KeyDirectory(std::string path) : path_(std::move(path)) {}

  // Makes the directory (0700, parents must exist), a first key pair of 3072 bits and the sealing
  // key; of these what is not there.
  //
  // Errors: kConflict: there are both already; kUnavailable: it cannot be written.
  static Outcome create(const std::string& path, Random& random);

  // Returns all public keys, each for RS256 only. One bad file fails all: a ring that lacks a key
  // without anybody knowing is worse. No directory of private files is opened.
  //
  // Errors: kUnavailable: missing or unreadable, or no key in it; kRefused: a file that must not be
  //         trusted.
  Result<KeyRing> public_keys() const;

  // Returns the key that signs at that time. Errors: as SigningKey::load.
  Result<SigningKey> active_signing_key(TimePoint now) const;

  // Returns the sealer. Errors: as Sealer::load.
  Result<Sealer> sealer() const;

  // Each change below goes through `change`, which may refuse it.

  // Makes a new key pair and lets it sign after `wait`: others who verify have until then to learn
  // of it. The older public keys stay valid. Takes a second of computing.
  //
  // Errors: kConflict: there are as many keys as may be, and the detail says which to retire; or a
  //         key waits to sign already. kUnavailable: it cannot be written, or another process is
  //         changing the directory.
  Result<KeyId> rotate(TimePoint now, Seconds wait = Seconds(0),
                       const KeyChanger& change = change_files);

  // Writes down that the key whose time has come is the one that signs, and tells of it. Nobody
  // needs this to sign, and rotate() and drop() do it besides.
  Outcome settle(TimePoint now, const KeyChanger& change = change_files);

  // Removes an old key: whatever it signed is worthless from then on.
  //
  // Errors: kNotFound: no such key; kConflict: it signs, or will.
  Outcome retire(const KeyId& id, TimePoint now, const KeyChanger& change = change_files);

  // Removes a key that is in wrong hands, whatever it is for. One that signs is replaced first.
  // Where a file of it is gone already, what is left of it goes.
  //
  // Returns: the id of the key in its place; nullopt: it was not the one that signs.
  // Errors:  kNotFound: no file of such a key, nor does one name it; else as of rotate.
  Result<std::optional<KeyId>> drop(const KeyId& id, TimePoint now,
                                    const KeyChanger& change = change_files);

  // Returns all keys, the oldest first.
  Result<std::vector<KeyInfo>> list(TimePoint now) const;

  // Returns the public keys as a JWK set, for the provider of nobody but ourselves: /.well-known.
  Result<std::string> export_jwks() const;

  // Two stat(2) calls: when the stamp differs from the last one, read public_keys() anew. Take the
  // stamp before reading.
  //
  // Errors: kUnavailable: the directory cannot be looked at.
  Result<KeyStamp> stamp() const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace latchkey::crypto
