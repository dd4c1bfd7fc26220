#include "config/environment.h"

#include <gtest/gtest.h>

#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Sets a variable for one test.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_.c_str()); }

 private:
  std::string name_;
};

class EnvironmentOverride : public Workshop {
 protected:
  Config overridden(const std::string& text) const {
    auto loaded = load_text(text, Secrets::kAll, Environment::kOverrides);
    if (loaded) return *std::move(loaded);
    for (const Fault& fault : loaded.error()) ADD_FAILURE() << fault.str();
    return {};
  }
  std::vector<std::string> faults() const {
    return faults_of(kShortest, Secrets::kAll, Environment::kOverrides);
  }
};

TEST_F(EnvironmentOverride, ReplacesWhatTheFileSays) {
  const Variable url("LATCHKEY__SITE__URL", "https://other.example");
  EXPECT_EQ(overridden(kShortest).site.url, "https://other.example");
}

TEST_F(EnvironmentOverride, AddsSectionsAndKeysTheFileLacks) {
  const Variable idle("LATCHKEY__SESSION__IDLE", "30m");
  const Variable workers("LATCHKEY__POOL__AUTHORIZER_WORKERS", "7");
  const Variable hosts("LATCHKEY__SITE__HOSTS", "[\"a.example\", \"b.example\"]");
  const Variable https("LATCHKEY__SITE__ENFORCE_HTTPS", "true");

  const Config config = overridden(kShortest);

  EXPECT_EQ(config.session.idle, std::chrono::minutes(30));
  EXPECT_EQ(config.pool.authorizer_workers, 7U);
  EXPECT_EQ(config.site.hosts.size(), 3U);
  EXPECT_TRUE(config.site.enforce_https);
}

TEST_F(EnvironmentOverride, TakesATextThatReadsLikeANumberAsTheText) {
  const Variable title("LATCHKEY__SITE__TITLE", "2026");
  EXPECT_EQ(overridden(kShortest).site.title, "2026");
}

TEST_F(EnvironmentOverride, CannotSetASecondKeyByALineBreak) {
  const Variable title("LATCHKEY__SITE__TITLE", "\"x\"\nallow_http = true");
  EXPECT_THAT(faults(), ElementsAre(testing::AllOf(
                            testing::StartsWith("environment LATCHKEY__SITE__TITLE: site.title: "),
                            testing::HasSubstr("control character"))));
}

TEST_F(EnvironmentOverride, NamesTheVariableInAFault) {
  const Variable idle("LATCHKEY__SESSION__IDLE", "soon");
  EXPECT_THAT(faults(), IsOneFault("environment LATCHKEY__SESSION__IDLE: session.idle: ",
                                   "must be a duration"));
}

TEST_F(EnvironmentOverride, RefusesVariablesThatMeanNoKey) {
  const Variable url("LATCHKEY__SITE__ULR", "x");
  EXPECT_THAT(faults(),
              IsOneFault("environment LATCHKEY__SITE__ULR: ", "Did you mean LATCHKEY__SITE__URL?"));
}

TEST_F(EnvironmentOverride, RefusesKeysOfRepeatedSections) {
  const Variable who("LATCHKEY__RULE__WHO", "anyone");
  EXPECT_THAT(faults(), IsOneFault("environment LATCHKEY__RULE__WHO: ", "[[rule]]"));
}

TEST_F(EnvironmentOverride, IsIgnoredUnderCgi) {
  const Variable url("LATCHKEY__SITE__URL", "https://evil.example");
  EXPECT_EQ(good(kShortest).site.url, "https://sso.example");
}

TEST_F(EnvironmentOverride, LeavesOtherVariablesAlone) {
  const Variable other("LATCHKEY_CONFIG", "/x");
  EXPECT_THAT(faults(), IsEmpty());
}

}  // namespace
}  // namespace latchkey::config
