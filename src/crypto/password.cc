#include "latchkey/crypto/password.h"

#include <apr_md5.h>
#include <fcntl.h>

#include <algorithm>
#include <array>

#include "file.h"
#include "password_hash.h"

namespace latchkey::crypto {
namespace {

constexpr std::size_t kUserBytesMax = 255;
constexpr std::size_t kBcryptPasswordBytesMax = 72;
constexpr std::size_t kBcryptSaltBytes = 16;
constexpr std::size_t kBcryptTextBytes = 128;
// Group may read: htpasswd files are often root's and the service's group's.
constexpr FileRules kUsersFile{
    .forbidden = 0027, .bytes_max = 1024 * 1024, .links = Links::kFollow};
// For a file without a user: what htpasswd -B makes, of a password nobody knows.
constexpr const char* kDecoyOfEmptyFile =
    "$2y$10$LN.wpJozqAvUkqhOAiuO0OEBj/tyf6dKxgXdPlJYuQ8BgFWZ4N.iO";

bool is_user(std::string_view name) {
  if (name.empty() || name.size() > kUserBytesMax) return false;
  if (name.front() == ' ' || name.back() == ' ') return false;
  return std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
}

// apr and crypt(3) read up to a NUL; a password with one would be checked in part.
bool is_checkable(std::string_view password) {
  return !password.empty() && password.size() <= kPasswordBytesMax &&
         password.find('\0') == std::string_view::npos;
}

enum class Match { kNo, kYes };

Match matches(std::string_view password, const std::string& hash) {
  std::string text(password);
  const apr_status_t status = apr_password_validate(text.c_str(), hash.c_str());
  wipe(text);
  return status == APR_SUCCESS ? Match::kYes : Match::kNo;
}

std::unexpected<Error> wrong() {
  return fail(ErrorCode::kRefused, "unknown user or wrong password");
}

}  // namespace

Result<PasswordFile> PasswordFile::load(const std::string& path) {
  LK_TRY(const SecretString content, read_file(AT_FDCWD, path, kUsersFile));
  PasswordFile file;
  std::string_view rest = content.reveal();
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const Outcome added = file.add_line(line);
    if (!added.has_value()) {
      return fail(added.error().code,
                  path + ":" + std::to_string(number) + ": " + added.error().detail);
    }
  }
  if (file.decoy_.empty()) file.decoy_ = kDecoyOfEmptyFile;
  LK_ASSERT(cost_of_hash(file.decoy_).has_value());
  return file;
}

Outcome PasswordFile::add_line(std::string_view line) {
  if (line.empty() || line.starts_with('#')) return {};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return fail(ErrorCode::kMalformed, "no colon after the user");
  }
  const std::string_view user = line.substr(0, colon);
  // What follows a second colon is a comment.
  const std::string hash(line.substr(colon + 1, line.find(':', colon + 1) - colon - 1));
  if (!is_user(user)) {
    return fail(ErrorCode::kMalformed, "a user name is printable ASCII without outer blanks");
  }
  const std::optional<int> cost = cost_of_hash(hash);
  if (!cost.has_value()) {
    return fail(ErrorCode::kMalformed,
                "not a password hash we take; plain text never is (use htpasswd -B)");
  }
  if (decoy_.empty() || *cost > cost_of_hash(decoy_).value_or(0)) decoy_ = hash;
  if (!hashes_.emplace(user, hash).second) {
    return fail(ErrorCode::kMalformed, "the user stands in the file twice");
  }
  return {};
}

Outcome PasswordFile::verify(std::string_view user, const SecretString& password) const {
  if (!is_checkable(password.reveal())) return wrong();
  const auto found = hashes_.find(user);
  if (found == hashes_.end()) {
    // The answer is thrown away: only the time it takes matters.
    static_cast<void>(matches(password.reveal(), decoy_));
    return wrong();
  }
  const Match match = matches(password.reveal(), found->second);
  if (cost_of_hash(found->second) < cost_of_hash(decoy_)) {
    // A cheap hash among costly ones must not tell that the user exists.
    static_cast<void>(matches(password.reveal(), decoy_));
  }
  if (match == Match::kYes) return {};
  return wrong();
}

std::optional<Digest> PasswordFile::entry_digest(std::string_view user) const {
  const auto found = hashes_.find(user);
  if (found == hashes_.end()) return std::nullopt;
  // A colon cannot be in a user name, so the two parts cannot be cut differently.
  return sha256(found->first + ":" + found->second);
}

std::vector<std::string> PasswordFile::users() const {
  std::vector<std::string> result;
  for (const auto& [user, hash] : hashes_) result.push_back(user);
  return result;
}

Result<std::string> hash_password(const SecretString& password, Random& random, int cost) {
  if (!is_checkable(password.reveal()) || password.size() > kBcryptPasswordBytesMax) {
    return fail(ErrorCode::kRefused, "a password has 1 to 72 bytes and no NUL");
  }
  std::array<unsigned char, kBcryptSaltBytes> salt{};
  random.fill(salt);
  std::array<char, kBcryptTextBytes> text{};
  std::string plain(password.reveal());
  const apr_status_t status = apr_bcrypt_encode(plain.c_str(), static_cast<unsigned int>(cost),
                                                salt.data(), salt.size(), text.data(), text.size());
  wipe(plain);
  if (status != APR_SUCCESS) return fail(ErrorCode::kInternal, "bcrypt failed");
  return std::string(text.data());
}

}  // namespace latchkey::crypto
