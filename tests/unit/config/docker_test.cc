#include <gtest/gtest.h>

#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::HasSubstr;

class DockerSection : public Workshop {
 protected:
  static std::string with(const std::string& keys) {
    return "[site]\nurl = \"https://sso.example\"\nhosts = [\"docker.example:8443\", "
           "\"*.apps.example\"]\n[local]\nusers_file = \"users\"\n[docker]\n" +
           keys;
  }
};

TEST_F(DockerSection, IsOffWithoutAHost) {
  const Config config = good(with(""));
  EXPECT_EQ(config.docker, Docker());
  EXPECT_FALSE(config.docker.takes_tokens("docker.example"));
}

TEST_F(DockerSection, NamesHostsOfTheSite) {
  const Config config = good(with(
      "token_hosts = [\"docker.example\", \"*.apps.example\"]\nlifetime = \"10m\"\n"
      "refresh_lifetime = \"0s\"\nkey_id = \"thumbprint\"\n"));
  EXPECT_TRUE(config.docker.takes_tokens("docker.example"));
  EXPECT_TRUE(config.docker.takes_tokens("one.apps.example"));
  EXPECT_FALSE(config.docker.takes_tokens("sso.example"));
  EXPECT_EQ(config.docker.lifetime, Seconds(600));
  EXPECT_EQ(config.docker.refresh_lifetime, Seconds(0));
  EXPECT_EQ(config.docker.key_id, KeyIdForm::kThumbprint);
}

TEST_F(DockerSection, RefusesWhatWouldGiveNoTokens) {
  const auto fault = [&](const std::string& keys) {
    const auto faults = faults_of(with(keys));
    return faults.empty() ? "" : faults.front();
  };
  EXPECT_THAT(fault("token_hosts = [\"other.example\"]"), HasSubstr("one of site.hosts"));
  EXPECT_THAT(fault("token_hosts = [\"docker.example:8443\"]"), HasSubstr("no port"));
  EXPECT_THAT(fault("token_hosts = [\"a b\"]"), HasSubstr("docker.token_hosts"));
  EXPECT_THAT(fault("lifetime = \"59s\""), HasSubstr("docker.lifetime"));
  EXPECT_THAT(fault("lifetime = \"2h\""), HasSubstr("docker.lifetime"));
  EXPECT_THAT(fault("key_id = \"x5c\""), HasSubstr("docker.key_id"));
}

}  // namespace
}  // namespace latchkey::config
