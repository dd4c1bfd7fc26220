#include "latchkey/config/hosts.h"

#include <gtest/gtest.h>

#include "support/configs.h"

namespace latchkey::config {
namespace {

TEST(Hosts, KnowsTheConfiguredNamesOnly) {
  const Hosts hosts(example_config());
  EXPECT_TRUE(hosts.has("nexus.example"));
  EXPECT_TRUE(hosts.has("docker.example"));
  EXPECT_FALSE(hosts.has("evil.example"));
  EXPECT_FALSE(hosts.has(""));
  EXPECT_FALSE(hosts.has("*.apps.example"));
}

TEST(Hosts, TakesAWildcardForExactlyOneLabelL20) {
  const Hosts hosts(example_config());
  EXPECT_TRUE(hosts.has("a.apps.example"));
  EXPECT_FALSE(hosts.has("a.b.apps.example"));
  EXPECT_FALSE(hosts.has("apps.example"));
  EXPECT_FALSE(hosts.has(".apps.example"));
}

TEST(Hosts, RefusesNamesThatOnlyEndLikeOursO6) {
  const Hosts hosts(example_config());
  EXPECT_FALSE(hosts.has("notnexus.example"));
  EXPECT_FALSE(hosts.has("nexus.example.evil"));
  EXPECT_FALSE(hosts.has("evilapps.example"));
}

TEST(Hosts, SendsBrowsersToTheConfiguredPort) {
  const Hosts hosts(example_config());
  EXPECT_EQ(hosts.origin_of("nexus.example"), "https://nexus.example");
  EXPECT_EQ(hosts.origin_of("docker.example"), "https://docker.example:8443");
  EXPECT_EQ(hosts.origin_of("a.apps.example"), "https://a.apps.example");
}

TEST(Hosts, SendsBrowsersOfAnUnknownHostToTheSite) {
  const Hosts hosts(example_config());
  EXPECT_EQ(hosts.origin_of("evil.example"), "https://nexus.example");
  EXPECT_EQ(hosts.https_origin_of("evil.example"), "https://nexus.example");
}

TEST(Hosts, KnowsItsOwnOriginsExactly) {
  const Hosts hosts(example_config());
  EXPECT_TRUE(hosts.is_own_origin("https://nexus.example"));
  EXPECT_TRUE(hosts.is_own_origin("https://docker.example:8443"));
  EXPECT_TRUE(hosts.is_own_origin("https://a.apps.example"));
  for (const char* foreign :
       {"null", "", "https://", "http://nexus.example", "https://nexus.example:444",
        "https://docker.example", "https://nexus.example/", "https://user@nexus.example",
        "https://NEXUS.example", "https://nexus.example.evil", "https://evil.example",
        "https://nexus.example https://evil.example", "https://*.apps.example"}) {
    EXPECT_FALSE(hosts.is_own_origin(foreign)) << foreign;
  }
}

TEST(Hosts, HearsWhatIsSaidOfOneNameBelowAWildcard) {
  Config config = example_config();
  config.site.enforce_https = true;
  config.hosts.push_back({.name = "registry.apps.example", .browser = false,
                          .enforce_https = false});
  const Hosts hosts(config);
  EXPECT_TRUE(hosts.has("registry.apps.example"));
  EXPECT_FALSE(hosts.browser("registry.apps.example"));
  EXPECT_FALSE(hosts.enforces_https("registry.apps.example"));
  EXPECT_TRUE(hosts.browser("other.apps.example"));
  EXPECT_TRUE(hosts.enforces_https("other.apps.example"));
  EXPECT_EQ(hosts.names(), Hosts(example_config()).names());
}

TEST(Hosts, ExemptsAHostFromHttps) {
  Config config = example_config();
  config.site.enforce_https = true;
  const Hosts hosts(config);
  EXPECT_TRUE(hosts.enforces_https("nexus.example"));
  EXPECT_FALSE(hosts.enforces_https("docker.example"));
  EXPECT_FALSE(Hosts(example_config()).enforces_https("nexus.example"));
}

}  // namespace
}  // namespace latchkey::config
