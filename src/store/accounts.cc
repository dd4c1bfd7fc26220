#include "latchkey/store/accounts.h"

#include <utility>

#include "store/audit_log.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

Result<model::Account> read_one(Statement& statement) {
  LK_CHECK(statement.step_to_row("account"));
  Columns columns(statement);
  return read_account(columns);
}

using model::AuditAction;

// A change of one account that needs its id only.
Outcome change(Connection& connection, SqlText text, const AccountId& id) {
  LK_TRY(Statement statement, connection.prepare(text));
  return statement.bind(":id", id.text()).run_on_one("account");
}

// The same as work of its own, with its row of the audit log. The row comes first, as it names the
// user, whom the change may take away.
Outcome change(Connection& connection, SqlText text, const AccountId& id, TimePoint now,
               const model::Actor& by, AuditAction action) {
  LK_TRY(Transaction transaction, Transaction::begin(connection));
  LK_CHECK(append_audit(transaction, now, by, {.action = action, .account = id}));
  LK_CHECK(change(connection, text, id));
  return transaction.commit();
}

}  // namespace

// Who signs in, as a provider or the users file says.
struct Accounts::SigningIn {
  std::string_view provider;
  std::string_view issuer;
  std::string_view subject;
  const model::Profile& profile;
  std::optional<crypto::Digest> entry_digest;
  const model::DirectoryAnswer* directory = nullptr;
};

Result<model::Account> Accounts::find(const AccountId& id) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_find));
  statement.bind(":id", id.text());
  return read_one(statement);
}

Result<model::Account> Accounts::find_by_name(std::string_view name) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_find_by_name));
  statement.bind(":user_name", name);
  return read_one(statement);
}

Result<model::Account> Accounts::find_by_subject(std::string_view issuer,
                                                 std::string_view subject) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_find_by_subject));
  statement.bind(":issuer", issuer).bind(":subject", subject);
  return read_one(statement);
}

Result<model::Account> Accounts::sign_in(std::string_view provider, std::string_view issuer,
                                         std::string_view subject, const model::Profile& profile,
                                         TimePoint now, Random& random,
                                         const model::DirectoryAnswer* directory) {
  return admit({provider, issuer, subject, profile, std::nullopt, directory}, now, random);
}

Result<model::Account> Accounts::sign_in_local(const model::Profile& profile,
                                               const crypto::Digest& entry_digest, TimePoint now,
                                               Random& random) {
  return admit({kLocalIssuer, kLocalIssuer, profile.user_name, profile, entry_digest, nullptr}, now,
               random);
}

Result<model::Account> Accounts::admit(const SigningIn& who, TimePoint now, Random& random) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const std::optional<AccountId> known, still_the_same_person(transaction, who, now));
  LK_CHECK(write_profile(who, known, now, random));
  LK_TRY(model::Account stored, find_by_subject(who.issuer, who.subject));
  LK_CHECK(write_sources(who, stored.id));
  LK_TRY(stored, find_by_subject(who.issuer, who.subject));
  LK_CHECK(transaction.commit());
  return stored;
}

// Finds the account that goes on, or nullopt when a new one is to be made.
Result<std::optional<AccountId>> Accounts::still_the_same_person(Transaction& transaction,
                                                                 const SigningIn& who,
                                                                 TimePoint now) {
  const auto found = find_by_subject(who.issuer, who.subject);
  if (!found && found.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!found) return std::unexpected(found.error());
  if (found->disabled) return fail(ErrorCode::kRefused, "the account is disabled");
  std::int64_t present = 1;
  {
    LK_TRY(Statement statement, connection_.prepare(sql::account_local_present));
    LK_CHECK(statement.bind(":id", found->id.text()).step_to_row("account"));
    present = Columns(statement).integer();
  }
  if (present != 0) return found->id;
  // The name had gone from the users file: whoever has it now is somebody else.
  LK_CHECK(append_audit(transaction, now, model::Actor::itself(),
                        {.action = AuditAction::kUserRemoved, .account = found->id}));
  LK_CHECK(change(connection_, sql::account_remove, found->id));
  return std::nullopt;
}

