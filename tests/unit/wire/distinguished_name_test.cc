#include "latchkey/wire/distinguished_name.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

using Name = DistinguishedName;

TEST(DistinguishedName, IsTakenApartAtItsSeparators) {
  EXPECT_EQ(*parse_distinguished_name("CN=Ann Lee,OU=People+UID=ann, O=Corp"),
            (Name{{"CN", "Ann Lee"}, {"OU", "People"}, {"UID", "ann"}, {"O", "Corp"}}));
  EXPECT_EQ(*parse_distinguished_name("CN=,O=x"), (Name{{"CN", ""}, {"O", "x"}}));
}

TEST(DistinguishedName, DecodesEscapesSoThatAValueMakesNoAttribute) {
  EXPECT_EQ(*parse_distinguished_name(R"(CN=a\,CN\=admin,O=\"x\"\\)"),
            (Name{{"CN", "a,CN=admin"}, {"O", R"("x"\)"}}));
  EXPECT_EQ(*parse_distinguished_name(R"(CN=J\C3\BCrgen\00admin)"),
            (Name{{"CN", std::string("J\xC3\xBCrgen\0admin", 13)}}));
}

TEST(DistinguishedName, IsRefusedWithSlashesThatCanBeReadInTwoWays) {
  EXPECT_THAT(parse_distinguished_name("/O=Corp/CN=eve/CN=admin"), FailsWith(ErrorCode::kRefused));
}

TEST(DistinguishedName, IsRefusedWhereItsGrammarIsBroken) {
  for (const std::string_view text :
       {"", "CN", "=x", "CN=a,", "CN=a,,O=b", "CN=\"a,CN=admin\"", "CN=#0c0161", "CN=a;CN=admin",
        "CN=a\\", "CN=a\\zz", "CN=a<b", ",CN=a"}) {
    EXPECT_THAT(parse_distinguished_name(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
  EXPECT_THAT(parse_distinguished_name("CN=" + std::string(kNameBytesMax, 'a')),
              FailsWith(ErrorCode::kMalformed));
}

}  // namespace
}  // namespace latchkey::wire
