// What most verbs begin with: the configuration, the right user, the store.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/config.h"
#include "latchkey/config/load.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/store/store.h"
#include "verbs.h"

namespace latchkey::admin {

// A verb's intermediate value, or the exit status after the reason was printed.
template <typename T>
using Or = std::expected<T, int>;

// Reads the configuration, with those secrets that the verb needs.
// Errors: kConfiguration, all faults printed.
Or<config::Config> read_configuration(const Arguments& arguments, const World& world,
                                      config::Secrets secrets = config::Secrets::kPoolOnly);

struct Opened {
  config::Config config;
  store::Store store;
  model::Actor by;  // whoever runs the command, for the audit log
};

// Finds the directory with our keys, whose files belong to the service: root becomes its user
// first, as for the store. Errors: the status, with a sentence printed.
Or<std::string> open_key_directory(const Arguments& arguments, const World& world);

// Returns who runs this command, by the name of their login; behind sudo, that of the person. To be
// asked before root is given up.
model::Actor acting_operator();

// Reads the configuration, becomes the owner of the store's directory when run as root, opens the
// store. What root wrote there the service could not change afterwards.
// Errors: the status, with a sentence printed.
Or<Opened> open_store(const Arguments& arguments, const World& world);

// The same for a verb that asks providers or directories: with their secrets, read as the owner.
Or<Opened> open_store_and_secrets(const Arguments& arguments, const World& world);

// Becomes the owner of the directory `path` is in, if this process is root and the owner is not.
// Does nothing while the directory is not there.
Outcome become_owner_beside(const std::string& path);

// Does the same for a verb that changes or reads what is the service's. Whoever is neither root nor
// the owner is told whom to run it as: giving the directory to them would take it from the service.
// Errors: kRefused: it belongs to somebody else.
Outcome work_as_owner(const std::string& path);

// Finds an account by user name, or by its id.
Result<model::Account> find_account(store::Store& store, const std::string& user);

// Returns all accounts. Errors: kUnavailable.
Result<std::vector<model::Account>> all_accounts(store::Store& store);

// Prints `latchkey: WHAT: detail` and returns kFailed.
int failed(const World& world, std::string_view what, const Error& error);

// Prints `latchkey: text` and returns `status`.
int complain(const World& world, Status status, std::string_view text);

// Reads the credential that was promised by `--token -`: the first line of standard input.
SecretString read_token(const World& world);

// Reads a pasted text: a build's log is large.
inline constexpr std::size_t kPastedBytesMax = std::size_t{16} * 1024 * 1024;
struct Pasted {
  SecretString text;
  bool whole = true;  // false: it goes on, and the rest was not read
};
Pasted read_pasted(const World& world);

}  // namespace latchkey::admin
