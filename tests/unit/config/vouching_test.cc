// [certificate], [remote_user], [application], [legacy] and the groups filter.
#include "latchkey/config/vouching.h"

#include "config/preset.h"
#include "latchkey/config/effective.h"
#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Vouching : public Workshop {
 protected:
  Vouching() { write("people-ca.crt", "(read when somebody comes)", 0644); }
  std::string with(const std::string& more) const { return kShortest + more; }
};

TEST_F(Vouching, IsOffUnlessWritten) {
  const Config config = good(kShortest);
  EXPECT_FALSE(config.certificate.enabled);
  EXPECT_FALSE(config.remote_user.enabled);
  EXPECT_TRUE(config.legacy.public_key_file.empty());
}

TEST_F(Vouching, MayBeOfTheDirectorysPeople) {
  const Config config = good(with(R"(
[certificate]
same_people_as = "ldap"
[ldap]
server = "ldaps://ldap.example"
providers = ["certificate", "remote-user"]
)"));
  EXPECT_EQ(config.certificate.same_people_as, "ldap");
  EXPECT_TRUE(config.ldap->covers("certificate"));
  EXPECT_TRUE(config.ldap->covers("remote-user"));
}

// Each of these is what the client says of itself, or the same for everybody.
TEST_F(Vouching, OfAVariableOfTheRequestIsRefusedN1) {
  for (const std::string variable :
       {"QUERY_STRING", "Query_String", "PATH_INFO", "REQUEST_URI", "SCRIPT_NAME", "SERVER_NAME",
        "REQUEST_METHOD", "CONTENT_TYPE", "DOCUMENT_URI", "REMOTE_ADDR", "REMOTE_IDENT",
        "AUTH_TYPE", "REDIRECT_QUERY_STRING", "REDIRECT_REMOTE_USER", "DOCUMENT_ROOT"}) {
    for (const std::string key : {"variable", "groups_variable"}) {
      std::string text = "[remote_user]\n";
      text.append(key).append(" = \"").append(variable).append("\"\n");
      EXPECT_THAT(faults_of(with(text)),
                  ElementsAre(HasSubstr("must be a variable of the web server's authentication")))
          << key << variable;
    }
  }
  EXPECT_EQ(good(with("[remote_user]\nvariable = \"REMOTE_USER\"\n")).remote_user.variable,
            "REMOTE_USER");
}

TEST_F(Vouching, IsReadWhole) {
  const Config config = good(with(R"(
[certificate]
enabled = true
name = "people"
user_name = "san.email"
pattern = "([a-z]+)@corp\\.test"
case = "lower"
ca_file = "people-ca.crt"
issuers = ["CN=People CA,O=Example"]
groups = "subject.OU"
[remote_user]
enabled = true
realms = ["EXAMPLE.ORG"]
domains = ["CORP"]
authorization_schemes = []
)"));
  EXPECT_EQ(issuer_of(config.certificate), "certificate:people");
  EXPECT_EQ(config.certificate.user_name, CertificatePart::kMail);
  EXPECT_EQ(config.certificate.groups, CertificatePart::kUnit);
  EXPECT_TRUE(config.certificate.lower_case);
  EXPECT_EQ(config.certificate.ca_file, at("people-ca.crt"));
  EXPECT_EQ(issuer_of(config.remote_user), "remote-user");
  EXPECT_THAT(config.remote_user.realms, ElementsAre("EXAMPLE.ORG"));
  EXPECT_THAT(config.remote_user.authorization_schemes, IsEmpty());
}

TEST_F(Vouching, TellsWhatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {"[certificate]\nuser_name = \"CN\"\n", "certificate.user_name: is \"CN\"; must be"},
      {"[certificate]\npattern = \"(\"\n", "no regular expression"},
      {"[certificate]\npattern = \"(a)(b)\"\n", "at most one group"},
      {"[certificate]\nissuers = [\"/O=x/CN=y\"]\n", "RFC2253"},
      {"[certificate]\nhosts = [\"elsewhere.test\"]\n", "must be one of site.hosts"},
      {"[certificate]\nsame_people_as = \"nobody\"\n", "same_people_as: is \"nobody\"; must be"},
      {"[certificate]\nsame_people_as = \"ldap\"\n", "same_people_as: is \"ldap\", but"},
      {"[remote_user]\nvariable = \"HTTP_X_USER\"\n", "clients name those"},
      {"[remote_user]\nvariable = \"LATCHKEY_AUTH\"\n", "must be a variable"},
      {"[remote_user]\nauthorization_schemes = [\"Bearer\"]\n", "must be a scheme"},
      {"[application]\npreset = \"jenkin\"\n", "Did you mean jenkins?"},
      {"[application]\nopen_paths = [\"/\"]\n", "write a [[rule]]"},
      {"[application]\nopen_paths = [\"/a/../b\"]\n", "must be a plain path"},
      {"[legacy]\npublic_key_file = \"x.pem\"\n", "legacy.until: is missing"},
      {"[legacy]\npublic_key_file = \"x.pem\"\nuntil = \"soon\"\n", "2027-06-30"},
      {"[legacy]\npublic_key_file = \"x\"\nuntil = \"2027-01-01\"\ndenied_tokens = [\"a\"]\n", "64"},
      {"[identity]\ngroups_filter = \"(\"\n", "no regular expression"}};
  for (const auto& [text, fault] : wrong) {
    EXPECT_THAT(faults_of(with(text)), ElementsAre(HasSubstr(fault))) << text;
  }
}

// Another site of the same web server may trust its customers' authority, which signs any name.
TEST_F(Vouching, OfCertificatesNeedsTheirAuthority) {
  EXPECT_THAT(faults_of(with("[certificate]\nenabled = true\nissuers = [\"CN=People CA\"]\n")),
              ElementsAre(HasSubstr("certificate.ca_file: is missing")));
  EXPECT_THAT(faults_of(with("[certificate]\nenabled = true\nca_file = \"nowhere.crt\"\n")),
              ElementsAre(HasSubstr("cannot be read")));
  good(with("[certificate]\n"));
}

TEST_F(Vouching, OnAPortNeedsThePeersSecretC13) {
  const std::string pool = "[pool]\nauthorizer_sockets = [\"127.0.0.1:9321\"]\n";
  write("peer.secret", std::string(32, 'x'), 0600);
  for (const std::string section :
       {"[certificate]\nca_file = \"people-ca.crt\"\n", "[remote_user]\n"}) {
    std::string open = section;
    open.append("enabled = true\n").append(pool);
    EXPECT_THAT(faults_of(with(open)),
                ElementsAre(HasSubstr("pool.peer_secret_file")));
    good(with(open + "peer_secret_file = \"peer.secret\"\n"));
  }
}

TEST_F(Vouching, IsAWayToGetInByItself) {
  good("[site]\nurl = \"https://a.example\"\n[certificate]\nenabled = true\n"
       "ca_file = \"people-ca.crt\"\n");
  EXPECT_THAT(faults_of("[site]\nurl = \"https://a.example\"\n[certificate]\n"),
              ElementsAre(HasSubstr("nobody can sign in")));
}

const Path* path_of(const Config& config, std::string_view prefix) {
  for (const Path& path : config.path_settings) {
    if (path.prefix == prefix) return &path;
  }
  return nullptr;
}

class Presets : public Vouching {};

TEST_F(Presets, AreAllGood) {
  for (const std::string_view name : preset_names()) {
    const Config config = good(with("[application]\npreset = \"" + std::string(name) + "\"\n"));
    EXPECT_EQ(config.application.preset, name);
    EXPECT_EQ(config.rules.back().who, Who::kAuthenticated) << name;
  }
}

TEST_F(Presets, SetWhatTheApplicationNeeds) {
  const Config nexus = good(with("[application]\npreset = \"nexus\"\n"));
  EXPECT_EQ(nexus.site.realm, "nexus-proxy");
  ASSERT_NE(path_of(nexus, "/repository"), nullptr);
  EXPECT_EQ(path_of(nexus, "/repository")->challenge, Challenge::kBasic);
  EXPECT_EQ(path_of(nexus, "/repository")->encoded_slash, EncodedSlash::kKeep);
  const Config jenkins = good(with("[application]\npreset = \"jenkins\"\n"));
  EXPECT_EQ(jenkins.site.realm, "Jenkins");
  EXPECT_EQ(jenkins.identity.delimiter, "|");
  EXPECT_EQ(jenkins.rules.front().who, Who::kAnyone);
  EXPECT_THAT(jenkins.rules.front().paths, Contains("/github-webhook"));
}

TEST_F(Presets, GiveWayToEachKeyThatIsWritten) {
  const Config config = good(R"(
[site]
url = "https://a.example"
realm = "mine"
[application]
preset = "jenkins"
open_paths = []
[local]
users_file = "users"
[identity]
delimiter = ","
[[path]]
prefix = "/job"
challenge = "basic"
[[path]]
prefix = "/other"
challenge = "basic"
)");
  EXPECT_EQ(config.site.realm, "mine");
  EXPECT_EQ(config.identity.delimiter, ",");
  EXPECT_EQ(config.rules.size(), 1U);
  EXPECT_EQ(config.path_settings.size(), 2U);
  EXPECT_EQ(path_of(config, "/job")->challenge, Challenge::kBasic);
  EXPECT_EQ(path_of(config, "/job")->encoded_slash, EncodedSlash::kKeep);
}

TEST_F(Presets, OpenPathsAreNoAnswerToWhoMayDoTheRest) {
  const Config config = good(with("[application]\nopen_paths = [\"/hook\"]\n"));
  ASSERT_EQ(config.rules.size(), 2U);
  EXPECT_EQ(config.rules.front().who, Who::kAnyone);
  EXPECT_EQ(config.rules.back().who, Who::kAuthenticated);
}

class Effective : public Vouching {
 protected:
  // The value and the origin of one key.
  std::string of(const std::string& key, const std::string& text,
                 Environment environment = Environment::kIgnored) {
    write("latchkey.toml", text, 0644);
    const auto keys = effective_keys(at("latchkey.toml"), environment);
    if (!keys) return "(faults)";
    for (const EffectiveKey& one : *keys) {
      if (one.key == key) return one.value + " <- " + one.origin;
    }
    return "(none)";
  }
};

TEST_F(Effective, NamesLinePresetEnvironmentAndDefault) {
  const std::string text =
      "[site]\nurl = \"https://a.example\"\n[application]\npreset = \"nexus\"\n[local]\n"
      "users_file = \"users\"\n[[path]]\nprefix = \"/repository\"\nchallenge = \"browser\"\n";
  EXPECT_EQ(of("site.url", text), "\"https://a.example\" <- line 2");
  EXPECT_EQ(of("site.realm", text), "\"nexus-proxy\" <- preset nexus");
  EXPECT_EQ(of("session.idle", text), "\"8h\" <- default");
  EXPECT_EQ(of("log.file", text), " <- default");
  EXPECT_EQ(of("path[1].challenge", text), "\"browser\" <- line 9");
  EXPECT_EQ(of("path[1].encoded_slash", text), "\"keep\" <- preset nexus");
  EXPECT_EQ(of("path[2].prefix", text), "\"/service/rest\" <- preset nexus");
  EXPECT_EQ(of("application.open_paths", text), "[] <- preset nexus");
  ::setenv("LATCHKEY__SITE__REALM", "other", 1);
  EXPECT_EQ(of("site.realm", text, Environment::kOverrides), "\"other\" <- LATCHKEY__SITE__REALM");
  ::unsetenv("LATCHKEY__SITE__REALM");
}

TEST_F(Effective, SaysWhatIsWrongInsteadOfGuessing) {
  EXPECT_EQ(of("site.url", "[site]\n"), "(faults)");
}

}  // namespace
}  // namespace latchkey::config
