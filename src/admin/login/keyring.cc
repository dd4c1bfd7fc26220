#include "keyring.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "admin/new_file.h"
#include "latchkey/base/unique_fd.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"

namespace latchkey::admin {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;
constexpr mode_t kPrivate = 0600;
constexpr mode_t kPrivateDirectory = 0700;

// Two logins at once must not lose one another's entry.
Result<UniqueFd> locked(const std::string& file) {
  UniqueFd lock(::open((file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                       kPrivate));
  if (!lock.valid() || ::flock(lock.get(), LOCK_EX) != 0) {
    return std::unexpected(system_error(file + ".lock"));
  }
  return lock;
}

Outcome make_directory_of(const std::string& file) {
  const std::filesystem::path directory = std::filesystem::path(file).parent_path();
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), kPrivateDirectory) == 0 || errno == EEXIST) return {};
  return std::unexpected(system_error(directory.string()));
}

Result<std::string> text_of(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid() && errno == ENOENT) return std::string("{}");
  struct stat about {};
  if (!fd.valid() || ::fstat(fd.get(), &about) != 0) return std::unexpected(system_error(file));
  if (!S_ISREG(about.st_mode) || about.st_uid != ::geteuid() || (about.st_mode & 077U) != 0) {
    return fail(ErrorCode::kUnavailable,
                file + " must be a file of yours that nobody else can read: `chmod 600 " + file +
                    "`");
  }
  std::string text(kFileBytesMax, '\0');
  const ssize_t got = ::read(fd.get(), text.data(), text.size());
  if (got < 0) return std::unexpected(system_error(file));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

}  // namespace

Result<Keyring> Keyring::of_this_person() {
  const char* const data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data == '/') {
    return Keyring(std::string(data) + "/latchkey/credentials.json");
  }
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return fail(ErrorCode::kUnavailable, "HOME is not set");
  return Keyring(std::string(home) + "/.local/share/latchkey/credentials.json");
}

Result<Kept> Keyring::read() const {
  LK_TRY(std::string text, text_of(file_));
  const Result<wire::Json> json = wire::Json::parse(text, kFileBytesMax);
  wipe(text);
  if (!json || !json->is_object()) {
    return fail(ErrorCode::kUnavailable, file_ + " is damaged; remove it and log in again");
  }
  Kept kept;
  for (const std::string& authority : json->names()) {
    LK_TRY(const wire::Json entry, json->object(authority));
    LK_TRY(std::string user_name, entry.string("username"));
    LK_TRY(std::string secret, entry.string("secret"));
    kept.emplace(authority, KeptCredential{std::move(user_name), SecretString(std::move(secret))});
  }
  return kept;
}

Outcome Keyring::check() const {
  LK_CHECK(read());
  // What is missing of it will be made.
  std::filesystem::path directory = std::filesystem::path(file_).parent_path();
  while (::access(directory.c_str(), F_OK) != 0 && errno == ENOENT &&
         directory != directory.root_path()) {
    directory = directory.parent_path();
  }
  if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
  return std::unexpected(system_error(directory.string()));
}

Outcome Keyring::write(const Kept& kept) const {
  wire::JsonObject object;
  for (const auto& [authority, credential] : kept) {
    object.add(authority, wire::JsonObject()
                              .add("username", credential.user_name)
                              .add("secret", credential.secret.reveal()));
  }
  const std::string fresh = file_ + ".new";
  ::unlink(fresh.c_str());  // of a run that was ended in between
  std::string text = object.text();
  const Outcome written = write_new_file(fresh, kPrivate, text);
  wipe(text);
  LK_CHECK(written);
  if (::rename(fresh.c_str(), file_.c_str()) != 0) return std::unexpected(system_error(file_));
  return {};
}

Outcome Keyring::put(const std::string& authority, KeptCredential credential) const {
  LK_CHECK(make_directory_of(file_));
  LK_TRY(const UniqueFd lock, locked(file_));
  LK_TRY(Kept kept, read());
  kept.insert_or_assign(authority, std::move(credential));
  return write(kept);
}

Outcome Keyring::remove(const std::string& authority) const {
  LK_CHECK(make_directory_of(file_));
  LK_TRY(const UniqueFd lock, locked(file_));
  LK_TRY(Kept kept, read());
  if (kept.erase(authority) == 0) return fail(ErrorCode::kNotFound, "nothing is kept for it");
  return write(kept);
}

std::string authority_of(std::string_view address) {
  if (const std::size_t slashes = address.find("://"); slashes != std::string_view::npos) {
    address.remove_prefix(slashes + 3);
  }
  address = address.substr(0, address.find('/'));
  if (const std::size_t at = address.rfind('@'); at != std::string_view::npos) {
    address.remove_prefix(at + 1);
  }
  return wire::to_lower(address);
}

}  // namespace latchkey::admin
