// [ldap]: its keys, their defaults, and what is refused.
#include <gtest/gtest.h>

#include "config/ldap_server.h"
#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kLdap = kShortest + "[ldap]\nserver = \"ldaps://ldap.example\"\n";  // 6 lines

class LdapSection : public Workshop {};

TEST_F(LdapSection, IsAbsentUnlessItIsWritten) { EXPECT_FALSE(good(kShortest).ldap.has_value()); }

TEST_F(LdapSection, HasTheDefaultsOfTheJenkinsPlugin) {
  const Config config = good(kLdap);

  ASSERT_TRUE(config.ldap.has_value());
  const Ldap& ldap = *config.ldap;
  EXPECT_EQ(ldap.root_dn, "");
  EXPECT_FALSE(ldap.inhibit_infer_root_dn);
  EXPECT_EQ(ldap.user_search_base, "");
  EXPECT_EQ(ldap.user_search_filter, "uid={0}");
  EXPECT_EQ(ldap.group_search_base, "");
  EXPECT_THAT(ldap.group_search_filter, HasSubstr("(cn={0})"));
  EXPECT_EQ(ldap.group_membership_filter, "(|(member={0})(uniqueMember={0})(memberUid={1}))");
  EXPECT_EQ(ldap.group_name_attribute, "cn");
  EXPECT_EQ(ldap.manager_dn, "");
  EXPECT_EQ(ldap.display_name_attribute, "");
  EXPECT_EQ(ldap.mail_attribute, "");
  EXPECT_EQ(ldap.update_interval, std::chrono::minutes(15));
  EXPECT_EQ(ldap.retries, 3U);
}

TEST_F(LdapSection, TakesNoPasswordsUnlessItIsTold) {
  const Config config = good(kLdap);

  EXPECT_FALSE(config.ldap->basic);
  EXPECT_FALSE(config.ldap->sign_in);
}

TEST_F(LdapSection, ReadsAListOfServersAsThePluginWritesIt) {
  const Config config =
      good(kShortest + "[ldap]\nstart_tls = true\nserver = \"a b:390 ldaps://c  LDAP://[::1]:1/\"\n");

  ASSERT_EQ(config.ldap->servers.size(), 4U);
  EXPECT_EQ(config.ldap->servers[0].url(), "ldap://a:389");
  EXPECT_EQ(config.ldap->servers[1].url(), "ldap://b:390");
  EXPECT_EQ(config.ldap->servers[2].url(), "ldaps://c:636");
  EXPECT_EQ(config.ldap->servers[3].url(), "ldap://[::1]:1");
}

TEST_F(LdapSection, SaysWhatIsNoServer) {
  const auto with = [](const std::string& server) {
    return kShortest + "[ldap]\nserver = \"" + server + "\"\n";
  };
  EXPECT_THAT(faults_of(with("http://a")), IsOneFault("6: ldap.server: ", "ldap:// or ldaps://"));
  EXPECT_THAT(faults_of(with("ldaps://a:99999")), IsOneFault("6: ldap.server: ", "no server"));
  EXPECT_THAT(faults_of(with("ldaps://a/dc=x")), IsOneFault("6: ldap.server: ", "ldap.root_dn"));
  EXPECT_THAT(faults_of(with("localhost c,d")), IsOneFault("6: ldap.server: ", "no server"));
  EXPECT_THAT(faults_of(kShortest + "[ldap]\n"), IsOneFault("5: ldap.server: ", "is missing"));
}

TEST_F(LdapSection, SendsNoPasswordOverAnOpenNetwork) {
  const std::string open = kShortest + "[ldap]\nserver = \"ldaps://a ldap://b\"\n";

  EXPECT_THAT(faults_of(open), IsOneFault("6: ldap.server: ", "ldap://b:389"));
  EXPECT_THAT(faults_of(open + "start_tls = true\n"), IsEmpty());
  EXPECT_THAT(faults_of(kShortest + "[ldap]\nserver = \"127.0.0.1 localhost:1389\"\n"), IsEmpty());
}

TEST_F(LdapSection, ReadsTheManagersPasswordFromItsFile) {
  write("ldap.secret", "manager-pw\n", 0600);

  const Config config =
      good(kLdap + "manager_dn = \"cn=m\"\nmanager_password_file = \"ldap.secret\"\n");

  EXPECT_EQ(config.ldap->manager_password.reveal(), "manager-pw");
}

TEST_F(LdapSection, RefusesAManagersPasswordThatOthersCanRead) {
  write("ldap.secret", "manager-pw\n", 0644);

  EXPECT_THAT(
      faults_of(kLdap + "manager_dn = \"cn=m\"\nmanager_password_file = \"ldap.secret\"\n"),
      IsOneFault("8: ldap.manager_password_file: ", "chmod 600"));
}

TEST_F(LdapSection, GivesTheAuthorizerTheManagersPasswordOnlyForBasic) {
  write("ldap.secret", "manager-pw\n", 0600);
  const std::string text =
      kLdap + "manager_dn = \"cn=m\"\nmanager_password_file = \"ldap.secret\"\n";

  EXPECT_TRUE(load_text(text, Secrets::kPoolOnly)->ldap->manager_password.empty());
  EXPECT_FALSE(
      load_text(text + "basic = true\n", Secrets::kPoolOnly)->ldap->manager_password.empty());
}

