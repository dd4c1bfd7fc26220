// A change of the keys on its way to the disk. Whoever changes them locks the directory, checks,
// and computes new keys; what is left, the files, is handed to a KeyChanger together with what is
// to be told of it, so that neither is there without the other (store/keys.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/base/unique_fd.h"

namespace latchkey::crypto {

enum class KeyUse { kCredentials, kRegistries };

enum class KeyEvent {
  kAdded,
  kActivated,  // the time that was planned for it has come
  kSigns,      // it signs by now, as somebody saw who may not be the first
  kRetired,
  kDropped,  // it is in wrong hands
};

struct KeyNews {
  KeyEvent event;
  KeyUse use;
  KeyId id;
  std::optional<TimePoint> signs_from{};  // of an added one that is to sign later
};

// The files of a change, in their order. Until apply() nothing has happened.
class KeyFiles {
 public:
  // Input: `directory`, locked; it outlives this.
  explicit KeyFiles(const UniqueFd& directory) : directory_(directory) {}
  KeyFiles(const KeyFiles&) = delete;
  KeyFiles& operator=(const KeyFiles&) = delete;
  // What was replaced or removed and not taken back is gone for good.
  ~KeyFiles();

  void write(std::string name, std::string_view content, mode_t mode);
  void remove(std::string name);

  // Makes the change. Errors: kConflict, kUnavailable; then nothing is changed.
  Outcome apply();

  // Takes back what apply() did.
  void undo();

 private:
  struct Step {
    std::string name;
    std::string aside;  // where a file of that name waits for undo()
    std::optional<SecretString> content;  // nullopt: the file goes
    mode_t mode = 0;
    bool set_aside = false;  // there was one
  };
  void add(std::string name, std::optional<SecretString> content, mode_t mode);
  Outcome make(Step& step) const;
  void flush() const;

  const UniqueFd& directory_;
  std::vector<Step> steps_;
  std::size_t done_ = 0;
};

// Calls apply() once, or fails.
using KeyChanger = std::function<Outcome(const std::vector<KeyNews>&, KeyFiles&)>;

// The files alone: for tests, and where there is no store yet.
inline Outcome change_files(const std::vector<KeyNews>& /*news*/, KeyFiles& files) {
  return files.apply();
}

}  // namespace latchkey::crypto
