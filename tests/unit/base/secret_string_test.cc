#include "latchkey/base/secret_string.h"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>
#include <utility>

namespace latchkey {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

TEST(SecretString, CannotBePrintedOrCopied) {
  EXPECT_FALSE(Printable<SecretString>);
  EXPECT_FALSE(std::is_copy_constructible_v<SecretString>);
  EXPECT_FALSE((std::is_convertible_v<SecretString, std::string>));
}

TEST(SecretString, LeavesNothingBehindWhenMovedFrom) {
  SecretString first(std::string("short"));
  const SecretString second(std::move(first));
  EXPECT_EQ(second.reveal(), "short");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
}

TEST(SecretString, WipesTheTextItWasMadeFrom) {
  std::string source = "tiny";
  const SecretString secret(std::move(source));
  EXPECT_EQ(secret.reveal(), "tiny");
  EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
}

TEST(EqualInConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
}

}  // namespace
}  // namespace latchkey
