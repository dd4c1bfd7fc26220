#include "latchkey/store/memberships.h"

#include "latchkey/wire/json_object.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

MemberState state_named(std::string_view word) {
  if (word == name_of(MemberState::kMember)) return MemberState::kMember;
  return word == name_of(MemberState::kLost) ? MemberState::kLost : MemberState::kUnknown;
}

// The members of a braced list are made from left to right, so each reads its own column.
Membership read_membership(Columns& columns) {
  return {
      .account = AccountId(columns.text()),
      .provider = columns.text(),
      .state = state_named(columns.text()),
      .sealed_grant = columns.text(),
      .generation = columns.integer(),
      .maybe_spent = columns.integer() != 0,
      .confirmed = columns.maybe_time(),
      .asked = columns.maybe_time(),
      .due = columns.time(),
      .until = columns.maybe_time(),
      .failures = columns.integer(),
      .detail = columns.text(),
  };
}

// A change that counts only while the grant is the one that was asked with.
Outcome on_that_grant(Statement& statement, const MemberQuestion& question) {
  statement.bind(":account", question.account.text()).bind(":generation", question.generation);
  LK_TRY(const std::int64_t changed, statement.run());
  if (changed > 0) return {};
  return fail(ErrorCode::kConflict, "the person has signed in meanwhile");
}

std::int64_t flag(bool set) { return set ? 1 : 0; }

}  // namespace

std::string_view name_of(MemberState state) {
  switch (state) {
    case MemberState::kMember: return "member";
    case MemberState::kUnknown: return "unknown";
    case MemberState::kLost: return "lost";
  }
  return "unknown";
}

Result<Membership> Memberships::find(const AccountId& account) {
  LK_TRY(Statement statement, connection_.prepare(sql::membership_find));
  LK_CHECK(statement.bind(":account", account.text()).step_to_row("membership"));
  Columns columns(statement);
  return read_membership(columns);
}

Outcome Memberships::limit(const AccountId& account, TimePoint until) {
  LK_TRY(Statement statement, connection_.prepare(sql::membership_limit));
  return statement.bind(":account", account.text()).bind(":until", until).run_on_one("account");
}

Outcome Memberships::signed_in(const AccountId& account, std::string_view provider,
                               std::string_view sealed_grant, const MemberTimes& times) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::membership_put));
    LK_CHECK(statement.bind(":account", account.text())
                 .bind(":provider", provider)
                 .bind(":sealed_grant", sealed_grant)
                 .bind(":now", times.now)
                 .bind(":due", times.due)
                 .run());
  }
  LK_CHECK(limit(account, times.until));
  return transaction.commit();
}

Outcome Memberships::signed_in_for_good(const AccountId& account) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::membership_drop));
    LK_CHECK(statement.bind(":account", account.text()).run());
  }
  {
    LK_TRY(Statement statement, connection_.prepare(sql::membership_unlimited));
    LK_CHECK(statement.bind(":account", account.text()).run());
  }
  return transaction.commit();
}

Result<std::int64_t> Memberships::settle(std::string_view provider, TimePoint now,
                                         const std::optional<TimePoint>& until) {
  {
    // Nearly always nothing has to be written, and then no lock is wanted.
    LK_TRY(Statement glance, connection_.prepare(until ? sql::membership_any_unlimited
                                                       : sql::membership_any_of_provider));
    glance.bind(":provider", provider);
    LK_TRY(const Step reached, glance.step());
    if (reached == Step::kDone) return 0;
  }
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  std::int64_t concerned = 0;
  {
    LK_TRY(Statement first, connection_.prepare(until ? sql::membership_adopt
                                                      : sql::membership_unlimited_of_provider));
    first.bind(":provider", provider);
    if (until) first.bind(":due", now);
    LK_TRY(concerned, first.run());
  }
  LK_TRY(Statement second, connection_.prepare(until ? sql::membership_limit_adopted
                                                     : sql::membership_drop_of_provider));
  second.bind(":provider", provider);
  if (until) second.bind(":until", *until);
  LK_CHECK(second.run());
  LK_CHECK(transaction.commit());
  return concerned;
}

Result<std::vector<AccountId>> Memberships::due(std::string_view provider, Whom whom,
                                                TimePoint now, std::uint32_t limit) {
  LK_TRY(Statement statement, connection_.prepare(sql::membership_due));
  statement.bind(":provider", provider)
      .bind(":everybody", flag(whom == Whom::kEverybody))
      .bind(":now", now)
      .bind(":limit", std::int64_t{limit});
  std::vector<AccountId> accounts;
  for (;;) {
    LK_TRY(const Step reached, statement.step());
    if (reached == Step::kDone) return accounts;
    accounts.emplace_back(Columns(statement).text());
  }
}

Result<Membership> Memberships::take(const AccountId& account, TimePoint now, Seconds lease) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(Membership found, find(account));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::membership_take));
    LK_TRY(const std::int64_t changed, statement.bind(":account", account.text())
                                           .bind(":now", now)
                                           .bind(":lease_until", now + lease)
                                           .run());
    if (changed == 0) return fail(ErrorCode::kConflict, "the provider is being asked right now");
  }
  LK_CHECK(transaction.commit());
  return found;
}

Outcome Memberships::sending(const MemberQuestion& question) {
  LK_TRY(Statement statement, connection_.prepare(sql::membership_sent));
  return on_that_grant(statement, question);
}

Result<std::int64_t> Memberships::keep_grant(const MemberQuestion& question,
                                             std::string_view sealed_grant) {
  LK_TRY(Statement statement, connection_.prepare(sql::membership_keep_grant));
  statement.bind(":sealed_grant", sealed_grant);
  LK_CHECK(on_that_grant(statement, question));
  return question.generation + 1;
}

Outcome Memberships::confirm(const MemberQuestion& question, const MemberTimes& times) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::membership_confirm));
    statement.bind(":now", times.now).bind(":due", times.due);
    LK_CHECK(on_that_grant(statement, question));
  }
  LK_CHECK(limit(question.account, times.until));
  return transaction.commit();
}

Outcome Memberships::postpone(const MemberQuestion& question, TimePoint now, TimePoint due,
                              GrantAfter grant, std::string_view detail) {
  LK_TRY(Statement statement, connection_.prepare(sql::membership_postpone));
  statement.bind(":now", now)
      .bind(":due", due)
      .bind(":drop_grant", flag(grant == GrantAfter::kDropped))
      .bind(":maybe_spent", flag(grant == GrantAfter::kMaybeSpent))
      .bind(":detail", detail);
  return on_that_grant(statement, question);
}

Outcome Memberships::lose(const MemberQuestion& question, TimePoint now, Ends ends,
                          std::string_view detail) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::membership_lose));
    statement.bind(":now", now).bind(":detail", detail);
    LK_CHECK(on_that_grant(statement, question));
  }
  {
    LK_TRY(Statement statement,
           connection_.prepare(ends == Ends::kEverything ? sql::account_end_everything
                                                         : sql::account_end_sessions));
    LK_CHECK(statement.bind(":id", question.account.text()).run_on_one("account"));
  }
  LK_TRY(const Membership membership, find(question.account));
  LK_CHECK(append_audit(transaction, now, model::Actor::provider(membership.provider),
                        {.action = ends == Ends::kEverything
                                       ? model::AuditAction::kEverythingEnded
                                       : model::AuditAction::kSessionsEnded,
                         .account = question.account,
                         .detail = wire::JsonObject().add("reason", detail).text()}));
  // What is made in between by somebody who read the account before is refused all the same.
  LK_CHECK(limit(question.account, now));
  return transaction.commit();
}

}  // namespace latchkey::store
