#include "latchkey/base/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace latchkey {
namespace {

TEST(UuidV7, BeginsWithTheTimeAndNamesVersionAndVariant) {
  SequenceRandom random;
  const std::string id = make_uuid_v7(from_unix(1'700'000'000), random);
  EXPECT_EQ(id.substr(0, 13), "018bcfe5-6800");
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_TRUE(is_uuid(id));
}

TEST(UuidV7, NeverRepeats) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(make_uuid_v7(from_unix(1), random));
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(IsUuid, RefusesWhatOnlyLooksSimilar) {
  EXPECT_FALSE(is_uuid(""));
  EXPECT_FALSE(is_uuid("018bcfe568007000800000000000000000000"));
  EXPECT_FALSE(is_uuid("018BCFE5-6800-7000-8000-000000000000"));
  EXPECT_FALSE(is_uuid("018bcfe5-6800-7000-8000-00000000000/"));
}

}  // namespace
}  // namespace latchkey
