#include "directory/filter.h"

#include <gtest/gtest.h>

namespace latchkey::directory {
namespace {

TEST(FilterValue, KeepsPlainText) {
  EXPECT_EQ(escape_filter_value("ann.o'neil-2 x@y"), "ann.o'neil-2 x@y");
}

TEST(FilterValue, EscapesWhatWouldBeSyntax) {
  EXPECT_EQ(escape_filter_value("a*(b)\\c"), "a\\2a\\28b\\29\\5cc");
}

TEST(FilterValue, EscapesNulControlsAndEveryByteBeyondAscii) {
  EXPECT_EQ(escape_filter_value(std::string_view("a\0\n\x7f", 4)), "a\\00\\0a\\7f");
  EXPECT_EQ(escape_filter_value("\xc3\xa4\xff"), "\\c3\\a4\\ff");
}

TEST(Filter, FillsBothValuesIn) {
  EXPECT_EQ(fill_filter("(|(member={0})(memberUid={1}))", "cn=a,dc=x", "a"),
            "(|(member=cn=a,dc=x)(memberUid=a))");
}

TEST(Filter, EscapesADnWithCommasAndBrackets) {
  EXPECT_EQ(fill_filter("(member={0})", "cn=Bob (Ops)\\, Example,dc=x", ""),
            "(member=cn=Bob \\28Ops\\29\\5c, Example,dc=x)");
}

TEST(Filter, IsPutIntoBracketsWhereThePatternHasNone) {
  EXPECT_EQ(fill_filter("uid={0}", "ann", "ann"), "(uid=ann)");
}

TEST(Filter, CannotBeEndedByAValue) {
  EXPECT_EQ(fill_filter("uid={0}", "x)(uid=*", ""), "(uid=x\\29\\28uid=\\2a)");
}

TEST(Filter, DoesNotLookAtWhatWasFilledIn) {
  EXPECT_EQ(fill_filter("(uid={0})", "{1}", "ann"), "(uid={1})");
}

}  // namespace
}  // namespace latchkey::directory
