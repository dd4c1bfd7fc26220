#include "latchkey/store/sessions.h"

#include "latchkey/wire/json_object.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/memo.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

Outcome use_state(Connection& connection, std::string_view id, TimePoint expires) {
  LK_TRY(Statement statement, connection.prepare(sql::login_state_use));
  auto used = statement.bind(":id", id).bind(":expires", expires).run();
  if (used) return {};
  if (used.error().code != ErrorCode::kConflict) return std::unexpected(used.error());
  return fail(ErrorCode::kConflict, "the login state made a session before");
}

Outcome insert(Connection& connection, const model::Session& session,
               const crypto::Digest& token_hash) {
  LK_TRY(Statement statement, connection.prepare(sql::session_create));
  LK_CHECK(statement.bind(":token_hash", token_hash)
               .bind(":id", session.id)
               .bind(":account", session.account.text())
               .bind(":epoch", session.epoch)
               .bind(":provider", session.provider)
               .bind(":provider_sid", session.provider_sid)
               .bind(":created", session.created)
               .bind(":last_seen", session.last_seen)
               .bind(":idle_end", session.idle_end)
               .bind(":absolute_end", session.absolute_end)
               .bind(":address", session.address)
               .bind(":user_agent", session.user_agent)
               .bind(":sealed_id_token", session.sealed_id_token)
               .run());
  return {};
}

Outcome see_logout_token(Connection& connection, const LogoutOrder& order) {
  LK_TRY(Statement statement, connection.prepare(sql::logout_token_see));
  auto seen = statement.bind(":issuer", order.issuer)
                  .bind(":jti", order.jti)
                  .bind(":expires", order.replay_end)
                  .run();
  if (seen) return {};
  if (seen.error().code != ErrorCode::kConflict) return std::unexpected(seen.error());
  return fail(ErrorCode::kConflict, "the logout token was seen before");
}

Outcome end_one(Transaction& transaction, const model::Session& session, TimePoint now,
                const model::Actor& by) {
  {
    LK_TRY(Statement statement, transaction.connection().prepare(sql::session_end));
    LK_CHECK(statement.bind(":id", session.id).run_on_one("session"));
  }
  return append_audit(transaction, now, by,
                      {.action = model::AuditAction::kSignedOut,
                       .account = session.account,
                       .object = session.id});
}

}  // namespace

struct Sessions::Known {
  Memo<crypto::Digest, PresentedSession, crypto::DigestHash> rows;
};

Sessions::Sessions(Connection& connection)
    : connection_(connection), known_(std::make_unique<Known>()) {}
Sessions::~Sessions() = default;

Outcome Sessions::create(const model::Session& session, const crypto::Digest& token_hash,
                         std::string_view login_state_id, TimePoint login_state_expiry) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(use_state(connection_, login_state_id, login_state_expiry));
  LK_CHECK(insert(connection_, session, token_hash));
  LK_TRY(const model::Account account, Accounts(connection_).find(session.account));
  LK_CHECK(append_audit(transaction, session.created,
                        model::Actor::user(account.profile.user_name, session.address,
                                           session.user_agent),
                        {.action = model::AuditAction::kSignedIn,
                         .account = account.id,
                         .object = session.id,
                         .detail = wire::JsonObject().add("provider", session.provider).text()}));
  return transaction.commit();
}

Result<StateUsed> Sessions::state_used(std::string_view login_state_id) {
  LK_TRY(Statement statement, connection_.prepare(sql::login_state_find));
  statement.bind(":id", login_state_id);
  LK_TRY(const Step reached, statement.step());
  return reached == Step::kRow ? StateUsed::kYes : StateUsed::kNo;
}

Result<PresentedSession> Sessions::presented(const crypto::Digest& token_hash) {
  const auto read = [&]() -> Result<PresentedSession> {
    LK_TRY(Statement statement, connection_.prepare(sql::session_presented));
    LK_CHECK(statement.bind(":token_hash", token_hash).step_to_row("session"));
    Columns columns(statement);
    return read_presented_session(columns);
  };
  return known_->rows.row(connection_.change_mark(), token_hash, read);
}

Result<SessionAndAccount> Sessions::find(const crypto::Digest& token_hash) {
  LK_TRY(Statement statement, connection_.prepare(sql::session_find));
  LK_CHECK(statement.bind(":token_hash", token_hash).step_to_row("session"));
  Columns columns(statement);
  return SessionAndAccount{.session = read_session(columns), .account = read_account(columns)};
}

Result<std::string> Sessions::sealed_id_token(std::string_view session_id) {
  LK_TRY(Statement statement, connection_.prepare(sql::session_sealed_id_token));
  LK_CHECK(statement.bind(":id", session_id).step_to_row("session"));
  return Columns(statement).text();
}

Outcome Sessions::touch(std::string_view session_id, TimePoint now, TimePoint idle_end) {
  const CoarseWrites coarse(connection_);
  LK_TRY(Statement statement, connection_.prepare(sql::session_touch));
  LK_CHECK(statement.bind(":id", session_id).bind(":now", now).bind(":idle_end", idle_end).run());
  return {};
}

Outcome Sessions::end(std::string_view session_id, TimePoint now, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  model::Session session;
  {
    LK_TRY(Statement statement, connection_.prepare(sql::session_find_by_id));
    LK_CHECK(statement.bind(":id", session_id).step_to_row("session"));
    Columns columns(statement);
    session = read_session(columns);
  }
  LK_CHECK(end_one(transaction, session, now, by));
  return transaction.commit();
}

Outcome Sessions::end_by_token(const crypto::Digest& token_hash, TimePoint now,
                               const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  const Result<SessionAndAccount> found = find(token_hash);
  if (!found && found.error().code == ErrorCode::kNotFound) return {};
  if (!found) return std::unexpected(found.error());
  LK_CHECK(end_one(transaction, found->session, now, by));
  return transaction.commit();
}

Result<std::vector<model::Session>> Sessions::named_by(const LogoutOrder& order) {
  if (order.sid.empty()) {
    LK_TRY(Statement statement, connection_.prepare(sql::session_list_of_subject));
    statement.bind(":issuer", order.issuer).bind(":subject", order.sub);
    return read_rows<model::Session>(statement, read_session);
  }
  LK_TRY(Statement statement, connection_.prepare(sql::session_list_of_provider_sid));
  statement.bind(":issuer", order.issuer).bind(":provider_sid", order.sid);
  return read_rows<model::Session>(statement, read_session);
}

Result<std::int64_t> Sessions::obey_logout(const LogoutOrder& order, TimePoint now,
                                           const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(see_logout_token(connection_, order));
  LK_TRY(const std::vector<model::Session> sessions, named_by(order));
  for (const model::Session& session : sessions) {
    LK_CHECK(end_one(transaction, session, now, by));
  }
  LK_CHECK(transaction.commit());
  return static_cast<std::int64_t>(sessions.size());
}

Result<std::vector<model::Session>> Sessions::list(const std::optional<AccountId>& account,
                                                   std::string_view after, std::uint32_t limit) {
  LK_TRY(Statement statement,
         connection_.prepare(account ? sql::session_list_of_account : sql::session_list));
  if (account) statement.bind(":account", account->text());
  statement.bind(":after", after).bind(":limit", std::int64_t{limit});
  return read_rows<model::Session>(statement, read_session);
}

}  // namespace latchkey::store
