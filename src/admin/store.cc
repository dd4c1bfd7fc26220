// latchkey store migrate|backup|check
#include "latchkey/store/store.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "latchkey/base/system_user.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

// Root has become somebody else on the way, who may not write wherever root may.
std::string advice_on_directory(const std::string& file) {
  const std::string parent = std::filesystem::path(file).parent_path().string();
  const std::string directory = parent.empty() ? "." : parent;
  if (::geteuid() == 0) return "";
  if (::access(directory.c_str(), W_OK | X_OK) == 0 || errno != EACCES) return "";
  const std::string user = user_name_of(::geteuid());
  return " by " + user + ", whom this command becomes; name a directory that " + user +
         " may write to";
}

}  // namespace

// The one verb that makes a database: a decision never does, or a lost disk would look like a fresh
// installation.
int store_migrate(const Arguments& arguments, const World& world) {
  const Or<config::Config> config = read_configuration(arguments, world);
  if (!config) return config.error();
  if (const Outcome became = work_as_owner(config->store.path); !became) {
    return failed(world, "store", became.error());
  }
  Result<store::Store> store =
      store::Store::open(config->store.path, config->store.journal, store::Access::kCreate);
  if (!store) return failed(world, "store", store.error());
  const Result<std::int64_t> version = store->admin().schema_version();
  if (!version) return failed(world, "store", version.error());
  world.out << config->store.path << ": schema version " << *version << '\n';
  return kGood;
}

int store_backup(const Arguments& arguments, const World& world) {
  const bool root = ::geteuid() == 0;
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  Outcome copied = opened->store.admin().backup(arguments.file);
  if (!copied) {
    if (root) copied.error().detail += advice_on_directory(arguments.file);
    return failed(world, "backup", copied.error());
  }
  world.out << arguments.file << ": written\n";
  return kGood;
}

int store_check(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Outcome whole = opened->store.admin().integrity_check();
  if (!whole) return failed(world, "store", whole.error());
  world.out << opened->config.store.path << ": whole\n";
  return kGood;
}

}  // namespace latchkey::admin
