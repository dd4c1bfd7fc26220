#include "latchkey/store/machines.h"

#include "latchkey/store/accounts.h"
#include "latchkey/wire/json_object.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

model::AuditEvent event_of(model::AuditAction action, const AccountId& machine,
                           const model::Account& owner) {
  wire::JsonObject detail;
  detail.add("owner", owner.profile.user_name);
  return {.action = action, .account = machine, .object = {}, .detail = detail.text()};
}

}  // namespace

Result<model::Account> Machines::owner_of(const AccountId& owner) {
  LK_TRY(model::Account person, Accounts(connection_).find(owner));
  if (person.disabled) return fail(ErrorCode::kRefused, "the owner is disabled");
  if (person.issuer == kMachineIssuer) {
    return fail(ErrorCode::kRefused, "the owner is a machine itself");
  }
  return person;
}

Result<model::Account> Machines::create(const model::Profile& profile, const AccountId& owner,
                                        std::optional<TimePoint> expires, TimePoint now,
                                        Random& random, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const model::Account person, owner_of(owner));
  const AccountId id(make_uuid_v7(now, random));
  const std::string groups = join_lines(profile.groups);
  {
    LK_TRY(Statement statement, connection_.prepare(sql::account_create_machine));
    const Result<std::int64_t> made = statement.bind(":id", id.text())
                                          .bind(":issuer", kMachineIssuer)
                                          .bind(":user_name", profile.user_name)
                                          .bind(":display_name", profile.display_name)
                                          .bind(":group_names", groups)
                                          .bind(":now", now)
                                          .bind(":owner", owner.text())
                                          .bind(":expires", expires)
                                          .run();
    if (!made && made.error().code == ErrorCode::kConflict) {
      return fail(ErrorCode::kConflict, "the user name is another account's");
    }
    LK_CHECK(made);
  }
  LK_TRY(model::Account account, Accounts(connection_).find(id));
  LK_CHECK(append_audit(transaction, now, by,
                        event_of(model::AuditAction::kMachineCreated, id, person)));
  LK_CHECK(transaction.commit());
  return account;
}

Outcome Machines::assign(const AccountId& machine, const AccountId& owner, TimePoint now,
                         const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const model::Account person, owner_of(owner));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::account_assign_machine));
    LK_CHECK(statement.bind(":id", machine.text())
                 .bind(":owner", owner.text())
                 .bind(":issuer", kMachineIssuer)
                 .run_on_one("machine user"));
  }
  LK_CHECK(append_audit(transaction, now, by,
                        event_of(model::AuditAction::kMachineAssigned, machine, person)));
  return transaction.commit();
}

Result<std::vector<model::Account>> Machines::of_owner(const AccountId& owner) {
  LK_TRY(Statement statement, connection_.prepare(sql::account_list_of_owner));
  statement.bind(":owner", owner.text()).bind(":limit", std::int64_t{kListRowsMax});
  return read_rows<model::Account>(statement, read_account);
}

}  // namespace latchkey::store
