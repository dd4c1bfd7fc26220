#include "new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "latchkey/base/unique_fd.h"

namespace latchkey::admin {
namespace {

// Errors: errno's.
bool fill(int fd, mode_t mode, std::string_view text) {
  // The umask may be stricter than wanted, or wider than right.
  if (fchmod(fd, mode) != 0) return false;
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(fd) == 0;
}

}  // namespace

Error system_error(const std::string& path) {
  const int reason = errno;
  Error error{reason == EEXIST ? ErrorCode::kConflict : ErrorCode::kUnavailable,
              path + ": " + std::strerror(reason)};
  if (reason == ENOENT) {
    error.detail += "; make its directory first: mkdir -p " +
                    std::filesystem::path(path).parent_path().string();
  }
  return error;
}

Outcome write_new_file(const std::string& path, mode_t mode, std::string_view text) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd.valid()) return std::unexpected(system_error(path));
  if (fill(fd.get(), mode, text)) return {};
  Error error = system_error(path);
  unlink(path.c_str());
  return std::unexpected(std::move(error));
}

}  // namespace latchkey::admin
