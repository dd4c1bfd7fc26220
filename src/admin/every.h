// Walks through lists of the store that come page by page.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/store/store.h"

namespace latchkey::admin {

// Input:   `page` returns at most kListRowsMax records behind the one it is given, null for the
//          first of all. `take` is called with each record, in order.
// Errors:  those of `page`; what was taken before stays taken.
template <typename Record, typename Page, typename Take>
Outcome every(Page page, Take take) {
  std::vector<Record> some;
  do {
    LK_TRY(std::vector<Record> next, page(some.empty() ? nullptr : &some.back()));
    some = std::move(next);
    for (const Record& one : some) take(one);
  } while (some.size() == store::kListRowsMax);
  return {};
}

template <typename Take>
Outcome every_account(store::Store& store, Take take) {
  return every<model::Account>(
      [&](const model::Account* last) {
        return store.accounts().list(last == nullptr ? AccountId() : last->id);
      },
      take);
}

// Of one person, ended ones too.
template <typename Take>
Outcome every_session(store::Store& store, const model::Account& account, Take take) {
  return every<model::Session>(
      [&](const model::Session* last) {
        return store.sessions().list(account.id, last == nullptr ? std::string() : last->id);
      },
      take);
}

// Of one person, ended ones too.
template <typename Take>
Outcome every_credential(store::Store& store, const model::Account& account, Take take) {
  return every<model::IssuedCredential>(
      [&](const model::IssuedCredential* last) {
        return store.credentials().list(account.id, last == nullptr ? CredentialId() : last->id);
      },
      take);
}

}  // namespace latchkey::admin
