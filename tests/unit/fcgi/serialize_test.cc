#include <gmock/gmock.h>

#include "latchkey/fcgi/exchange.h"
#include "support/results.h"

namespace latchkey::fcgi {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

wire::FieldValue value(std::string_view text) { return *wire::FieldValue::from(text); }

TEST(Serialize, WritesTheStatusFirst) {
  model::Answer answer;
  answer.status = 401;
  answer.add("WWW-Authenticate", value("Basic realm=\"x\""));
  answer.body = "no\n";
  const auto text = serialize(answer, Body::kSend);
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(*text, "Status: 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\nno\n");
}

TEST(Serialize, LeavesTheBodyOutForHead) {
  model::Answer answer;
  answer.status = 200;
  answer.body = "text";
  EXPECT_EQ(*serialize(answer, Body::kLeaveOut), "Status: 200 OK\r\n\r\n");
}

TEST(Serialize, RefusesAStatusOutsideTheRange) {
  for (const int status : {0, 99, 100, 199, 600, 1000, -200}) {
    model::Answer answer;
    answer.status = status;
    EXPECT_THAT(serialize(answer, Body::kSend), FailsWith(ErrorCode::kInternal)) << status;
  }
}

TEST(Serialize, RefusesNamesThatBeginAFieldOfTheirOwnC11) {
  for (const char* name : {"", "A B", "A:", "A\r\nStatus: 200 OK\r\nB", "A\n", "\xc3\xa4"}) {
    model::Answer answer;
    answer.add(name, value("x"));
    EXPECT_THAT(serialize(answer, Body::kSend), FailsWith(ErrorCode::kInternal)) << name;
  }
}

TEST(Serialize, RefusesASecondStatusInAnySpelling) {
  for (const char* name : {"Status", "status", "STATUS"}) {
    model::Answer answer;
    answer.add(name, value("200 OK"));
    EXPECT_THAT(serialize(answer, Body::kSend), FailsWith(ErrorCode::kInternal)) << name;
  }
}

TEST(Serialize, RefusesALineThatApacheWouldShowToTheClient) {
  model::Answer answer;
  answer.add("X", value(std::string(kHeaderLineBytesMax, 'x')));
  EXPECT_THAT(serialize(answer, Body::kSend), FailsWith(ErrorCode::kInternal));
}

TEST(Serialize, RefusesABlockBeyondTheLimit) {
  model::Answer answer;
  for (int i = 0; i < 10; ++i) answer.add("X", value(std::string(7000, 'x')));
  EXPECT_THAT(serialize(answer, Body::kSend), FailsWith(ErrorCode::kInternal));
}

TEST(Serialize, HasAPreparedRefusalThatIsComplete) {
  EXPECT_THAT(std::string(unavailable_text()), StartsWith("Status: 503 "));
  EXPECT_TRUE(unavailable_text().ends_with("\r\n\r\n"));
  EXPECT_THAT(std::string(unavailable_text()), HasSubstr("no-store"));
}

}  // namespace
}  // namespace latchkey::fcgi
