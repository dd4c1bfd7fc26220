// How rows become values: each function reads the columns of its table in the order that every
// SELECT of them keeps.
#pragma once

#include "latchkey/model/account.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/model/session.h"
#include "latchkey/store/presented.h"
#include "latchkey/store/user_tokens.h"
#include "store/statement.h"

namespace latchkey::store {

model::Account read_account(Columns& columns);
model::Session read_session(Columns& columns);  // without its sealed ID token
model::IssuedCredential read_credential(Columns& columns);
PresentedSession read_presented_session(Columns& columns);
PresentedCredential read_presented_credential(Columns& columns);
UserToken read_user_token(Columns& columns);
UserTokenSettings read_user_token_settings(Columns& columns);
PresentedUserToken read_presented_user_token(Columns& columns);

// Reads every row of a listing by `read`, one of the above.
template <typename Value>
Result<std::vector<Value>> read_rows(Statement& statement, Value (*read)(Columns&)) {
  std::vector<Value> rows;
  for (;;) {
    LK_TRY(const Step reached, statement.step());
    if (reached == Step::kDone) return rows;
    Columns columns(statement);
    rows.push_back(read(columns));
  }
}

}  // namespace latchkey::store
