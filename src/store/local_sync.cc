// Accounts::sync_local: the users file is the truth about local people, the store remembers what it
// said last.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "latchkey/store/accounts.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

enum class Presence { kInFile, kGone };
enum class Disabled { kNo, kYes };

// A local account as the store knows it.
struct LocalAccount {
  AccountId id;
  std::string name;
  Disabled disabled;
  Presence presence;
  std::optional<crypto::Digest> digest;
};

enum class Difference { kNone, kVanished, kChanged, kSomebodyElse };

using Entries = std::unordered_map<std::string_view, const crypto::Digest*>;

LocalAccount read_local(Columns& columns) {
  return {
      .id = AccountId(columns.text()),
      .name = columns.text(),
      .disabled = columns.maybe_time() ? Disabled::kYes : Disabled::kNo,
      .presence = columns.integer() != 0 ? Presence::kInFile : Presence::kGone,
      .digest = columns.maybe_digest(),
  };
}

Result<std::vector<LocalAccount>> local_accounts(Connection& connection) {
  LK_TRY(Statement statement, connection.prepare(sql::account_list_local));
  return read_rows<LocalAccount>(statement, read_local);
}

Difference compare(const LocalAccount& account, const Entries& entries) {
  const auto entry = entries.find(account.name);
  if (entry == entries.end()) {
    return account.presence == Presence::kGone ? Difference::kNone : Difference::kVanished;
  }
  if (account.presence == Presence::kGone && account.disabled == Disabled::kNo) {
    return Difference::kSomebodyElse;
  }
  // A disabled account is kept when its name comes back: removing it would undo the disabling.
  const bool same = account.digest && *account.digest == *entry->second;
  return same ? Difference::kNone : Difference::kChanged;
}

// What a difference means for the person, in the words of the audit log.
Outcome note(Transaction& transaction, const LocalAccount& account, model::AuditAction action,
             TimePoint now) {
  return append_audit(transaction, now, model::Actor::itself(),
                      {.action = action,
                       .account = account.id,
                       .detail = R"({"reason":"the users file has changed"})"});
}

Outcome apply(Transaction& transaction, const LocalAccount& account, const Entries& entries,
              TimePoint now) {
  Connection& connection = transaction.connection();
  switch (compare(account, entries)) {
    case Difference::kNone:
      return {};
    case Difference::kVanished: {
      LK_CHECK(note(transaction, account, model::AuditAction::kEverythingEnded, now));
      LK_TRY(Statement statement, connection.prepare(sql::account_local_vanish));
      return statement.bind(":id", account.id.text()).bind(":now", now).run_on_one("account");
    }
    case Difference::kChanged: {
      LK_CHECK(note(transaction, account, model::AuditAction::kSessionsEnded, now));
      LK_TRY(Statement statement, connection.prepare(sql::account_local_change));
      return statement.bind(":id", account.id.text())
          .bind(":local_digest", *entries.at(account.name))
          .bind(":now", now)
          .run_on_one("account");
    }
    case Difference::kSomebodyElse: {
      LK_CHECK(note(transaction, account, model::AuditAction::kUserRemoved, now));
      LK_TRY(Statement statement, connection.prepare(sql::account_remove));
      return statement.bind(":id", account.id.text()).run_on_one("account");
    }
  }
  return fail(ErrorCode::kInternal, "a difference of no kind");
}

}  // namespace

Outcome Accounts::sync_local(std::span<const LocalEntry> entries, TimePoint now) {
  Entries by_name;
  for (const LocalEntry& entry : entries) by_name.emplace(entry.name, &entry.digest);
  const auto differs = [&](const LocalAccount& account) {
    return compare(account, by_name) != Difference::kNone;
  };
  // Looked at without a lock first: nearly always nothing has to be written, and every worker asks.
  LK_TRY(const std::vector<LocalAccount> glance, local_accounts(connection_));
  if (std::ranges::none_of(glance, differs)) return {};

  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const std::vector<LocalAccount> accounts, local_accounts(connection_));
  for (const LocalAccount& account : accounts) {
    LK_CHECK(apply(transaction, account, by_name, now));
  }
  return transaction.commit();
}

}  // namespace latchkey::store
