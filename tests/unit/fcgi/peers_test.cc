#include "latchkey/fcgi/peers.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/un.h>

#include "support/results.h"

namespace latchkey::fcgi {
namespace {

sockaddr_storage v4(const char* text) {
  sockaddr_storage peer{};
  auto* const address = reinterpret_cast<sockaddr_in*>(&peer);
  address->sin_family = AF_INET;
  inet_pton(AF_INET, text, &address->sin_addr);
  return peer;
}

sockaddr_storage v6(const char* text) {
  sockaddr_storage peer{};
  auto* const address = reinterpret_cast<sockaddr_in6*>(&peer);
  address->sin6_family = AF_INET6;
  inet_pton(AF_INET6, text, &address->sin6_addr);
  return peer;
}

TEST(Peers, AdmitsThoseNamedAndNobodyElse) {
  const auto peers = Peers::parse("127.0.0.1, 10.0.0.7,::1");
  ASSERT_TRUE(peers.has_value());
  EXPECT_FALSE(peers->everybody());
  EXPECT_TRUE(peers->admits(v4("127.0.0.1")));
  EXPECT_TRUE(peers->admits(v4("10.0.0.7")));
  EXPECT_TRUE(peers->admits(v6("::1")));
  EXPECT_FALSE(peers->admits(v4("127.0.0.2")));
  EXPECT_FALSE(peers->admits(v6("::2")));
}

TEST(Peers, TakesAnIpv4PeerOnAnIpv6SocketForTheSame) {
  const auto peers = Peers::parse("192.0.2.1");
  ASSERT_TRUE(peers.has_value());
  EXPECT_TRUE(peers->admits(v6("::ffff:192.0.2.1")));
  EXPECT_FALSE(peers->admits(v6("::192.0.2.1")));
}

TEST(Peers, AdmitsNoAddressOfAnotherFamily) {
  const auto peers = Peers::parse("0.0.0.0");
  ASSERT_TRUE(peers.has_value());
  sockaddr_storage local{};
  local.ss_family = AF_UNIX;
  EXPECT_FALSE(peers->admits(local));
  EXPECT_EQ(address_text(local), "?");
}

TEST(Peers, RefusesAListThatSaysNotWhom) {
  for (const char* text : {"", ",", "127.0.0.1,", "localhost", "127.0.0.1:80", "127.1",
                           "10.0.0.0/8", "::1::"}) {
    EXPECT_THAT(Peers::parse(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(Peers, AreShownAsPeopleWriteThem) {
  EXPECT_EQ(address_text(v4("127.0.0.1")), "127.0.0.1");
  EXPECT_EQ(address_text(v6("2001:db8::1")), "2001:db8::1");
}

}  // namespace
}  // namespace latchkey::fcgi
