// What a person or program asks of /cli/credentials, read from the body.
#pragma once

#include <string>

#include "body_kind.h"
#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/page.h"

namespace latchkey::pages {

// A posted form: what is ordered, and the token that proves the form to be ours.
struct OrderForm {
  Order order;
  std::string token;
};

// Reads `label`, `lifetime` (days), `scope` (repeated or separated by blanks), `form` (signed or
// short), `form_token`.
//
// Errors: kMalformed: not a form, a field twice, a lifetime that is no number, an unknown form.
Result<OrderForm> read_order_form(const PageRequest& request, const config::Credential& defaults);

// Reads {"label": text, "lifetime": days, "scopes": [text], "form": text}, each optional; an empty
// body is {}.
//
// Errors: kMalformed: not such an object, or a member of another name: a misspelled lifetime
//         must not become the default.
Result<Order> read_order_json(const PageRequest& request, const config::Credential& defaults);

// A form that revokes: its token, and the page of the list that it stood on; either may be empty.
struct RevokeForm {
  std::string token;
  std::string page;
};

// Errors: kMalformed: not a form, or a field twice.
Result<RevokeForm> read_revoke_form(const PageRequest& request);

// What a rotation asks for.
struct RotationForm {
  Seconds overlap{};
  std::string token;  // of a form
};

// Reads `overlap`, such as 24h, from a form or from {"overlap": "24h"}; optional in both.
//
// Errors: kMalformed: not such a body, or no duration.
Result<RotationForm> read_rotation(const PageRequest& request, BodyKind kind,
                                   const config::Credential& defaults);

}  // namespace latchkey::pages
