#include "store/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "latchkey/base/unique_fd.h"
#include "store/connection.h"

namespace latchkey::store {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr int kAllPages = -1;

using Database = Handle<sqlite3, sqlite3_close_v2>;
using Copying = Handle<sqlite3_backup, sqlite3_backup_finish>;

std::unexpected<Error> unwritten(const std::string& file, const char* why) {
  return fail(ErrorCode::kUnavailable, "the copy " + file + " cannot be written: " + why);
}

// For the calls that set errno.
std::unexpected<Error> unnamed(const std::string& file, int error_number) {
  if (error_number == EEXIST) return fail(ErrorCode::kConflict, file + " exists");
  return unwritten(file, std::strerror(error_number));
}

// Removes the unfinished copy unless it was given its name.
class PartialFile {
 public:
  explicit PartialFile(std::string path) : path_(std::move(path)) {}
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

Outcome copy_pages(Connection& connection, const std::string& part) {
  sqlite3* opened = nullptr;
  const int opening = sqlite3_open_v2(
      part.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
      nullptr);
  const Database target(opened);
  if (opening != SQLITE_OK) return unwritten(part, sqlite3_errstr(opening));
  const Copying copying(
      sqlite3_backup_init(target.get(), "main", connection.handle(), "main"));
  if (!copying) return unwritten(part, sqlite3_errmsg(target.get()));
  // In one step: it reads one moment, and in WAL mode holds nobody up.
  const int copied = sqlite3_backup_step(copying.get(), kAllPages);
  if (copied != SQLITE_DONE) return unwritten(part, sqlite3_errstr(copied));
  return {};
}

}  // namespace

Outcome write_backup(Connection& connection, const std::string& file) {
  LK_CHECK(connection.ensure_usable());
  const std::string name = file + ".part";
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const UniqueFd made(::open(name.c_str(), kFlags, kFileMode));
  if (!made.valid()) return unnamed(name, errno);
  const PartialFile part(name);
  LK_CHECK(copy_pages(connection, part.path()));
  if (fsync(made.get()) != 0) return unwritten(file, std::strerror(errno));
  // link() and not rename(): a file that has the name already is never overwritten.
  if (link(part.path().c_str(), file.c_str()) != 0) return unnamed(file, errno);
  return {};
}

}  // namespace latchkey::store
