#include "latchkey/policy/same_origin.h"

#include <gtest/gtest.h>

#include "support/configs.h"

namespace latchkey::policy {
namespace {

SameOrigin judged(std::string site, std::string origin) {
  model::ClientHints hints;
  hints.sec_fetch_site = std::move(site);
  hints.origin = std::move(origin);
  return same_origin(hints, config::Hosts(example_config()));
}

TEST(SameOrigin, IsProvenByTheBrowsersWord) {
  EXPECT_EQ(judged("same-origin", ""), SameOrigin::kProven);
}

TEST(SameOrigin, IsProvenByAnOriginOfOurs) {
  EXPECT_EQ(judged("", "https://nexus.example"), SameOrigin::kProven);
}

TEST(SameOrigin, BelievesTheBrowserBeforeTheOrigin) {
  EXPECT_EQ(judged("cross-site", "https://nexus.example"), SameOrigin::kForeign);
}

TEST(SameOrigin, RefusesEveryOtherWordC5) {
  for (const char* word : {"cross-site", "same-site", "none", "Same-Origin", "same-origin, none"}) {
    EXPECT_EQ(judged(word, ""), SameOrigin::kForeign) << word;
  }
}

TEST(SameOrigin, RefusesAForeignOrOpaqueOriginC5) {
  EXPECT_EQ(judged("", "https://evil.example"), SameOrigin::kForeign);
  EXPECT_EQ(judged("", "null"), SameOrigin::kForeign);
}

TEST(SameOrigin, IsUnknownWithoutAWord) { EXPECT_EQ(judged("", ""), SameOrigin::kUnknown); }

TEST(SafeMethod, IsComparedByteByByte) {
  EXPECT_TRUE(is_safe_method("GET"));
  EXPECT_TRUE(is_safe_method("PROPFIND"));
  EXPECT_FALSE(is_safe_method("get"));
  EXPECT_FALSE(is_safe_method("POST"));
  EXPECT_FALSE(is_safe_method("BREW"));
}

}  // namespace
}  // namespace latchkey::policy
