#include "crypto/public_key.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>

#include <deque>

namespace latchkey::crypto {
namespace {

EvpKey elliptic_key() { return EvpKey(EVP_EC_gen("P-256")); }

bool begins_with_dash(const EvpKey& key) {
  return thumbprint(key.get()).text().starts_with('-');
}

EvpKey elliptic_key(bool with_dash) {
  EvpKey key = elliptic_key();
  while (begins_with_dash(key) != with_dash) key = elliptic_key();
  return key;
}

TEST(MakeTypable, PassesOverKeysWhoseNameACommandLineTakesForAnOption) {
  std::deque<EvpKey> made;
  for (const bool with_dash : {true, true, false, false}) made.push_back(elliptic_key(with_dash));
  const KeyId expected = thumbprint(made[2].get());
  const EvpKey key = make_typable([&made] {
    EvpKey next = std::move(made.front());
    made.pop_front();
    return next;
  });
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(thumbprint(key.get()), expected);
  EXPECT_EQ(made.size(), 1U);
}

TEST(MakeTypable, GivesUpWithTheOneWhoMakes) {
  int asked = 0;
  EXPECT_EQ(make_typable([&asked] {
              ++asked;
              return EvpKey();
            }),
            nullptr);
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace latchkey::crypto
