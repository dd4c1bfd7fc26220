#include "latchkey/store/credentials.h"

#include "store/connection.h"
#include "store/memo.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

// The page that asked was judged a moment ago; by now the owner may have been disabled or have
// ended everything, and then a new credential must not slip through.
Outcome check_owner(Connection& connection, const model::IssuedCredential& credential) {
  LK_TRY(const model::Account owner, Accounts(connection).find(credential.account));
  if (owner.disabled) return fail(ErrorCode::kRefused, "the account is disabled");
  if (owner.credential_epoch != credential.epoch) {
    return fail(ErrorCode::kRefused, "the account has ended everything meanwhile");
  }
  return {};
}

Outcome check_limit(Connection& connection, const model::IssuedCredential& credential,
                    std::uint32_t limit) {
  LK_TRY(Statement statement, connection.prepare(sql::credential_count_live));
  LK_CHECK(statement.bind(":account", credential.account.text())
               .bind(":epoch", credential.epoch)
               .bind(":now", credential.created)
               .step_to_row("count"));
  if (Columns(statement).integer() < std::int64_t{limit}) return {};
  return fail(ErrorCode::kConflict, "the account holds as many credentials as it may");
}

Outcome insert(Connection& connection, const model::IssuedCredential& credential) {
  const std::string scopes = join_lines(credential.scopes);
  LK_TRY(Statement statement, connection.prepare(sql::credential_issue));
  LK_CHECK(statement.bind(":id", credential.id.text())
               .bind(":account", credential.account.text())
               .bind(":epoch", credential.epoch)
               .bind(":label", credential.label)
               .bind(":scopes", scopes)
               .bind(":created", credential.created)
               .bind(":expires", credential.expires)
               .run());
  return {};
}

}  // namespace

struct Credentials::Known {
  Memo<std::string, PresentedCredential, std::hash<std::string>> rows;
};

Credentials::Credentials(Connection& connection)
    : connection_(connection), known_(std::make_unique<Known>()) {}
Credentials::~Credentials() = default;

Outcome Credentials::issue(const model::IssuedCredential& credential, std::uint32_t limit) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(check_owner(connection_, credential));
  LK_CHECK(check_limit(connection_, credential, limit));
  LK_CHECK(insert(connection_, credential));
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

Result<CredentialAndAccount> Credentials::find(const CredentialId& id) {
  LK_TRY(Statement statement, connection_.prepare(sql::credential_find));
  LK_CHECK(statement.bind(":id", id.text()).step_to_row("credential"));
  Columns columns(statement);
  return CredentialAndAccount{.credential = read_credential(columns),
                              .account = read_account(columns)};
}

Outcome Credentials::revoke(const CredentialId& id, TimePoint now) {
  LK_TRY(Statement statement, connection_.prepare(sql::credential_revoke));
  return statement.bind(":id", id.text()).bind(":now", now).run_on_one("credential");
}

Result<std::int64_t> Credentials::revoke_all(const AccountId& account, TimePoint now) {
  LK_TRY(Statement statement, connection_.prepare(sql::credential_revoke_all));
  return statement.bind(":account", account.text()).bind(":now", now).run();
}

Result<std::vector<model::IssuedCredential>> Credentials::list(
    const std::optional<AccountId>& account, const CredentialId& after, std::uint32_t limit) {
  LK_TRY(Statement statement,
         connection_.prepare(account ? sql::credential_list_of_account : sql::credential_list));
  if (account) statement.bind(":account", account->text());
  statement.bind(":after", after.text()).bind(":limit", std::int64_t{limit});
  return read_rows<model::IssuedCredential>(statement, read_credential);
}

Outcome Credentials::touch(const CredentialId& id, TimePoint now, std::string_view from,
                           std::string_view by) {
  const WithoutWaiting impatient(connection_);
  LK_TRY(Statement statement, connection_.prepare(sql::credential_touch));
  LK_CHECK(statement.bind(":id", id.text())
               .bind(":now", now)
               .bind(":last_used_from", from)
               .bind(":last_used_by", by)
               .run());
  return {};
}

}  // namespace latchkey::store
