// latchkey migrate nexus-proxy: from its environment and its keystore to a configuration of ours.
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "latchkey/config/load.h"
#include "latchkey/crypto/keystore.h"
#include "new_file.h"
#include "nexus_proxy.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAlias = "RS256";
constexpr mode_t kSecretMode = 0600;
constexpr std::size_t kFileBytesMax = crypto::kKeystoreBytesMax;

Result<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(errno));
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (content.size() > kFileBytesMax) return fail(ErrorCode::kMalformed, path + ": is too long");
  return content;
}

Result<Variables> variables_of(const Arguments& arguments) {
  if (!arguments.environment_file.empty()) {
    LK_TRY(const std::string text, content_of(arguments.environment_file));
    Result<Variables> parsed = parse_environment_file(text);
    if (!parsed) {
      return fail(parsed.error().code, arguments.environment_file + ": " + parsed.error().detail);
    }
    return parsed;
  }
  Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

// Returns the old public key, empty if no keystore is named.
Result<std::string> old_key_of(Variables& variables) {
  const std::string path = variables["KEYSTORE_PATH"];
  if (path.empty()) return std::string();
  LK_TRY(const std::string bytes, content_of(path));
  const SecretString password{std::string(variables["KEYSTORE_PASS"])};
  Result<std::string> key = crypto::public_key_of_keystore(bytes, password, kAlias);
  if (!key) return fail(key.error().code, path + ": " + key.error().detail);
  return key;
}

struct Written {
  std::string path;
  std::string content;
  mode_t mode = 0644;
};

// Writes all files or none: a half of them would stand in the way of the next attempt.
Outcome write_all(const std::vector<Written>& files) {
  for (std::size_t at = 0; at < files.size(); ++at) {
    const Outcome written = write_new_file(files[at].path, files[at].mode, files[at].content);
    if (written) continue;
    for (std::size_t undone = 0; undone < at; ++undone) ::unlink(files[undone].path.c_str());
    return written;
  }
  return {};
}

// The configuration last, so that it is there only if what it names is.
Result<std::vector<Written>> files_of(Variables& variables, const Migration& migration,
                                      const std::string& key, const std::string& file) {
  const fs::path beside = fs::path(file).parent_path();
  std::vector<Written> files;
  if (!key.empty()) files.push_back({(beside / kOldKeyFile).string(), key, 0644});
  if (migration.configuration.contains(kClientSecretFile)) {
    if (variables["CLIENT_SECRET"].empty()) {
      return fail(ErrorCode::kNotFound, "CLIENT_SECRET is not set");
    }
    files.push_back(
        {(beside / kClientSecretFile).string(), variables["CLIENT_SECRET"] + "\n", kSecretMode});
  }
  files.push_back({file, migration.configuration, 0644});
  return files;
}

// What the configuration is not taken for. The service's user may well be made afterwards.
std::vector<std::string> faults_of(const std::string& file) {
  std::vector<std::string> faults;
  const auto config = config::load(file, config::Secrets::kAll, config::Environment::kIgnored);
  if (config) return faults;
  for (const config::Fault& fault : config.error()) {
    if (fault.key != "pool.user" && fault.key != "pool.group") faults.push_back(fault.str());
  }
  return faults;
}

// What is left to do, in its order.
void tell(const Migration& migration, const std::vector<Written>& files, const World& world) {
  const std::string user(kServiceUser);
  if (::getpwnam(user.c_str()) == nullptr) {
    world.out << "note   make the service's user: useradd --system --home /var/lib/" << user << ' '
              << user << '\n';
  }
  for (const Written& one : files) {
    if (one.mode == kSecretMode) world.out << "note   chown " << user << ' ' << one.path << '\n';
  }
  for (const std::string& note : migration.notes) world.out << "note   " << note << '\n';
}

}  // namespace

int migrate_nexus_proxy(const Arguments& arguments, const World& world) {
  Result<Variables> variables = variables_of(arguments);
  if (!variables) return failed(world, "migrate", variables.error());
  const Result<std::string> key = old_key_of(*variables);
  if (!key) return failed(world, "migrate", key.error());
  if (!key->empty() && arguments.until.empty()) {
    return complain(world, kUsage,
                    "migrate nexus-proxy: --until YYYY-MM-DD is missing: from that day on the old "
                    "tokens are refused");
  }
  const Result<Migration> migration = migrate(*variables, key->empty() ? "" : arguments.until);
  if (!migration) return failed(world, "migrate", migration.error());
  const std::string file = fs::absolute(arguments.config_file).lexically_normal().string();
  const auto files = files_of(*variables, *migration, *key, file);
  if (!files) return failed(world, "migrate", files.error());
  if (const Outcome written = write_all(*files); !written) {
    return failed(world, "migrate", written.error());
  }
  const std::vector<std::string> faults = faults_of(file);
  for (const Written& one : *files) world.out << "wrote  " << one.path << '\n';
  tell(*migration, *files, world);
  // Our own environment is full of what is nobody's slip of the pen.
  if (!arguments.environment_file.empty()) {
    for (const std::string& name : unknown_names(*variables)) {
      world.out << "note   " << name << " is no variable of nexus-proxy\n";
    }
  }
  for (const std::string& warning : migration->warnings) world.out << "WARNING " << warning << '\n';
  for (const std::string& fault : faults) world.err << fault << '\n';
  return faults.empty() ? kGood : kConfiguration;
}

}  // namespace latchkey::admin
