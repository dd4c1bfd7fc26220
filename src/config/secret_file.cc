#include "config/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "latchkey/base/unique_fd.h"
#include "latchkey/wire/field_value.h"

namespace latchkey::config {
namespace {

std::optional<std::string> fault_of_file(int fd, const std::string& path, uid_t service) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return path + " cannot be examined: " + std::strerror(errno);
  if (!S_ISREG(about.st_mode)) return path + " is no regular file";
  const uid_t us = ::geteuid();
  const bool ours = about.st_uid == us || about.st_uid == 0 || (us == 0 && about.st_uid == service);
  if (!ours) {
    return path + " belongs to another user, who could read and change it; its owner must be the "
                  "user the service runs as, or root";
  }
  if ((about.st_mode & 077U) != 0) {
    return path +
           " can be read or written by others than its owner; `chmod 600 " + path +
           "`, and replace the secret if anybody may have read it";
  }
  return std::nullopt;
}

std::expected<std::string, std::string> contents(int fd, const std::string& path) {
  std::string text(kSecretBytesMax + 2,
                   '\0');  // room for a line end and for the sign of "too long"
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int reason = errno;
      wipe(text);
      return std::unexpected(path + " cannot be read: " + std::strerror(reason));
    }
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

std::expected<SecretString, std::string> read_secret(const std::string& path, std::size_t bytes_min,
                                                     uid_t service) {
  // O_NONBLOCK: a FIFO in the file's place must not hold up the start.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) {
    return std::unexpected(path + " cannot be opened: " + std::strerror(errno) +
                           "; the file must hold the secret and nothing else");
  }
  if (auto fault = fault_of_file(fd.get(), path, service))
    return std::unexpected(*std::move(fault));
  auto text = contents(fd.get(), path);
  if (!text) return std::unexpected(std::move(text).error());
  SecretString secret(*std::move(text));
  if (secret.empty()) return std::unexpected(path + " is empty; write the secret into it");
  if (secret.size() < bytes_min) {
    return std::unexpected(path + " holds a secret that is too short; at least " +
                           std::to_string(bytes_min) + " characters are needed");
  }
  if (secret.size() > kSecretBytesMax) {
    return std::unexpected(path + " is too long for a secret; at most " +
                           std::to_string(kSecretBytesMax) + " bytes are read");
  }
  if (!wire::is_printable_ascii(secret.reveal())) {
    return std::unexpected(path + " holds a byte that is not printable ASCII; it must be one line "
                                  "with the secret and nothing else");
  }
  return secret;
}

}  // namespace latchkey::config
