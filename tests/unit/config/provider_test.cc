// [[provider]], [local] and the secrets they name.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/secret_file.h"
#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kSite = "[site]\nurl = \"https://sso.example\"\n";  // 2 lines

class ProviderSection : public Workshop {
 protected:
  // A provider whose line of `key` is replaced by `line`.
  std::string with(const std::string& key, const std::string& line) const {
    std::string text = kSite + kProvider;
    const std::size_t begin = text.find("\n" + key + " = ") + 1;
    return text.replace(begin, text.find('\n', begin) - begin, line);
  }
};

TEST_F(ProviderSection, ReadsTheSecretFromItsFile) {
  const Config config = good(kSite + kProvider);

  ASSERT_EQ(config.providers.size(), 1U);
  EXPECT_EQ(config.providers[0].type, ProviderType::kOidc);
  EXPECT_EQ(config.providers[0].title, "corporate");
  EXPECT_EQ(config.providers[0].client_secret.reveal(), "0123456789abcdef");
}

TEST_F(ProviderSection, LeavesTheSecretAloneForTheAuthorizer) {
  write("client.secret", "", 0644);

  const auto loaded = load_text(kSite + kProvider, Secrets::kPoolOnly);

  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->providers[0].client_secret.empty());
}

TEST_F(ProviderSection, MissesWhatItCannotDoWithout) {
  EXPECT_THAT(faults_of(kSite + "[[provider]]\n"),
              testing::ElementsAre(HasSubstr("3: provider.name: is missing"),
                                   HasSubstr("3: provider.issuer: is missing"),
                                   HasSubstr("3: provider.client_id: is missing"),
                                   HasSubstr("3: provider.client_secret_file: is missing")));
}

TEST_F(ProviderSection, SaysWhichTypesThereAre) {
  EXPECT_THAT(faults_of(kSite + kProvider + "type = \"saml\"\n"),
              IsOneFault("8: provider.type: ", "must be oidc, github, gitlab or google"));
}

TEST_F(ProviderSection, KnowsWhereTheKnownServicesAre) {
  std::string text = kSite;
  for (const char* type : {"github", "gitlab", "google"}) {
    text += "[[provider]]\nname = \"" + std::string(type) + "\"\ntype = \"" + type +
            "\"\nclient_id = \"x\"\nclient_secret_file = \"client.secret\"\n";
  }
  const Config config = good(text);

  ASSERT_EQ(config.providers.size(), 3U);
  EXPECT_EQ(config.providers[0].issuer, "https://github.com");
  EXPECT_EQ(config.providers[0].api_url, "https://api.github.com");
  EXPECT_EQ(config.providers[0].membership, Verifier::kGithub);
  EXPECT_EQ(config.providers[1].issuer, "https://gitlab.com");
  EXPECT_EQ(config.providers[1].username_claim, "nickname");
  EXPECT_EQ(config.providers[2].issuer, "https://accounts.google.com");
  EXPECT_EQ(config.providers[2].username_claim, "email");
}

TEST_F(ProviderSection, FindsTheApiOfAnEnterpriseServer) {
  const std::string type = "type = \"github\"\n";
  EXPECT_EQ(good(kSite + kProvider + type).providers[0].api_url, "https://accounts.example/api/v3");
  EXPECT_EQ(good(kSite + kProvider + type + "api_url = \"https://api.x.example/\"\n")
                .providers[0]
                .api_url,
            "https://api.x.example");
}

TEST_F(ProviderSection, RefusesAKeyThatItsTypeDoesNotKnowO7) {
  EXPECT_THAT(faults_of(kSite + kProvider + "allowed_teams = [\"a:b\"]\n"),
              IsOneFault("8: provider.allowed_teams: ", "only for github"));
  EXPECT_THAT(faults_of(kSite + kProvider + "type = \"github\"\nallowed_groups = [\"a\"]\n"),
              IsOneFault("9: provider.allowed_groups: ", "only for oidc or gitlab"));
  EXPECT_THAT(faults_of(kSite + kProvider + "type = \"gitlab\"\nhosted_domains = [\"a.b\"]\n"),
              IsOneFault("9: provider.hosted_domains: ", "only for google"));
}

