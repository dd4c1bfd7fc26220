// Makes a personal credential: its record in the store, and the token that is shown once. Shared by
// the page and by `latchkey credential issue`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

constexpr std::size_t kLabelCharactersMax = 100;
constexpr Seconds kOverlapMax = std::chrono::days(30);

// What a person asks for.
struct Order {
  std::string label;  // any UTF-8 without control characters, may be empty
  std::chrono::days lifetime{0};
  std::vector<std::string> scopes;  // empty: everything the owner may do
  model::TokenForm form = model::TokenForm::kSigned;
  std::optional<crypto::Digest> login{};  // the code of the device login that is collected with it
};

struct Issued {
  model::IssuedCredential record;
  SecretString token;
};

// Looks at an order before anything is made of it.
//
// Errors: kMalformed: label too long or with control characters, lifetime not between 1 day and the
//         configured maximum, a scope that is none. The detail can be shown to the person.
Outcome check_order(const Order& order, const config::Credential& limits);

// Issues what was ordered to `account`. What a machine user is given ends with it at the latest.
//
// Returns: the record as stored and the token. The token is made first and handed out only when its
//          record is on the disk, so a failure on either side leaves nothing behind.
// Errors:  kMalformed: as check_order; kConflict: the owner holds as many as are allowed; kRefused:
//          the account is disabled, at its end, or was changed meanwhile; kNotFound: the login
//          was collected before; kUnavailable: store or
//          signing key.
// Spec:    RFC 7519. `uid` is the user name, `sub` the account, `jti` the id of the record.
Result<Issued> issue(const config::Config& config, store::Store& store,
                     const model::Account& account, const Order& order, TimePoint now,
                     Random& random, const model::Actor& by);

// Issues what replaces `old`, of the same label, scopes, form and lifetime; `old` goes on for
// `overlap`, or until its own end, so that a build that runs meanwhile is not cut off.
//
// Input:   `overlap`, 0 to kOverlapMax.
// Returns: as issue.
// Errors:  as issue; kMalformed also: the overlap; kConflict also: `old` was replaced before;
//          kRefused also: `old` has ended.
Result<Issued> rotate(const config::Config& config, store::Store& store,
                      const model::Account& account, const model::IssuedCredential& old,
                      Seconds overlap, TimePoint now, Random& random,
                      const model::Actor& by);

// True for a live one that ends within [credential] remind: its owner should rotate it.
bool ends_soon(const model::IssuedCredential& record, const config::Credential& settings,
               TimePoint now);

// One word: `live`, `revoked`, `expired`, `replaced` (expired, after another took its place), or
// `ended` when the account was disabled or has left the
// epoch of the record behind.
std::string_view state_of(const model::IssuedCredential& record, const model::Account& account,
                          TimePoint now);

}  // namespace latchkey::pages
