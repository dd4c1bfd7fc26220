// The parts of `latchkey doctor` that need no server; what it finds behind real ones is shown in
// tests/servers/doctor_test.py.
#include "admin/doctor/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "admin/doctor/examination.h"
#include "admin/doctor/spoofs.h"
#include "support/configs.h"
#include "support/results.h"

namespace latchkey::admin::doctor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Fault> every_fault() {
  std::vector<Fault> all;
  for (int i = 0; i <= static_cast<int>(Fault::kSocketAbsent); ++i) {
    all.push_back(static_cast<Fault>(i));
  }
  return all;
}

TEST(Faults, EachHasANameOfItsOwnAndAdviceUnlessItIsANote) {
  std::set<std::string_view> names;
  for (const Fault fault : every_fault()) {
    const Description& described = description_of(fault);
    EXPECT_TRUE(names.insert(described.name).second) << described.name;
    EXPECT_FALSE(described.what.empty()) << described.name;
    if (described.severity == Severity::kNote || fault == Fault::kUnanswered) continue;
    for (const Server server : {Server::kUnknown, Server::kNginx, Server::kApache,
                                Server::kLighttpd, Server::kCaddy, Server::kHaproxy}) {
      EXPECT_FALSE(advice_for({fault, "x", server, {"Name (200)"}}).empty()) << described.name;
    }
  }
}

TEST(Advice, NamesEachThingThatWasSeen) {
  const Finding finding{Fault::kIdentityPassed, "x", Server::kNginx,
                        {"X-Forwarded-User", "X_Forwarded_User"}};
  const std::vector<std::string> lines = advice_for(finding);
  EXPECT_THAT(lines, ::testing::Contains("proxy_set_header X-Forwarded-User $latchkey_user;"));
  EXPECT_THAT(lines, ::testing::Contains("proxy_set_header X_Forwarded_User \"\";"));
  EXPECT_THAT(advice_for({Fault::kFileReadable, "x", Server::kUnknown, {"/a/b (mode 0644)"}}),
              ::testing::ElementsAre("chmod go-rwx /a/b"));
  EXPECT_THAT(advice_for({Fault::kIdentityMissing, "x", Server::kApache, {"GET /"}}),
              ::testing::Contains(HasSubstr("\"expr=%{reqenv:REMOTE_USER}\"")));
  EXPECT_THAT(advice_for({Fault::kIdentityEmpty, "x", Server::kApache, {"X-Mail (GET /)"}}),
              ::testing::Contains("RequestHeader unset X-Mail \"expr=-z %{HTTP:X-Mail}\""));
  EXPECT_THAT(advice_for({Fault::kOpenHttp, "x", Server::kHaproxy, {"GET /"}}),
              ::testing::Contains(HasSubstr("https://NAME%[capture.req.uri] code 301")));
}

TEST(Server, IsKnownByItsField) {
  EXPECT_EQ(server_of("nginx/1.22.1"), Server::kNginx);
  EXPECT_EQ(server_of("openresty/1.21"), Server::kNginx);
  EXPECT_EQ(server_of("Apache/2.4.62 (Debian)"), Server::kApache);
  EXPECT_EQ(server_of("lighttpd/1.4.69"), Server::kLighttpd);
  EXPECT_EQ(server_of("Caddy"), Server::kCaddy);
  EXPECT_EQ(server_of("haproxy"), Server::kHaproxy) << "by --server; it sends no such field";
  EXPECT_EQ(server_of(""), Server::kUnknown);
  EXPECT_EQ(server_of("not nginx"), Server::kUnknown);
}

