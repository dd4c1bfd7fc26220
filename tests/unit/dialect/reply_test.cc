#include "latchkey/dialect/reply.h"

#include <gtest/gtest.h>

#include "support/answers.h"
#include "support/identities.h"

namespace latchkey::dialect {
namespace {

using model::Answer;
using model::Call;
using model::Decision;
using model::IdentityForm;
using model::Mode;
using model::Reason;

constexpr TimePoint kNow = from_unix(1'800'000'000);
constexpr auto kModes =
    std::to_array({Mode::kWhole, Mode::kCheck, Mode::kForward, Mode::kRefused});

Answer said(Mode mode, IdentityForm form, const Decision& decision, int status,
            Seconds cache = Seconds(0)) {
  return reply({.mode = mode, .form = form}, decision,
               {.status = status, .headers = {}, .body = "body"}, cache, kNow);
}

TEST(Reply, OfACheckIsBareForEveryRefusal) {
  for (const int status : {200, 302, 400, 403, 503}) {
    const Answer answer = said(Mode::kCheck, IdentityForm::kHeaders,
                               Decision::refuse(Reason::kRuleDenied, ""), status);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.headers.size(), 1u);
    EXPECT_EQ(field(answer, "X-Latchkey-Reason"), "rule_denied");
    EXPECT_EQ(answer.body, "");
  }
}

TEST(Reply, OfTheOtherModesIsTheWholeRefusal) {
  for (const Mode mode : {Mode::kWhole, Mode::kForward, Mode::kRefused}) {
    const Answer answer =
        said(mode, IdentityForm::kHeaders, Decision::refuse(Reason::kRuleDenied, ""), 403);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.body, "body");
  }
}

TEST(Reply, IsNeverA2xxWithoutAnApprovalM40) {
  for (const Mode mode : kModes) {
    for (const Decision& decision : {Decision(), Decision::refuse(Reason::kNoCredential, ""),
                                     Decision::refuse(Reason::kAllowed, "")}) {
      EXPECT_EQ(said(mode, IdentityForm::kHeaders, decision, 200).status, 401);
      EXPECT_EQ(said(mode, IdentityForm::kVariables, decision, 204).status, 401);
    }
  }
}

TEST(Reply, GivesTheHealthAnswerOnlyWhereA200LetsNothingThroughO10) {
  for (const Mode mode : kModes) {
    const Answer answer = said(mode, IdentityForm::kHeaders, Decision::health(), 200);
    EXPECT_EQ(answer.status, mode == Mode::kRefused ? 200 : 401);
  }
}

TEST(Reply, OfModeRefusedIsNeverAnApproval) {
  const Decision decision = Decision::allow(by_session(account_named("alice")));
  EXPECT_EQ(said(Mode::kRefused, IdentityForm::kHeaders, decision, 200).status, 401);
}

std::string kept(IdentityForm form, model::Identity identity, Seconds cache) {
  const Decision decision = Decision::allow(std::move(identity));
  return field(said(Mode::kCheck, form, decision, 200, cache), "X-Accel-Expires");
}

model::Identity with_session_until(TimePoint end) {
  store::PresentedSession session;
  session.idle_end = session.absolute_end = end;
  session.owner = store::owner_of(account_named("alice"));
  return identity::IdentityMaker::of_session(std::move(session));
}

TEST(Reply, TellsNginxHowLongToKeepAnApproval) {
  constexpr auto kForm = IdentityForm::kHeaders;
  EXPECT_EQ(kept(kForm, with_session_until(kNow + Seconds(99)), Seconds(0)), "0");
  EXPECT_EQ(kept(kForm, with_session_until(kNow + Seconds(99)), Seconds(30)), "30");
  EXPECT_EQ(kept(kForm, with_session_until(kNow + Seconds(5)), Seconds(30)), "5");
  EXPECT_EQ(kept(kForm, with_session_until(kNow - Seconds(5)), Seconds(30)), "0");
  EXPECT_EQ(kept(kForm, nobody(), Seconds(30)), "30");
}

TEST(Reply, TellsTheAuthorizerRoleNothingButVariables) {
  EXPECT_EQ(kept(IdentityForm::kVariables, nobody(), Seconds(30)), "(absent)");
}

}  // namespace
}  // namespace latchkey::dialect
