#include "file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "latchkey/wire/hex.h"

namespace latchkey::crypto {
namespace {

constexpr std::size_t kTemporaryNameBytes = 8;

// The name as whoever reads a message finds the file: `at` says in which directory it is.
std::string whole_name(int at, const std::string& name) {
  if (at == AT_FDCWD || name.starts_with('/')) return name;
  std::error_code unknown;
  const auto directory =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(at), unknown);
  return unknown ? name : (directory / name).string();
}

// The shell's command that takes away what must not be set, and nothing else.
std::string closing_command(const std::string& name, mode_t mode, mode_t forbidden) {
  std::array<char, 8> octal{};
  const unsigned kept = mode & 07777U & ~forbidden;
  static_cast<void>(std::snprintf(octal.data(), octal.size(), "%o", kept));
  return std::string("chmod ") + octal.data() + " " + name;
}

Outcome check_owner_and_mode(const std::string& name, const struct stat& status, mode_t forbidden) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(ErrorCode::kRefused, name + ": belongs neither to us nor to root");
  }
  if ((status.st_mode & forbidden) != 0) {
    return fail(ErrorCode::kRefused, name + ": is too open for others than its owner; `" +
                                          closing_command(name, status.st_mode, forbidden) + "`");
  }
  return {};
}

Result<SecretString> read_all(int fd, const std::string& name, std::size_t bytes_max) {
  // One byte more than allowed shows a file that grew after it was looked at.
  std::string content(bytes_max + 1, '\0');
  std::size_t length = 0;
  while (length < content.size()) {
    const ssize_t got = ::read(fd, content.data() + length, content.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      wipe(content);
      return system_failure(name);
    }
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  SecretString result(std::string_view(content).substr(0, length));
  wipe(content);
  if (length > bytes_max) return fail(ErrorCode::kRefused, name + ": is too large");
  return result;
}

Outcome write_all(int fd, const std::string& name, std::string_view content) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_failure(name);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Outcome fill_temporary(int at, const std::string& temporary, std::string_view content,
                       mode_t mode) {
  const UniqueFd fd(::openat(at, temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return system_failure(temporary);
  LK_CHECK(write_all(fd.get(), temporary, content));
  if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0) return system_failure(temporary);
  return {};
}

// A hard link, unlike a rename, fails when somebody else was first.
Outcome publish(int at, const std::string& temporary, const std::string& name, Replace replace) {
  if (replace == Replace::kYes) {
    if (::renameat(at, temporary.c_str(), at, name.c_str()) != 0) return system_failure(name);
    return {};
  }
  if (::linkat(at, temporary.c_str(), at, name.c_str(), 0) == 0) return {};
  if (errno == EEXIST) return fail(ErrorCode::kConflict, name + ": exists already");
  return system_failure(name);
}

std::string directory_part(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? std::string() : name.substr(0, slash + 1);
}

void flush_directory(int at, const std::string& name) {
  const std::string directory = directory_part(name).empty() ? "." : directory_part(name);
  const UniqueFd fd(::openat(at, directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Not every file system can flush a directory; the files themselves are safe already.
  if (fd.valid()) static_cast<void>(::fsync(fd.get()));
}

}  // namespace

std::unexpected<Error> system_failure(const std::string& path) {
  const int code = errno;
  return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(code));
}

Result<SecretString> read_file(int at, const std::string& name, const FileRules& rules) {
  const int no_follow = rules.links == Links::kRefuse ? O_NOFOLLOW : 0;
  // Without O_NONBLOCK a planted FIFO would hold us for ever.
  const UniqueFd fd(::openat(at, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | no_follow));
  if (!fd.valid()) {
    if (errno == ELOOP) return fail(ErrorCode::kRefused, name + ": is a symbolic link");
    return system_failure(name);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_failure(name);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kRefused, name + ": is no regular file");
  LK_CHECK(check_owner_and_mode(whole_name(at, name), status, rules.forbidden));
  if (status.st_size > static_cast<off_t>(rules.bytes_max)) {
    return fail(ErrorCode::kRefused, name + ": is too large");
  }
  return read_all(fd.get(), name, rules.bytes_max);
}

Result<UniqueFd> open_directory(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ELOOP || errno == ENOTDIR) {
      return fail(ErrorCode::kRefused, path + ": is no directory, or a symbolic link");
    }
    return system_failure(path);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_failure(path);
  LK_CHECK(check_owner_and_mode(path, status, 0022));
  return fd;
}

Result<UniqueFd> lock_directory(const std::string& path) {
  LK_TRY(UniqueFd directory, open_directory(path));
  if (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::kUnavailable, path + ": another process is changing the keys");
  }
  return directory;
}

Outcome write_file(int at, const std::string& name, std::string_view content, mode_t mode,
                   Replace replace, Random& random) {
  const std::string temporary =
      directory_part(name) + ".new-" + wire::hex_encode(random.bytes(kTemporaryNameBytes));
  Outcome outcome = fill_temporary(at, temporary, content, mode);
  if (outcome.has_value()) outcome = publish(at, temporary, name, replace);
  // After a rename nothing is left to remove; in every other case this is ours.
  static_cast<void>(::unlinkat(at, temporary.c_str(), 0));
  LK_CHECK(std::move(outcome));
  flush_directory(at, name);
  return {};
}

}  // namespace latchkey::crypto
