// Accounts::take_in and its kin: what the directory says, beside what the provider said.
#include <utility>

#include "latchkey/store/accounts.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

using model::DirectoryAnswer;
using model::Facts;
using model::Standing;

DirectoryDue read_due(Columns& columns) {
  return {.id = AccountId(columns.text()),
          .provider = columns.text(),
          .user_name = columns.text(),
          .was_asked = columns.integer() != 0};
}

// Before a first answer: somebody who is let in and of whom the directory has said nothing.
DirectoryAnswer never_asked() {
  DirectoryAnswer answer;
  answer.standing = Standing::kUnknown;
  return answer;
}

// A source that has said nothing is no trouble.
Result<std::optional<Facts>> if_any(Result<Facts> said) {
  if (said) return *std::move(said);
  if (said.error().code == ErrorCode::kNotFound) return std::nullopt;
  return std::unexpected(said.error());
}

}  // namespace

Result<Facts> Accounts::facts(const AccountId& id, std::string_view source) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_fact_find));
  LK_CHECK(statement.bind(":account", id.text()).bind(":source", source).step_to_row("facts"));
  Columns columns(statement);
  return Facts{.display_name = columns.text(),
               .mail = columns.text(),
               .mail_verified = columns.integer() != 0,
               .groups = columns.lines()};
}

Outcome Accounts::write_facts(const AccountId& id, std::string_view source, const Facts& facts) {
  const std::string groups = join_lines(facts.groups);
  LK_TRY(Statement statement, connection_.prepare(sql::account_fact_put));
  LK_CHECK(statement.bind(":account", id.text())
               .bind(":source", source)
               .bind(":display_name", facts.display_name)
               .bind(":mail", facts.mail)
               .bind(":mail_verified", std::int64_t{facts.mail_verified ? 1 : 0})
               .bind(":group_names", groups)
               .run());
  return {};
}

Outcome Accounts::write_provider_facts(const AccountId& id, const model::Profile& profile) {
  return write_facts(id, kProviderSource,
                     {.display_name = profile.display_name,
                      .mail = profile.mail,
                      .mail_verified = profile.mail_verified,
                      .groups = profile.groups});
}

Outcome Accounts::drop_facts(const AccountId& id, std::string_view source) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_fact_remove));
  LK_CHECK(statement.bind(":account", id.text()).bind(":source", source).run());
  return {};
}

Result<Confirmed> Accounts::confirmed(const AccountId& id) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_confirmed));
  LK_CHECK(statement.bind(":id", id.text()).step_to_row("account"));
  Columns columns(statement);
  return Confirmed{
      .kind = columns.integer() != 0 ? OwnerKind::kLocal : OwnerKind::kProviders,
      .member_until = columns.maybe_time(),
      .directory_until = columns.maybe_time(),
  };
}

Result<std::optional<DirectoryAnswer>> Accounts::directory_answer(const AccountId& id) {
  DirectoryAnswer answer;
  {
    LK_TRY(Statement statement, connection_.prepare(sql::account_directory_find));
    LK_CHECK(statement.bind(":id", id.text()).step_to_row("account"));
    Columns columns(statement);
    answer.unique_id = columns.text();
    const std::optional<TimePoint> checked = columns.maybe_time();
    const std::optional<TimePoint> until = columns.maybe_time();
    if (!checked || !until) return std::nullopt;
    answer.checked = *checked;
    answer.until = *until;
    answer.groups = columns.integer() != 0 ? model::Groups::kOfBoth : model::Groups::kOfDirectory;
    answer.standing = columns.maybe_time() ? Standing::kRefused : Standing::kUnknown;
  }
  if (answer.standing == Standing::kRefused) return answer;
  LK_TRY(std::optional<Facts> said, if_any(facts(id, kDirectorySource)));
  if (!said) return answer;
  answer.standing = Standing::kKnown;
  answer.facts = *std::move(said);
  return answer;
}

