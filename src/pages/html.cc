#include "latchkey/pages/html.h"

#include <algorithm>
#include <kainjow/mustache.hpp>

#include "latchkey/base/result.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/pages/templates.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/field_value.h"

namespace latchkey::pages {
namespace {

namespace mustache = kainjow::mustache;

std::string_view file_of(Template body) {
  switch (body) {
    case Template::kLogin: return "login.mustache";
    case Template::kMessage: return "message.mustache";
    case Template::kLogout: return "logout.mustache";
    case Template::kSignedOut: return "signed_out.mustache";
    case Template::kCredentials: return "credentials.mustache";
    case Template::kDevice: return "device.mustache";
    case Template::kWhoami: return "whoami.mustache";
    case Template::kRevoke: return "revoke.mustache";
    case Template::kUserToken: return "user_token.mustache";
  }
  return "message.mustache";
}

// Pages that say one thing stand in a small column; lines of a log need a wide one.
bool is_narrow(Template body) {
  return body != Template::kCredentials && body != Template::kWhoami && body != Template::kRevoke;
}

mustache::data to_data(const View& view);

mustache::data to_data(const std::vector<View>& entries) {
  mustache::data list(mustache::data::type::list);
  for (const View& entry : entries) list.push_back(to_data(entry));
  return list;
}

// An empty text becomes `false` and not a missing name: mustache would look a missing one up in the
// surrounding view, and show the page's label at an entry that has none.
mustache::data to_data(const View& view) {
  mustache::data object(mustache::data::type::object);
  for (const auto& [name, value] : view.values()) {
    if (const std::string* text = std::get_if<std::string>(&value)) {
      object.set(name, text->empty() ? mustache::data(false) : mustache::data(*text));
    } else if (const View::Shown* shown = std::get_if<View::Shown>(&value)) {
      object.set(name, mustache::data(*shown == View::Shown::kYes));
    } else {
      const std::vector<View>& entries = std::get<std::vector<View>>(value);
      object.set(name, to_data(entries));
      object.set("has_" + name, mustache::data(!entries.empty()));
    }
  }
  return object;
}

std::string render(Template body, const View& view, const Frame& frame) {
  mustache::data data = to_data(view);
  data.set("title", frame.title);
  data.set("site", frame.site);
  data.set("account",
           frame.account.empty() ? mustache::data(false) : mustache::data(frame.account));
  data.set("narrow", mustache::data(is_narrow(body)));
  // Partials come last: no name of a view can take their place.
  const Templates& templates = templates_in_use();
  data.set("style", mustache::partial([&] { return templates.text("style.css"); }));
  data.set("content", mustache::partial([&] { return templates.text(file_of(body)); }));
  mustache::mustache layout{templates.text("layout.mustache")};
  std::string html = layout.render(data);
  LK_ASSERT(layout.is_valid());
  return html;
}

// An origin cannot hold what would begin another source or directive of the policy.
bool is_plain_origin(std::string_view origin) {
  if (!origin.starts_with("https://") && !origin.starts_with("http://")) return false;
  return std::ranges::all_of(origin.substr(origin.find("//") + 2), [](char c) {
    return wire::is_alnum(c) || std::string_view(".-:[]").contains(c);
  });
}

std::string content_security_policy(const std::vector<std::string>& form_origins) {
  std::string policy = "default-src 'none'; style-src 'sha256-";
  policy += wire::base64_encode(crypto::sha256(templates_in_use().text("style.css")).bytes());
  policy += "'; form-action 'self'";
  for (const std::string& origin : form_origins) {
    if (is_plain_origin(origin)) policy += " " + origin;
  }
  policy += "; frame-ancestors 'none'; base-uri 'none'";
  return policy;
}

}  // namespace

View& View::text(std::string name, std::string value) {
  values_.insert_or_assign(std::move(name), std::move(value));
  return *this;
}

View& View::flag(std::string name, Shown shown) {
  values_.insert_or_assign(std::move(name), shown);
  return *this;
}

View& View::list(std::string name, std::vector<View> entries) {
  values_.insert_or_assign(std::move(name), std::move(entries));
  return *this;
}

void add_secure_headers(model::Answer& answer) {
  answer.add_ours("X-Content-Type-Options", "nosniff");
  answer.add_ours("X-Frame-Options", "DENY");
  answer.add_ours("Referrer-Policy", "no-referrer");
  answer.add_ours("Cross-Origin-Opener-Policy", "same-origin");
  answer.add_ours("Cache-Control", "no-store");
}

model::Answer page(Template body, const View& view, const Frame& frame) {
  model::Answer answer;
  answer.status = frame.status;
  answer.add_ours("Content-Type", "text/html; charset=utf-8");
  answer.add_ours("Content-Security-Policy", content_security_policy(frame.form_origins));
  add_secure_headers(answer);
  answer.body = render(body, view, frame);
  return answer;
}

}  // namespace latchkey::pages
