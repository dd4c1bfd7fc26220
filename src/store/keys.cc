#include "latchkey/store/keys.h"

#include <utility>

#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

using crypto::KeyEvent;
using crypto::KeyNews;
using crypto::KeyUse;

// Which key for registries was last told of as the one that signs. Its certificate says since when,
// so no file does.
constexpr std::string_view kToldOf = "registry_key_told";

Result<bool> was_told(Connection& connection, const KeyId& id) {
  LK_TRY(Statement statement, connection.prepare(sql::meta_find));
  const Outcome found = statement.bind(":name", kToldOf).step_to_row("registry key");
  if (found) return Columns(statement).text() == id.text();
  if (found.error().code == ErrorCode::kNotFound) return false;
  return std::unexpected(found.error());
}

Outcome note_told(Connection& connection, const KeyId& id) {
  LK_TRY(Statement statement, connection.prepare(sql::meta_put));
  LK_CHECK(statement.bind(":name", kToldOf).bind(":value", id.text()).run());
  return {};
}

Result<std::int64_t> revoke_of(Connection& connection, const KeyId& id, TimePoint now) {
  LK_TRY(Statement statement, connection.prepare(sql::credential_revoke_of_key));
  return statement.bind(":kid", id.text()).bind(":now", now).run();
}

Result<std::int64_t> revoke_of_unknown(Connection& connection, TimePoint now) {
  LK_TRY(Statement statement, connection.prepare(sql::credential_revoke_of_unknown_key));
  return statement.bind(":now", now).run();
}

model::AuditAction action_of(KeyEvent event) {
  switch (event) {
    case KeyEvent::kAdded: return model::AuditAction::kKeyAdded;
    case KeyEvent::kActivated:
    case KeyEvent::kSigns: return model::AuditAction::kKeyActivated;
    case KeyEvent::kRetired:
    case KeyEvent::kDropped: return model::AuditAction::kKeyRemoved;
  }
  return model::AuditAction::kKeyRemoved;
}

// A plan comes true by itself, whoever is the first to see it.
bool by_itself(KeyEvent event) {
  return event == KeyEvent::kActivated || event == KeyEvent::kSigns;
}

wire::JsonObject detail_of(const KeyNews& news, TimePoint now) {
  wire::JsonObject detail;
  if (news.use == KeyUse::kRegistries) detail.add("signs", "docker tokens");
  if (news.signs_from && *news.signs_from > now) {
    detail.add("signs_from", wire::rfc3339(*news.signs_from));
  }
  return detail;
}

// The part of one key within a transaction.
class Teller {
 public:
  Teller(Transaction& transaction, TimePoint now, const model::Actor& by)
      : transaction_(transaction), now_(now), by_(by) {}

  Outcome tell(const KeyNews& news) {
    wire::JsonObject detail = detail_of(news, now_);
    LK_TRY(const std::int64_t ended, ended_with(news));
    if (ended > 0) detail.add("credentials_revoked", ended);
    ended_ += ended;
    LK_CHECK(note(news));
    return append_audit(transaction_, now_, by_itself(news.event) ? model::Actor::itself() : by_,
                        {.action = action_of(news.event),
                         .object = news.id.text(),
                         .detail = detail.text()});
  }
  std::int64_t ended() const { return ended_; }
  bool signed_any() const { return signed_any_; }  // as far as the store knows

 private:
  Result<std::int64_t> ended_with(const KeyNews& news) {
    const bool removed = news.event == KeyEvent::kRetired || news.event == KeyEvent::kDropped;
    if (!removed || news.use == KeyUse::kRegistries) return 0;
    Connection& connection = transaction_.connection();
    LK_TRY(std::int64_t ended, revoke_of(connection, news.id, now_));
    signed_any_ = signed_any_ || ended > 0;
    if (news.event == KeyEvent::kDropped) {
      LK_TRY(const std::int64_t unknown, revoke_of_unknown(connection, now_));
      ended += unknown;
    }
    return ended;
  }

  // A key that signs as soon as it is made is not told of a second time.
  Outcome note(const KeyNews& news) {
    const bool at_once = news.event == KeyEvent::kAdded && news.signs_from <= now_;
    if (news.use != KeyUse::kRegistries || (news.event != KeyEvent::kSigns && !at_once)) return {};
    return note_told(transaction_.connection(), news.id);
  }

  Transaction& transaction_;
  const TimePoint now_;
  const model::Actor& by_;
  std::int64_t ended_ = 0;
  bool signed_any_ = false;
};

}  // namespace

// Looked at first, because it is asked every minute.
Result<bool> Keys::is_old(const std::vector<KeyNews>& news) {
  if (news.size() != 1 || news.front().event != KeyEvent::kSigns) return false;
  return was_told(connection_, news.front().id);
}

Result<std::int64_t> Keys::change(TimePoint now, const model::Actor& by,
                                  const std::vector<KeyNews>& news, crypto::KeyFiles& files) {
  LK_TRY(const bool old, is_old(news));
  if (old) return 0;
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  Teller teller(transaction, now, by);
  for (const KeyNews& one : news) LK_CHECK(teller.tell(one));
  LK_CHECK(files.apply());
  if (Outcome last = transaction.commit(); !last) {
    files.undo();
    return std::unexpected(std::move(last).error());
  }
  return teller.ended();
}

crypto::KeyChanger Keys::changer(TimePoint now, model::Actor by) {
  return [this, now, by = std::move(by)](const std::vector<KeyNews>& news,
                                         crypto::KeyFiles& files) -> Outcome {
    LK_CHECK(change(now, by, news, files));
    return {};
  };
}

// Nothing else tells an id that was mistyped, and that must end nothing.
Result<std::int64_t> Keys::end_of_lost(const KeyId& id, TimePoint now, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  Teller teller(transaction, now, by);
  LK_CHECK(teller.tell({.event = KeyEvent::kDropped, .use = KeyUse::kCredentials, .id = id}));
  if (!teller.signed_any()) return 0;
  LK_CHECK(transaction.commit());
  return teller.ended();
}

}  // namespace latchkey::store