TEST_F(LdapSection, WantsTheManagersNameAndPasswordTogether) {
  write("ldap.secret", "manager-pw\n", 0600);

  EXPECT_THAT(faults_of(kLdap + "manager_dn = \"cn=m\"\n"),
              IsOneFault("7: ldap.manager_dn: ", "manager_password_file"));
  EXPECT_THAT(faults_of(kLdap + "manager_password_file = \"ldap.secret\"\n"),
              IsOneFault("7: ldap.manager_password_file: ", "manager_dn"));
}

TEST_F(LdapSection, RefusesFiltersThatFindTheSameForEverybody) {
  EXPECT_THAT(faults_of(kLdap + "user_search_filter = \"uid=ann\"\n"),
              IsOneFault("7: ldap.user_search_filter: ", "has no {0}"));
  EXPECT_THAT(faults_of(kLdap + "user_search_filter = \"(memberUid={1})\"\n"),
              IsOneFault("7: ldap.user_search_filter: ", "has no {0}"));
  EXPECT_THAT(faults_of(kLdap + "group_membership_filter = \"(objectClass=*)\"\n"),
              IsOneFault("7: ldap.group_membership_filter: ", "{1}"));
  EXPECT_THAT(faults_of(kLdap + "user_search_filter = \"(uid={0}))(\"\n"),
              IsOneFault("7: ldap.user_search_filter: ", "brackets"));
  EXPECT_THAT(faults_of(kLdap + "group_membership_filter = \"(memberUid={1})\"\n"), IsEmpty());
}

TEST_F(LdapSection, RefusesWhatIsNoAttribute) {
  EXPECT_THAT(faults_of(kLdap + "mail_attribute = \"mail)(\"\n"),
              IsOneFault("7: ldap.mail_attribute: ", "attribute"));
}

TEST_F(LdapSection, LooksThePeopleOfTheOnlyProviderUp) {
  const Config config = good(kLdap + kProvider);

  EXPECT_TRUE(config.ldap->covers("corporate"));
  EXPECT_TRUE(config.ldap->covers("ldap"));
  EXPECT_FALSE(config.ldap->covers("local"));
}

TEST_F(LdapSection, AsksWhoseNamesTheyAreWhereThereAreSeveralProviders) {
  std::string second = kProvider;
  second.replace(second.find("accounts.example"), 16, "other.example");
  second.replace(second.find("corporate"), 9, "other");

  EXPECT_THAT(faults_of(kLdap + kProvider + second),
              IsOneFault("5: ldap.providers: ", "is missing"));
  EXPECT_THAT(faults_of(kLdap + "providers = [\"corporat\"]\n" + kProvider + second),
              IsOneFault("7: ldap.providers: ", "no [[provider]]"));
  const Config config = good(kLdap + "providers = [\"other\"]\n" + kProvider + second);
  EXPECT_FALSE(config.ldap->covers("corporate"));
}

TEST_F(LdapSection, SaysOfAProvidersPeopleWhetherTheyBelongHere) {
  const std::string asked = kProvider + "membership = \"ldap\"\n";
  const std::string rule = "[[rule]]\nwho = \"authenticated\"\nmembership_age = ";

  const Config config = good(kLdap + asked + rule + "\"16m\"\n");
  EXPECT_EQ(config.providers[0].membership, Verifier::kLdap);
  EXPECT_FALSE(asks_provider(config.providers[0].membership));
  EXPECT_THAT(faults_of(kLdap + asked + rule + "\"15m\"\n"),
              IsOneFault("15: rule.membership_age: ", "ldap.update_interval"));
  EXPECT_THAT(faults_of(kShortest + asked), IsOneFault(" provider.membership: ", "there is no [ldap]"));
  EXPECT_THAT(faults_of(kLdap + "providers = []\n" + asked),
              IsOneFault("7: ldap.providers: ", "whose membership is \"ldap\""));
  EXPECT_THAT(faults_of(kLdap + "unknown_users = \"allow\"\n" + asked),
              IsOneFault("7: ldap.unknown_users: ", "membership = \"ldap\""));
}

TEST_F(LdapSection, IsEnoughToSignInWhenItTakesPasswords) {
  const std::string site = "[site]\nurl = \"https://sso.example\"\n";
  const std::string ldap = "[ldap]\nserver = \"ldaps://a\"\n";

  EXPECT_THAT(faults_of(site + ldap), IsOneFault(" provider: ", "sign_in = true"));
  EXPECT_THAT(faults_of(site + ldap + "sign_in = true\n"), IsEmpty());
}

TEST_F(LdapSection, DemandsNoGroupOfWhoeverItLetsInUnknown) {
  EXPECT_THAT(faults_of(kLdap + "allowed_groups = [\"a\"]\nunknown_users = \"allow\"\n"),
              IsOneFault("8: ldap.unknown_users: ", "allowed_groups"));
  EXPECT_THAT(faults_of(kLdap + "allowed_groups = []\n"),
              IsOneFault("7: ldap.allowed_groups: ", "empty"));
  EXPECT_THAT(good(kLdap + "allowed_groups = [\"a\"]\n").ldap->allowed_groups, ElementsAre("a"));
}

TEST_F(LdapSection, KeepsDurationsWithinReason) {
  EXPECT_THAT(faults_of(kLdap + "update_interval = \"0s\"\n"),
              IsOneFault("7: ldap.update_interval: ", "1s to"));
  EXPECT_THAT(faults_of(kLdap + "max_stale = \"0s\"\n"), IsEmpty());
  EXPECT_THAT(faults_of(kLdap + "search_timeout = \"1h\"\n"),
              IsOneFault("7: ldap.search_timeout: ", "1m"));
}

}  // namespace
}  // namespace latchkey::config
