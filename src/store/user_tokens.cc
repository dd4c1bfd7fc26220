#include "latchkey/store/user_tokens.h"

#include "latchkey/store/accounts.h"
#include "latchkey/wire/json_object.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/memo.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

constexpr std::int64_t kTicketPurgeRows = 100;

// By now the owner may have been disabled or have ended everything, or be a machine user past its
// end, and then no new pair must slip through.
Outcome check_owner(Connection& connection, const UserToken& token, std::int64_t epoch) {
  LK_TRY(const model::Account owner, Accounts(connection).find(token.account));
  if (owner.disabled) return fail(ErrorCode::kRefused, "the account is disabled");
  if (owner.expires && token.created >= *owner.expires) {
    return fail(ErrorCode::kRefused, "the account has ended");
  }
  if (owner.credential_epoch == epoch) return {};
  return fail(ErrorCode::kRefused, "the account has ended everything meanwhile");
}

Outcome put(Connection& connection, const UserToken& token) {
  LK_TRY(Statement statement, connection.prepare(sql::user_token_put));
  LK_CHECK(statement.bind(":account", token.account.text())
               .bind(":name_code", token.name_code)
               .bind(":generation", token.generation)
               .bind(":pass_hash", token.pass_hash)
               .bind(":created", token.created)
               .bind(":created_by", token.created_by)
               .bind(":created_by_realm", token.created_by_realm)
               .run());
  return {};
}

Outcome put_settings(Connection& connection, const UserTokenSettings& settings) {
  LK_TRY(Statement statement, connection.prepare(sql::user_token_settings_put));
  return statement.bind(":enabled", std::int64_t{settings.enabled ? 1 : 0})
      .bind(":protect_content", std::int64_t{settings.protect_content ? 1 : 0})
      .bind(":expiration_enabled", std::int64_t{settings.expiration_enabled ? 1 : 0})
      .bind(":expiration_days", std::int64_t{settings.expiration_days})
      .run_on_one("settings of user tokens");
}

std::string settings_json(const UserTokenSettings& settings) {
  return wire::JsonObject()
      .add("enabled", settings.enabled)
      .add("protect_content", settings.protect_content)
      .add("expiration_enabled", settings.expiration_enabled)
      .add("expiration_days", std::int64_t{settings.expiration_days})
      .text();
}

UserTokenAndAccount read_with_account(Columns& columns) {
  return {.token = read_user_token(columns), .account = read_account(columns)};
}

}  // namespace

UserTokenSettings in_force(const config::UserToken& file, const UserTokenSettings& stored) {
  return {.enabled = file.enabled && stored.enabled,
          .protect_content = file.protect_content.value_or(stored.protect_content),
          .expiration_enabled = file.expiration_enabled.value_or(stored.expiration_enabled),
          .expiration_days = file.expiration_days.value_or(stored.expiration_days)};
}

std::optional<TimePoint> expiry_of(TimePoint created, const UserTokenSettings& settings) {
  if (!settings.expiration_enabled) return std::nullopt;
  return created + std::chrono::days(settings.expiration_days);
}

bool has_expired(TimePoint created, const UserTokenSettings& settings, TimePoint now) {
  const std::optional<TimePoint> expires = expiry_of(created, settings);
  return expires && now >= *expires;
}

struct UserTokens::Known {
  Memo<crypto::Digest, PresentedUserToken, crypto::DigestHash> rows;
};

UserTokens::UserTokens(Connection& connection)
    : connection_(connection), known_(std::make_unique<Known>()) {}
UserTokens::~UserTokens() = default;

Result<PresentedUserToken> UserTokens::presented(const crypto::Digest& pass_hash) {
  const auto read = [&]() -> Result<PresentedUserToken> {
    LK_TRY(Statement statement, connection_.prepare(sql::user_token_presented));
    LK_CHECK(statement.bind(":pass_hash", pass_hash).step_to_row("user token"));
    Columns columns(statement);
    return read_presented_user_token(columns);
  };
  return known_->rows.row(connection_.change_mark(), pass_hash, read);
}

Result<UserToken> UserTokens::find(const AccountId& account) {
  LK_TRY(Statement statement, connection_.prepare(sql::user_token_find));
  LK_CHECK(statement.bind(":account", account.text()).step_to_row("user token"));
  Columns columns(statement);
  return read_user_token(columns);
}

Result<UserToken> UserTokens::make(const UserToken& token, std::int64_t epoch, Renewal renewal,
                                   const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(check_owner(connection_, token, epoch));
  Result<UserToken> there = find(token.account);
  if (there && renewal == Renewal::kKeep) return there;
  if (!there && there.error().code != ErrorCode::kNotFound) return there;
  LK_CHECK(put(connection_, token));
  LK_CHECK(append_audit(transaction, token.created, by,
                        {.action = there ? model::AuditAction::kUserTokenRenewed
                                         : model::AuditAction::kUserTokenMade,
                         .account = token.account,
                         .object = token.name_code}));
  LK_CHECK(transaction.commit());
  return token;
}

