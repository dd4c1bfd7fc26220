#include "admin/nexus_proxy.h"

#include <gmock/gmock.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "latchkey/config/load.h"
#include "support/results.h"

namespace latchkey::admin {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Variables kUsual = {{"NEXUS_HTTP_HOST", "nexus.example.com"},
                          {"NEXUS_DOCKER_HOST", "containers.example.com"},
                          {"CLOUD_IAM_AUTH_ENABLED", "True"},
                          {"CLIENT_ID", "an-id"},
                          {"ORGANIZATION_ID", "123"},
                          {"SESSION_TTL", "1440000"},
                          {"ENFORCE_HTTPS", "true"}};

std::string text_of(const Variables& variables, const std::string& until = {}) {
  return migrate(variables, until)->configuration;
}

Variables with(const std::string& name, const std::string& value) {
  Variables variables = kUsual;
  variables[name] = value;
  return variables;
}

TEST(NexusProxy, BecomesTwoHostsOfWhichDockersIsForPrograms) {
  EXPECT_THAT(text_of(kUsual), HasSubstr("hosts = [\"nexus.example.com\", \"containers.example.com\"]"));
  EXPECT_THAT(text_of(kUsual), HasSubstr("name = \"containers.example.com\"\nbrowser = false\n"
                                         "enforce_https = false"));
  EXPECT_THAT(text_of(with("NEXUS_DOCKER_HOST", "nexus.example.com")), Not(HasSubstr("[[host]]")));
}

// As the configuration is read: only there shows that what was written is taken.
std::vector<std::string> faults_of(const std::string& configuration) {
  std::string directory = (std::filesystem::temp_directory_path() / "lk-nexus-XXXXXX").string();
  EXPECT_NE(::mkdtemp(directory.data()), nullptr);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(directory + "/" + name) << text;
    std::filesystem::permissions(directory + "/" + name, std::filesystem::perms(0600));
  };
  write("latchkey.toml", configuration);
  write("google.secret", "a secret of the service\n");
  const auto config = config::load(directory + "/latchkey.toml", config::Secrets::kAll,
                                   config::Environment::kIgnored);
  std::vector<std::string> faults;
  if (!config) {
    for (const config::Fault& fault : config.error()) {
      // The service's user is no matter of the text, and may be missing on this machine.
      if (fault.key != "pool.user" && fault.key != "pool.group") faults.push_back(fault.str());
    }
  }
  std::filesystem::remove_all(directory);
  return faults;
}

TEST(NexusProxy, WithPortsBecomesAConfigurationThatIsTaken) {
  Variables variables = with("NEXUS_HTTP_HOST", "nexus.example.com:8443");
  variables["NEXUS_DOCKER_HOST"] = "containers.example.com:5000";
  const std::string text = text_of(variables);
  EXPECT_THAT(faults_of(text), IsEmpty());
  EXPECT_THAT(text, HasSubstr("url = \"https://nexus.example.com:8443\""));
  EXPECT_THAT(text, HasSubstr("[[host]]\nname = \"containers.example.com\"\n"));
  EXPECT_THAT(text_of(variables, "2027-06-30"),
              HasSubstr("audiences = [\"nexus.example.com:8443\", \"containers.example.com:5000\"]"));
}

TEST(NexusProxy, OfOneHostWithTwoPortsIsOneHostAndSaysSo) {
  const auto migration = migrate(with("NEXUS_DOCKER_HOST", "nexus.example.com:5000"), "");
  EXPECT_THAT(faults_of(migration->configuration), IsEmpty());
  EXPECT_THAT(migration->notes, Contains(HasSubstr("same host on another port")));
}

