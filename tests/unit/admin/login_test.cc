// `latchkey login`: what it asks, what it believes of the answers, and what it keeps. The real docker and git are in
// tests/parts.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "admin/login/device_flow.h"
#include "admin/login/helpers.h"
#include "admin/login/keyring.h"
#include "admin/login/program.h"
#include "support/results.h"

namespace latchkey::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A site that answers what it was told to, in that order.
class Answers final : public remote::HttpClient {
 public:
  void add(int status, std::string body) {
    answers_.push_back({.status = status, .content_type = "application/json", .body = std::move(body)});
  }
  Result<remote::HttpResponse> send(const remote::HttpRequest& request) override {
    asked.push_back(request.url + " " + std::string(request.form.reveal()));
    if (answers_.empty()) return fail(ErrorCode::kRefused, "no connection");
    remote::HttpResponse answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  std::vector<std::string> asked;

 private:
  std::deque<remote::HttpResponse> answers_;
};

class DeviceFlow : public ::testing::Test {
 protected:
  Result<LoginGrant> log_in() {
    const World world{in_, out_, err_, clock_, random_};
    const LoginQuestion question{.site = *read_login_site("https://nexus.example"),
                                 .path = "/oauth/device",
                                 .label = "laptop",
                                 .scopes = {"read", "host:a"},
                                 .ca_file = {}};
    return log_in_by_device(site_, question, world, [this](Seconds pause) {
      pauses_.push_back(static_cast<int>(pause.count()));
    });
  }
  void begin(const std::string& code = "BCDF-GHJK") {
    site_.add(200, R"({"device_code":"secret","user_code":")" + code +
                       R"(","verification_uri":"https://nexus.example/oauth/device","interval":2})");
  }
  void pending(const char* error) { site_.add(400, std::string(R"({"error":")") + error + "\"}"); }
  void grant(const std::string& name = "anna") {
    site_.add(200, R"({"access_token":"tok","username":")" + name +
                       R"(","id":"i","expires":"2027-01-01T00:00:00Z"})");
  }

  Answers site_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  SystemClock clock_;
  SystemRandom random_;
  std::vector<int> pauses_;
};

TEST_F(DeviceFlow, ShowsAddressAndCodeAndWaitsForAYes) {
  begin();
  pending("authorization_pending");
  pending("slow_down");
  grant();
  const auto granted = log_in();
  ASSERT_THAT(granted, IsOk());
  EXPECT_EQ(granted->user_name, "anna");
  EXPECT_EQ(granted->token.reveal(), "tok");
  EXPECT_THAT(pauses_, ElementsAre(2, 2, 7));
  EXPECT_THAT(err_.str(), HasSubstr("https://nexus.example/oauth/device"));
  EXPECT_THAT(err_.str(), HasSubstr("BCDF-GHJK"));
  EXPECT_THAT(err_.str() + out_.str(), Not(HasSubstr("secret")));
  EXPECT_EQ(site_.asked[0], "https://nexus.example/oauth/device/authorize "
                            "client_id=latchkey&label=laptop&scope=read%20host%3Aa");
  EXPECT_THAT(site_.asked[1], HasSubstr("/oauth/device/token grant_type="));
}

TEST_F(DeviceFlow, EndsAtANo) {
  begin();
  pending("access_denied");
  EXPECT_THAT(log_in(), FailsWith(ErrorCode::kRefused));
  EXPECT_EQ(site_.asked.size(), 2U);
}

TEST_F(DeviceFlow, OutlivesSomeTroubleAndNotMore) {
  begin();
  for (int i = 0; i < 5; ++i) site_.add(503, "{}");
  grant();
  EXPECT_THAT(log_in(), IsOk());
  begin();
  EXPECT_THAT(log_in(), FailsWith(ErrorCode::kRefused));
}

TEST_F(DeviceFlow, EndsWhenNobodyDecides) {
  begin();
  for (int i = 0; i < 400; ++i) pending("authorization_pending");
  EXPECT_THAT(log_in(), FailsWith(ErrorCode::kRefused));
  EXPECT_LT(pauses_.size(), 310U);
}

