// latchkey check: everything that can be known without starting anything.
#include <filesystem>
#include <utility>

#include "latchkey/config/load.h"
#include "latchkey/config/web_root.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/password.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

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

Outcome look_at_store(const config::Store& store) {
  LK_TRY(store::Store opened,
         store::Store::open(store.path, store.journal, store::Access::kReadWrite));
  LK_CHECK(opened.admin().schema_version());
  return opened.admin().integrity_check();
}

Outcome look_at_keys(const std::string& directory) {
  const crypto::KeyDirectory keys(directory);
  LK_CHECK(keys.list());
  LK_CHECK(keys.public_keys());
  LK_CHECK(keys.active_signing_key());
  LK_CHECK(keys.sealer());
  return {};
}

Outcome look_at_users(const std::string& file) {
  LK_CHECK(crypto::PasswordFile::load(file));
  return {};
}

Outcome look_at_document_root(const config::Config& config, const std::string& document_root) {
  const std::string root = std::filesystem::absolute(document_root).string();
  const auto served = config::served_below(root, config::private_paths(config));
  if (!served) return {};
  return fail(ErrorCode::kRefused, config::exposure_text(*served, root));
}

void look_at_wishes(const config::Config& config, Report& report) {
  if (!config.site.https) {
    report.note("site.url is http: right for tests on this machine, for nothing else");
  }
  if (config.providers.empty() && config.local.users_file.empty()) {
    report.note("neither a [[provider]] nor [local] users_file: nobody can sign in");
  }
}

}  // namespace

int check(const Arguments& arguments, const World& world) {
  const std::expected<config::Config, std::vector<config::Fault>> config = config::load(
      arguments.config_file, config::Secrets::kAll, config::Environment::kOverrides);
  if (!config) {
    for (const config::Fault& fault : config.error()) world.err << fault.str() << '\n';
    return kConfiguration;
  }
  Report report(world);
  report.say("configuration", config->file, {});
  report.say("user", "the owner of the store's directory", become_owner_beside(config->store.path));
  report.say("store", config->store.path, look_at_store(config->store));
  report.say("keys", config->credential.key_directory,
             look_at_keys(config->credential.key_directory));
  if (!config->local.users_file.empty()) {
    report.say("users", config->local.users_file, look_at_users(config->local.users_file));
  }
  if (!arguments.document_root.empty()) {
    report.say("document root", "nothing of ours is below " + arguments.document_root,
               look_at_document_root(*config, arguments.document_root));
  }
  look_at_wishes(*config, report);
  return report.status();
}

}  // namespace latchkey::admin
