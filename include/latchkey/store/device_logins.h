// Programs that ask for a credential and wait until somebody says yes in a browser. Anybody can
// make us write here, so the rows of a network and of all are counted, and each ends after some
// minutes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"

namespace latchkey::store {

class Connection;

inline constexpr Seconds kDeviceLoginLifetime{600};
inline constexpr Seconds kDevicePollInterval{5};
inline constexpr std::int64_t kDeviceLoginsOfNetworkMax = 50;
inline constexpr std::int64_t kDeviceLoginsMax = 10'000;

// What a program asks for. All texts but `user_code` are its own words.
struct DeviceLogin {
  std::string user_code;  // what the person compares; unique among all that are kept
  std::string client;     // client_id
  std::string label;
  std::vector<std::string> scopes;
  std::string address;  // from where it asked
  TimePoint created{};
};

// What a person says yes to.
struct DeviceApproval {
  std::vector<std::string> scopes;  // the program's, or fewer requests still
  std::chrono::days lifetime{0};
};

// What was said yes to. The epochs are those of the moment of the yes.
struct DeviceGrant {
  AccountId account;
  std::int64_t session_epoch = 0;
  std::int64_t credential_epoch = 0;
  std::string label;
  std::vector<std::string> scopes;
  std::chrono::days lifetime{0};
};

enum class DeviceState { kWaiting, kTooFast, kDenied, kExpired, kApproved };

struct DevicePoll {
  DeviceState state = DeviceState::kWaiting;
  DeviceGrant grant{};  // of kApproved only
};

class DeviceLogins {
 public:
  explicit DeviceLogins(Connection& connection) : connection_(connection) {}

  // Writes what a program asks for; it may be decided and collected until kDeviceLoginLifetime has
  // passed.
  //
  // Input:   `code_hash`, the digest of the secret that the program will collect with.
  // Errors:  kConflict: the user code is taken; kRefused: too many of that network, or in all, are
  //          waiting; kUnavailable.
  Outcome ask(const DeviceLogin& login, const crypto::Digest& code_hash);

  // Finds what nobody has decided yet. Errors: kNotFound, kUnavailable.
  Result<DeviceLogin> find(std::string_view user_code, TimePoint now);

  // Decide for ever, for `account`, whose yes or no it is. Each writes its row of the audit log
  // with it: `by` says who, and from where.
  //
  // Errors:  kNotFound: there is none, it has expired, or it was decided before; kUnavailable.
  Outcome approve(std::string_view user_code, const model::Account& account,
                  const DeviceApproval& approval, TimePoint now, const model::Actor& by);
  Outcome deny(std::string_view user_code, const model::Account& account, TimePoint now,
               const model::Actor& by);

  // Tells how it stands. What was approved goes with the credential that is issued for it
  // (Credentials::issue), so that a failure on the way there does not cost the person's yes. A poll
  // sooner than kDevicePollInterval after the last is told kTooFast, and writes nothing.
  //
  // Input:   `client`, who polls: a code of another client is not found.
  // Errors:  kNotFound, kUnavailable.
  Result<DevicePoll> poll(const crypto::Digest& code_hash, std::string_view client, TimePoint now);

 private:
  Outcome check_room(const std::string& network, TimePoint now);
  Connection& connection_;
};

}  // namespace latchkey::store
