#include "latchkey/crypto/user_token.h"

#include <gtest/gtest.h>

#include <set>

#include "latchkey/wire/base64.h"
#include "scratch.h"
#include "support/results.h"

namespace latchkey::crypto {
namespace {

class UserTokenTexts : public testing::Scratch {
 protected:
  Sealer sealer(const std::string& name = "seal.key") {
    static_cast<void>(Sealer::create(path(name), random_));
    return *Sealer::load(path(name));
  }
  SystemRandom random_;
};

TEST_F(UserTokenTexts, ANameCodeIsEightLettersAndDigits) {
  std::set<std::string> codes;
  for (int i = 0; i < 1000; ++i) {
    const std::string code = make_name_code(random_);
    EXPECT_EQ(code.size(), kNameCodeCharacters);
    EXPECT_EQ(code.find_first_of("-_+/="), std::string::npos) << code;
    codes.insert(code);
  }
  EXPECT_EQ(codes.size(), 1000U);
}

TEST_F(UserTokenTexts, APassCodeIsTheSameAgainAndAnotherForAnyOtherPair) {
  const Sealer sealer = this->sealer();
  const std::string code(pass_code(sealer, "abcdefgh", 7).reveal());

  EXPECT_EQ(code.size(), kPassCodeCharacters);
  EXPECT_TRUE(may_be_pass_code(code));
  EXPECT_EQ(pass_code(sealer, "abcdefgh", 7).reveal(), code);
  EXPECT_NE(pass_code(sealer, "abcdefgh", 8).reveal(), code);
  EXPECT_NE(pass_code(sealer, "abcdefgi", 7).reveal(), code);
  EXPECT_NE(pass_code(this->sealer("other.key"), "abcdefgh", 7).reveal(), code);
}

TEST_F(UserTokenTexts, AGenerationIsNeverNegative) {
  for (int i = 0; i < 1000; ++i) EXPECT_GE(make_generation(random_), 0);
}

TEST_F(UserTokenTexts, OtherTextsAreNoPassCode) {
  const std::string good(44, 'a');
  EXPECT_TRUE(may_be_pass_code(good));
  for (const std::string& bad :
       {std::string(), std::string(43, 'a'), std::string(45, 'a'), std::string(43, 'a') + "=",
        std::string(43, 'a') + "/", std::string(43, 'a') + " ", std::string(43, 'a') + "\xff",
        std::string("eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl")}) {
    EXPECT_FALSE(may_be_pass_code(bad)) << bad;
  }
}

TEST_F(UserTokenTexts, ATicketIs88CharactersOf66Bytes) {
  const SecretString ticket = make_ticket(random_);

  EXPECT_EQ(ticket.size(), kTicketCharacters);
  EXPECT_EQ(wire::base64_decode(ticket.reveal())->size(), kTicketBytes);
}

TEST_F(UserTokenTexts, ATicketIsReadAsGivenAndInBase64OnceMore) {
  const SecretString ticket = make_ticket(random_);

  EXPECT_EQ(read_ticket(ticket.reveal())->reveal(), ticket.reveal());
  EXPECT_EQ(read_ticket(wire::base64_encode(ticket.reveal()))->reveal(), ticket.reveal());
}

TEST_F(UserTokenTexts, WhatIsNoTicketIsNone) {
  const std::string ticket(make_ticket(random_).reveal());
  const std::string twice = wire::base64_encode(wire::base64_encode(ticket));
  for (const std::string& bad :
       {std::string(), std::string("x"), ticket.substr(1), ticket + "A", ticket.substr(0, 84),
        std::string(87, 'A') + " ", std::string(88, '='), twice, std::string(5000, 'A'),
        wire::base64_encode(std::string(66, '\0') + "x")}) {
    EXPECT_FALSE(read_ticket(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace latchkey::crypto
