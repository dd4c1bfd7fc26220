#include "latchkey/crypto/file_stamp.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>

#include "file.h"

namespace latchkey::crypto {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// Many times the kernel's tick, at which file times are taken.
constexpr std::int64_t kSettledAfterNs = 100'000'000;

std::int64_t nanoseconds(const struct timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * kNanosecondsPerSecond + time.tv_nsec;
}

FileStamp stamp_from(const struct stat& status) {
  FileStamp stamp;
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.size = status.st_size;
  stamp.modified_ns = nanoseconds(status.st_mtim);
  stamp.changed_ns = nanoseconds(status.st_ctim);

  // Not a time that anything is judged by: it is compared with the file system's own.
  struct timespec now {};
  static_cast<void>(::clock_gettime(CLOCK_REALTIME, &now));
  const std::int64_t age = nanoseconds(now) - stamp.changed_ns;
  if (age >= 0 && age < kSettledAfterNs) stamp.unsettled_at_ns = nanoseconds(now);
  return stamp;
}

}  // namespace

Result<FileStamp> stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_failure(path);
  return stamp_from(status);
}

Result<FileStamp> WatchedFile::stamp(TimePoint now) {
  struct stat status {};
  if (found_.valid() && walked_ == now && ::fstat(found_.get(), &status) == 0 &&
      stamp_from(status) == stamp_) {
    return stamp_;
  }
  // O_PATH asks for no right to read, and waits for nobody at the other end of a FIFO.
  found_.reset(::open(path_.c_str(), O_PATH | O_CLOEXEC));
  if (!found_.valid() || ::fstat(found_.get(), &status) != 0) return system_failure(path_);
  stamp_ = stamp_from(status);
  walked_ = now;
  return stamp_;
}

}  // namespace latchkey::crypto
