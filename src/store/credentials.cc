#include "latchkey/store/credentials.h"

#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/memo.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

// The page that asked was judged a moment ago; by now the owner may have been disabled or have
// ended everything, and then a new credential must not slip through. A machine user's may not
// outlive it: its end is not asked for again.
Outcome check_owner(Connection& connection, const model::IssuedCredential& credential) {
  LK_TRY(const model::Account owner, Accounts(connection).find(credential.account));
  if (owner.disabled) return fail(ErrorCode::kRefused, "the account is disabled");
  if (owner.credential_epoch != credential.epoch) {
    return fail(ErrorCode::kRefused, "the account has ended everything meanwhile");
  }
  if (owner.expires && credential.expires > *owner.expires) {
    return fail(ErrorCode::kRefused, "the account ends before the credential would");
  }
  return {};
}

// How many credentials of one person are live.
struct Count {
  std::int64_t all = 0;
  std::int64_t unreplaced = 0;  // of these, what no other has replaced
};

Result<Count> count_live(Connection& connection, const model::IssuedCredential& credential) {
  LK_TRY(Statement statement, connection.prepare(sql::credential_count_live));
  LK_CHECK(statement.bind(":account", credential.account.text())
               .bind(":epoch", credential.epoch)
               .bind(":now", credential.created)
               .step_to_row("count"));
  Columns columns(statement);
  return Count{.all = columns.integer(), .unreplaced = columns.integer()};
}

Outcome check_limit(std::int64_t count, std::uint32_t limit) {
  if (count < std::int64_t{limit}) return {};
  return fail(ErrorCode::kConflict, "the account holds as many credentials as it may");
}

Outcome insert(Connection& connection, const model::IssuedCredential& credential,
               const std::optional<crypto::Digest>& short_token) {
  const std::string scopes = join_lines(credential.scopes);
  LK_TRY(Statement statement, connection.prepare(sql::credential_issue));
  LK_CHECK(statement.bind(":id", credential.id.text())
               .bind(":account", credential.account.text())
               .bind(":epoch", credential.epoch)
               .bind(":label", credential.label)
               .bind(":scopes", scopes)
               .bind(":created", credential.created)
               .bind(":expires", credential.expires)
               .bind(":token_hash", short_token)
               .bind(":kid", credential.key.text())
               .run());
  return {};
}

Outcome check_replaced(Connection& connection, const CredentialId& id,
                       const model::IssuedCredential& successor) {
  LK_TRY(const CredentialAndAccount old, Credentials(connection).find(id));
  const model::IssuedCredential& record = old.credential;
  if (record.account != successor.account) {
    return fail(ErrorCode::kNotFound, "somebody else's credential");
  }
  if (record.revoked || record.expires <= successor.created || record.epoch != successor.epoch) {
    return fail(ErrorCode::kRefused, "the credential has ended");
  }
  return {};
}

Outcome mark_replaced(Connection& connection, const CredentialId& id, TimePoint end,
                      const CredentialId& successor) {
  LK_TRY(Statement statement, connection.prepare(sql::credential_replace));
  LK_TRY(const std::int64_t rows, statement.bind(":id", id.text())
                                      .bind(":successor", successor.text())
                                      .bind(":end", end)
                                      .run());
  if (rows == 1) return {};
  return fail(ErrorCode::kConflict, "the credential was replaced before");
}

// Of two that collect at once only one changes a row.
Outcome use_up(Connection& connection, const crypto::Digest& login) {
  LK_TRY(Statement statement, connection.prepare(sql::device_login_take));
  return statement.bind(":code_hash", login).run_on_one("login of a program");
}

// With what it replaces, if anything.
Outcome tell_of_issue(Transaction& transaction, const model::IssuedCredential& credential,
                      const model::Actor& by, const CredentialId& old = {}) {
  wire::JsonObject detail;
  detail.add("label", credential.label)
      .add("scopes", credential.scopes)
      .add("expires", wire::rfc3339(credential.expires));
  if (!old.empty()) detail.add("replaces", old.text());
  return append_audit(transaction, credential.created, by,
                      {.action = model::AuditAction::kCredentialIssued,
                       .account = credential.account,
                       .object = credential.id.text(),
                       .detail = detail.text()});
}

}  // namespace

struct Credentials::Known {
  Memo<std::string, PresentedCredential, std::hash<std::string>> rows;
  Memo<crypto::Digest, PresentedShort, crypto::DigestHash> short_rows;
};

Credentials::Credentials(Connection& connection)
    : connection_(connection), known_(std::make_unique<Known>()) {}
Credentials::~Credentials() = default;

Outcome Credentials::issue(const model::IssuedCredential& credential, std::uint32_t limit,
                           const model::Actor& by,
                           const std::optional<crypto::Digest>& short_token,
                           const std::optional<crypto::Digest>& login) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  if (login) LK_CHECK(use_up(connection_, *login));
  LK_CHECK(check_owner(connection_, credential));
  LK_TRY(const Count count, count_live(connection_, credential));
  LK_CHECK(check_limit(count.unreplaced, limit));
  LK_CHECK(insert(connection_, credential, short_token));
  LK_CHECK(tell_of_issue(transaction, credential, by));
  return transaction.commit();
}