TEST(NexusProxy, RefusesWhatIsNoHost) {
  EXPECT_THAT(migrate(with("NEXUS_HTTP_HOST", "https://nexus.example.com"), ""),
              FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(migrate(with("NEXUS_DOCKER_HOST", "containers.example.com:0"), ""),
              FailsWith(ErrorCode::kMalformed));
}

TEST(NexusProxy, KeepsItsIdleTimeWithinWhatASessionCanBe) {
  EXPECT_THAT(text_of(kUsual), HasSubstr("idle = \"1440s\""));
  EXPECT_THAT(text_of(with("SESSION_TTL", "300")), HasSubstr("idle = \"60s\""));
  EXPECT_THAT(text_of(with("SESSION_TTL", "99999999999")), HasSubstr("idle = \"604800s\""));
  EXPECT_THAT(text_of(with("SESSION_TTL", "soon")), Not(HasSubstr("idle")));
}

TEST(NexusProxy, WithoutAuthenticationIsOneRuleAndIsSaid) {
  const auto migration = migrate(with("CLOUD_IAM_AUTH_ENABLED", "False"), "");
  EXPECT_THAT(migration->configuration, HasSubstr("who = \"anyone\""));
  EXPECT_THAT(migration->configuration, Not(HasSubstr("[[provider]]")));
  EXPECT_THAT(migration->warnings, Contains("CLOUD_IAM_AUTH_ENABLED is not true: nobody needs to sign in until "
                                            "you take the [[rule]] with `who = \"anyone\"` out"));
  EXPECT_THAT(migrate(kUsual, "")->warnings, IsEmpty());
}

TEST(NexusProxy, RefusesASwitchThatIsNeitherTrueNorFalse) {
  for (const char* const name :
       {"CLOUD_IAM_AUTH_ENABLED", "ENFORCE_HTTPS", "JWT_REQUIRES_MEMBERSHIP_VERIFICATION"}) {
    for (const char* const value : {"yes", "1", "", "\"true\"", "true # on"}) {
      EXPECT_THAT(migrate(with(name, value), ""), FailsWith(ErrorCode::kMalformed))
          << name << '=' << value;
    }
  }
}

TEST(NexusProxy, IsNotOpenedByHowTrueIsWritten) {
  for (const char* const line :
       {"CLOUD_IAM_AUTH_ENABLED=\"true\"", "CLOUD_IAM_AUTH_ENABLED='true'",
        "CLOUD_IAM_AUTH_ENABLED=true # on", "export CLOUD_IAM_AUTH_ENABLED=true",
        "CLOUD_IAM_AUTH_ENABLED=true  \t\r", " CLOUD_IAM_AUTH_ENABLED = TRUE"}) {
    const auto variables =
        parse_environment_file("NEXUS_HTTP_HOST=nexus.example.com\n" + std::string(line) + "\n");
    ASSERT_THAT(variables, IsOk()) << line;
    EXPECT_THAT(text_of(*variables), Not(HasSubstr("anyone"))) << line;
  }
}

TEST(NexusProxy, KeepsItsOrganizationAndHowOftenItIsAskedFor) {
  EXPECT_THAT(text_of(kUsual), HasSubstr("type = \"google\""));
  EXPECT_THAT(text_of(kUsual), HasSubstr("allowed_organizations = [\"123\"]"));
  EXPECT_THAT(text_of(with("AUTH_CACHE_TTL", "60000")), HasSubstr("[membership]\nevery = \"60s\""));
  EXPECT_THAT(text_of(kUsual), Not(HasSubstr("credentials = false")));
  EXPECT_THAT(text_of(with("JWT_REQUIRES_MEMBERSHIP_VERIFICATION", "False")),
              HasSubstr("credentials = false"));
  const auto unsure = migrate(with("ORGANIZATION_ID", "REPLACE_ME"), "");
  EXPECT_THAT(unsure->configuration, Not(HasSubstr("REPLACE_ME")));
  EXPECT_THAT(unsure->warnings,
              Contains("ORGANIZATION_ID is no number: everybody with an account at Google may come in until "
                       "you write allowed_organizations or hosted_domains"));
}

TEST(NexusProxy, SaysThatAnOrganizationIsMissingAndNotThatItIsNoNumber) {
  Variables variables = kUsual;
  variables.erase("ORGANIZATION_ID");
  EXPECT_THAT(migrate(variables, "")->warnings,
              Contains(::testing::StartsWith("ORGANIZATION_ID is not set: everybody")));
}

TEST(NexusProxy, KnowsWhichNamesItNeverHad) {
  Variables variables = with("AUTH_CACHE_TLL", "1");
  variables["NEXUS_DOKCER_HOST"] = "x";
  variables["KEYSTORE_PASS"] = "x";
  variables["JAVA_TOOL_OPTIONS"] = "x";
  EXPECT_EQ(unknown_names(variables),
            (std::vector<std::string>{"AUTH_CACHE_TLL", "NEXUS_DOKCER_HOST"}));
}

TEST(NexusProxy, WritesTheUserWhoseTheSecretHasToBe) {
  EXPECT_THAT(text_of(kUsual), HasSubstr("\nuser = \"latchkey\"\ngroup = \"latchkey\"\n"));
}

TEST(NexusProxy, TakesOldTokensOnlyWithADay) {
  EXPECT_THAT(text_of(kUsual), Not(HasSubstr("[legacy]")));
  const std::string text = text_of(kUsual, "2027-06-30");
  EXPECT_THAT(text, HasSubstr("[legacy]\npublic_key_file = \"nexus-proxy.pem\"\nuntil = \"2027-06-30\""));
}

TEST(NexusProxy, RefusesADayThatIsNone) {
  for (const char* const until : {"soon", "2027-06-31", "2027-6-30", "2027-06-30T00:00:00Z"}) {
    EXPECT_THAT(migrate(kUsual, until), FailsWith(ErrorCode::kMalformed)) << until;
  }
}

TEST(NexusProxy, WritesTheSocketsWithoutWhichNoPoolStarts) {
  EXPECT_THAT(text_of(kUsual), HasSubstr("\nauthorizer_sockets = [\"unix:/run/latchkey/authorizer.sock\"]\n"));
  EXPECT_THAT(text_of(kUsual), HasSubstr("\nresponder_sockets = [\"unix:/run/latchkey/responder.sock\"]\n"));
  EXPECT_THAT(migrate(kUsual, "")->notes, Contains(HasSubstr("[pool]")));
}

TEST(NexusProxy, SaysWhatItCannotTakeOver) {
  const auto migration = migrate(with("UPSTREAM_HTTP_PORT", "8081"), "");
  EXPECT_THAT(migration->notes, Contains(HasSubstr("UPSTREAM_HTTP_PORT=8081")));
  EXPECT_THAT(migrate({}, ""), FailsWith(ErrorCode::kNotFound));
}

TEST(NexusProxy, WritesQuotesSoThatNoVariableAddsALine) {
  EXPECT_THAT(migrate(with("CLIENT_ID", "a\n[pool]\nuser = 1"), ""),
              FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(text_of(with("CLIENT_ID", "a\"b\\c")), HasSubstr("client_id = \"a\\\"b\\\\c\""));
}

TEST(EnvironmentFile, IsLinesOfNameAndValue) {
  const auto variables = parse_environment_file("# c\n\nA=1\r\nB=x=y\nC=\n");
  EXPECT_EQ(*variables, (Variables{{"A", "1"}, {"B", "x=y"}, {"C", ""}}));
  EXPECT_THAT(parse_environment_file("A=1\nnonsense\n"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(parse_environment_file("A B=1\n"), FailsWith(ErrorCode::kMalformed));
}

TEST(EnvironmentFile, TakesQuotesBlanksAndCommentsOff) {
  const auto variables = parse_environment_file(
      "export A=\"1 # \\\"x\\\" \\n\"  # c\nexport\tB='a\\b'\nC= x#y #z\nD=#d\nE= # e\nexported=1\n");
  EXPECT_EQ(*variables, (Variables{{"A", "1 # \"x\" \\n"},
                                   {"B", "a\\b"},
                                   {"C", "x#y"},
                                   {"D", "#d"},
                                   {"E", ""},
                                   {"exported", "1"}}));
}

TEST(EnvironmentFile, RefusesQuotesAroundAPart) {
  for (const char* const line : {"A=\"1", "A='1\"", "A=\"1\"2", "A='", "A=\"1\\\"", "A='1'#c"}) {
    EXPECT_THAT(parse_environment_file(line), FailsWith(ErrorCode::kMalformed)) << line;
  }
}

}  // namespace
}  // namespace latchkey::admin
