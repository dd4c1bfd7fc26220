#include "latchkey/store/device_logins.h"

#include "latchkey/store/attempts.h"
#include "latchkey/wire/json_object.h"
#include "store/audit_log.h"
#include "store/connection.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

model::AuditEvent event_of(model::AuditAction action, const AccountId& account,
                           const DeviceLogin& login) {
  wire::JsonObject detail;
  detail.add("client", login.client).add("label", login.label).add("from", login.address);
  return {.action = action, .account = account, .object = {}, .detail = detail.text()};
}

// The row of a poll, with what is known only after somebody has decided.
struct Row {
  TimePoint expires{};
  TimePoint next_poll{};
  bool decided = false;
  DeviceGrant grant;
};

Row read_row(Columns& columns) {
  Row row;
  row.expires = columns.time();
  row.next_poll = columns.time();
  row.decided = columns.maybe_time().has_value();
  row.grant.account = AccountId(columns.text());
  row.grant.session_epoch = columns.integer();
  row.grant.credential_epoch = columns.integer();
  row.grant.label = columns.text();
  row.grant.scopes = columns.lines();
  row.grant.lifetime = std::chrono::days(columns.integer());
  return row;
}

Result<Row> find_row(Connection& connection, const crypto::Digest& code_hash,
                     std::string_view client) {
  LK_TRY(Statement statement, connection.prepare(sql::device_login_poll));
  LK_CHECK(statement.bind(":code_hash", code_hash)
               .bind(":client", client)
               .step_to_row("login of a program"));
  Columns columns(statement);
  return read_row(columns);
}

// Two polls can come at the same second of a row that counts seconds, each in its time.
constexpr Seconds kSlack{1};

DeviceState state_of(const Row& row, TimePoint now) {
  if (row.expires <= now) return DeviceState::kExpired;
  if (row.decided) {
    return row.grant.account.empty() ? DeviceState::kDenied : DeviceState::kApproved;
  }
  return now < row.next_poll ? DeviceState::kTooFast : DeviceState::kWaiting;
}

}  // namespace

Outcome DeviceLogins::check_room(const std::string& network, TimePoint now) {
  LK_TRY(Statement statement, connection_.prepare(sql::device_login_count));
  LK_CHECK(statement.bind(":network", network).bind(":now", now).step_to_row("count"));
  Columns columns(statement);
  const std::int64_t of_network = columns.integer();
  const std::int64_t in_all = columns.integer();
  if (of_network < kDeviceLoginsOfNetworkMax && in_all < kDeviceLoginsMax) return {};
  return fail(ErrorCode::kRefused, "too many programs are waiting for a yes: " +
                                       std::to_string(of_network) + " of that network, " +
                                       std::to_string(in_all) + " in all");
}

Outcome DeviceLogins::ask(const DeviceLogin& login, const crypto::Digest& code_hash) {
  const std::string network = attempt_network(login.address);
  const std::string scopes = join_lines(login.scopes);
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(check_room(network, login.created));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::device_login_ask));
    LK_CHECK(statement.bind(":code_hash", code_hash)
                 .bind(":user_code", login.user_code)
                 .bind(":client", login.client)
                 .bind(":label", login.label)
                 .bind(":scopes", scopes)
                 .bind(":address", login.address)
                 .bind(":network", network)
                 .bind(":created", login.created)
                 .bind(":expires", login.created + kDeviceLoginLifetime)
                 .run());
  }
  return transaction.commit();
}

Result<DeviceLogin> DeviceLogins::find(std::string_view user_code, TimePoint now) {
  LK_TRY(Statement statement, connection_.prepare(sql::device_login_find));
  LK_CHECK(statement.bind(":user_code", user_code)
               .bind(":now", now)
               .step_to_row("login of a program"));
  Columns columns(statement);
  DeviceLogin login;
  login.user_code = user_code;
  login.client = columns.text();
  login.label = columns.text();
  login.scopes = columns.lines();
  login.address = columns.text();
  login.created = columns.time();
  return login;
}

Outcome DeviceLogins::approve(std::string_view user_code, const model::Account& account,
                              const DeviceApproval& approval, TimePoint now,
                              const model::Actor& by) {
  const std::string scopes = join_lines(approval.scopes);
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const DeviceLogin login, find(user_code, now));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::device_login_approve));
    LK_CHECK(statement.bind(":user_code", user_code)
                 .bind(":account", account.id.text())
                 .bind(":session_epoch", account.session_epoch)
                 .bind(":credential_epoch", account.credential_epoch)
                 .bind(":scopes", scopes)
                 .bind(":lifetime_days", std::int64_t{approval.lifetime.count()})
                 .bind(":now", now)
                 .run_on_one("login of a program"));
  }
  LK_CHECK(append_audit(transaction, now, by,
                        event_of(model::AuditAction::kLoginApproved, account.id, login)));
  return transaction.commit();
}

Outcome DeviceLogins::deny(std::string_view user_code, const model::Account& account,
                           TimePoint now, const model::Actor& by) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const DeviceLogin login, find(user_code, now));
  {
    LK_TRY(Statement statement, connection_.prepare(sql::device_login_deny));
    LK_CHECK(statement.bind(":user_code", user_code)
                 .bind(":now", now)
                 .run_on_one("login of a program"));
  }
  LK_CHECK(append_audit(transaction, now, by,
                        event_of(model::AuditAction::kLoginDenied, account.id, login)));
  return transaction.commit();
}

Result<DevicePoll> DeviceLogins::poll(const crypto::Digest& code_hash, std::string_view client,
                                      TimePoint now) {
  LK_TRY(Row row, find_row(connection_, code_hash, client));
  const DeviceState state = state_of(row, now);
  if (state == DeviceState::kWaiting) {
    LK_TRY(Statement statement, connection_.prepare(sql::device_login_postpone));
    LK_CHECK(statement.bind(":code_hash", code_hash)
                 .bind(":next_poll", now + kDevicePollInterval - kSlack)
                 .run());
  }
  return DevicePoll{state, std::move(row.grant)};
}

}  // namespace latchkey::store
