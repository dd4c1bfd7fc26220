// What the makers of secrets leave behind in memory that they give back.
#include "freed_memory.h"

#include <gtest/gtest.h>

#include "latchkey/crypto/short_token.h"
#include "latchkey/crypto/user_token.h"
#include "latchkey/wire/base64.h"
#include "scratch.h"

namespace latchkey::crypto {
namespace {

class FreedMemoryTest : public testing::Scratch {
 protected:
  static std::string bytes_of(const SecretString& base64) {
    return *wire::base64_decode(base64.reveal());
  }
  SystemRandom random_;
};

TEST_F(FreedMemoryTest, HoldsWhatAnOrdinaryStringLeavesWhereItGrows) {
  const testing::FreedMemory freed;
  std::string text = random_.bytes(40);
  const std::string before = text;
  text.reserve(400);
  EXPECT_TRUE(freed.holds(before));
  EXPECT_FALSE(freed.holds(random_.bytes(40)));
}

TEST_F(FreedMemoryTest, HoldsNoPassCode) {
  static_cast<void>(Sealer::create(path("seal.key"), random_));
  const auto sealer = Sealer::load(path("seal.key"));
  const testing::FreedMemory freed;
  const SecretString code = pass_code(*sealer, "abcdefgh", 7);
  EXPECT_FALSE(freed.holds(code.reveal()));
  const std::string bytes = *wire::base64url_decode(code.reveal());
  EXPECT_FALSE(freed.holds(bytes));
}

TEST_F(FreedMemoryTest, HoldsNoTicketThatWasMadeOrRead) {
  const testing::FreedMemory freed;
  const SecretString ticket = make_ticket(random_);
  const std::string twice = wire::base64_encode(ticket.reveal());
  ASSERT_TRUE(read_ticket(ticket.reveal()).has_value());
  ASSERT_TRUE(read_ticket(twice).has_value());
  EXPECT_FALSE(freed.holds(ticket.reveal()));
  const std::string bytes = bytes_of(ticket);
  EXPECT_FALSE(freed.holds(bytes));
}

TEST_F(FreedMemoryTest, HoldsNoShortToken) {
  const testing::FreedMemory freed;
  const SecretString token = make_short_token(random_);
  EXPECT_FALSE(freed.holds(token.reveal().substr(kShortTokenMark.size())));
}

}  // namespace
}  // namespace latchkey::crypto
