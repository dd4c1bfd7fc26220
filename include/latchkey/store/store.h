// What is kept between requests: accounts, sessions, credentials, counters. Everything above asks
// by verbs (`store.sessions().find(...)`); no SQL is known there.
//
// Every verb fails with kUnavailable when the database cannot answer: locked for 250 ms, full or
// read-only (on a write), missing, corrupt. The handle looks at the file again by itself, so the
// first verb after the trouble has ended works without a restart. What can be read is read even
// while nothing can be written.
#pragma once

#include <memory>
#include <string>

#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/store/accounts.h"
#include "latchkey/store/admin.h"
#include "latchkey/store/attempts.h"
#include "latchkey/store/audit.h"
#include "latchkey/store/credentials.h"
#include "latchkey/store/machines.h"
#include "latchkey/store/device_logins.h"
#include "latchkey/store/keys.h"
#include "latchkey/store/memberships.h"
#include "latchkey/store/provider_keys.h"
#include "latchkey/store/sessions.h"
#include "latchkey/store/tasks.h"
#include "latchkey/store/user_tokens.h"

namespace latchkey::store {

enum class Access {
  kReadWrite,  // the database must be there; it is never made by looking for it
  kCreate,     // makes the file (0600, its directory 0700) if there is none, and migrates it
};

// What the last handle to close does with the write-ahead log.
enum class OnClose {
  kCheckpoint,  // moves it into the database: right for pools
  kLeave,       // leaves it, so that a CGI's exit does not pay for it
};

// One connection of one process: opened after fork(), used by one thread. Moving it keeps the
// references that its groups gave out.
class Store {
 public:
  // Opens the database and checks that it can be used.
  //
  // Input:   `path`, a file below a directory nobody else can write to, or ":memory:" (tests; only
  //          with kCreate).
  // Errors:  kUnavailable: missing, a symbolic link or no regular file, not ours, readable by
  //          others, corrupt, locked, or of another schema version; the detail says which and what
  //          to do.
  static Result<Store> open(const std::string& path, config::Journal journal, Access access,
                            OnClose on_close = OnClose::kCheckpoint);

  // Makes a handle without looking: for workers, which must start and refuse while the database is
  // away, and serve as soon as it is back. Every verb opens it if need be. Never creates a file.
  static Store attach(const std::string& path, config::Journal journal,
                      OnClose on_close = OnClose::kCheckpoint);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Each group lives as long as this store, moved or not.
  Accounts& accounts();
  Sessions& sessions();
  Credentials& credentials();
  UserTokens& user_tokens();
  Attempts& attempts();
  Machines& machines();
  DeviceLogins& device_logins();
  Memberships& memberships();
  Tasks& tasks();
  ProviderKeys& provider_keys();
  Audit& audit();
  Keys& keys();
  Admin& admin();

  // Lets the next verb look whether the file is still the one that is open, instead of up to a
  // second later. For reloads.
  void recheck_file();

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace latchkey::store
