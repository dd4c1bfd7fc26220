// Tells cheaply whether a file was replaced since it was read: one stat(2), about 1 us.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/unique_fd.h"

namespace latchkey::crypto {

// Two equal stamps mean that the file is the same. A stamp of a file that was changed within the
// last tenth of a second equals no other: a second change in the same tick of the clock would not
// show.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  std::int64_t unsettled_at_ns = 0;  // when it was taken, if too soon after the change; else 0

  bool operator==(const FileStamp&) const = default;
};

// Returns the stamp of the file or directory at `path`; symbolic links are followed.
//
// Errors: kUnavailable: it cannot be looked at.
Result<FileStamp> stamp_of(const std::string& path);

// The same for a file that every decision asks about, at a quarter of the cost: the file that was
// found is kept open, and its path is walked once a second. What happens to the file itself, as a
// change, a removal or another one in its place, shows at once; a symbolic link or a directory
// above it that was turned elsewhere shows within a second.
class WatchedFile {
 public:
  explicit WatchedFile(std::string path) : path_(std::move(path)) {}

  // Returns what stamp_of() returns. Input: `now`, whose seconds are counted. Errors: as there.
  Result<FileStamp> stamp(TimePoint now);

 private:
  std::string path_;
  UniqueFd found_;
  FileStamp stamp_;         // of `found_`
  TimePoint walked_{};
};

}  // namespace latchkey::crypto
