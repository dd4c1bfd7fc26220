// latchkey check: everything that can be known without starting anything.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "latchkey/base/clock.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/base/system_user.h"
#include "latchkey/config/effective.h"
#include "latchkey/config/load.h"
#include "latchkey/config/web_root.h"
#include "latchkey/crypto/client_authorities.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/password.h"
#include "latchkey/crypto/public_key_file.h"
#include "latchkey/crypto/registry_keys.h"
#include "latchkey/directory/directory.h"
#include "latchkey/pages/templates.h"
#include "latchkey/provider/metadata_source.h"
#include "latchkey/remote/http_client.h"
#include "hints.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

namespace fs = std::filesystem;

// Prints one line per part, and remembers whether all were good.
class Report {
 public:
  explicit Report(const World& world) : world_(world) {}

  void say(std::string_view part, const std::string& where, const Outcome& outcome) {
    if (outcome) {
      world_.out << "good   " << part << ": " << where << '\n';
      return;
    }
    world_.out << "FAULT  " << part << ": " << outcome.error().detail << '\n';
    status_ = kFailed;
  }
  void note(std::string_view text) { world_.out << "note   " << text << '\n'; }
  int status() const { return status_; }

 private:
  const World& world_;
  int status_ = kGood;
};

// Says what to do about what is not there. What nobody can tell is left to who reads it.
Outcome look_for(const std::string& path) {
  std::error_code unknown;
  const fs::file_status status = fs::symlink_status(path, unknown);
  if (status.type() != fs::file_type::not_found) return {};
  return fail(ErrorCode::kNotFound, path + " is missing; put it back, or let `latchkey init` make "
                                           "a new one (it touches nothing that is there)");
}

// Becomes the service's user, as far as it can be known: who owns the store's directory. Root sees
// everything, so what follows would be good where the service fails.
Outcome become_the_service(const config::Config& config) {
  const bool root = ::geteuid() == 0;
  const std::string directory = fs::path(config.store.path).parent_path().string();
  LK_CHECK(look_for(directory));
  LK_CHECK(become_owner_beside(config.store.path));
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return fail(ErrorCode::kUnavailable, directory + ": " + std::strerror(errno));
  }
  const std::string owned = directory + " belongs to " + user_name_of(status.st_uid);
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorCode::kRefused, owned + "; run this as that user, or as root");
  }
  const std::string& user = config.pool.user;
  if (!root || user.empty() || user == user_name_of(status.st_uid)) return {};
  return fail(ErrorCode::kRefused, owned + ", but the pools become " + user +
                                       " ([pool] user); `chown -R " + user + " " + directory + "`");
}

// The files in it are closed on their own; but who may enter sees their names and sizes, and a copy
// that somebody leaves beside them may be open.
void look_at_store_directory(const std::string& path, Report& report) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & 0077U) == 0) return;
  report.note("others than its owner may enter " + path +
              ", which is for the service alone: `chmod go-rwx " + path + "`");
}

Outcome look_at_store(const config::Store& store) {
  LK_TRY(store::Store opened,
         store::Store::open(store.path, store.journal, store::Access::kReadWrite));
  LK_CHECK(opened.admin().schema_version());
  return opened.admin().integrity_check();
}

Outcome look_at_keys(const std::string& directory, TimePoint now) {
  LK_CHECK(look_for(directory + "/active"));
  LK_CHECK(look_for(directory + "/seal.key"));
  const crypto::KeyDirectory keys(directory);
  LK_CHECK(keys.list(now));
  LK_CHECK(keys.public_keys());
  LK_CHECK(keys.active_signing_key(now));
  LK_CHECK(keys.sealer());
  LK_CHECK(crypto::RegistryKeys(directory).list());
  return {};
}

Outcome look_at_users(const std::string& file) {
  LK_CHECK(look_for(file));
  LK_CHECK(crypto::PasswordFile::load(file));
  return {};
}

Outcome look_at_authorities(const std::string& file) {
  LK_CHECK(crypto::ClientAuthorities::load(file));
  return {};
}

Outcome look_at_templates(const std::string& directory) {
  LK_CHECK(pages::Templates::load(directory));
  return {};
}

Outcome look_at_old_key(const std::string& file) {
  std::error_code unknown;
  if (fs::status(file, unknown).type() == fs::file_type::not_found) {
    return fail(ErrorCode::kNotFound,
                file + " is missing; `latchkey migrate nexus-proxy` writes it");
  }
  LK_CHECK(crypto::load_rs256_key(file));
  return {};
}

// A day that has passed is no fault: the section may stay as long as it likes.
void look_at_legacy(const config::Legacy& legacy, TimePoint now, Report& report) {
  if (legacy.public_key_file.empty()) return;
  report.say("old tokens' key", legacy.public_key_file, look_at_old_key(legacy.public_key_file));
  if (legacy.until <= now) {
    report.note("legacy.until has passed: no old token is taken any more");
  }
}

Outcome look_at_document_root(const config::Config& config, const std::string& document_root) {
  const std::string root = fs::absolute(document_root).string();
  const auto served = config::served_below(root, config::private_paths(config));
  if (!served) return {};
  return fail(ErrorCode::kRefused, config::exposure_text(*served, root));
}

