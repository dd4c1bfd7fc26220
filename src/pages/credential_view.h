// How issued credentials look, as pages and as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/model/account.h"
#include "latchkey/model/answer.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"
#include "latchkey/store/credentials.h"

namespace latchkey::pages {

// What one machine user holds.
struct HeldByMachine {
  model::Account machine;
  std::vector<model::IssuedCredential> live;
};

// All that a person has to look after.
struct Held {
  store::Shown own;
  std::vector<HeldByMachine> machines;
};

// What the list says above its form.
struct ListNote {
  int status = 200;
  std::string notice;  // something good happened
  std::string error;   // something was wrong with the form
  Order entered;       // what the person had typed, to be shown again
  std::size_t page = 1;
};

// The page with the form and the list of what is held: the live ones, those of machine users, the
// dead ones, each newest first. What makes it larger than a page should be (20 KB) stands on the
// next ones, `?page=2` and so on, which have no form.
model::Answer list_page(const Parts& parts, const model::Account& account, const Held& held,
                        const std::string& form_token, TimePoint now, const ListNote& note);

// {"credentials": [...], "machines": [...]}, of what record_json gives: of the person's own the
// live ones, then the last of the dead, each newest first; of their machine users' the live ones.
std::string list_json(const Parts& parts, const Held& held, const model::Account& account,
                      TimePoint now);

// The page that shows a new secret, this once, with texts to paste into tools.
model::Answer secret_page(const Parts& parts, const PageRequest& request,
                          const model::Account& account, const Issued& issued);

// {"username", "password", "id", "expires"}.
std::string issued_json(const model::Account& account, const Issued& issued);

// As issued_json, with "replaces" and "replaced_until".
std::string rotated_json(const model::Account& account, const Issued& issued,
                         const model::IssuedCredential& old, Seconds overlap, TimePoint now);

// Everything known of one credential; never the secret, which is not kept.
std::string record_json(const Parts& parts, const model::IssuedCredential& record,
                        const model::Account& account, TimePoint now);

}  // namespace latchkey::pages
