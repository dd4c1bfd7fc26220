#include "latchkey/store/sessions.h"

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
  const WithoutWaiting impatient(connection_);
  LK_TRY(Statement statement, connection_.prepare(sql::session_touch));
  LK_CHECK(statement.bind(":id", session_id).bind(":now", now).bind(":idle_end", idle_end).run());
  return {};
}

Outcome Sessions::end(std::string_view session_id) {
  LK_TRY(Statement statement, connection_.prepare(sql::session_end));
  return statement.bind(":id", session_id).run_on_one("session");
}

Outcome Sessions::end_by_token(const crypto::Digest& token_hash) {
  LK_TRY(Statement statement, connection_.prepare(sql::session_end_by_token));
  LK_CHECK(statement.bind(":token_hash", token_hash).run());
  return {};
}

Result<std::int64_t> Sessions::end_ordered(const LogoutOrder& order) {
  if (order.sid.empty()) {
    LK_TRY(Statement statement, connection_.prepare(sql::session_end_by_subject));
    return statement.bind(":issuer", order.issuer).bind(":subject", order.sub).run();
  }
  LK_TRY(Statement statement, connection_.prepare(sql::session_end_by_provider_sid));
  return statement.bind(":issuer", order.issuer).bind(":provider_sid", order.sid).run();
}

Result<std::int64_t> Sessions::obey_logout(const LogoutOrder& order) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(see_logout_token(connection_, order));
  LK_TRY(const std::int64_t ended, end_ordered(order));
  LK_CHECK(transaction.commit());
  return ended;
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