Outcome Credentials::replace(const CredentialId& old, TimePoint end,
                             const model::IssuedCredential& credential, std::uint32_t limit,
                             const model::Actor& by,
                             const std::optional<crypto::Digest>& short_token) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(check_owner(connection_, credential));
  LK_CHECK(check_replaced(connection_, old, credential));
  // Who holds as many as allowed can still rotate each of them, once in the time of an overlap.
  LK_TRY(const Count count, count_live(connection_, credential));
  LK_CHECK(check_limit(count.all - count.unreplaced, limit));
  LK_CHECK(mark_replaced(connection_, old, end, credential.id));
  LK_CHECK(insert(connection_, credential, short_token));
  LK_CHECK(tell_of_issue(transaction, credential, by, old));
  return transaction.commit();
}

Result<PresentedCredential> Credentials::presented(const CredentialId& id) {
  const auto read = [&]() -> Result<PresentedCredential> {
    LK_TRY(Statement statement, connection_.prepare(sql::credential_presented));
    LK_CHECK(statement.bind(":id", id.text()).step_to_row("credential"));
    Columns columns(statement);
    return read_presented_credential(columns);
  };
  return known_->rows.row(connection_.change_mark(), id.text(), read);
}

Result<PresentedShort> Credentials::presented_short(const crypto::Digest& token) {
  const auto read = [&]() -> Result<PresentedShort> {
    LK_TRY(Statement statement, connection_.prepare(sql::credential_presented_short));
    LK_CHECK(statement.bind(":token_hash", token).step_to_row("credential"));
    Columns columns(statement);
    CredentialId id(columns.text());
    return PresentedShort{std::move(id), read_presented_credential(columns)};
  };
  return known_->short_rows.row(connection_.change_mark(), token, read);
}

Result<CredentialAndAccount> Credentials::find(const CredentialId& id) {
  LK_TRY(Statement statement, connection_.prepare(sql::credential_find));
  LK_CHECK(statement.bind(":id", id.text()).step_to_row("credential"));
  Columns columns(statement);
  return CredentialAndAccount{.credential = read_credential(columns),
                              .account = read_account(columns)};
}

Outcome Credentials::revoke(const CredentialId& id, TimePoint now, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const CredentialAndAccount found, find(id));
  if (found.credential.revoked) return {};
  {
    LK_TRY(Statement statement, connection_.prepare(sql::credential_revoke));
    LK_CHECK(statement.bind(":id", id.text()).bind(":now", now).run_on_one("credential"));
  }
  LK_CHECK(append_audit(transaction, now, by,
                        {.action = model::AuditAction::kCredentialRevoked,
                         .account = found.account.id,
                         .object = id.text()}));
  return transaction.commit();
}

Result<std::int64_t> Credentials::revoke_all(const AccountId& account, TimePoint now,
                                             const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  std::int64_t revoked = 0;
  {
    LK_TRY(Statement statement, connection_.prepare(sql::credential_revoke_all));
    LK_TRY(revoked, statement.bind(":account", account.text()).bind(":now", now).run());
  }
  if (revoked == 0) return 0;
  LK_CHECK(append_audit(transaction, now, by,
                        {.action = model::AuditAction::kCredentialsRevoked,
                         .account = account,
                         .detail = wire::JsonObject().add("count", revoked).text()}));
  LK_CHECK(transaction.commit());
  return revoked;
}

Result<std::vector<model::IssuedCredential>> Credentials::list(
    const std::optional<AccountId>& account, const CredentialId& after, std::uint32_t limit) {
  LK_TRY(Statement statement,
         connection_.prepare(account ? sql::credential_list_of_account : sql::credential_list));
  if (account) statement.bind(":account", account->text());
  statement.bind(":after", after.text()).bind(":limit", std::int64_t{limit});
  return read_rows<model::IssuedCredential>(statement, read_credential);
}

Result<Shown> Credentials::shown(const model::Account& account, TimePoint now,
                                 std::uint32_t dead_max) {
  Shown shown;
  {
    LK_TRY(Statement statement, connection_.prepare(sql::credential_list_live));
    statement.bind(":account", account.id.text())
        .bind(":now", now)
        .bind(":epoch", account.credential_epoch);
    LK_TRY(shown.live, read_rows<model::IssuedCredential>(statement, read_credential));
  }
  LK_TRY(Statement statement, connection_.prepare(sql::credential_list_dead));
  statement.bind(":account", account.id.text())
      .bind(":now", now)
      .bind(":epoch", account.credential_epoch)
      .bind(":limit", std::int64_t{dead_max});
  LK_TRY(shown.dead, read_rows<model::IssuedCredential>(statement, read_credential));
  return shown;
}

Outcome Credentials::touch(const CredentialId& id, TimePoint now, std::string_view from,
                           std::string_view by) {
  const CoarseWrites coarse(connection_);
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  const Result<CredentialAndAccount> found = find(id);
  if (!found && found.error().code == ErrorCode::kNotFound) return {};
  if (!found) return std::unexpected(found.error());
  {
    LK_TRY(Statement statement, connection_.prepare(sql::credential_touch));
    LK_CHECK(statement.bind(":id", id.text())
                 .bind(":now", now)
                 .bind(":last_used_from", from)
                 .bind(":last_used_by", by)
                 .run());
  }
  if (!found->credential.last_used) {
    LK_CHECK(append_audit(transaction, now,
                          model::Actor::user(found->account.profile.user_name, from, by),
                          {.action = model::AuditAction::kCredentialFirstUsed,
                           .account = found->account.id,
                           .object = id.text()}));
  }
  return transaction.commit();
}

}  // namespace latchkey::store
