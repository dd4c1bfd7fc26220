#include "opened.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "latchkey/base/system_user.h"
#include "every.h"

namespace latchkey::admin {
namespace {

Error system_error(std::string what) {
  return {ErrorCode::kUnavailable, std::move(what) + ": " + std::strerror(errno)};
}

// Gives root up for good: groups first, as nobody but root may set them.
Outcome become(uid_t user, gid_t group) {
  const passwd* const entry = getpwuid(user);
  const bool groups_set = entry != nullptr ? initgroups(entry->pw_name, group) == 0
                                           : setgroups(1, &group) == 0;
  if (!groups_set)
    return std::unexpected(system_error("cannot set the groups of the store's owner"));
  if (setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0) {
    return std::unexpected(system_error("cannot become the owner of the store's directory"));
  }
  return {};
}

}  // namespace

Or<config::Config> read_configuration(const Arguments& arguments, const World& world,
                                      config::Secrets secrets) {
  std::expected<config::Config, std::vector<config::Fault>> config = config::load(
      arguments.config_file, secrets, config::Environment::kOverrides);
  if (config) return *std::move(config);
  for (const config::Fault& fault : config.error()) world.err << fault.str() << '\n';
  return std::unexpected(kConfiguration);
}

Outcome work_as_owner(const std::string& path) {
  LK_CHECK(become_owner_beside(path));
  std::string directory = std::filesystem::path(path).parent_path().string();
  struct stat status {};
  int failure = stat(directory.c_str(), &status);
  // Below a closed directory nothing can be seen; that one is whose the rest is, too.
  while (failure != 0 && errno == EACCES && directory.size() > 1) {
    directory = std::filesystem::path(directory).parent_path().string();
    failure = stat(directory.c_str(), &status);
  }
  // What is not there is told by whoever opens it.
  if (failure != 0) return {};
  if (status.st_uid == geteuid() || status.st_uid == 0) return {};
  const std::string owner = user_name_of(status.st_uid);
  return fail(ErrorCode::kRefused, directory + " belongs to " + owner + ": run this as " + owner +
                                       " or root");
}

Or<Opened> open_store(const Arguments& arguments, const World& world) {
  Or<config::Config> config = read_configuration(arguments, world);
  if (!config) return std::unexpected(config.error());
  model::Actor by = acting_operator();
  if (const Outcome became = work_as_owner(config->store.path); !became) {
    return std::unexpected(failed(world, "store", became.error()));
  }
  Result<store::Store> store =
      store::Store::open(config->store.path, config->store.journal, store::Access::kReadWrite);
  if (!store) return std::unexpected(failed(world, "store", store.error()));
  return Opened{*std::move(config), *std::move(store), std::move(by)};
}

Or<Opened> open_store_and_secrets(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened;
  Or<config::Config> whole = read_configuration(arguments, world, config::Secrets::kAll);
  if (!whole) return std::unexpected(whole.error());
  opened->config = *std::move(whole);
  return opened;
}

Or<std::string> open_key_directory(const Arguments& arguments, const World& world) {
  const Or<config::Config> config = read_configuration(arguments, world);
  if (!config) return std::unexpected(config.error());
  const std::string& directory = config->credential.key_directory;
  if (const Outcome became = work_as_owner(directory + "/active"); !became) {
    return std::unexpected(failed(world, "keys", became.error()));
  }
  return directory;
}

model::Actor acting_operator() {
  // Only root's word about who stands behind it counts; anybody can set a variable.
  const char* const person = getuid() == 0 ? std::getenv("SUDO_USER") : nullptr;
  if (person != nullptr && *person != '\0') return model::Actor::operator_of_host(person);
  const passwd* const entry = getpwuid(getuid());
  return model::Actor::operator_of_host(entry != nullptr ? std::string(entry->pw_name)
                                                         : std::to_string(getuid()));
}

Outcome become_owner_beside(const std::string& path) {
  if (geteuid() != 0) return {};
  const std::string directory = std::filesystem::path(path).parent_path().string();
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(system_error(directory));
  }
  return status.st_uid == 0 ? Outcome() : become(status.st_uid, status.st_gid);
}

Result<model::Account> find_account(store::Store& store, const std::string& user) {
  Result<model::Account> account = store.accounts().find_by_name(user);
  if (!account && account.error().code == ErrorCode::kNotFound && is_uuid(user)) {
    account = store.accounts().find(AccountId(user));
  }
  if (!account && account.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kNotFound, "no account of that name; it is made at the first sign-in");
  }
  return account;
}

Result<std::vector<model::Account>> all_accounts(store::Store& store) {
  std::vector<model::Account> all;
  LK_CHECK(every_account(store, [&all](const model::Account& account) { all.push_back(account); }));
  return all;
}

int failed(const World& world, std::string_view what, const Error& error) {
  world.err << "latchkey: " << what << ": " << error.detail << '\n';
  return kFailed;
}

int complain(const World& world, Status status, std::string_view text) {
  world.err << "latchkey: " << text << '\n';
  return status;
}

Pasted read_pasted(const World& world) {
  std::string text(kPastedBytesMax, '\0');
  world.in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(world.in.gcount()));
  const bool whole = !world.in || world.in.peek() == std::istream::traits_type::eof();
  return {SecretString(std::move(text)), whole};
}

SecretString read_token(const World& world) {
  std::string line;
  std::getline(world.in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return SecretString(std::move(line));
}

}  // namespace latchkey::admin