TEST_F(DeviceFlow, WritesNothingOnTheTerminalThatMovesItsCursor) {
  begin("\\u001b[2J");
  EXPECT_THAT(log_in(), FailsWith(ErrorCode::kUnavailable));
  EXPECT_EQ(err_.str(), "");
  begin();
  grant("anna\\npassword=x");
  EXPECT_THAT(log_in(), FailsWith(ErrorCode::kUnavailable));
  begin();
  site_.add(400, R"({"error":"access_denied","error_description":"\u001b[2J"})");
  const auto denied = log_in();
  ASSERT_FALSE(denied.has_value());
  EXPECT_THAT(denied.error().detail, Not(HasSubstr("\x1b")));
}

TEST_F(DeviceFlow, BelievesNoAnswerThatIsNoneOfOurs) {
  for (const char* body : {"<html>", "[]", "{}", R"({"device_code":"x"})"}) {
    site_.add(200, body);
    EXPECT_THAT(log_in(), FailsWith(ErrorCode::kUnavailable)) << body;
  }
}

TEST(LoginSite, IsAnHttpsHostOrThisMachine) {
  EXPECT_EQ(read_login_site("HTTPS://Nexus.Example:443/")->origin, "https://nexus.example");
  EXPECT_EQ(read_login_site("https://nexus.example:8443")->authority, "nexus.example:8443");
  EXPECT_EQ(read_login_site("http://127.0.0.1:8080")->origin, "http://127.0.0.1:8080");
  for (const char* url : {"nexus.example", "http://nexus.example", "https://a/b", "ftp://a", "https://",
                          "https://u@a", "https://a?b", ""}) {
    EXPECT_THAT(read_login_site(url), FailsWith(ErrorCode::kMalformed)) << url;
  }
}

class Helpers : public ::testing::Test {
 protected:
  Helpers() {
    std::string path = "/tmp/latchkey-login-XXXXXX";
    directory_ = ::mkdtemp(path.data());
  }
  ~Helpers() override { std::filesystem::remove_all(directory_); }

  int docker(const std::string& verb, const std::string& input) {
    return run([&](const World& world) { return docker_helper(keyring(), verb, world); }, input);
  }
  int git(const std::string& verb, const std::string& input) {
    return run([&](const World& world) { return git_helper(keyring(), verb, world); }, input);
  }
  Keyring keyring() const { return Keyring(directory_ + "/data/latchkey/credentials.json"); }

  std::string said_;
  std::string directory_;

 private:
  template <typename Helper>
  int run(const Helper& helper, const std::string& input) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const SystemClock clock;
    SystemRandom random;
    const int status = helper(World{in, out, err, clock, random});
    said_ = out.str() + err.str();
    return status;
  }
};

