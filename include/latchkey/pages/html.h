// Turns a template and its data into a whole HTML answer. The only way a page leaves latchkey:
// every value is escaped, there is no script, and the security headers cannot be forgotten.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "latchkey/model/answer.h"

namespace latchkey::pages {

// What a template may name. A text that is empty, a flag that is off and a list without entries all
// count as "not there" for a section `{{#name}}`, and as "there" for `{{^name}}`.
class View {
 public:
  enum class Shown { kNo, kYes };
  using Value = std::variant<std::string, Shown, std::vector<View>>;

  // Each returns the view itself, so that data reads as one list. A name given again is replaced.
  View& text(std::string name, std::string value);
  View& flag(std::string name, Shown shown);
  View& list(std::string name, std::vector<View> entries);

  const std::map<std::string, Value>& values() const { return values_; }

 private:
  std::map<std::string, Value> values_;
};

// The bodies below src/pages/templates; the layout is put around each of them.
enum class Template {
  kLogin,
  kMessage,
  kLogout,
  kSignedOut,
  kCredentials,
  kDevice,
  kWhoami,
  kRevoke,
  kUserToken,
};

// What the layout needs beside the body.
struct Frame {
  int status = 200;
  std::string title;    // of the page, for the tab and the main heading
  std::string site;     // config::Site::title
  std::string account;  // whose account the page speaks of; empty: nobody is signed in
  // Origins that a form of this page may lead to by a redirect, beside the page's own (Chromium
  // holds `form-action` against redirects too): a provider's, written `https://host[:port]`.
  std::vector<std::string> form_origins;
};

// Renders a page.
//
// Input:   `view`, data by the names which the template uses (each template's first comment lists
//          them); any bytes, escaped on the way out.
// Returns: the answer with its Content-Type, a Content-Security-Policy of `default-src 'none'`, and
//          those of add_secure_headers(). A form origin that is no plain origin is left out.
// Spec:    CSP level 3; the one style sheet is inline and allowed by its SHA-256.
model::Answer page(Template body, const View& view, const Frame& frame);

// Adds the headers that every answer of ours carries, pages and JSON alike: X-Content-Type-Options,
// X-Frame-Options, Referrer-Policy, Cross-Origin-Opener-Policy, Cache-Control: no-store.
void add_secure_headers(model::Answer& answer);

}  // namespace latchkey::pages
