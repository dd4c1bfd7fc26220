#include "latchkey/fcgi/cgi.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>

#include "latchkey/base/unique_fd.h"
#include "support/results.h"

namespace latchkey::fcgi {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  void put(std::string_view text) const {
    EXPECT_EQ(write(write_end.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string all() {
    write_end.reset();
    std::string text;
    std::array<char, 4096> chunk;
    ssize_t got = 0;
    while ((got = read(read_end.get(), chunk.data(), chunk.size())) > 0) {
      text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

constexpr std::chrono::milliseconds kLong{5'000};

TEST(CgiExchange, ReadsTheBodyUpToItsLength) {
  const char* const environment[] = {"CONTENT_LENGTH=4", nullptr};
  Pipe in, out;
  in.put("abcdefgh");
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
  const auto body = exchange.read_body(100);
  ASSERT_THAT(body, IsOk());
  EXPECT_EQ(*body, "abcd");
}

TEST(CgiExchange, RefusesABodyThatIsTooLongWithoutReadingIt) {
  const char* const environment[] = {"CONTENT_LENGTH=101", nullptr};
  Pipe in, out;
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
  EXPECT_THAT(exchange.read_body(100), FailsWith(ErrorCode::kMalformed));
}

TEST(CgiExchange, RefusesABodyThatWasCutOff) {
  const char* const environment[] = {"CONTENT_LENGTH=9", nullptr};
  Pipe in, out;
  in.put("abc");
  in.write_end.reset();
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
  EXPECT_THAT(exchange.read_body(100), FailsWith(ErrorCode::kMalformed));
}

TEST(CgiExchange, TakesTheUnreadRestSoThatTheAnswerIsNotReset) {
  const char* const environment[] = {"CONTENT_LENGTH=6", nullptr};
  Pipe in, out;
  in.put("abcdefGH");
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
  ASSERT_THAT(exchange.reply({.status = 403, .headers = {}, .body = "no"}), IsOk());
  const UniqueFd kept = std::move(in.read_end);
  std::array<char, 8> rest{};
  ASSERT_EQ(read(kept.get(), rest.data(), rest.size()), 2);  // what is not of the body stays
  EXPECT_EQ(std::string_view(rest.data(), 2), "GH");
}

TEST(CgiExchange, TakesAnUnreadBodyInChunksToItsEnd) {
  const char* const environment[] = {"HTTP_TRANSFER_ENCODING=chunked", nullptr};
  Pipe in, out;
  in.put("abcdefGH");
  in.write_end.reset();
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
  ASSERT_THAT(exchange.reply({.status = 401, .headers = {}, .body = "no"}), IsOk());
  std::array<char, 8> rest{};
  EXPECT_EQ(read(in.read_end.get(), rest.data(), rest.size()), 0);
}

TEST(CgiExchange, GivesUpOnABodyThatNeverComes) {
  const char* const environment[] = {"CONTENT_LENGTH=9", nullptr};
  Pipe in, out;
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(),
                       std::chrono::milliseconds(10));
  EXPECT_THAT(exchange.read_body(100), FailsWith(ErrorCode::kUnavailable));
}

TEST(CgiExchange, RefusesALengthThatIsNoNumber) {
  for (const char* text : {"CONTENT_LENGTH=-1", "CONTENT_LENGTH=4x",
                           "CONTENT_LENGTH=99999999999999999999999"}) {
    const char* const environment[] = {text, nullptr};
    Pipe in, out;
    CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
    EXPECT_THAT(exchange.read_body(100), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(CgiExchange, AnswersABadAnswerWithThePreparedRefusal) {
  const char* const environment[] = {"REQUEST_METHOD=GET", nullptr};
  Pipe in, out;
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
  model::Answer answer;
  answer.status = 200;
  answer.headers.push_back({"bad name", {}});
  EXPECT_THAT(exchange.reply(answer), FailsWith(ErrorCode::kInternal));
  EXPECT_EQ(out.all(), unavailable_text());
}

TEST(CgiExchange, LeavesTheBodyOutForHead) {
  const char* const environment[] = {"REQUEST_METHOD=HEAD", nullptr};
  Pipe in, out;
  CgiExchange exchange(environment, in.read_end.get(), out.write_end.get(), kLong);
  model::Answer answer;
  answer.status = 403;
  answer.body = "no";
  EXPECT_THAT(exchange.reply(answer), IsOk());
  EXPECT_EQ(out.all(), "Status: 403 Forbidden\r\n\r\n");
}

}  // namespace
}  // namespace latchkey::fcgi
