// latchkey init: from nothing to a configuration with local users that works, without a question.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "latchkey/config/load.h"
#include "latchkey/config/toml_string.h"
#include "latchkey/config/web_root.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/password.h"
#include "latchkey/identity/profile.h"
#include "new_file.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

using config::toml_string;

namespace fs = std::filesystem;

constexpr std::string_view kDefaultFile = "/etc/latchkey/latchkey.toml";
constexpr std::string_view kDefaultUser = "admin";
constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8080";
constexpr const char* kServiceUser = "latchkey";

enum class There { kNo, kYes };

// Looks whether something has that name, a link included. Errors: kUnavailable: nobody can tell,
// because a directory on the way may not be entered.
Result<There> look_for(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found) return There::kNo;
  if (!error) return There::kYes;
  return fail(ErrorCode::kUnavailable, path + ": " + error.message() +
                                           "; run this as the owner of that directory or as root");
}

// Where everything goes: the machine's directories for the machine's configuration, else beside it.
struct Places {
  std::string file;
  std::string state;
  std::string sockets;
  bool machine = false;

  std::string store() const { return state + "/latchkey.db"; }
  std::string users() const { return state + "/users"; }
  std::string keys() const { return state + "/keys"; }
};

Places places_of(const std::string& config_file) {
  Places places;
  places.file = fs::absolute(config_file).lexically_normal().string();
  places.machine = places.file == kDefaultFile;
  const std::string beside = fs::path(places.file).parent_path().string();
  places.state = places.machine ? "/var/lib/latchkey" : beside + "/state";
  places.sockets = places.machine ? "/run/latchkey" : beside;
  return places;
}

// The account the service runs as: only for the machine's configuration, and only if there is one.
const passwd* service_user(const Places& places) {
  return places.machine && geteuid() == 0 ? getpwnam(kServiceUser) : nullptr;
}

// The account that the state will be of: the configured one, which the pools become.
const passwd* state_owner(const Places& places, const config::Pool& pool) {
  if (geteuid() == 0 && !pool.user.empty()) return getpwnam(pool.user.c_str());
  return service_user(places);
}

std::string configuration_text(const Places& places, const Arguments& arguments) {
  const std::string url = arguments.url.empty() ? std::string(kDefaultUrl) : arguments.url;
  std::string text =
      "# Written by `latchkey init`. conf/latchkey.toml explains every key.\n"
      "[site]\n"
      "# The address people type. All other host names that lead here go into `hosts`.\n"
      "url = " +
      toml_string(url) + "\n\n[store]\nurl = " + toml_string("sqlite:" + places.store()) + "\n";
  if (arguments.cgi == Cgi::kYes) text += "journal = \"delete\"\n";
  text += "\n[credential]\nkey_directory = " + toml_string(places.keys()) +
          "\n\n[local]\n# One line per user; add some with: htpasswd -B FILE NAME\nusers_file = " +
          toml_string(places.users()) + "\n";
  if (arguments.cgi == Cgi::kNo) {
    text += "\n[pool]\nauthorizer_sockets = [" +
            toml_string("unix:" + places.sockets + "/authorizer.sock") +
            "]\nresponder_sockets = [" + toml_string("unix:" + places.sockets + "/responder.sock") +
            "]\n";
    if (service_user(places) != nullptr) text += "user = " + toml_string(kServiceUser) + "\n";
  }
  return text + "\n# Who may go where: the first [[rule]] that matches decides.\n[[rule]]\nwho = "
                "\"authenticated\"\n";
}

