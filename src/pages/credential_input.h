// What a person or program asks of /cli/credentials, read from the body.
#pragma once

#include <string>

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

// Reads `label`, `lifetime` (days), `scope` (repeated or separated by blanks), `form_token`.
//
// Errors: kMalformed: not a form, a field twice, a lifetime that is no number.
Result<OrderForm> read_order_form(const PageRequest& request, const config::Credential& defaults);

// Reads {"label": text, "lifetime": days, "scopes": [text]}, each optional; an empty body is {}.
//
// Errors: kMalformed: not such an object, or a member of another name: a misspelled lifetime
//         must not become the default.
Result<Order> read_order_json(const PageRequest& request, const config::Credential& defaults);

// Returns the form's token; empty if there is none. Errors: kMalformed.
Result<std::string> read_form_token(const PageRequest& request);

}  // namespace latchkey::pages
