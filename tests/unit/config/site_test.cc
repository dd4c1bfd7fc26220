// [site], [[host]] and [paths].
#include <gtest/gtest.h>

#include "config/url.h"
#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SiteSection : public Workshop {
 protected:
  std::string with_url(const std::string& url, const std::string& more = "") const {
    return "[site]\nurl = \"" + url + "\"\n" + more + "[local]\nusers_file = \"users\"\n";
  }
};

TEST_F(SiteSection, BringsTheUrlIntoItsCanonicalForm) {
  EXPECT_EQ(good(with_url("HTTPS://SSO.Example:443/")).site.url, "https://sso.example");
  EXPECT_EQ(good(with_url("https://sso.example:8443")).site.url, "https://sso.example:8443");
  EXPECT_EQ(good(with_url("http://127.0.0.1:8080/")).site.url, "http://127.0.0.1:8080");
}

TEST_F(SiteSection, RefusesUrlsThatAreNoPlainAddress) {
  for (const char* url :
       {"sso.example", "https://", "https:///x", "https://sso.example/app",
        "https://user@sso.example", "https://sso.example?x", "https://sso.example#x",
        "https://a.example,b.example", "https://sso .example", "https://*.example",
        "https://sso.example:0", "https://sso.example\\\\@evil.example", "javascript:alert(1)"}) {
    EXPECT_THAT(faults_of(with_url(url)), IsOneFault("2: site.url: ", "must")) << url;
  }
}

TEST_F(SiteSection, RefusesHttpThatIsNotLoopback) {
  EXPECT_THAT(faults_of(with_url("http://sso.example")), IsOneFault("2: site.url: ", "allow_http"));
  EXPECT_THAT(faults_of(with_url("http://127.0.0.1.evil.example")),
              IsOneFault("2: site.url: ", "allow_http"));
}

TEST_F(SiteSection, TakesHttpForLoopbackAndWhereItIsAllowed) {
  for (const char* url : {"http://localhost:8080", "http://app.localhost", "http://127.1.2.3",
                          "http://[::1]:8080"}) {
    EXPECT_EQ(good(with_url(url)).site.url, url);
  }
  EXPECT_FALSE(good(with_url("http://sso.example", "allow_http = true\n")).site.https);
}

TEST_F(SiteSection, IsMissedWithoutAUrl) {
  EXPECT_THAT(faults_of("[local]\nusers_file = \"u\"\n"), IsOneFault(" site.url: ", "is missing"));
}

TEST_F(SiteSection, KeepsTheHostOfTheUrlFirst) {
  const auto hosts =
      good(with_url("https://sso.example", "hosts = [\"Nexus.Example\", \"sso.example\", "
                                           "\"*.apps.example\", \"d.example:5000\"]\n"))
          .site.hosts;

  ASSERT_EQ(hosts.size(), 4U);
  EXPECT_EQ(hosts[0].name, "sso.example");
  EXPECT_EQ(hosts[1].name, "nexus.example");
  EXPECT_EQ(hosts[2].name, "*.apps.example");
  EXPECT_EQ(hosts[3].name, "d.example");
  EXPECT_EQ(hosts[3].port, 5000);
}

TEST_F(SiteSection, RefusesHostsThatAreNoHostNames) {
  for (const char* host : {"https://a.example", "a.example/x", "a b", "*", "*.", "a.*.example",
                           "*a.example", "a,b", "a.example:99999", "*.[::1]"}) {
    EXPECT_THAT(
        faults_of(with_url("https://s.example", "hosts = [\"" + std::string(host) + "\"]\n")),
        IsOneFault("3: site.hosts: ", "must be a host"))
        << host;
  }
}

TEST_F(SiteSection, RefusesAHostWithTwoPorts) {
  EXPECT_THAT(faults_of(with_url("https://s.example", "hosts = [\"s.example:8443\"]\n")),
              IsOneFault("3: site.hosts: ", "second port"));
}

TEST_F(SiteSection, RefusesToEnforceHttpsOnAnHttpAddress) {
  EXPECT_THAT(faults_of(with_url("http://localhost", "enforce_https = true\n")),
              IsOneFault("3: site.enforce_https: ", "nobody could get in"));
}

TEST_F(SiteSection, RefusesARealmThatWouldEndItsQuotes) {
  EXPECT_THAT(faults_of(with_url("https://s.example", "realm = 'a\" b'\n")),
              IsOneFault("3: site.realm: ", "no quote"));
  EXPECT_THAT(faults_of(with_url("https://s.example", "realm = \"a\\r\\nSet-Cookie: x\"\n")),
              IsOneFault("3: site.realm: ", "control character"));
}

TEST_F(SiteSection, KnowsLoopbackByTheAddressAndNotByItsBeginning) {
  EXPECT_TRUE(is_loopback("127.255.0.1"));
  EXPECT_TRUE(is_loopback("[::1]"));
  EXPECT_FALSE(is_loopback("127.0.0.1.evil.example"));
  EXPECT_FALSE(is_loopback("localhost.evil.example"));
  EXPECT_FALSE(is_loopback("notlocalhost"));
  EXPECT_FALSE(is_loopback("[::2]"));
}

class HostSection : public Workshop {};

TEST_F(HostSection, TakesHostsOfTheSite) {
  const Config config = good(kShortest + "[[host]]\nname = \"SSO.example\"\nbrowser = false\n");

  ASSERT_EQ(config.hosts.size(), 1U);
  EXPECT_EQ(config.hosts[0].name, "sso.example");
  EXPECT_FALSE(config.hosts[0].browser);
}

TEST_F(HostSection, RefusesHostsThatTheSiteDoesNotHave) {
  EXPECT_THAT(faults_of(kShortest + "[[host]]\nname = \"docker.example\"\n"),
              IsOneFault("6: host.name: ", "must be one of site.hosts"));
}

TEST_F(HostSection, RefusesAHostWithoutANameOrTwice) {
  EXPECT_THAT(faults_of(kShortest + "[[host]]\nbrowser = false\n"),
              IsOneFault("5: host.name: ", "is missing"));
  EXPECT_THAT(
      faults_of(kShortest + "[[host]]\nname = \"sso.example\"\n[[host]]\nname = \"sso.example\"\n"),
      IsOneFault("8: host.name: ", "second time"));
}

class PathsSection : public Workshop {};

TEST_F(PathsSection, MovesPages) {
  EXPECT_EQ(good(kShortest + "[paths]\nlogin = \"/sso/in\"\n").paths.login, "/sso/in");
}

TEST_F(PathsSection, RefusesPlacesThatAreNotCanonical) {
  for (const char* path :
       {"login", "/", "/a/", "/a//b", "/a/../b", "/a?b", "/a%2Fb", "/a;b", "/a b"}) {
    EXPECT_THAT(faults_of(kShortest + "[paths]\nlogin = \"" + path + "\"\n"),
                IsOneFault("6: paths.login: ", "plain path"))
        << path;
  }
}

TEST_F(PathsSection, RefusesPlacesThatOverlap) {
  EXPECT_THAT(faults_of(kShortest + "[paths]\nwhoami = \"/cli/credentials/me\"\n"),
              IsOneFault("6: paths.whoami: ", "paths.credentials"));
  EXPECT_THAT(faults_of(kShortest + "[paths]\nlogin = \"/healthz\"\n"),
              IsOneFault("6: paths.login: ", "paths.healthz"));
  EXPECT_THAT(faults_of(kShortest + "[paths]\nwhoami = \"/cli/credentials-me\"\n"), IsEmpty());
}

}  // namespace
}  // namespace latchkey::config
