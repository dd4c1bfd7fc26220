// The corpus of redirect targets at every entrance that takes one and every page that hands one on;
// the sign-in itself is in sign_in_oidc_test.cc and sign_in_local_test.cc.
#include <gtest/gtest.h>

#include "latchkey/wire/form.h"
#include "sign_in_site.h"
#include "support/redirect_corpus.h"

namespace latchkey::testing {
namespace {

std::string cut_out(const std::string& text, const std::string& begin, char end) {
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) return "(absent)";
  const std::size_t from = at + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

// Where the page's button leads.
std::string link_of(const model::Answer& page) {
  return cut_out(page.body, "<a class=\"button\" href=\"", '"');
}

// What the sign-in is told to lead to by a link or redirect to it. Nothing else may stand there.
std::string rd_of_login(std::string url, const std::string& site = "") {
  const std::string begin = site + "/oauth/login?";
  if (!url.starts_with(begin)) return "not the sign-in: " + url;
  const std::size_t escaped = url.find("&amp;");
  if (escaped != url.npos) url.erase(escaped + 1, 4);
  const Result<wire::Form> form = wire::Form::parse(url.substr(begin.size()));
  if (!form) return "cannot be read: " + url;
  return form->single("rd")->value_or("(absent)");
}

std::string login(const std::string& rd) { return "/oauth/login?rd=" + wire::url_encode(rd); }

// `where(rd)` goes in by the entrance and says where it leads.
template <typename Where>
void expect_the_grammar_at(Where where) {
  for (const std::string& rd : kGoodRedirects) EXPECT_EQ(where(rd), rd);
  for (const std::string& rd : kBadRedirects) EXPECT_EQ(where(rd), "/") << rd;
}

// The `state` of a sign-in that was begun with `rd`, as the provider hands it back.
std::string begun(Browser& browser, const std::string& rd) {
  const std::string url = field(browser.get(login(rd)), "Location");
  return "state=" + cut_out(url, "state=", '&');
}

void forget_the_session(Browser& browser) { browser.cookies.erase(kSessionCookie); }

TEST(RedirectCorpus, AtTheLogoutsPostWithASession) {
  Site site;
  site.provider.discovery.erase("end_session_endpoint");
  expect_the_grammar_at([&](const std::string& rd) {
    Browser browser(site);
    browser.sign_in();
    const model::Answer asked = browser.get("/oauth/logout");
    const model::Answer answer = browser.post(
        "/oauth/logout",
        "form_token=" + wire::url_encode(Browser::hidden(asked, "form_token")) + "&rd=" + wire::url_encode(rd));
    EXPECT_FALSE(browser.cookies.contains(kSessionCookie)) << rd;
    if (answer.status == 200) return rd_of_login(link_of(answer));
    const std::string location = field(answer, "Location");
    const std::string site_url = "https://app.test";
    return location.starts_with(site_url + "/") ? location.substr(site_url.size()) : location;
  });
}

TEST(RedirectCorpus, AtTheLogoutsPagesWithoutASession) {
  Site site;
  Browser browser(site);
  expect_the_grammar_at([&](const std::string& rd) {
    return rd_of_login(link_of(browser.get("/oauth/logout?rd=" + wire::url_encode(rd))));
  });
  expect_the_grammar_at([&](const std::string& rd) {
    return rd_of_login(link_of(browser.post("/oauth/logout", "form_token=x&rd=" + wire::url_encode(rd))));
  });
}

TEST(RedirectCorpus, AtTheWayBackFromTheQuestionWhetherToSignOut) {
  Site site;
  Browser browser(site);
  browser.sign_in();
  expect_the_grammar_at([&](const std::string& rd) {
    const model::Answer asked = browser.get("/oauth/logout?rd=" + wire::url_encode(rd));
    EXPECT_EQ(cut_out(asked.body, "name=\"rd\" value=\"", '"'),
              cut_out(asked.body, "<a class=\"button plain\" href=\"", '"'));
    return cut_out(asked.body, "<a class=\"button plain\" href=\"", '"');
  });
}

TEST(RedirectCorpus, AtTheLinkForWhoIsSignedInAlready) {
  Site site;
  Browser browser(site);
  browser.sign_in();
  expect_the_grammar_at([&](const std::string& rd) {
    const model::Answer page = browser.get(login(rd));
    EXPECT_TRUE(page.body.contains("You are signed in")) << rd;
    return link_of(page);
  });
}

TEST(RedirectCorpus, AtTheLinksOfPagesForWhatTheProviderRefused) {
  Site site;
  for (const char* error : {"access_denied", "login_required", "server_error"}) {
    Browser browser(site);
    expect_the_grammar_at([&](const std::string& rd) {
      const model::Answer page = browser.get("/oauth/callback?" + begun(browser, rd) + "&error=" + error +
                                             "&iss=https%3A%2F%2Fidp.test");
      EXPECT_GE(page.status, 400) << rd;
      return rd_of_login(link_of(page));
    });
  }
}

TEST(RedirectCorpus, AtTheLinkOfAFailedExchange) {
  Site site;
  Browser browser(site);
  expect_the_grammar_at([&](const std::string& rd) {
    const model::Answer page = browser.get("/oauth/callback?" + begun(browser, rd) +
                                           "&code=never-given&iss=https%3A%2F%2Fidp.test");
    EXPECT_EQ(page.status, 502) << rd;
    return rd_of_login(link_of(page));
  });
}

TEST(RedirectCorpus, AtTheLinkWhereTheProviderCannotBeUsed) {
  Site site;
  site.provider.discovery["authorization_endpoint"] = "\"http://evil.test/\"";
  Browser browser(site);
  expect_the_grammar_at([&](const std::string& rd) {
    const model::Answer page = browser.get(login(rd));
    EXPECT_EQ(page.status, 502) << rd;
    return rd_of_login(link_of(page));
  });
}

TEST(RedirectCorpus, AtTheLinkForWhoIsNotAdmitted) {
  Site site([](config::Config& config) { config.providers[0].allowed_groups = {"admins"}; });
  site.provider.claims["groups"] = R"(["dev"])";
  expect_the_grammar_at([&](const std::string& rd) {
    Browser browser(site);
    const model::Answer page = browser.sign_in(rd);
    EXPECT_EQ(page.status, 403) << rd;
    return rd_of_login(link_of(page));
  });
}

TEST(RedirectCorpus, AtTheLinkOfASignInThatWasUsedAlready) {
  Site site;
  expect_the_grammar_at([&](const std::string& rd) {
    Browser browser(site);
    const std::string answer =
        "/oauth/callback?" + site.provider.authorize(field(browser.get(login(rd)), "Location"));
    EXPECT_EQ(browser.get(answer).status, 302) << rd;
    return link_of(browser.get(answer));
  });
}

TEST(RedirectCorpus, AtTheLinkOfALoop) {
  Site site;
  Browser browser(site);
  browser.get("/oauth/login");
  const std::string secret = browser.cookies[kLoginCookie];
  expect_the_grammar_at([&](const std::string& rd) {
    browser.cookies[kLoginCookie] = secret + ".3." + std::to_string(to_unix(site.clock.now()));
    const model::Answer page = browser.get(login(rd));
    EXPECT_TRUE(page.body.contains("does not keep the sign-in")) << rd;
    return rd_of_login(link_of(page));
  });
}

TEST(RedirectCorpus, AtTheLinksToProvidersBesideTheForm) {
  Site site([](config::Config& config) { config.local.users_file = shared_directory() + "/users"; });
  Browser browser(site);
  expect_the_grammar_at([&](const std::string& rd) { return rd_of_login(link_of(browser.get(login(rd)))); });
}

TEST(RedirectCorpus, WhereABrowserIsAskedToShowItsCookie) {
  Site site([](config::Config& config) {
    config.remote_user.enabled = true;
    config.local.users_file = shared_directory() + "/users";
  });
  const Browser::More vouched{"REMOTE_USER=bob", "AUTH_TYPE=Negotiate"};
  const std::string origin = "https://app.test";
  expect_the_grammar_at([&](const std::string& rd) {
    Browser browser(site);
    const std::string asked = field(browser.get(login(rd), vouched), "Location");
    EXPECT_TRUE(asked.ends_with("&cookie=asked")) << asked;
    const std::string location = field(browser.get(asked.substr(origin.size()), vouched), "Location");
    EXPECT_TRUE(browser.cookies.contains(kSessionCookie)) << rd;
    EXPECT_EQ(location, origin + rd_of_login(asked, origin)) << rd;
    return rd_of_login(asked, origin);
  });
  // Whoever writes the whole address, to which the page itself would not have led.
  expect_the_grammar_at([&](const std::string& rd) {
    Browser browser(site);
    browser.get("/oauth/login", vouched);
    forget_the_session(browser);
    const std::string location = field(browser.get(login(rd) + "&cookie=asked", vouched), "Location");
    return location.starts_with(origin) ? location.substr(origin.size()) : location;
  });
  // And one that keeps no cookie gets a page, whose link is as good.
  expect_the_grammar_at([&](const std::string& rd) {
    Browser browser(site);
    return rd_of_login(link_of(browser.get(login(rd) + "&cookie=asked", vouched)));
  });
}

}  // namespace
}  // namespace latchkey::testing