Outcome Accounts::write_answer(const AccountId& id, const DirectoryAnswer& answer, Lost lost) {
  if (answer.standing == Standing::kKnown) {
    LK_CHECK(write_facts(id, kDirectorySource, answer.facts));
  } else {
    LK_CHECK(drop_facts(id, kDirectorySource));
  }
  LK_TRY(const std::optional<Facts> said, if_any(facts(id, kProviderSource)));
  const Facts counting = model::facts_that_count(said.value_or(Facts{}), answer);
  const std::string groups = join_lines(counting.groups);
  const bool gone = answer.standing == Standing::kRefused;
  LK_TRY(Statement statement, connection_.prepare(sql::account_directory_put));
  return statement.bind(":id", id.text())
      .bind(":display_name", counting.display_name)
      .bind(":mail", counting.mail)
      .bind(":mail_verified", std::int64_t{counting.mail_verified ? 1 : 0})
      .bind(":group_names", groups)
      .bind(":directory_id", answer.unique_id)
      .bind(":checked", answer.checked)
      .bind(":until", answer.until)
      .bind(":merges", std::int64_t{answer.groups == model::Groups::kOfBoth ? 1 : 0})
      .bind(":gone", gone ? std::optional(answer.checked) : std::nullopt)
      .bind(":lost", std::int64_t{lost == Lost::kYes ? 1 : 0})
      .run_on_one("account");
}

Result<Accounts::Lost> Accounts::take_in_one(const AccountId& id, const DirectoryAnswer& answer) {
  LK_TRY(const std::optional<DirectoryAnswer> before, directory_answer(id));
  const bool has_lost = model::has_lost(before.value_or(never_asked()), answer);
  const Lost lost = has_lost ? Lost::kYes : Lost::kNo;
  LK_CHECK(write_answer(id, answer, lost));
  return lost;
}

Result<std::vector<AccountId>> Accounts::take_in(std::span<const DirectoryNews> news) {
  std::vector<AccountId> all_lost;
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  for (const DirectoryNews& one : news) {
    const Result<Lost> lost = take_in_one(one.account, one.answer);
    if (!lost && lost.error().code == ErrorCode::kNotFound) continue;
    if (!lost) return std::unexpected(lost.error());
    if (*lost == Lost::kNo) continue;
    all_lost.push_back(one.account);
    LK_CHECK(append_audit(transaction, one.answer.checked, model::Actor::itself(),
                          {.action = model::AuditAction::kEverythingEnded,
                           .account = one.account,
                           .detail = R"({"reason":"no longer in the directory"})"}));
  }
  LK_CHECK(transaction.commit());
  return all_lost;
}

Result<std::vector<DirectoryDue>> Accounts::directory_due(TimePoint horizon, const AccountId& after,
                                                          std::uint32_t limit) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_directory_due));
  statement.bind(":horizon", horizon)
      .bind(":after", after.text())
      .bind(":limit", std::int64_t{limit});
  return read_rows<DirectoryDue>(statement, read_due);
}

Outcome Accounts::write_no_answer(const AccountId& id) {
  LK_CHECK(drop_facts(id, kDirectorySource));
  LK_TRY(const std::optional<Facts> said, if_any(facts(id, kProviderSource)));
  const Facts counting = said.value_or(Facts{});
  const std::string groups = join_lines(counting.groups);
  LK_TRY(Statement statement, connection_.prepare(sql::account_directory_forget));
  return statement.bind(":id", id.text())
      .bind(":display_name", counting.display_name)
      .bind(":mail", counting.mail)
      .bind(":mail_verified", std::int64_t{counting.mail_verified ? 1 : 0})
      .bind(":group_names", groups)
      .run_on_one("account");
}

Outcome Accounts::forget_directory(const AccountId& id) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(write_no_answer(id));
  return transaction.commit();
}

}  // namespace latchkey::store
