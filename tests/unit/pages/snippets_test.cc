// What people paste into their tools.
#include "../../../src/pages/snippets.h"

#include "support/results.h"

namespace latchkey::pages {
namespace {

using ::testing::HasSubstr;

SnippetFacts facts(std::string user_name = "anna") {
  return {"https://repo.example.com:8443", "docker.example.com", "nexus-proxy",
          std::move(user_name), "SECRET"};
}

std::string text_of(const std::string& title, const SnippetFacts& given) {
  for (const Snippet& snippet : snippets(given)) {
    if (snippet.title.starts_with(title)) return snippet.text;
  }
  return "no such tool";
}

TEST(Snippets, CoverEveryTool) {
  std::string titles;
  for (const Snippet& snippet : snippets(facts())) titles += snippet.title + "\n";
  for (const char* tool :
       {"Docker", "Maven", "npm", "pip", "twine", "curl", "git", "apt", "Gradle", "sbt"}) {
    EXPECT_THAT(titles, HasSubstr(tool));
  }
}

TEST(Snippets, KeepThePasswordOffTheDockerCommandLine) {
  EXPECT_EQ(
      text_of("Docker", facts()),
      "docker login docker.example.com --username 'anna' --password-stdin <<'EOF'\nSECRET\nEOF");
}

TEST(Snippets, NameTheRealmForSbtExactly) {
  EXPECT_EQ(text_of("sbt", facts()),
            "realm=nexus-proxy\nhost=repo.example.com\nuser=anna\npassword=SECRET");
}

TEST(Snippets, GiveNpmItsTokenForTheHostWithItsPort) {
  EXPECT_THAT(text_of("npm", facts()),
              HasSubstr("//repo.example.com:8443/repository/npm/:_authToken=SECRET"));
}

TEST(Snippets, WriteOneNetrcLine) {
  EXPECT_EQ(text_of("curl", facts()), "machine repo.example.com login anna password SECRET");
}

TEST(Snippets, TellAptTheSchemeOfTheMachine) {
  EXPECT_EQ(text_of("apt", facts()),
            "machine https://repo.example.com:8443 login anna password SECRET");
}

TEST(Snippets, QuoteAUserNameThatWouldBeCodeInAShell) {
  EXPECT_THAT(text_of("Docker", facts("a'; rm -rf ~ #")),
              HasSubstr("--username 'a'\\''; rm -rf ~ #'"));
}

TEST(Snippets, WriteMarkupInAUserNameAsTextForMaven) {
  EXPECT_THAT(text_of("Maven", facts("a<b>&c")),
              HasSubstr("<username>a&lt;b&gt;&amp;c</username>"));
}

TEST(Snippets, CallTheOwnerTokenWhereTheGrammarHasNoQuotes) {
  EXPECT_THAT(text_of("curl", facts("anna meier")), HasSubstr("login token password"));
}

}  // namespace
}  // namespace latchkey::pages
