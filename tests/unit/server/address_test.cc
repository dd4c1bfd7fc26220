#include <gmock/gmock.h>

#include "latchkey/server/listen.h"
#include "support/results.h"

namespace latchkey::server {
namespace {

using ::testing::HasSubstr;

TEST(ParseAddress, ReadsTheThreeForms) {
  const auto local = parse_address("unix:/run/latchkey/a.sock");
  const auto v4 = parse_address("127.0.0.1:9000");
  const auto v6 = parse_address("[::1]:9001");
  ASSERT_THAT(local, IsOk());
  ASSERT_THAT(v4, IsOk());
  ASSERT_THAT(v6, IsOk());
  EXPECT_EQ(std::get<UnixAddress>(*local).path, "/run/latchkey/a.sock");
  EXPECT_EQ(std::get<TcpAddress>(*v4).port, 9000);
  EXPECT_EQ(std::get<TcpAddress>(*v6).host, "::1");
}

TEST(ParseAddress, TakesAColonInAPathForAPath) {
  const auto address = parse_address("unix:/run/a:9000");
  ASSERT_THAT(address, IsOk());
  EXPECT_EQ(std::get<UnixAddress>(*address).path, "/run/a:9000");
}

TEST(ParseAddress, RefusesWhatItCannotMean) {
  for (const char* text : {"", "unix:", "unix:relative", "unix:/dir/", "localhost:9000", ":9000",
                           "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                           "127.0.0.1:9x", "127.1:80", "::1:9000", "[::1]", "[localhost]:1",
                           "/run/a.sock", "example.org:80"}) {
    EXPECT_THAT(parse_address(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(ParseAddress, SaysWhatWouldBeRight) {
  const auto address = parse_address("localhost:9000");
  ASSERT_FALSE(address.has_value());
  EXPECT_THAT(address.error().detail, HasSubstr("numeric address"));
  EXPECT_THAT(address.error().detail, HasSubstr("unix:/PATH"));
}

TEST(ParseAddress, RefusesAPathTheKernelCannotBind) {
  const std::string prefix = "unix:/";
  EXPECT_THAT(parse_address(prefix + std::string(106, 'a')), IsOk());
  EXPECT_THAT(parse_address(prefix + std::string(107, 'a')), FailsWith(ErrorCode::kMalformed));
}

}  // namespace
}  // namespace latchkey::server
