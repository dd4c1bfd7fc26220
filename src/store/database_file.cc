#include "store/database_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "latchkey/base/unique_fd.h"

namespace latchkey::store {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

std::unexpected<Error> unusable(const std::string& path, const std::string& why) {
  return fail(ErrorCode::kUnavailable, "the database " + path + " cannot be used: " + why);
}

std::string directory_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent;
}

// An administrator may well have linked the directory elsewhere, so links in it are followed here;
// a link in place of the file itself is refused, also by SQLite's own NOFOLLOW.
Result<std::string> resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> directory(
      realpath(directory_of(path).c_str(), nullptr), &std::free);
  if (!directory) return unusable(path, std::string("its directory: ") + std::strerror(errno));
  return std::string(directory.get()) + "/" + std::filesystem::path(path).filename().string();
}

Outcome check_directory(const std::string& path) {
  struct stat found {};
  const std::string directory = directory_of(path);
  if (stat(directory.c_str(), &found) != 0) {
    return unusable(path, std::string("its directory: ") + std::strerror(errno));
  }
  if (found.st_uid != geteuid() && found.st_uid != 0) {
    return unusable(path,
                    "its directory belongs to another user; `chown` it to the one that runs "
                    "latchkey");
  }
  if ((found.st_mode & 022) != 0) {
    return unusable(path, "others can write to its directory; `chmod 700 " + directory + "`");
  }
  return {};
}

}  // namespace

Result<DatabaseFile> inspect_database_file(const std::string& path) {
  LK_TRY(std::string real_path, resolved(path));
  LK_CHECK(check_directory(real_path));
  struct stat found {};
  if (lstat(real_path.c_str(), &found) != 0) {
    return unusable(path, errno == ENOENT
                              ? std::string("it is missing; put it back, or make a new one with "
                                            "`latchkey store migrate`")
                              : std::string(std::strerror(errno)));
  }
  if (S_ISLNK(found.st_mode)) return unusable(path, "it is a symbolic link");
  if (!S_ISREG(found.st_mode)) return unusable(path, "it is no regular file");
  if (found.st_uid != geteuid()) {
    return unusable(path, "it belongs to another user; `chown` it to the one that runs latchkey");
  }
  if ((found.st_mode & 077) != 0) {
    return unusable(path, "others can read it or write to it; `chmod 600 " + path + "`");
  }
  return DatabaseFile{std::move(real_path), {found.st_dev, found.st_ino}};
}

void mend_log_modes(const DatabaseFile& file) {
  struct stat found {};
  if (lstat(file.path.c_str(), &found) != 0 || (found.st_mode & S_IWUSR) == 0) return;
  for (const char* suffix : {"-wal", "-shm"}) {
    const std::string log = file.path + suffix;
    const bool is_file = lstat(log.c_str(), &found) == 0 && S_ISREG(found.st_mode);
    if (!is_file || found.st_uid != geteuid() || (found.st_mode & S_IWUSR) != 0) continue;
    // If it fails, the first write says that it is read-only.
    static_cast<void>(chmod(log.c_str(), kFileMode));
  }
}

Outcome create_database_file(const std::string& path) {
  const std::string directory = directory_of(path);
  if (mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return unusable(path, "its directory cannot be made: " + std::string(std::strerror(errno)));
  }
  LK_TRY(const std::string real_path, resolved(path));
  LK_CHECK(check_directory(real_path));
  // O_EXCL: a file that is there, or a link planted there, is judged by inspect_database_file
  // instead.
  const UniqueFd file(open(real_path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                           kFileMode));
  if (!file.valid() && errno != EEXIST) {
    return unusable(path, "it cannot be made: " + std::string(std::strerror(errno)));
  }
  return {};
}

}  // namespace latchkey::store