TEST(Report, GathersWhatBelongsTogetherAndPutsTheWorstFirst) {
  Report report;
  report.add(Fault::kNoHsts, "https://a", "GET /");
  report.add(Fault::kUnprotected, "https://a", "GET /x (200)");
  report.add(Fault::kUnprotected, "https://a", "GET /x (200)");
  report.add(Fault::kUnprotected, "https://a", "GET /y (200)");
  report.add(Fault::kUnprotected, "https://b", "GET /x (200)");
  const std::vector<Finding> findings = report.sorted();
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].seen, (std::vector<std::string>{"GET /x (200)", "GET /y (200)"}));
  EXPECT_EQ(findings[1].where, "https://b");
  EXPECT_EQ(findings[2].fault, Fault::kNoHsts);
}

TEST(Report, IsGoodWithNothingWorseThanANote) {
  std::ostringstream out;
  Report report;
  report.add(Fault::kNoHsts, "https://a", "GET /");
  EXPECT_EQ(print(report, Form::kText, out), kGood);
  report.add(Fault::kCacheable, "https://a", "GET /");
  EXPECT_EQ(print(report, Form::kJson, out), kFailed);
}

TEST(Report, LetsNoServerSpeakToTheTerminal) {
  std::ostringstream out;
  Report report;
  report.add(Fault::kForeignLocation, "https://a", "GET / (\x1b[2J\x07)");
  print(report, Form::kText, out);
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
}

remote::RawReply reply(int status, std::string location = {}, std::string body = {}) {
  remote::RawReply made;
  made.status = status;
  if (!location.empty()) made.fields.push_back({"Location", std::move(location)});
  made.body = std::move(body);
  return made;
}

TEST(Verdict, TellsARefusalFromAnAnswer) {
  const std::map<int, Verdict> verdicts = {
      {200, Verdict::kLetThrough}, {206, Verdict::kLetThrough}, {101, Verdict::kLetThrough},
      {401, Verdict::kRefused},    {403, Verdict::kRefused},    {400, Verdict::kRefused},
      {404, Verdict::kElsewhere},  {405, Verdict::kElsewhere},  {302, Verdict::kElsewhere},
      {500, Verdict::kBroken},     {502, Verdict::kBroken},     {0, Verdict::kSilent}};
  for (const auto& [status, verdict] : verdicts) {
    EXPECT_EQ(judge(reply(status), "/oauth/login"), verdict) << status;
  }
  EXPECT_EQ(judge(reply(302, "https://a/oauth/login?rd=/"), "/oauth/login"), Verdict::kSignIn);
  EXPECT_EQ(judge(reply(302, "/oauth/login"), "/oauth/login"), Verdict::kSignIn);
  EXPECT_EQ(judge(reply(302, "https://a/oauth/loginx"), "/oauth/login"), Verdict::kElsewhere);
}

TEST(Verdict, KnowsTheServersOwnPages) {
  const auto page = reply(404, {}, "<hr><center>nginx/1.22.1</center>");
  EXPECT_TRUE(is_servers_own(Server::kNginx, page));
  EXPECT_FALSE(is_servers_own(Server::kApache, page));
  EXPECT_FALSE(is_servers_own(Server::kUnknown, page));
  EXPECT_FALSE(is_servers_own(Server::kNginx, reply(404, {}, "no such job")));
  EXPECT_TRUE(is_servers_refusal(Server::kNginx, reply(403, {}, page.body)));
  EXPECT_FALSE(is_servers_refusal(Server::kNginx, reply(401, {}, page.body))) << "may be latchkey's";
  EXPECT_FALSE(is_servers_refusal(Server::kNginx, reply(403, {}, "not you")));
  const std::string haproxys = "<html><body><h1>400 Bad request</h1>\n"
                               "Your browser sent an invalid request.\n</body></html>\n";
  EXPECT_TRUE(is_servers_own(Server::kHaproxy, reply(400, {}, haproxys)));
  EXPECT_FALSE(is_servers_own(Server::kHaproxy, reply(404, {}, haproxys)));
  EXPECT_FALSE(is_servers_own(Server::kNginx, reply(400, {}, haproxys)));
}

