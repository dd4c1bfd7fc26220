// The one way a page is made: escaped, without script, under headers that cannot be forgotten.
#include "latchkey/pages/html.h"

#include <regex>

#include "latchkey/crypto/digest.h"
#include "latchkey/wire/base64.h"
#include "support/results.h"

namespace latchkey::pages {
namespace {

#include "templates.inc"

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Template kAll[] = {Template::kLogin,     Template::kMessage,     Template::kLogout,
                             Template::kSignedOut, Template::kCredentials, Template::kWhoami,
                             Template::kUserToken};

constexpr std::string_view kSources[] = {
    layout_mustache, login_mustache,       message_mustache, logout_mustache,
    signed_out_mustache, credentials_mustache, whoami_mustache, user_token_mustache};

const std::string kAttack =
    "\"'><script>alert(1)</script></style></textarea><img src=x onerror=alert(1)>{{user_name}}";

std::string header(const model::Answer& answer, std::string_view name) {
  std::string value;
  for (const model::Header& field : answer.headers) {
    if (field.name == name) value += field.value.text();
  }
  return value;
}

// Every name any template uses, filled with the attack, in every section.
View hostile_entry() {
  View view;
  for (const char* name :
       {"title", "href", "name", "value", "label", "created", "expires", "used", "scopes", "revoke",
        "what", "ended", "hint", "text"}) {
    view.text(name, kAttack);
  }
  return view;
}

View hostile_view() {
  View view = hostile_entry();
  for (const char* name : {"error", "notice", "note", "user_name", "action", "advice", "code",
                           "link_href", "link_text", "back_href", "login_href", "password",
                           "form_token", "days", "days_max", "whoami_href", "logout_href",
                           "display_name", "mail", "proof", "until", "credentials_href", "name_code",
                           "pass_code", "basic", "settings"}) {
    view.text(name, kAttack);
  }
  for (const char* name : {"providers", "hidden", "snippets", "live", "dead", "groups"}) {
    view.list(name, {hostile_entry()});
  }
  for (const char* name : {"local", "secret", "list", "has_pair"}) {
    view.flag(name, View::Shown::kYes);
  }
  return view;
}

Frame frame_of(std::string account = "anna") {
  Frame frame;
  frame.title = "Title";
  frame.site = "Place";
  frame.account = std::move(account);
  return frame;
}

Frame hostile_frame() {
  Frame frame = frame_of(kAttack);
  frame.title = kAttack;
  frame.site = kAttack;
  return frame;
}

TEST(Html, EscapesEveryValueOfEveryTemplateL10) {
  for (const Template body : kAll) {
    const std::string html = page(body, hostile_view(), hostile_frame()).body;
    EXPECT_THAT(html, Not(HasSubstr("<script"))) << static_cast<int>(body);
    EXPECT_THAT(html, Not(HasSubstr("<img"))) << static_cast<int>(body);
    EXPECT_THAT(html, Not(HasSubstr("\"'>"))) << static_cast<int>(body);
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;")) << static_cast<int>(body);
  }
}

// The policy is a second wall, so the pages are looked at as if it were not there.
TEST(Html, IsSafeWithoutItsContentSecurityPolicyA5) {
  const std::regex active(
      R"((<(script|iframe|object|embed|base|link)\b|\son[a-z]+\s*=|javascript:))",
      std::regex::icase);
  for (const Template body : kAll) {
    std::string html = page(body, hostile_view(), hostile_frame()).body;
    // What is escaped is text: only what is left between real angle brackets is markup.
    for (std::smatch tag; std::regex_search(html, tag, std::regex("<[^>]*>"));
         html = tag.suffix()) {
      const std::string text = std::regex_replace(tag.str(), std::regex("\"[^\"]*\""), "\"\"");
      EXPECT_FALSE(std::regex_search(text, active)) << text;
    }
  }
}

TEST(Html, QuotesInParametersCannotLeaveTheirAttributeM4) {
  const std::string html =
      page(Template::kLogin,
           View().flag("local", View::Shown::kYes).text("user_name", "\" autofocus x=\""),
           frame_of(""))
          .body;
  EXPECT_THAT(html, HasSubstr("value=\"&quot; autofocus x=&quot;\""));
}

TEST(Html, HasNoUnescapedTagAndNoUnquotedAttributeInAnyTemplate) {
  for (const std::string_view source : kSources) {
    EXPECT_EQ(source.find("{{{"), source.npos);
    EXPECT_EQ(source.find("{{&"), source.npos);
    EXPECT_EQ(source.find("{{="), source.npos);
    EXPECT_EQ(source.find("={{"), source.npos);
    EXPECT_EQ(source.find("='"), source.npos);
    EXPECT_EQ(source.find("style="), source.npos);
    EXPECT_EQ(source.find("<script"), source.npos);
  }
}

TEST(Html, DoesNotReadValuesAsTemplates) {
  const std::string html =
      page(Template::kMessage, View().text("text", "{{#account}}x{{/account}}{{>style}}"),
           frame_of())
          .body;
  EXPECT_THAT(html, HasSubstr("{{#account}}x{{/account}}{{&gt;style}}"));
}

TEST(Html, AllowsExactlyTheStyleSheetThatIsSent) {
  const model::Answer answer = page(Template::kMessage, View().text("text", "x"), frame_of());
  const std::size_t begin = answer.body.find("<style>") + 7;
  const std::string style = answer.body.substr(begin, answer.body.find("</style>") - begin);
  EXPECT_THAT(header(answer, "Content-Security-Policy"),
              HasSubstr("style-src 'sha256-" +
                        wire::base64_encode(crypto::sha256(style).bytes()) + "'"));
}

TEST(Html, SendsAPolicyThatAllowsNothingElse) {
  const std::string policy =
      header(page(Template::kMessage, View(), frame_of()), "Content-Security-Policy");
  EXPECT_THAT(policy, ::testing::StartsWith("default-src 'none'; "));
  EXPECT_THAT(policy, HasSubstr("form-action 'self';"));
  EXPECT_THAT(policy, HasSubstr("base-uri 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

TEST(Html, CannotBeFramedForClickjackingC6) {
  for (const Template body : kAll) {
    const model::Answer answer = page(body, View(), frame_of());
    EXPECT_EQ(header(answer, "X-Frame-Options"), "DENY");
    EXPECT_THAT(header(answer, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  }
}

TEST(Html, IsNeverKeptByACacheC7) {
  const model::Answer answer = page(Template::kCredentials, View(), frame_of());
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(answer, "Cross-Origin-Opener-Policy"), "same-origin");
}

TEST(Html, LetsAFormLeadToTheOriginsOfItsCaller) {
  Frame frame = frame_of();
  frame.form_origins = {"https://login.example.com:8443"};
  EXPECT_THAT(header(page(Template::kLogout, View(), frame), "Content-Security-Policy"),
              HasSubstr("form-action 'self' https://login.example.com:8443;"));
}

TEST(Html, LeavesOutAFormOriginThatWouldBeginAnotherDirective) {
  Frame frame = frame_of();
  frame.form_origins = {"https://a.example; script-src *", "*", "https://b.example/path", "data:"};
  EXPECT_THAT(header(page(Template::kLogout, View(), frame), "Content-Security-Policy"),
              HasSubstr("form-action 'self'; frame-ancestors"));
}

TEST(Html, NamesWhoseAccountItIs) {
  EXPECT_THAT(page(Template::kMessage, View(), frame_of("anna@example.com")).body,
              HasSubstr("Signed in as <strong>anna@example.com</strong>"));
  EXPECT_THAT(page(Template::kMessage, View(), frame_of("")).body, HasSubstr("Not signed in"));
}

TEST(Html, DoesNotLendAnEntryTheLabelOfThePage) {
  View view;
  view.flag("list", View::Shown::kYes).text("label", "typed before");
  view.list("live", {View().text("label", "")});
  const std::string html = page(Template::kCredentials, view, frame_of()).body;
  EXPECT_THAT(html, HasSubstr("<strong>(no label)</strong>"));
}

TEST(Html, LabelsEveryFieldAndSpeaksALanguage) {
  const std::string html =
      page(Template::kLogin, View().flag("local", View::Shown::kYes), frame_of("")).body;
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(html, HasSubstr("<label for=\"user\">"));
  EXPECT_THAT(html, HasSubstr("<label for=\"password\">"));
  EXPECT_THAT(html, HasSubstr("<h1>Title</h1>"));
}

TEST(Html, IsSmall) {
  for (const Template body : kAll) EXPECT_LT(page(body, View(), frame_of()).body.size(), 20'000u);
}

}  // namespace
}  // namespace latchkey::pages
