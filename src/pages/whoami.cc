#include "latchkey/pages/whoami.h"

#include <utility>
#include <vector>

#include "date_text.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/problem.h"
#include "latchkey/wire/accept.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "visitor.h"

namespace latchkey::pages {
namespace {

// How the proof is called on the page; the JSON has the contract's word.
std::string_view proof_text(model::Proof proof) {
  switch (proof) {
    case model::Proof::kSession: return "a sign-in in this browser";
    case model::Proof::kJwt: return "a credential for programs";
    case model::Proof::kUserToken: return "a user token";
    case model::Proof::kPassword: return "a password";
    case model::Proof::kCertificate: return "a client certificate";
    case model::Proof::kRemoteUser: return "the web server";
    case model::Proof::kDockerToken: return "a Docker token";
    case model::Proof::kAnonymous: return "nothing";
  }
  return "nothing";
}

model::Answer as_json(const model::Identity& identity) {
  const model::Profile& profile = identity.profile();
  wire::JsonObject object;
  object.add("username", profile.user_name)
      .add("display_name", profile.display_name)
      .add("mail", profile.mail)
      .add("groups", profile.groups)
      .add("auth", model::name_of(identity.proof()))
      .add("account", identity.account().text());
  if (!identity.credential().empty()) object.add("credential", identity.credential().text());
  if (!identity.scopes().empty()) object.add("scopes", identity.scopes());
  if (identity.valid_until()) object.add("until", wire::rfc3339(*identity.valid_until()));
  return json_answer(200, object.text());
}

model::Answer as_page(const config::Config& config, const model::Identity& identity) {
  const model::Profile& profile = identity.profile();
  std::vector<View> groups;
  for (const std::string& group : profile.groups) groups.push_back(View().text("name", group));
  View view;
  view.text("user_name", profile.user_name)
      .text("display_name", profile.display_name)
      .text("mail", profile.mail)
      .list("groups", std::move(groups))
      .text("proof", std::string(proof_text(identity.proof())))
      .text("until", identity.valid_until() ? date_text(*identity.valid_until()) : "")
      .text("credentials_href", config.paths.credentials)
      .text("logout_href", config.paths.logout);
  Frame frame;
  frame.title = "Who you are here";
  frame.site = config.site.title;
  frame.account = profile.user_name;
  return page(Template::kWhoami, view, frame);
}

}  // namespace

PageResult WhoamiPage::serve(const PageRequest& request) {
  const model::Step<model::Identity> identity = identified(parts_, request);
  if (!identity) return refused_visitor(parts_, request, identity.error());
  PageResult result;
  result.reason = "shown";
  result.user = identity->profile().user_name;
  result.answer = wire::preferred(request.hints().accept) == wire::Media::kHtml
                      ? as_page(parts_.config, *identity)
                      : as_json(*identity);
  result.answer.add_ours("Vary", "Accept");
  return result;
}

}  // namespace latchkey::pages
