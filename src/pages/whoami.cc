#include "latchkey/pages/whoami.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "date_text.h"
#include "latchkey/answer/groups_filter.h"
#include "latchkey/identity/fact_sources.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/problem.h"
#include "latchkey/policy/scope.h"
#include "latchkey/store/store.h"
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

// What is shown of one person: the identity, where its facts came from, and which groups stay here.
struct Shown {
  const model::Identity& identity;
  identity::FactSources sources;
  std::vector<std::string> withheld;
  std::optional<bool> ends_soon;  // of a credential
};

wire::JsonObject sources_object(const identity::FactSources& sources) {
  wire::JsonObject object;
  object.add("username", sources.user_name);
  if (!sources.display_name.empty()) object.add("display_name", sources.display_name);
  if (!sources.mail.empty()) object.add("mail", sources.mail);
  if (!sources.groups.empty()) object.add("groups", sources.groups);
  return object;
}

model::Answer as_json(const Shown& shown) {
  const model::Identity& identity = shown.identity;
  const model::Profile& profile = identity.profile();
  wire::JsonObject object;
  object.add("username", profile.user_name)
      .add("display_name", profile.display_name)
      .add("mail", profile.mail)
      .add("groups", profile.groups)
      .add("sources", sources_object(shown.sources))
      .add("auth", model::name_of(identity.proof()))
      .add("account", identity.account().text());
  if (!shown.withheld.empty()) object.add("groups_withheld", shown.withheld);
  if (!identity.credential().empty()) object.add("credential", identity.credential().text());
  if (!identity.scopes().empty()) object.add("scopes", identity.scopes());
  if (shown.ends_soon) object.add("expires_soon", *shown.ends_soon);
  if (identity.valid_until()) object.add("until", wire::rfc3339(*identity.valid_until()));
  return json_answer(200, object.text());
}

model::Answer as_page(const config::Config& config, const Shown& shown) {
  const model::Identity& identity = shown.identity;
  const model::Profile& profile = identity.profile();
  std::vector<View> groups;
  for (const std::string& group : profile.groups) {
    const bool withheld = std::ranges::find(shown.withheld, group) != shown.withheld.end();
    groups.push_back(View().text("name", group).text("withheld", withheld ? "not sent" : ""));
  }
  View view;
  view.text("user_name", profile.user_name)
      .text("display_name", profile.display_name)
      .text("mail", profile.mail)
      .list("groups", std::move(groups))
      .text("user_name_source", shown.sources.user_name)
      .text("display_name_source", shown.sources.display_name)
      .text("mail_source", shown.sources.mail)
      .text("groups_source", shown.sources.groups)
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

// Without an account there is only the name, and one who vouched for it.
identity::FactSources sources_of(const Parts& parts, const model::Identity& identity) {
  store::Accounts& accounts = parts.store.accounts();
  const Result<model::Account> account = accounts.find(identity.account());
  if (account) return identity::sources_of(accounts, *account).value_or(identity::FactSources());
  return {.user_name = std::string(proof_text(identity.proof())),
          .display_name = {},
          .mail = {},
          .groups = {}};
}

std::vector<std::string> withheld_groups(const config::Config& config,
                                         const model::Profile& profile) {
  const answer::GroupsFilter filter(config);
  std::vector<std::string> withheld;
  for (const std::string& group : profile.groups) {
    if (!filter.passes(group)) withheld.push_back(group);
  }
  return withheld;
}

// The reminder for a program that only has its credential.
std::optional<bool> ends_soon_of(const Parts& parts, const model::Identity& identity,
                                 TimePoint now) {
  if (identity.credential().empty()) return std::nullopt;
  const auto found = parts.store.credentials().find(identity.credential());
  if (!found) return std::nullopt;
  return ends_soon(found->credential, parts.config.credential, now);
}

}  // namespace

PageResult WhoamiPage::serve(const PageRequest& request) {
  const model::Step<model::Identity> identity = identified(parts_, request);
  if (!identity) return refused_visitor(parts_, request, identity.error());
  if (!policy::scopes_permit(identity->scopes(), request.query)) {
    return refused_visitor(parts_, request,
                           model::Decision::refuse(model::Reason::kScopeDenied, "at /whoami"));
  }
  const Shown shown{*identity, sources_of(parts_, *identity),
                    withheld_groups(parts_.config, identity->profile()),
                    ends_soon_of(parts_, *identity, request.now)};
  PageResult result;
  result.reason = "shown";
  result.user = identity->profile().user_name;
  result.answer = wire::preferred(request.hints().accept) == wire::Media::kHtml
                      ? as_page(parts_.config, shown)
                      : as_json(shown);
  result.answer.add_ours("Vary", "Accept");
  return result;
}

}  // namespace latchkey::pages