TEST_F(ProviderSection, RefusesDemandsThatNobodyCouldFulfilO18) {
  for (const char* list : {"[]", "[\"\"]", "[\"a\", \"\"]", "\"a\""}) {
    EXPECT_THAT(faults_of(kSite + kProvider + "allowed_groups = " + list + "\n"),
                IsOneFault("8: provider.allowed_groups: ", ""))
        << list;
  }
  EXPECT_THAT(faults_of(kSite + kProvider + "type = \"github\"\nallowed_teams = [\"acme/x\"]\n"),
              IsOneFault("9: provider.allowed_teams: ", "organization:team"));
  EXPECT_THAT(
      faults_of(kSite + kProvider + "type = \"google\"\nallowed_organizations = [\"acme\"]\n"),
      IsOneFault("9: provider.allowed_organizations: ", "numbers"));
}

TEST_F(ProviderSection, GivesUpOnACallBeforeItsWorkerIsEnded) {
  const std::string stuck = "[pool]\nstuck_after = \"9s\"\n";
  EXPECT_THAT(faults_of(kSite + kProvider + "timeout = \"30s\"\n"),
              IsOneFault("8: provider.timeout: ", "less than pool.stuck_after (30 seconds)"));
  EXPECT_THAT(faults_of(kSite + kProvider + "timeout = \"9s\"\n" + stuck),
              IsOneFault("8: provider.timeout: ", "less than pool.stuck_after (9 seconds)"));
  EXPECT_EQ(good(kSite + kProvider + "timeout = \"29s\"\n").providers[0].timeout, Seconds(29));
  const Config capped = good(kSite + kProvider + stuck);  // the default is cut by the whole
  EXPECT_EQ(capped.pool.calls_max(), std::chrono::milliseconds(6'000));
}

TEST_F(ProviderSection, RefusesAVerifierOfAnotherType) {
  EXPECT_THAT(faults_of(kSite + kProvider + "membership = \"github\"\n"),
              IsOneFault("8: provider.membership: ", "\"oidc\", \"ldap\" or \"none\""));
}

TEST_F(ProviderSection, AsksForOrganizationsWhereTheyAreDemanded) {
  const Config config =
      good(kSite + kProvider + "type = \"google\"\nallowed_organizations = [\"12\"]\n");
  EXPECT_EQ(config.providers[0].scopes.back(),
            "https://www.googleapis.com/auth/cloud-platform.read-only");
}

TEST_F(ProviderSection, ReadsMembership) {
  EXPECT_EQ(good(kSite + kProvider).membership, Membership());
  const Config config = good(kSite + kProvider + "membership = \"oidc\"\n[membership]\nevery = "
                             "\"10m\"\ngrace = \"2h\"\ncredentials = false\n");
  EXPECT_EQ(config.providers[0].membership, Verifier::kOidc);
  EXPECT_EQ(config.membership.age_max(), Seconds(2 * 3600 + 600));
  EXPECT_FALSE(config.membership.credentials);
}

TEST_F(ProviderSection, RefusesAnAgeThatNobodyAsksOftenEnoughFor) {
  const std::string rule = "[[rule]]\nwho = \"authenticated\"\nmembership_age = ";
  EXPECT_EQ(good(kSite + kProvider + rule + "\"6m\"\n").rules[0].membership_age, Seconds(360));
  EXPECT_THAT(faults_of(kSite + kProvider + rule + "\"5m\"\n"),
              IsOneFault("10: rule.membership_age: ", "360s"));
}

TEST_F(ProviderSection, RefusesTwoOfOneName) {
  std::string second = kProvider;
  second.replace(second.find("accounts.example"), 16, "other.example");
  EXPECT_THAT(faults_of(kSite + kProvider + second),
              IsOneFault("9: provider.name: ", "second time"));
}

TEST_F(ProviderSection, RefusesTwoOfOneIssuer) {
  std::string second = kProvider;
  second.replace(second.find("corporate"), 9, "second");
  EXPECT_THAT(faults_of(kSite + kProvider + second),
              IsOneFault("10: provider.issuer: ", "\"corporate\""));
}

TEST_F(ProviderSection, RefusesTheNameOfPeopleOfAnotherKind) {
  for (const std::string name : {"local", "ldap", "certificate", "remote-user", "machine"}) {
    EXPECT_THAT(faults_of(with("name", "name = \"" + name + "\"")),
                IsOneFault("4: provider.name: ", "of another kind"));
  }
  EXPECT_THAT(faults_of(with("name", "name = \"A b\"")),
              IsOneFault("4: provider.name: ", "must be"));
}

TEST_F(ProviderSection, RefusesAnIssuerThatAnybodyOnTheWayCouldAnswerFor) {
  EXPECT_THAT(faults_of(with("issuer", "issuer = \"http://accounts.example\"")),
              IsOneFault("5: provider.issuer: ", "https://"));
  for (const char* host : {"localhost", "127.0.0.1", "[::1]", "LOCALHOST"}) {
    const std::string issuer = "issuer = \"http://" + std::string(host) + ":9000\"";
    EXPECT_THAT(faults_of(with("issuer", issuer)), IsEmpty()) << host;
  }
}

TEST_F(ProviderSection, RefusesAnIssuerThatWouldNeverBeCalled) {
  for (const char* host : {"127.0.0.2", "x.localhost", "10.0.0.1"}) {
    const std::string issuer = "issuer = \"http://" + std::string(host) + ":9000\"";
    EXPECT_THAT(faults_of(with("issuer", issuer)),
                IsOneFault("5: provider.issuer: ", "are called with http://"))
        << host;
  }
}

TEST_F(ProviderSection, AllowHttpIsOfOurOwnAddressAndOfNoIssuer) {
  const std::string plain = with("issuer", "issuer = \"http://accounts.example\"");
  const std::string site = "[site]\nallow_http = true\n";
  ASSERT_TRUE(plain.starts_with("[site]\n")) << plain;
  EXPECT_THAT(faults_of(site + plain.substr(std::string("[site]\n").size())),
              IsOneFault("6: provider.issuer: ", "https://"));
}

TEST_F(ProviderSection, KeepsTheIssuerAsTheProviderWritesIt) {
  EXPECT_EQ(
      good(with("issuer", "issuer = \"https://Accounts.example/tenant/\"")).providers[0].issuer,
      "https://Accounts.example/tenant/");
}

TEST_F(ProviderSection, RefusesSymmetricAndMissingSignatures) {
  for (const char* algorithm : {"HS256", "none", "rs256"}) {
    EXPECT_THAT(faults_of(kSite + kProvider + "algorithms = [\"" + algorithm + "\"]\n"),
                IsOneFault("8: provider.algorithms: ", "must be RS256"))
        << algorithm;
  }
  EXPECT_THAT(faults_of(kSite + kProvider + "algorithms = []\n"),
              IsOneFault("8: provider.algorithms: ", "empty list"));
}

TEST_F(ProviderSection, AsksForOpenidAmongTheScopes) {
  EXPECT_THAT(faults_of(kSite + kProvider + "scopes = [\"email\"]\n"),
              IsOneFault("8: provider.scopes: ", "openid"));
}

TEST_F(ProviderSection, RefusesAnAuthorityFileThatIsNotThere) {
  EXPECT_THAT(faults_of(kSite + kProvider + "ca_file = \"none.pem\"\n"),
              IsOneFault("8: provider.ca_file: ", "cannot be read"));
}

TEST_F(ProviderSection, RefusesLocalPasswordsWithoutAFileOfThem) {
  EXPECT_THAT(faults_of(kSite + "[local]\nbasic = true\n" + kProvider),
              IsOneFault("4: local.basic: ", "users_file"));
}

// The file of a secret decides whether the start fails: there is no weak default to fall back to.
class SecretFile : public ProviderSection {
 protected:
  std::vector<std::string> with_secret(const std::string& text, mode_t mode) const {
    write("client.secret", text, mode);
    return faults_of(kSite + kProvider);
  }
};

TEST_F(SecretFile, RefusesAnUnreadableSecretFileO17) {
  ASSERT_EQ(::unlink(at("client.secret").c_str()), 0);
  EXPECT_THAT(faults_of(kSite + kProvider),
              IsOneFault("7: provider.client_secret_file: ", "cannot be opened"));
  ASSERT_EQ(::mkdir(at("client.secret").c_str(), 0700), 0);
  EXPECT_THAT(faults_of(kSite + kProvider),
              IsOneFault("7: provider.client_secret_file: ", "no regular file"));
}

TEST_F(SecretFile, RefusesAnEmptySecretFileO17) {
  EXPECT_THAT(with_secret("", 0600), IsOneFault("7: provider.client_secret_file: ", "is empty"));
  EXPECT_THAT(with_secret("\n", 0600), IsOneFault("7: provider.client_secret_file: ", "is empty"));
}

TEST_F(SecretFile, RefusesAShortSecretO17) {
  EXPECT_THAT(with_secret("1234567\n", 0600),
              IsOneFault("7: provider.client_secret_file: ", "too short"));
  write("peer.secret", std::string(31, 'x'), 0600);
  EXPECT_THAT(faults_of(kShortest + "[pool]\npeer_secret_file = \"peer.secret\"\n"),
              IsOneFault("6: pool.peer_secret_file: ", "at least 32"));
}

TEST_F(SecretFile, RefusesASecretFileOthersCanReadN29) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0644U, 0666U}) {
    EXPECT_THAT(with_secret("0123456789abcdef\n", mode),
                IsOneFault("7: provider.client_secret_file: ", "chmod 600"))
        << std::oct << mode;
  }
  EXPECT_THAT(with_secret("0123456789abcdef\n", 0400), IsEmpty());
}

