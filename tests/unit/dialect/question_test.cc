#include "latchkey/dialect/question.h"

#include <gtest/gtest.h>

namespace latchkey::dialect {
namespace {

using fcgi::Params;
using fcgi::Role;
using model::IdentityForm;
using model::Mode;
using model::Reason;

constexpr QuestionSettings kSettings{.semicolon = wire::Semicolon::kCut, .peer_secret = {}};

Question read(const Params& params, Role role = Role::kResponder) {
  return read_question(params, role, model::Transport::kUnixSocket, kSettings);
}

Reason fault(const Question& question) {
  return question.fault ? question.fault->reason() : Reason::kAllowed;
}

TEST(Call, FollowsFromRoleAndMode) {
  const auto call = [](std::string_view mode, Role role) {
    return call_of(Params::of({{"LATCHKEY_MODE", mode}}), role, model::Transport::kUnixSocket);
  };
  EXPECT_EQ(call("check", Role::kResponder).mode, Mode::kCheck);
  EXPECT_EQ(call("check", Role::kResponder).form, IdentityForm::kHeaders);
  EXPECT_EQ(call("check", Role::kAuthorizer).mode, Mode::kCheck);
  EXPECT_EQ(call("check", Role::kAuthorizer).form, IdentityForm::kVariables);
  EXPECT_EQ(call("", Role::kAuthorizer).mode, Mode::kWhole);
  EXPECT_EQ(call("forward", Role::kResponder).mode, Mode::kForward);
  EXPECT_EQ(call("refused", Role::kResponder).mode, Mode::kRefused);
}

TEST(Call, WithoutAModeIsBareAndAtFault) {
  for (const auto& [mode, role] :
       {std::pair{"", Role::kResponder}, std::pair{"CHECK", Role::kResponder},
        std::pair{"forward", Role::kAuthorizer}, std::pair{"refused", Role::kAuthorizer}}) {
    const Params params = Params::of({{"LATCHKEY_MODE", mode},
                                      {"REQUEST_METHOD", "GET"},
                                      {"REQUEST_URI", "/"},
                                      {"HTTP_HOST", "a.example"}});
    const Question question = read(params, role);
    EXPECT_EQ(question.query.call.mode, Mode::kCheck) << mode;
    EXPECT_EQ(fault(question), Reason::kInternal) << mode;
  }
}

TEST(Question, ReadsTheRequestOnce) {
  const Params params = Params::of({{"LATCHKEY_MODE", "check"},
                                    {"REQUEST_METHOD", "PUT"},
                                    {"REQUEST_URI", "/a/%62//c?d=%2f&e"},
                                    {"HTTP_HOST", "A.Example.:8443"},
                                    {"REQUEST_SCHEME", "https"},
                                    {"HTTP_AUTHORIZATION", "Basic eA=="},
                                    {"HTTP_COOKIE", "a=b"},
                                    {"REMOTE_ADDR", "192.0.2.1"},
                                    {"HTTP_ORIGIN", "https://o.example"},
                                    {"HTTP_X_REQUESTED_WITH", "XMLHttpRequest"},
                                    {"HTTP_UPGRADE", "websocket"},
                                    {"HTTP_SEC_PURPOSE", "prefetch;prerender"}});
  const Question question = read(params);
  ASSERT_EQ(fault(question), Reason::kAllowed);
  const model::CanonicalRequest& request = question.query.request;
  EXPECT_EQ(request.scheme, model::Scheme::kHttps);
  EXPECT_EQ(request.host, "a.example");
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/a/b/c");
  EXPECT_EQ(request.query, "d=%2f&e");
  EXPECT_EQ(request.target, "/a/%62//c?d=%2f&e");
  EXPECT_FALSE(request.has_encoded_slash);
  EXPECT_EQ(question.query.authorization->reveal(), "Basic eA==");
  EXPECT_EQ(question.query.cookies, "a=b");
  EXPECT_EQ(question.query.remote_address, "192.0.2.1");
  EXPECT_EQ(question.query.hints.origin, "https://o.example");
  EXPECT_TRUE(question.query.hints.has_requested_with);
  EXPECT_TRUE(question.query.hints.wants_upgrade);
  EXPECT_TRUE(question.query.hints.is_prefetch);
}

TEST(Question, KnowsAFormHoweverItIsSpelled) {
  const auto is_form = [](std::initializer_list<fcgi::Params::Pair> said) {
    const Params params = Params::of(said);
    return read(params).query.hints.has_form_body;
  };
  EXPECT_FALSE(is_form({}));
  EXPECT_FALSE(is_form({{"CONTENT_TYPE", "application/octet-stream"}}));
  EXPECT_FALSE(is_form({{"CONTENT_TYPE", ""}, {"HTTP_CONTENT_TYPE", "application/json"}}));
  EXPECT_TRUE(is_form({{"CONTENT_TYPE", "application/x-www-form-urlencoded"}}));
  EXPECT_TRUE(is_form({{"HTTP_CONTENT_TYPE", "Multipart/Form-DATA; boundary=b"}}));
  EXPECT_TRUE(is_form({{"CONTENT_TYPE", "a/b"}, {"HTTP_CONTENT_TYPE", "APPLICATION/X-WWW-FORM-URLENCODED;q"}}));
  // Said twice: which of both the application reads is not known.
  EXPECT_TRUE(is_form({{"HTTP_CONTENT_TYPE", "multipart/form-data"}, {"HTTP_CONTENT_TYPE", "text/plain"}}));
}

TEST(Question, TakesAnEmptyAuthorizationForNone) {
  const Params params = Params::of({{"LATCHKEY_MODE", "check"}, {"HTTP_AUTHORIZATION", ""}});
  EXPECT_FALSE(read(params).query.authorization.has_value());
}

TEST(Question, KeepsThePathWhenTheHostIsBadAsHealthNeedsIt) {
  const Params params = Params::of({{"LATCHKEY_MODE", "refused"},
                                    {"REQUEST_METHOD", "GET"},
                                    {"REQUEST_URI", "/"},
                                    {"HTTP_HOST", "bad host"}});
  const Question question = read(params);
  EXPECT_EQ(fault(question), Reason::kUnknownHost);
  EXPECT_EQ(question.query.request.path, "/");
}

TEST(Question, KeepsNoPathThatIsNotCanonical) {
  const Params params = Params::of({{"LATCHKEY_MODE", "refused"},
                                    {"REQUEST_METHOD", "GET"},
                                    {"REQUEST_URI", "/%zz"},
                                    {"HTTP_HOST", "a.example"}});
  const Question question = read(params);
  EXPECT_EQ(fault(question), Reason::kMalformedRequest);
  EXPECT_EQ(question.query.request.path, "");
  EXPECT_EQ(question.query.request.target, "");
}

TEST(Question, RefusesAnAbsoluteTargetOfAnotherHostV8) {
  const Params params = Params::of({{"LATCHKEY_MODE", "check"},
                                    {"REQUEST_METHOD", "GET"},
                                    {"REQUEST_URI", "http://b.example/x"},
                                    {"HTTP_HOST", "a.example"}});
  EXPECT_EQ(fault(read(params)), Reason::kMalformedRequest);
}

TEST(Question, ComparesACutPathWithTheServersOwn) {
  const auto with = [](std::string_view servers) {
    return fault(read(Params::of({{"LATCHKEY_MODE", "check"},
                                  {"REQUEST_METHOD", "GET"},
                                  {"REQUEST_URI", "/a;v=1/b"},
                                  {"HTTP_HOST", "a.example"},
                                  {"LATCHKEY_PATH", servers}})));
  };
  EXPECT_EQ(with("/a;v=1/b"), Reason::kAllowed);
  EXPECT_EQ(with("/a/b"), Reason::kAllowed);
  EXPECT_EQ(with("/c;v=1/b"), Reason::kAmbiguousTarget);
}

Question at_the_gate(std::string target, std::string_view came_from = "",
                     model::Transport transport = model::Transport::kCgi) {
  return read_question(Params::of({{"LATCHKEY_MODE", "gate"},
                                   {"REQUEST_METHOD", "GET"},
                                   {"REQUEST_URI", target},
                                   {"HTTP_HOST", "a.example"},
                                   {"SCRIPT_NAME", "/cgi-bin/gate.cgi"},
                                   {"REDIRECT_REDIRECT_SCRIPT_NAME", came_from}}),
                       Role::kResponder, transport, kSettings);
}

TEST(Question, KnowsTheGateUnderCgiOnly) {
  EXPECT_EQ(at_the_gate("/members/x").query.call.mode, Mode::kGate);
  EXPECT_EQ(fault(at_the_gate("/members/x")), Reason::kAllowed);
  for (const auto transport : {model::Transport::kUnixSocket, model::Transport::kTcp,
                               model::Transport::kInherited, model::Transport::kInheritedTcp}) {
    EXPECT_EQ(fault(at_the_gate("/members/x", "", transport)), Reason::kInternal);
  }
}

TEST(Question, LeadsNobodyBackToTheGateItself) {
  for (const char* const target : {"/cgi-bin/gate.cgi", "/cgi-bin/gate.cgi/x", "/cgi-bin/./gate.cgi?x",
                                   "//cgi-bin//gate.cgi/", "/cgi-bin/%67ate.cgi"}) {
    EXPECT_EQ(fault(at_the_gate(target)), Reason::kMalformedRequest) << target;
  }
  EXPECT_EQ(fault(at_the_gate("/cgi-bin/gate.cgi.txt")), Reason::kAllowed);
}

TEST(Question, EndsACircleThroughTheGate) {
  EXPECT_EQ(fault(at_the_gate("/members/x", "/cgi-bin/gate.cgi")), Reason::kInternal);
  EXPECT_EQ(fault(at_the_gate("/members/x", "/cgi-bin/other.cgi")), Reason::kAllowed);
}

TEST(Question, TellsAReasonThatNobodyHandedOnFromAnEmptyOne) {
  EXPECT_EQ(read(Params::of({{"LATCHKEY_MODE", "refused"}})).query.handed_on, std::nullopt);
}

TEST(Question, HandsOnNoReasonThatWouldApprove) {
  const auto handed_on = [](std::string_view reason) {
    return read(Params::of({{"LATCHKEY_MODE", "refused"}, {"LATCHKEY_REASON", reason}}))
        .query.handed_on;
  };
  EXPECT_EQ(handed_on("cross_site"), Reason::kCrossSite);
  EXPECT_EQ(handed_on("allowed"), Reason::kNoCredential);
  EXPECT_EQ(handed_on("health"), Reason::kNoCredential);
  EXPECT_EQ(handed_on(""), Reason::kNoCredential);
  EXPECT_EQ(handed_on("nonsense"), Reason::kNoCredential);
}

}  // namespace
}  // namespace latchkey::dialect