Outcome UserTokens::reset(const AccountId& account, TimePoint now, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const UserToken token, find(account));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::user_token_reset));
    LK_CHECK(statement.bind(":account", account.text()).run_on_one("user token"));
  }
  LK_CHECK(append_audit(transaction, now, by,
                        {.action = model::AuditAction::kUserTokenReset,
                         .account = account,
                         .object = token.name_code}));
  return transaction.commit();
}

Result<std::int64_t> UserTokens::reset_all(TimePoint now, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  std::int64_t count = 0;
  {
    LK_TRY(Statement statement, connection_.prepare(sql::user_token_reset_all));
    LK_TRY(count, statement.run());
  }
  if (count == 0) return 0;
  LK_CHECK(append_audit(transaction, now, by,
                        {.action = model::AuditAction::kUserTokensReset,
                         .detail = wire::JsonObject().add("count", count).text()}));
  LK_CHECK(transaction.commit());
  return count;
}

Result<std::vector<UserTokenAndAccount>> UserTokens::list(const UserTokenFilter& filter) {
  LK_TRY(Statement statement, connection_.prepare(sql::user_token_list));
  statement.bind(":realm", filter.realm)
      .bind(":made_after", filter.made_after)
      .bind(":skip", filter.skip)
      .bind(":limit", filter.limit);
  return read_rows<UserTokenAndAccount>(statement, read_with_account);
}

Outcome UserTokens::touch(const AccountId& account, TimePoint now, std::string_view from,
                          std::string_view by) {
  const CoarseWrites coarse(connection_);
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  const Result<UserToken> found = find(account);
  if (!found && found.error().code == ErrorCode::kNotFound) return {};
  if (!found) return std::unexpected(found.error());
  {
    LK_TRY(Statement statement, connection_.prepare(sql::user_token_touch));
    LK_CHECK(statement.bind(":account", account.text())
                 .bind(":now", now)
                 .bind(":last_used_from", from)
                 .bind(":last_used_by", by)
                 .run());
  }
  if (!found->last_used) {
    LK_TRY(const model::Account owner, Accounts(connection_).find(account));
    LK_CHECK(append_audit(transaction, now,
                          model::Actor::user(owner.profile.user_name, from, by),
                          {.action = model::AuditAction::kUserTokenFirstUsed,
                           .account = account,
                           .object = found->name_code}));
  }
  return transaction.commit();
}

Outcome UserTokens::add_ticket(const crypto::Digest& ticket_hash, const AccountId& account,
                               TimePoint now) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  {
    const TimePoint horizon = now - kTicketLifetime;
    LK_TRY(Statement purge, connection_.prepare(sql::user_token_ticket_purge));
    LK_CHECK(purge.bind(":horizon", horizon).bind(":rows", kTicketPurgeRows).run());
    LK_TRY(Statement count, connection_.prepare(sql::user_token_ticket_count));
    LK_CHECK(count.bind(":account", account.text()).bind(":horizon", horizon).step_to_row("count"));
    if (Columns(count).integer() >= kTicketsMax) {
      return fail(ErrorCode::kConflict, "too many tickets at a time");
    }
    LK_TRY(Statement add, connection_.prepare(sql::user_token_ticket_add));
    LK_CHECK(add.bind(":ticket_hash", ticket_hash)
                 .bind(":account", account.text())
                 .bind(":issued", now)
                 .run());
  }
  return transaction.commit();
}

Outcome UserTokens::redeem_ticket(const crypto::Digest& ticket_hash, const AccountId& account,
                                  TimePoint now) {
  LK_TRY(Statement statement, connection_.prepare(sql::user_token_ticket_redeem));
  return statement.bind(":ticket_hash", ticket_hash)
      .bind(":account", account.text())
      .bind(":horizon", now - kTicketLifetime)
      .run_on_one("ticket");
}

Result<UserTokenSettings> UserTokens::settings() {
  LK_TRY(Statement statement, connection_.prepare(sql::user_token_settings_find));
  LK_CHECK(statement.step_to_row("settings of user tokens"));
  Columns columns(statement);
  return read_user_token_settings(columns);
}

Result<UserTokenSettings> UserTokens::settings(const config::UserToken& file) {
  LK_TRY(const UserTokenSettings stored, settings());
  return in_force(file, stored);
}

Result<UserTokenSettings> UserTokens::set(const UserTokenChange& change, TimePoint now,
                                          const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const UserTokenSettings before, settings());
  const UserTokenSettings after{
      .enabled = change.enabled.value_or(before.enabled),
      .protect_content = change.protect_content.value_or(before.protect_content),
      .expiration_enabled = change.expiration_enabled.value_or(before.expiration_enabled),
      .expiration_days = change.expiration_days.value_or(before.expiration_days)};
  if (after == before) return before;
  LK_CHECK(put_settings(connection_, after));
  LK_CHECK(append_audit(transaction, now, by,
                        {.action = model::AuditAction::kUserTokenSettingsChanged,
                         .detail = settings_json(after)}));
  LK_CHECK(transaction.commit());
  return after;
}

}  // namespace latchkey::store