TEST_F(SecretFile, RefusesASecretFileOfSomebodyElseN29) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(at("client.secret").c_str(), 12345, 12345), 0);
  EXPECT_THAT(faults_of(kSite + kProvider),
              IsOneFault("7: provider.client_secret_file: ", "belongs to another user"));
  EXPECT_TRUE(read_secret(at("client.secret"), 8, 12345).has_value());
}

TEST_F(SecretFile, DoesNotWaitForAFifoInItsPlaceM43) {
  ASSERT_EQ(::unlink(at("client.secret").c_str()), 0);
  ASSERT_EQ(::mkfifo(at("client.secret").c_str(), 0600), 0);
  EXPECT_THAT(faults_of(kSite + kProvider),
              IsOneFault("7: provider.client_secret_file: ", "no regular file"));
}

TEST_F(SecretFile, RefusesASecretOfSeveralLinesOrTooLong) {
  EXPECT_THAT(with_secret("0123456789\nabcdef\n", 0600),
              IsOneFault("7: provider.client_secret_file: ", "one line"));
  EXPECT_THAT(with_secret(std::string(100'000, 'x'), 0600),
              IsOneFault("7: provider.client_secret_file: ", "too long"));
}

TEST_F(SecretFile, NeverShowsTheSecretInAFault) {
  for (const auto& fault : with_secret("tell-me-not\x01-tell-me-not", 0600)) {
    EXPECT_THAT(fault, Not(HasSubstr("tell-me-not")));
  }
}

}  // namespace
}  // namespace latchkey::config
