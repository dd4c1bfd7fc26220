#include "latchkey/wire/network.h"

#include <gtest/gtest.h>

#include <string>

#include "support/results.h"

namespace latchkey::wire {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view network, std::string_view address) {
  const Result<Network> parsed = parse_network(network);
  EXPECT_THAT(parsed, IsOk()) << network;
  return parsed && network_has(*parsed, address);
}

TEST(NetworkHas, AddressesByTheirFirstBits) {
  EXPECT_TRUE(has("10.1.0.0/16", "10.1.255.255"));
  EXPECT_FALSE(has("10.1.0.0/16", "10.2.0.0"));
  EXPECT_TRUE(has("10.1.2.128/25", "10.1.2.128"));
  EXPECT_FALSE(has("10.1.2.128/25", "10.1.2.127"));
  EXPECT_TRUE(has("2001:db8:8000::/33", "2001:db8:8000::1"));
  EXPECT_FALSE(has("2001:db8:8000::/33", "2001:db8:7fff::1"));
}

TEST(NetworkHas, OneAddressOnlyWithoutALength) {
  EXPECT_TRUE(has("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(has("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(has("2001:db8::1", "2001:DB8:0::1"));
  EXPECT_FALSE(has("2001:db8::1", "2001:db8::"));
}

TEST(NetworkHas, EveryAddressOfItsFamilyWithoutBits) {
  EXPECT_TRUE(has("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(has("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(has("::/0", "2001:db8::1"));
}

TEST(NetworkHas, AMappedAddressAsTheIpv4AddressThatItIs) {
  EXPECT_TRUE(has("10.0.0.0/8", "::ffff:10.9.8.7"));
  EXPECT_TRUE(has("::ffff:10.0.0.0/104", "10.9.8.7"));
  EXPECT_FALSE(has("10.0.0.0/8", "::10.9.8.7"));
}

TEST(NetworkHas, NothingThatIsNoAddress) {
  for (const std::string_view address :
       {""sv, "localhost"sv, "10.0.0"sv, "10.0.0.1:80"sv, "10.0.0.1 "sv, "010.0.0.1"sv,
        "10.0.0.1\0"sv, "10.0.0.1, 10.0.0.1"sv, "unix:"sv, "[::1]"sv}) {
    EXPECT_FALSE(has("0.0.0.0/0", address)) << address;
    EXPECT_FALSE(has("::/0", address)) << address;
  }
  EXPECT_FALSE(has("::/0", std::string(1000, '1')));
}

TEST(NetworkHas, AnAddressWhateverItsZone) {
  EXPECT_TRUE(has("fe80::/10", "fe80::1%eth0"));
}

TEST(ParseNetwork, RefusesOtherForms) {
  for (const std::string_view text :
       {""sv, "/8"sv, "10.0.0.0/"sv, "10.0.0.0/33"sv, "10.0.0.0/08"sv, "10.0.0.0/-1"sv,
        "10.0.0.0/8/8"sv, "10.0.0.0/255.0.0.0"sv, "::/129"sv, "example.com"sv, "10/8"sv,
        "fe80::%eth0/10"sv, "10.0.0.0 /8"sv, "10.0.0.0/+8"sv, "10.0.0.0\0/8"sv}) {
    EXPECT_THAT(parse_network(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(ParseNetwork, RefusesBitsBehindTheLength) {
  EXPECT_THAT(parse_network("10.0.0.1/8"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(parse_network("2001:db8::1/64"), FailsWith(ErrorCode::kMalformed));
}

}  // namespace
}  // namespace latchkey::wire
