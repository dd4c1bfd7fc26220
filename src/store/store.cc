#include "latchkey/store/store.h"

#include <utility>

#include "store/connection.h"

namespace latchkey::store {

// Kept together on the heap, so that the groups can refer to the connection while the Store moves.
struct Store::Parts {
  Parts(const std::string& path, config::Journal journal, OnClose on_close)
      : connection(path, journal, on_close) {}

  Connection connection;
  Accounts accounts{connection};
  Sessions sessions{connection};
  Credentials credentials{connection};
  UserTokens user_tokens{connection};
  Attempts attempts{connection};
  Machines machines{connection};
  DeviceLogins device_logins{connection};
  Memberships memberships{connection};
  Tasks tasks{connection};
  ProviderKeys provider_keys{connection};
  Audit audit{connection};
  Keys keys{connection};
  Admin admin{connection};
};

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::string& path, config::Journal journal, Access access,
                          OnClose on_close) {
  Store store = attach(path, journal, on_close);
  switch (access) {
    case Access::kReadWrite:
      LK_CHECK(store.parts_->connection.ensure_usable());
      break;
    case Access::kCreate:
      LK_CHECK(store.parts_->connection.migrate());
      break;
  }
  return store;
}

Store Store::attach(const std::string& path, config::Journal journal, OnClose on_close) {
  return Store(std::make_unique<Parts>(path, journal, on_close));
}

Accounts& Store::accounts() { return parts_->accounts; }
Sessions& Store::sessions() { return parts_->sessions; }
Credentials& Store::credentials() { return parts_->credentials; }
UserTokens& Store::user_tokens() { return parts_->user_tokens; }
Attempts& Store::attempts() { return parts_->attempts; }
Machines& Store::machines() { return parts_->machines; }
DeviceLogins& Store::device_logins() { return parts_->device_logins; }
Memberships& Store::memberships() { return parts_->memberships; }
Tasks& Store::tasks() { return parts_->tasks; }
ProviderKeys& Store::provider_keys() { return parts_->provider_keys; }
Audit& Store::audit() { return parts_->audit; }
Keys& Store::keys() { return parts_->keys; }
Admin& Store::admin() { return parts_->admin; }

void Store::recheck_file() { parts_->connection.recheck_file(); }

}  // namespace latchkey::store
