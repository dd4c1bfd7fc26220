#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "machine.h"

namespace latchkey::admin::doctor {
namespace {

constexpr mode_t kWriteByOthers = 0022;
// Bits with which somebody reads who must not.
constexpr mode_t kReadByOthers = 0044;
constexpr mode_t kEnterByOthers = 0005;
constexpr mode_t kAnybodyMayRead = 0;

std::string with_mode(const std::string& path, mode_t mode) {
  constexpr std::string_view kDigits = "01234567";
  const unsigned bits = mode & 07777U;
  std::string octal;
  for (const unsigned shift : {9U, 6U, 3U, 0U}) octal += kDigits[(bits >> shift) & 7U];
  return path + " (mode " + octal + ")";
}

// Looks at single files; `service` owns the store's directory.
class Look {
 public:
  Look(Report& report, uid_t service) : report_(report), service_(service) {}

  // What only the service may read.
  void secret(const std::string& path) { closed(path, kReadByOthers); }

  // What all may read, and only the service or root write.
  void trusted(const std::string& path) { closed(path, kAnybodyMayRead); }

  // A directory of secrets: nobody else has anything to do in it. Its group may look.
  void directory(const std::string& path) { closed(path, kEnterByOthers); }

  // Whoever can write to a directory above can put another one in the place. A sticky one (/tmp)
  // keeps what is not theirs from them.
  void above(const std::string& path) {
    const std::filesystem::path start(path);
    auto at = start.parent_path();
    for (; !at.empty() && at != at.root_path(); at = at.parent_path()) {
      struct stat status {};
      if (::stat(at.c_str(), &status) != 0) continue;
      const bool open = (status.st_mode & 0002U) != 0 && (status.st_mode & S_ISVTX) == 0;
      if (open) found(Fault::kFileWritable, at.string(), status);
    }
  }

  void socket(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      report_.add(Fault::kSocketAbsent, kThisMachine, path + " (" + std::strerror(errno) + ")");
      return;
    }
    if ((status.st_mode & 0002U) != 0) found(Fault::kSocketOpen, path, status);
    above(path);
  }

 private:
  std::optional<struct stat> status_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return status;
    if (errno != ENOENT) {
      report_.add(Fault::kUnanswered, kThisMachine, path + " (" + std::strerror(errno) + ")");
    }
    return std::nullopt;
  }

  // Whatever it is: its owner is trusted, nobody else writes, and none of `reading` is set.
  void closed(const std::string& path, mode_t reading) {
    const auto status = status_of(path);
    if (!status) return;
    owned(path, *status);
    if ((status->st_mode & kWriteByOthers) != 0) found(Fault::kFileWritable, path, *status);
    if ((status->st_mode & reading) != 0) found(Fault::kFileReadable, path, *status);
  }

  void owned(const std::string& path, const struct stat& status) {
    if (status.st_uid == 0 || status.st_uid == service_) return;
    report_.add(Fault::kFileForeign, kThisMachine,
                path + " (user " + std::to_string(status.st_uid) + ")");
  }

  void found(Fault fault, const std::string& path, const struct stat& status) {
    report_.add(fault, kThisMachine, with_mode(path, status.st_mode));
  }

  Report& report_;
  uid_t service_;
};

uid_t owner_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_uid : ::geteuid();
}

void look_at_keys(const std::string& directory, Look& look) {
  look.directory(directory);
  look.above(directory + "/");
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(directory, unreadable)) {
    const std::string name = entry.path().filename().string();
    const bool registry = name.starts_with("registry-") && name.ends_with(".pem");
    const bool secret = name.starts_with("signing-") || registry || name == "seal.key";
    if (secret) look.secret(entry.path().string());
    else look.trusted(entry.path().string());
  }
}

}  // namespace

void look_at_files(const config::Config& config, const std::vector<std::string>& sockets,
                   Report& report) {
  const std::string store_directory =
      std::filesystem::path(config.store.path).parent_path().string();
  Look look(report, owner_of(store_directory));
  look.directory(store_directory);
  look.above(store_directory);
  for (const char* part : {"", "-wal", "-shm", "-journal"}) look.secret(config.store.path + part);
  look_at_keys(config.credential.key_directory, look);
  look.trusted(config.file);
  look.above(config.file);
  std::vector<std::string> secrets;
  if (!config.local.users_file.empty()) secrets.push_back(config.local.users_file);
  for (const config::SecretFile& file : config.secret_files) secrets.push_back(file.path);
  for (const std::string& secret : secrets) {
    look.secret(secret);
    look.above(secret);
  }
  for (const std::string& socket : sockets) {
    if (socket.starts_with("unix:")) look.socket(socket.substr(5));
  }
}

}  // namespace latchkey::admin::doctor
