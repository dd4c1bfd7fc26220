// [[rule]] and [[path]].
#include <gtest/gtest.h>

#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RuleSection : public Workshop {
 protected:
  // The text begins at line 6, behind [[rule]].
  std::vector<std::string> with(const std::string& text) const {
    return faults_of(kShortest + "[[rule]]\n" + text + "\n");
  }
};

TEST_F(RuleSection, ReadsRulesInTheirOrderWithTheirLines) {
  const Config config = good(kShortest +
                             "[[rule]]\nwho = \"anyone\"\npaths = [\"/public\", \"/job/*/x\"]\n"
                             "[[rule]]\ngroups = [\"developers\"]\nmethods = [\"GET\"]\n");

  ASSERT_EQ(config.rules.size(), 2U);
  EXPECT_EQ(config.rules[0].who, Who::kAnyone);
  EXPECT_EQ(config.rules[0].line, 5U);
  EXPECT_THAT(config.rules[0].paths, ElementsAre("/public", "/job/*/x"));
  EXPECT_EQ(config.rules[1].who, Who::kListed);
  EXPECT_EQ(config.rules[1].line, 8U);
}

TEST_F(RuleSection, RefusesEmptyTextsInAListO18) {
  for (const char* list : {"[\"\"]", "[\"\", \"a\"]", "[\"a\", \"\"]"}) {
    for (const char* key :
         {"groups", "users", "mails", "mail_domains", "hosts", "paths", "methods"}) {
      EXPECT_THAT(with("who = \"listed\"\n" + std::string(key) + " = " + list),
                  testing::Contains(AllOf(testing::StartsWith("7: rule." + std::string(key)),
                                          HasSubstr("empty text"))))
          << key << list;
    }
  }
}

TEST_F(RuleSection, RefusesATextWhereAListIsMeantO18) {
  for (const char* text : {"\"\"", "\",a\"", "\"a,\""}) {
    EXPECT_THAT(with("groups = " + std::string(text)),
                IsOneFault("6: rule.groups: ", "must be a list"));
  }
}

TEST_F(RuleSection, RefusesAnEmptyListThatCouldMeanAllO18) {
  for (const char* key : {"groups", "users", "mails", "mail_domains"}) {
    EXPECT_THAT(with(std::string(key) + " = []"),
                IsOneFault("6: rule." + std::string(key) + ": ", "empty list"));
  }
  EXPECT_THAT(with("who = \"anyone\"\nhosts = []"), IsOneFault("7: rule.hosts: ", "empty list"));
}

TEST_F(RuleSection, RefusesARuleThatNamesNobody) {
  EXPECT_THAT(with("paths = [\"/a\"]"), IsOneFault("5: rule.who: ", "names nobody"));
  EXPECT_THAT(with("who = \"listed\""), IsOneFault("6: rule.who: ", "lists nobody"));
}

TEST_F(RuleSection, RefusesARuleThatContradictsItself) {
  EXPECT_THAT(with("who = \"anyone\"\ngroups = [\"a\"]"),
              IsOneFault("6: rule.who: ", "contradicts"));
}

TEST_F(RuleSection, SuggestsTheWordThatWasMeant) {
  EXPECT_THAT(with("who = \"authentcated\""),
              IsOneFault("6: rule.who: ", "Did you mean authenticated?"));
}

TEST_F(RuleSection, RefusesUnknownHosts) {
  EXPECT_THAT(with("who = \"anyone\"\nhosts = [\"sso.example\", \"evil.example\"]"),
              IsOneFault("7: rule.hosts: ", "\"evil.example\", which is none of site.hosts"));
  EXPECT_THAT(with("who = \"anyone\"\nhosts = [\"*.example\"]"), IsEmpty());
}

TEST_F(RuleSection, RefusesPathsThatNoRequestCanHave) {
  for (const char* path : {"a", "/a/", "/a//b", "/a/../b", "/a%2Fb", "/a%41", "/a;x", "/a?b", "/a*",
                           "/*a/b", "/a/**"}) {
    EXPECT_THAT(with("who = \"anyone\"\npaths = [\"" + std::string(path) + "\"]"),
                IsOneFault("7: rule.paths: ", "must"))
        << path;
  }
}

TEST_F(RuleSection, RefusesMethodsInSmallLetters) {
  EXPECT_THAT(with("who = \"anyone\"\nmethods = [\"get\"]"),
              IsOneFault("7: rule.methods: ", "capitals"));
  EXPECT_THAT(with("who = \"anyone\"\nmethods = [\"GET POST\"]"),
              IsOneFault("7: rule.methods: ", "capitals"));
}

TEST_F(RuleSection, BringsMailIntoSmallLettersAndRefusesWhatIsNone) {
  const Config config = good(kShortest + "[[rule]]\nmails = [\"Ann@Example.ORG\"]\n"
                                         "mail_domains = [\"Example.ORG\"]\n");
  EXPECT_THAT(config.rules[0].mails, ElementsAre("ann@example.org"));
  EXPECT_THAT(config.rules[0].mail_domains, ElementsAre("example.org"));
  EXPECT_THAT(with("mails = [\"ann\"]"), IsOneFault("6: rule.mails: ", "mail address"));
  EXPECT_THAT(with("mail_domains = [\"@example.org\"]"),
              IsOneFault("6: rule.mail_domains: ", "behind"));
  EXPECT_THAT(with("mail_domains = [\"*.example.org\"]"),
              IsOneFault("6: rule.mail_domains: ", "behind"));
}

TEST_F(RuleSection, RefusesTheSameNameTwice) {
  EXPECT_THAT(with("groups = [\"a\", \"a\"]"), IsOneFault("6: rule.groups: ", "twice"));
}

class PathSection : public Workshop {};

TEST_F(PathSection, SetsOnlyWhatItNames) {
  const Config config = good(kShortest + "[[path]]\nprefix = \"/npm\"\nencoded_slash = \"keep\"\n");

  ASSERT_EQ(config.path_settings.size(), 1U);
  EXPECT_EQ(config.path_settings[0].encoded_slash, EncodedSlash::kKeep);
  EXPECT_FALSE(config.path_settings[0].challenge.has_value());
}

TEST_F(PathSection, RefusesPrefixesThatAreNotCanonical) {
  for (const char* prefix : {"a", "/a/", "/a/./b", "/a//b", "/a%20b", "/job/*", "/a?b"}) {
    EXPECT_THAT(faults_of(kShortest + "[[path]]\nprefix = \"" + prefix + "\"\n"),
                IsOneFault("6: path.prefix: ", "must"))
        << prefix;
  }
}

TEST_F(PathSection, RefusesAPrefixTwiceOrNone) {
  EXPECT_THAT(faults_of(kShortest + "[[path]]\nprefix = \"/a\"\n[[path]]\nprefix = \"/a\"\n"),
              IsOneFault("8: path.prefix: ", "second time"));
  EXPECT_THAT(faults_of(kShortest + "[[path]]\nchallenge = \"basic\"\n"),
              IsOneFault("5: path.prefix: ", "is missing"));
}

}  // namespace
}  // namespace latchkey::config