// A group that a rule names and nobody can be in is most likely a slip of the pen.
void look_at_groups(const config::Config& config, directory::Directory& directory,
                    Report& report) {
  std::set<std::string> names;
  for (const config::Rule& rule : config.rules) {
    names.insert(rule.groups.begin(), rule.groups.end());
  }
  for (const std::string& name : names) {
    const Outcome found = directory.find_group(name);
    if (found) continue;
    report.note("rules name the group " + name + ": " + found.error().detail);
  }
}

void look_at_directory(const config::Config& config, Report& report) {
  const auto directory = directory::make_directory(config.ldap, directory::Patience::kRequest);
  if (directory == nullptr) return;
  bool answers = false;
  for (const directory::ServerReport& one : directory->examine()) {
    report.say("directory", one.server, one.outcome);
    answers = answers || one.outcome;
  }
  if (answers) look_at_groups(config, *directory, report);
}

std::unexpected<Error> about(const std::string& what, Error error) {
  error.detail = what + ": " + error.detail;
  return std::unexpected(std::move(error));
}

// Where a provider publishes what it is: asked as the pools ask, unless they did within the hour.
Outcome look_at_provider(const config::Provider& provider, store::Store& store, TimePoint now) {
  OpenSlowGate gate;
  const auto client = remote::make_curl_client(gate);
  LK_CHECK(provider::MetadataSource(provider, store.provider_keys(), *client).refresh(now));
  return {};
}

void look_at_providers(const config::Config& config, TimePoint now, Report& report) {
  Result<store::Store> store =
      store::Store::open(config.store.path, config.store.journal, store::Access::kReadWrite);
  if (!store) return;  // which was said before
  for (const config::Provider& provider : config.providers) {
    using enum config::ProviderType;
    if (provider.type != kOidc && provider.type != kGoogle) continue;
    const std::string where = provider.name + " at " + provider.issuer;
    const Outcome answers = look_at_provider(provider, *store, now);
    // It may be up again in a minute, and the pools start without it; but it stays who it is.
    const bool another = !answers && answers.error().code == ErrorCode::kConflict;
    if (answers) report.say("provider", where, answers);
    else if (another) report.say("provider", where, about(where, answers.error()));
    else report.note("provider: " + where + ": " + answers.error().detail +
                     "; until it answers nobody can sign in by it");
  }
}

// The files that the configuration names.
void look_at_files(const config::Config& config, TimePoint now, Report& report) {
  report.say("store", config.store.path, look_at_store(config.store));
  look_at_store_directory(fs::path(config.store.path).parent_path().string(), report);
  report.say("keys", config.credential.key_directory,
             look_at_keys(config.credential.key_directory, now));
  if (!config.local.users_file.empty()) {
    report.say("users", config.local.users_file, look_at_users(config.local.users_file));
  }
  if (config.certificate.enabled) {
    const std::string& file = config.certificate.ca_file;
    report.say("authorities", file, look_at_authorities(file));
  }
  if (const std::string& directory = config.pages.templates; !directory.empty()) {
    report.say("templates", directory, look_at_templates(directory));
  }
  look_at_legacy(config.legacy, now, report);
}

// Says what is in force, and who says so: the file, the environment, a preset or the default.
int show_keys(const Arguments& arguments, const World& world) {
  const auto keys =
      config::effective_keys(arguments.config_file, config::Environment::kOverrides);
  if (!keys) {
    for (const config::Fault& fault : keys.error()) world.err << fault.str() << '\n';
    return kConfiguration;
  }
  for (const config::EffectiveKey& key : *keys) {
    world.out << key.key << " = " << (key.value.empty() ? "(not set)" : key.value) << "  # "
              << key.origin << '\n';
  }
  return kGood;
}

}  // namespace

int check(const Arguments& arguments, const World& world) {
  if (arguments.show_keys == ShowKeys::kYes) return show_keys(arguments, world);
  const Or<config::Config> first = read_configuration(arguments, world);
  if (!first) return first.error();
  const uid_t caller = ::geteuid();
  const Outcome became = become_the_service(*first);
  const std::string user = user_name_of(::geteuid());
  // The pools read it and all secrets as the service's user, at each reload.
  const std::expected<config::Config, std::vector<config::Fault>> config = config::load(
      arguments.config_file, config::Secrets::kAll, config::Environment::kOverrides);
  if (!config) {
    for (const config::Fault& fault : config.error()) world.err << fault.str() << '\n';
    if (caller != ::geteuid()) {
      world.err << "latchkey: this was read as " << user << ", who owns the store's directory\n";
    }
    return kConfiguration;
  }
  Report report(world);
  report.say("configuration", config->file, {});
  report.say("user", user + ", who owns the store's directory", became);
  look_at_files(*config, world.clock.now(), report);
  if (!arguments.document_root.empty()) {
    report.say("document root", "nothing of ours is below " + arguments.document_root,
               look_at_document_root(*config, arguments.document_root));
  }
  look_at_directory(*config, report);
  look_at_providers(*config, world.clock.now(), report);
  if (config->pool.user.empty() && ::geteuid() == 0) {
    report.note("the store belongs to root, so the pools run as root: set [pool] user");
  }
  for (const std::string& hint : hints_for(*config)) report.note(hint);
  return report.status();
}

}  // namespace latchkey::admin