TEST_F(Helpers, KeepWhatDockerStoresUntilItErases) {
  EXPECT_EQ(docker("get", "registry.example"), 1);
  EXPECT_EQ(said_, "credentials not found in native keychain\n");
  ASSERT_EQ(docker("store", R"({"ServerURL":"https://Registry.example/v2/","Username":"anna","Secret":"s<1>"})"), 0);
  ASSERT_EQ(docker("get", "registry.example\n"), 0);
  EXPECT_EQ(said_, "{\"ServerURL\":\"registry.example\",\"Username\":\"anna\",\"Secret\":\"s\\u003c1\\u003e\"}\n");
  ASSERT_EQ(docker("list", ""), 0);
  EXPECT_EQ(said_, "{\"registry.example\":\"anna\"}\n");
  ASSERT_EQ(docker("erase", "registry.example"), 0);
  EXPECT_EQ(docker("get", "registry.example"), 1);
  EXPECT_EQ(docker("store", "nonsense"), 1);
  EXPECT_EQ(docker("drop", ""), 64);
}

TEST_F(Helpers, AnswerGitForTheHostAndTheUserItMeans) {
  ASSERT_EQ(git("store", "protocol=https\nhost=git.example:8443\nusername=anna\npassword=s\n\n"), 0);
  ASSERT_EQ(git("get", "protocol=https\nhost=git.example:8443\n\n"), 0);
  EXPECT_EQ(said_, "username=anna\npassword=s\n");
  for (const std::string other :
       {"host=git.example\n", "host=git.example:8443\nusername=eve\n", "",
        "host=evil.test@git.example:8443\n", "host=git.example:8443/.evil.test\n"}) {
    ASSERT_EQ(git("get", "protocol=https\n" + other), 0);
    EXPECT_EQ(said_, "") << other;
  }
  ASSERT_EQ(git("erase", "host=git.example:8443\nusername=anna\npassword=older\n"), 0);
  ASSERT_EQ(git("get", "protocol=https\nhost=git.example:8443\n"), 0);
  EXPECT_THAT(said_, HasSubstr("password=s"));
  ASSERT_EQ(git("erase", "host=git.example:8443\nusername=anna\npassword=s\n"), 0);
  EXPECT_THAT(keyring().read()->size(), 0U);
  EXPECT_EQ(git("capability", ""), 0);
}

// A submodule's address may be http://, and so may that which a server redirects to.
TEST_F(Helpers, GiveGitNothingForAnAddressThatAnybodyOnTheWayCanRead) {
  ASSERT_EQ(git("store", "protocol=https\nhost=git.example\nusername=anna\npassword=s\n\n"), 0);
  for (const char* protocol : {"protocol=http\n", "protocol=ftp\n", ""}) {
    ASSERT_EQ(git("get", protocol + std::string("host=git.example\n")), 0);
    EXPECT_EQ(said_, "") << protocol;
  }
  ASSERT_EQ(git("store", "protocol=http\nhost=plain.example\nusername=anna\npassword=s\n\n"), 0);
  EXPECT_EQ(keyring().read()->size(), 1U);
  ASSERT_EQ(git("store", "protocol=http\nhost=127.0.0.1:8080\nusername=anna\npassword=s\n\n"), 0);
  ASSERT_EQ(git("get", "protocol=http\nhost=127.0.0.1:8080\n\n"), 0);
  EXPECT_THAT(said_, HasSubstr("password=s"));
}

TEST_F(Helpers, ReadNoFileThatOthersCanRead) {
  ASSERT_THAT(keyring().put("a.example", {"anna", SecretString(std::string_view("s"))}), IsOk());
  struct stat about {};
  ASSERT_EQ(::stat(keyring().file().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  ASSERT_EQ(::chmod(keyring().file().c_str(), 0640), 0);
  EXPECT_THAT(keyring().read(), FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(keyring().put("b.example", {"anna", SecretString()}), FailsWith(ErrorCode::kUnavailable));
}

TEST_F(Helpers, OverwriteNoDamagedFile) {
  ASSERT_THAT(keyring().put("a.example", {"anna", SecretString(std::string_view("s"))}), IsOk());
  std::ofstream(keyring().file()) << "{";
  EXPECT_THAT(keyring().put("b.example", {"anna", SecretString()}), FailsWith(ErrorCode::kUnavailable));
}

TEST_F(Helpers, TellBeforehandWhetherTheFileCouldBeWritten) {
  EXPECT_THAT(keyring().check(), IsOk());
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
  ASSERT_THAT(keyring().put("a.example", {"anna", SecretString(std::string_view("s"))}), IsOk());
  EXPECT_THAT(keyring().check(), IsOk());
  std::ofstream(keyring().file()) << "{";
  EXPECT_THAT(keyring().check(), FailsWith(ErrorCode::kUnavailable));
  std::ofstream(directory_ + "/file") << "x";
  EXPECT_THAT(Keyring(directory_ + "/file/latchkey/credentials.json").check(), FailsWith(ErrorCode::kUnavailable));
}

TEST(Program, GetsItsInputAndGivesItsOutputAndStatus) {
  const auto ran = run_program({"sh", "-c", "cat; exit 3"}, "a secret");
  ASSERT_THAT(ran, IsOk());
  EXPECT_EQ(ran->out.reveal(), "a secret");
  EXPECT_EQ(ran->status, 3);
  EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}, "")->status, 137);
}

TEST(Program, MayReadNothingAndMayNotWriteForEver) {
  EXPECT_THAT(run_program({"true"}, std::string(1 << 20, 'x')), IsOk());
  EXPECT_THAT(run_program({"yes"}, ""), FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(run_program({"no-such-program-of-latchkey"}, ""), FailsWith(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace latchkey::admin