Outcome Accounts::write_profile(const SigningIn& who, const std::optional<AccountId>& known,
                                TimePoint now, Random& random) {
  const model::Profile& profile = who.profile;
  const AccountId id = known ? *known : AccountId(make_uuid_v7(now, random));
  const std::string groups = join_lines(profile.groups);
  LK_TRY(Statement statement,
         connection_.prepare(known ? sql::account_refresh : sql::account_create));
  statement.bind(":id", id.text())
      .bind(":provider", who.provider)
      .bind(":user_name", profile.user_name)
      .bind(":display_name", profile.display_name)
      .bind(":mail", profile.mail)
      .bind(":mail_verified", std::int64_t{profile.mail_verified ? 1 : 0})
      .bind(":group_names", groups)
      .bind(":now", now)
      .bind(":local_digest", who.entry_digest);
  if (!known) statement.bind(":issuer", who.issuer).bind(":subject", who.subject);
  auto written = statement.run();
  if (written) return {};
  if (written.error().code != ErrorCode::kConflict) return std::unexpected(written.error());
  return fail(ErrorCode::kConflict, "the user name is another account's");
}

Outcome Accounts::confirm_profile(const AccountId& id, const model::Profile& profile,
                                  TimePoint now) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  const std::string groups = join_lines(profile.groups);
  {
    LK_TRY(Statement statement, connection_.prepare(sql::account_confirm_profile));
    LK_CHECK(statement.bind(":id", id.text())
                 .bind(":display_name", profile.display_name)
                 .bind(":mail", profile.mail)
                 .bind(":mail_verified", std::int64_t{profile.mail_verified ? 1 : 0})
                 .bind(":group_names", groups)
                 .bind(":now", now)
                 .run_on_one("account"));
  }
  LK_CHECK(write_provider_facts(id, profile));
  // What the directory said goes on to count beside the provider's new word.
  LK_TRY(const std::optional<model::DirectoryAnswer> answer, directory_answer(id));
  if (answer) LK_CHECK(write_answer(id, *answer, Lost::kNo));
  return transaction.commit();
}

// Keeps what was said apart from what counts, and lets the directory have its say.
Outcome Accounts::write_sources(const SigningIn& who, const AccountId& id) {
  LK_CHECK(write_provider_facts(id, who.profile));
  if (who.directory == nullptr) return write_no_answer(id);
  LK_CHECK(take_in_one(id, *who.directory));
  return {};
}

Outcome Accounts::disable(const AccountId& id, TimePoint now, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(append_audit(transaction, now, by,
                        {.action = AuditAction::kUserDisabled, .account = id}));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::account_disable));
    LK_CHECK(statement.bind(":id", id.text()).bind(":now", now).run_on_one("account"));
  }
  return transaction.commit();
}

Outcome Accounts::enable(const AccountId& id, TimePoint now, const model::Actor& by) {
  Outcome enabled =
      change(connection_, sql::account_enable, id, now, by, AuditAction::kUserEnabled);
  if (enabled || enabled.error().code != ErrorCode::kNotFound) return enabled;
  LK_CHECK(find(id));
  return fail(ErrorCode::kRefused, "a machine user, which is enabled by giving it to a person");
}

Outcome Accounts::end_sessions(const AccountId& id, TimePoint now, const model::Actor& by) {
  return change(connection_, sql::account_end_sessions, id, now, by, AuditAction::kSessionsEnded);
}

Outcome Accounts::end_everything(const AccountId& id, TimePoint now, const model::Actor& by) {
  return change(connection_, sql::account_end_everything, id, now, by,
                AuditAction::kEverythingEnded);
}

Outcome Accounts::remove(const AccountId& id, TimePoint now, const model::Actor& by) {
  return change(connection_, sql::account_remove, id, now, by, AuditAction::kUserRemoved);
}

Result<std::vector<model::Account>> Accounts::list(const AccountId& after, std::uint32_t limit) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_list));
  statement.bind(":after", after.text()).bind(":limit", std::int64_t{limit});
  return read_rows<model::Account>(statement, read_account);
}

}  // namespace latchkey::store
