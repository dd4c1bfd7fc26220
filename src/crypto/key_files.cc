#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include "file.h"
#include "latchkey/base/handle.h"
#include "latchkey/base/random.h"
#include "latchkey/crypto/key_change.h"

namespace latchkey::crypto {
namespace {

constexpr std::string_view kAside = ".old-";

using Directory = Handle<DIR, closedir>;

// What a change has left that a power cut ended: whoever holds the lock is the only one at it.
void sweep(int at) {
  UniqueFd copy(::openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Directory listing(copy.valid() ? ::fdopendir(copy.get()) : nullptr);
  if (listing == nullptr) return;
  static_cast<void>(copy.release());  // belongs to `listing` now
  std::vector<std::string> left;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (std::string_view(entry->d_name).starts_with(kAside)) left.emplace_back(entry->d_name);
  }
  for (const std::string& name : left) static_cast<void>(::unlinkat(at, name.c_str(), 0));
}

bool is_there(int at, const std::string& name) {
  struct stat status {};
  return ::fstatat(at, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

// What is replaced is copied, as readers need it until the new one is there. A hard link would do,
// but not for a file of root's.
Result<bool> copy_aside(int at, const std::string& name, const std::string& aside, mode_t mode) {
  if (!is_there(at, name)) return false;
  LK_TRY(const SecretString old, read_file(at, name, kPublicFile));
  SystemRandom random;
  LK_CHECK(write_file(at, aside, old.reveal(), mode, Replace::kYes, random));
  return true;
}

// What is removed can come back also where the disk is full.
Result<bool> move_aside(int at, const std::string& name, const std::string& aside) {
  if (::renameat(at, name.c_str(), at, aside.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  return system_failure(name);
}

}  // namespace

KeyFiles::~KeyFiles() {
  bool any = false;
  for (const Step& step : steps_) {
    if (!step.set_aside) continue;
    static_cast<void>(::unlinkat(directory_.get(), step.aside.c_str(), 0));
    any = true;
  }
  if (any) flush();
}

// A name may come twice, so the one beside it is numbered.
void KeyFiles::add(std::string name, std::optional<SecretString> content, mode_t mode) {
  Step step;
  step.aside = std::string(kAside) + std::to_string(steps_.size()) + "-" + name;
  step.name = std::move(name);
  step.content = std::move(content);
  step.mode = mode;
  steps_.push_back(std::move(step));
}

void KeyFiles::write(std::string name, std::string_view content, mode_t mode) {
  add(std::move(name), SecretString(content), mode);
}

void KeyFiles::remove(std::string name) { add(std::move(name), std::nullopt, 0); }

Outcome KeyFiles::make(Step& step) const {
  const int at = directory_.get();
  if (!step.content) {
    LK_TRY(step.set_aside, move_aside(at, step.name, step.aside));
    return {};
  }
  LK_TRY(step.set_aside, copy_aside(at, step.name, step.aside, step.mode));
  SystemRandom random;  // for the name of a temporary file only
  return write_file(at, step.name, step.content->reveal(), step.mode,
                    step.set_aside ? Replace::kYes : Replace::kNo, random);
}

Outcome KeyFiles::apply() {
  if (steps_.empty()) return {};
  sweep(directory_.get());
  for (; done_ < steps_.size(); ++done_) {
    Outcome made = make(steps_[done_]);
    if (made) continue;
    undo();
    return made;
  }
  flush();
  return {};
}

// Backwards, so that what is needed first comes back last. If it fails, nothing better is left.
void KeyFiles::undo() {
  const int at = directory_.get();
  while (done_ > 0) {
    Step& step = steps_[--done_];
    if (step.set_aside) {
      static_cast<void>(::renameat(at, step.aside.c_str(), at, step.name.c_str()));
      step.set_aside = false;
    } else if (step.content) {
      static_cast<void>(::unlinkat(at, step.name.c_str(), 0));
    }
  }
  flush();
}

// Not every file system can flush a directory.
void KeyFiles::flush() const { static_cast<void>(::fsync(directory_.get())); }

}  // namespace latchkey::crypto
