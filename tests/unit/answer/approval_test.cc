#include "latchkey/answer/approval.h"

#include <gtest/gtest.h>

#include "support/answers.h"
#include "support/identities.h"

namespace latchkey::answer {
namespace {

using model::IdentityForm;
using model::Reason;

model::Account alice() {
  model::Account account = account_named("alice", {"devs", "ops"});
  account.profile.mail = "alice@corp.test";
  account.profile.display_name = "Alice A.";
  return account;
}

TEST(Approval, SaysEveryFactInPlainHeaders) {
  const ApprovalSettings settings((config::IdentityNames()));
  const auto answer = approval(settings, IdentityForm::kHeaders, by_token(alice()));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(field(*answer, "X-Forwarded-User"), "alice");
  EXPECT_EQ(field(*answer, "X-Forwarded-Groups"), "devs|ops");
  EXPECT_EQ(field(*answer, "X-Forwarded-Mail"), "alice@corp.test");
  EXPECT_EQ(field(*answer, "X-Forwarded-DisplayName"), "Alice A.");
  EXPECT_EQ(field(*answer, "X-Latchkey-Auth"), "jwt");
  EXPECT_EQ(field(*answer, "X-Latchkey-Credential"), "0192-credential");
  EXPECT_EQ(answer->headers.size(), kFacts);
}

TEST(Approval, SaysNothingButVariablesToTheAuthorizerRole) {
  const ApprovalSettings settings((config::IdentityNames()));
  const auto answer = approval(settings, IdentityForm::kVariables, by_session(alice()));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(field(*answer, "Variable-REMOTE_USER"), "alice");
  EXPECT_EQ(field(*answer, "Variable-REMOTE_GROUPS"), "devs|ops");
  EXPECT_EQ(field(*answer, "Variable-REMOTE_MAIL"), "alice@corp.test");
  EXPECT_EQ(field(*answer, "Variable-REMOTE_DISPLAY_NAME"), "Alice A.");
  EXPECT_EQ(field(*answer, "Variable-LATCHKEY_AUTH"), "session");
  EXPECT_EQ(field(*answer, "Variable-LATCHKEY_CREDENTIAL"), "");
  for (const model::Header& header : answer->headers) {
    EXPECT_TRUE(header.name.starts_with("Variable-")) << header.name;
  }
}

TEST(Approval, OfNobodySendsEveryNameEmptyM2L17N1) {
  const ApprovalSettings settings((config::IdentityNames()));
  for (const IdentityForm form : {IdentityForm::kHeaders, IdentityForm::kVariables}) {
    const auto answer = approval(settings, form, nobody());
    ASSERT_TRUE(answer.has_value());
    ASSERT_EQ(answer->headers.size(), kFacts);
    for (std::size_t at = 0; at < kFacts; ++at) {
      EXPECT_EQ(answer->headers[at].value.text(), at == 4 ? "anonymous" : "");
    }
  }
}

TEST(Approval, UsesTheConfiguredNamesAndDelimiter) {
  config::IdentityNames names;
  names.user = "X-SSO-USER";
  names.delimiter = "::";
  const auto answer =
      approval(ApprovalSettings(names), IdentityForm::kHeaders, by_session(alice()));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(field(*answer, "X-SSO-USER"), "alice");
  EXPECT_EQ(field(*answer, "X-Forwarded-User"), "(absent)");
  EXPECT_EQ(field(*answer, "X-Forwarded-Groups"), "devs::ops");
}

TEST(Approval, RefusesAnIdentityThatFitsNoHeader) {
  config::IdentityNames names;
  names.header_bytes_max = 150;
  const auto small = approval(ApprovalSettings(names), IdentityForm::kHeaders, nobody());
  EXPECT_TRUE(small.has_value());
  const auto large = approval(ApprovalSettings(names), IdentityForm::kHeaders, by_token(alice()));
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().reason(), Reason::kIdentityTooLarge);
}

TEST(Approval, RefusesWhatWouldBeginAFieldOfItsOwnM21N42) {
  const ApprovalSettings settings((config::IdentityNames()));
  for (const char* name : {"a\r\nX-Forwarded-Groups: admin", "a\nb", "a\rb", "a\x7f", "\xc3\xa9"}) {
    const auto answer =
        approval(settings, IdentityForm::kHeaders, by_session(account_named(name)));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().reason(), Reason::kInternal);
  }
}

}  // namespace
}  // namespace latchkey::answer