Outcome make_directory(const std::string& path, mode_t mode, const passwd* owner) {
  if (mkdir(path.c_str(), mode) != 0) {
    return errno == EEXIST ? Outcome() : std::unexpected(system_error(path));
  }
  if (owner != nullptr && chown(path.c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    return std::unexpected(system_error(path));
  }
  return {};
}

// Says so if one of `paths` could be fetched through the web, and then nothing must be written.
Outcome keep_out_of_the_web(const Arguments& arguments,
                            const std::vector<config::PrivatePath>& paths) {
  if (arguments.document_root.empty()) return {};
  const std::string root = fs::absolute(arguments.document_root).string();
  std::error_code unreadable;
  if (!fs::is_directory(root, unreadable)) {
    return fail(ErrorCode::kNotFound, root + " is no directory");
  }
  const std::optional<config::PrivatePath> served = config::served_below(root, paths);
  if (!served) return {};
  return fail(ErrorCode::kRefused, config::exposure_text(*served, root));
}

// Writes the configuration and reads it back: one that does not load is taken away again.
int write_configuration(const Arguments& arguments, const World& world, const Places& places) {
  for (const std::string& path : {places.store(), places.users(), places.keys()}) {
    const Result<There> there = look_for(path);
    if (!there) return failed(world, "init", there.error());
    if (*there == There::kNo) continue;
    return complain(world, kFailed, path + " is there already, but no " + places.file +
                                        "; nothing was changed");
  }
  const Outcome hidden = keep_out_of_the_web(
      arguments, {{"--config", places.file}, {"store.url", places.store()}});
  if (!hidden) return failed(world, "init", hidden.error());
  if (places.machine) {
    const std::string directory = fs::path(places.file).parent_path().string();
    if (const Outcome made = make_directory(directory, 0755, nullptr); !made) {
      return failed(world, "init", made.error());
    }
  }
  const Outcome written = write_new_file(places.file, 0644, configuration_text(places, arguments));
  if (!written) return failed(world, "init", written.error());
  const auto loaded = config::load(places.file, config::Secrets::kPoolOnly,
                                   config::Environment::kOverrides);
  if (loaded) return kGood;
  unlink(places.file.c_str());
  for (const config::Fault& fault : loaded.error()) {
    // Nobody can look into a file that is gone: what was given with --url is named so.
    const bool given = fault.key == "site.url" && !arguments.url.empty();
    world.err << (given ? "latchkey: init: --url: " + fault.text : fault.str()) << '\n';
  }
  return kConfiguration;
}

// Twenty characters that nobody mixes up: 98 bits. There is no default password to forget about.
std::string generated_password(Random& random) {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789A";
  static_assert(kLetters.size() == 32, "a byte's lower five bits choose evenly");
  std::string password;
  for (const char byte : random.bytes(20)) {
    password += kLetters[static_cast<unsigned char>(byte) % kLetters.size()];
  }
  return password;
}

struct FirstUser {
  std::string name;
  SecretString password;
};

Result<FirstUser> make_users_file(const std::string& path, const std::string& wanted,
                                  Random& random) {
  FirstUser user;
  user.name = wanted.empty() ? std::string(kDefaultUser) : wanted;
  if (!identity::is_user_name(user.name)) {
    return fail(ErrorCode::kMalformed, "a user name is printable ASCII without a colon");
  }
  user.password = SecretString(generated_password(random));
  LK_TRY(const std::string hash, crypto::hash_password(user.password, random));
  LK_CHECK(write_new_file(path, 0600, user.name + ":" + hash + "\n"));
  return user;
}

enum class Made { kNothing, kSomething };

// Makes what the configuration names and is not there. What is there stays as it is.
Result<Made> make_missing(const Arguments& arguments, const config::Config& config,
                          const World& world) {
  Made made = Made::kNothing;
  LK_TRY(const There store_there, look_for(config.store.path));
  if (store_there == There::kNo) {
    LK_TRY(const store::Store store, store::Store::open(config.store.path, config.store.journal,
                                                        store::Access::kCreate));
    world.out << "store: " << config.store.path << '\n';
    made = Made::kSomething;
  }
  const std::string& keys = config.credential.key_directory;
  LK_TRY(const There signing_there, look_for(keys + "/active"));
  LK_TRY(const There sealing_there, look_for(keys + "/seal.key"));
  if (signing_there == There::kNo || sealing_there == There::kNo) {
    LK_CHECK(crypto::KeyDirectory::create(keys, world.random));
    world.out << "keys: " << keys << '\n';
    made = Made::kSomething;
  }
  const std::string& users = config.local.users_file;
  LK_TRY(const There users_there, look_for(users));
  if (!users.empty() && users_there == There::kNo) {
    LK_TRY(const FirstUser user, make_users_file(users, arguments.user, world.random));
    world.out << "users: " << users << "\nuser: " << user.name
              << "\npassword: " << user.password.reveal() << '\n';
    made = Made::kSomething;
  }
  return made;
}

// Once root has made the directory and given it away, all the rest is made by its owner.
int make_state(const Arguments& arguments, const World& world, const Places& places) {
  const Or<config::Config> config = read_configuration(arguments, world);
  if (!config) return config.error();
  if (const Outcome hidden = keep_out_of_the_web(arguments, config::private_paths(*config));
      !hidden) {
    return failed(world, "init", hidden.error());
  }
  const std::string state = fs::path(config->store.path).parent_path().string();
  if (const Outcome made = make_directory(state, 0700, state_owner(places, config->pool)); !made) {
    return failed(world, "init", made.error());
  }
  if (const Outcome became = become_owner_beside(config->store.path); !became) {
    return failed(world, "init", became.error());
  }
  const Result<Made> made = make_missing(arguments, *config, world);
  if (!made) return failed(world, "init", made.error());
  if (*made == Made::kNothing) {
    return complain(world, kFailed, "all is there already; nothing was changed");
  }
  return kGood;
}

}  // namespace

int init(const Arguments& arguments, const World& world) {
  const Places places = places_of(arguments.config_file);
  if (!arguments.user.empty() && !identity::is_user_name(arguments.user)) {
    return complain(world, kUsage, "init: a user name is printable ASCII without a colon");
  }
  const Result<There> there = look_for(places.file);
  if (!there) return failed(world, "init", there.error());
  const bool fresh = *there == There::kNo;
  if (!fresh && (!arguments.url.empty() || arguments.cgi == Cgi::kYes)) {
    return complain(world, kFailed, places.file + " is there already, and is never overwritten");
  }
  if (fresh) {
    if (const int status = write_configuration(arguments, world, places); status != kGood) {
      return status;
    }
    world.out << "configuration: " << places.file << '\n';
  }
  return make_state(arguments, world, places);
}

}  // namespace latchkey::admin