TEST(Location, LeadsHomeOnlyToAHostOfOurs) {
  const config::Hosts hosts(example_config());
  for (const char* ours : {"", "/x", "/x//y", "?x=//y", "https://nexus.example/x", "x/y",
                           "https://nexus.example:8443", "https://docker.example",
                           "//nexus.example/", "https://a.apps.example/?rd=//evil.test"}) {
    EXPECT_TRUE(leads_home(hosts, ours)) << ours;
  }
  for (const char* foreign : {"//evil.test", "https://evil.test/nexus.example",
                              "https://nexus.example.evil.test/", "http://evil.test"}) {
    EXPECT_FALSE(leads_home(hosts, foreign)) << foreign;
  }
}

TEST(Spoofs, CoverEverySpellingO9N2) {
  const std::vector<Spoof> spoofs = spoofs_of({}, "n");
  std::set<std::string> names;
  std::set<std::string> values;
  for (const Spoof& spoof : spoofs) {
    EXPECT_TRUE(values.insert(spoof.value).second);
    names.insert(spoof.name);
  }
  for (const char* name : {"X-Forwarded-User", "X_Forwarded_User", "X-Forwarded_User",
                           "X_Forwarded-User", "X.Forwarded.User", "X-SSO-USER", "X_SSO_USER",
                           "Remote_User", "X-Auth-Request-User", "X_Auth_Request_User"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(Spoofs, KnowTheConfiguredNames) {
  config::IdentityNames names;
  names.user = "X-SSO-USER";
  const std::vector<Spoof> spoofs = spoofs_of(names, "n");
  const auto find = [&](const std::string& name) {
    return std::ranges::find(spoofs, name, &Spoof::name);
  };
  EXPECT_TRUE(find("X-SSO-USER")->configured);
  EXPECT_TRUE(find("X_SSO_USER")->configured);
  EXPECT_FALSE(find("X-Forwarded-User")->configured);
}

TEST(Mirror, IsReadHoweverItWritesAField) {
  const std::string body = "GET /\nX-Forwarded-User: ann\r\n  \"x-forwarded-groups\": \"a|b\",\n"
                           "HTTP_X_FORWARDED_MAIL=\nREMOTE_USER=ann\n";
  EXPECT_EQ(mirrored(body, "X-Forwarded-User"), (std::vector<std::string>{"ann"}));
  EXPECT_EQ(mirrored(body, "X-Forwarded-Groups"), (std::vector<std::string>{"a|b"}));
  EXPECT_EQ(mirrored(body, "X-Forwarded-Mail"), (std::vector<std::string>{""}));
  EXPECT_EQ(mirrored(body, "REMOTE_USER"), (std::vector<std::string>{"ann"}));
  EXPECT_TRUE(mirrored(body, "X-Forwarded").empty());
}

// Remembers what was sent, and answers everything in the same way.
class Recorder final : public remote::Prober {
 public:
  explicit Recorder(remote::RawReply answer) : answer_(std::move(answer)) {}
  Result<remote::RawReply> exchange(const remote::Endpoint&, std::string_view request,
                                    remote::Body) override {
    requests.emplace_back(request);
    return answer_;
  }
  std::vector<std::string> requests;

 private:
  remote::RawReply answer_;
};

// Every probe there is, against a server that answers 200 to all of them.
std::vector<std::string> all_requests(const config::Config& config) {
  Recorder recorder(reply(200, {}, "{\"username\":\"ann\"}"));
  Report report;
  const Result<policy::Policy> policy = policy::Policy::from(config);
  EXPECT_THAT(policy, IsOk());
  Site site(recorder, {.origin = "https://nexus.example"}, report, [] { return false; });
  const Credential credential{SecretString(std::string_view("t0ken")),
                              SecretString(std::string_view("t0ken")), "ann"};
  Examination examination{config, *policy, site, report, "n0nce", "/mirror", &credential};
  examination.places = places_of(config, *policy, site, "n0nce", {});
  const std::string base = examination.places.base;
  for (auto* probe : {probe_openness, probe_methods, probe_upgrade, probe_targets, probe_hosts,
                      probe_fields, probe_challenges, probe_pages, probe_sign_in, probe_health,
                      probe_whoami, probe_identity, probe_served_files}) {
    examination.places.base = base;
    probe(examination);
  }
  EXPECT_TRUE(report.has(Fault::kUnprotected, "https://nexus.example"));
  return recorder.requests;
}

TEST(Probes, AreHarmless) {
  const std::set<std::string> harmless = {"GET",   "HEAD", "OPTIONS", "PROPFIND",
                                          "TRACE", "get",  "LATCHKEY"};
  const std::vector<std::string> requests = all_requests(example_config());
  EXPECT_GT(requests.size(), 100u);
  for (const std::string& request : requests) {
    const std::string method = request.substr(0, request.find(' '));
    EXPECT_TRUE(harmless.contains(method)) << request;
    EXPECT_FALSE(request.contains("Content-Length")) << request;
    EXPECT_FALSE(request.contains("Transfer-Encoding")) << request;
    if (!request.contains("t0ken")) continue;
    EXPECT_EQ(method, "GET") << request;
    EXPECT_FALSE(request.starts_with("GET /cli/credentials")) << "it would issue one: " << request;
    EXPECT_FALSE(request.starts_with("GET /oauth/")) << request;
  }
}

TEST(Places, FollowTheRules) {
  config::Config config = example_config();
  config::Rule open;
  open.paths = {"/public", "/job/*/build"};
  open.who = config::Who::kAnyone;
  config.rules.insert(config.rules.begin(), open);
  Recorder recorder(reply(200));
  Report report;
  const Result<policy::Policy> policy = policy::Policy::from(config);
  ASSERT_THAT(policy, IsOk());
  Site site(recorder, {.origin = "https://nexus.example"}, report, [] { return false; });
  const Places places = places_of(config, *policy, site, "n0nce", {"/mine", "/public/mine"});
  EXPECT_EQ(places.base, "/latchkey-doctor-n0nce");
  EXPECT_THAT(places.closed, ::testing::IsSupersetOf({"/", "/v2/", "/mine"}));
  EXPECT_THAT(places.open, ::testing::IsSupersetOf({"/public", "/job/latchkey-doctor/build",
                                                  "/public/mine"}));
  EXPECT_EQ(stranger_at(config, *policy, site, "GET", "/public/../x"), Stranger::kRefused);
  EXPECT_EQ(stranger_at(config, *policy, site, "GET", "/public/%2e%2e/%zz"), Stranger::kRefused);
}

TEST(Site, AsksNothingMoreOnceItIsInterruptedAndSaysSo) {
  Recorder recorder(reply(200));
  Report report;
  Site site(recorder, {.origin = "https://nexus.example:8443"}, report, [] { return true; });
  EXPECT_EQ(site.host(), "nexus.example");
  EXPECT_EQ(site.authority(), "nexus.example:8443");
  EXPECT_FALSE(site.ask({.target = "/x"}).has_value());
  EXPECT_TRUE(recorder.requests.empty());
  EXPECT_TRUE(report.has(Fault::kUnanswered, "https://nexus.example:8443"));
}

// Never answers.
class Dead final : public remote::Prober {
 public:
  Result<remote::RawReply> exchange(const remote::Endpoint&, std::string_view,
                                    remote::Body) override {
    ++asked;
    return fail(ErrorCode::kUnavailable, "no answer in time");
  }
  int asked = 0;
};

TEST(Site, GivesUpOnAServerThatHasDied) {
  Dead dead;
  Report report;
  Site site(dead, {.origin = "https://nexus.example"}, report, [] { return false; });
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(site.ask({.target = "/" + std::to_string(i)}).has_value());
  }
  EXPECT_EQ(dead.asked, 3);
  EXPECT_EQ(report.sorted().front().seen.size(), 20u) << "no probe passes for made";
}

}  // namespace
}  // namespace latchkey::admin::doctor
