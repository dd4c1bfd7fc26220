#include "latchkey/wire/status.h"

#include <gtest/gtest.h>

namespace latchkey::wire {
namespace {

TEST(StatusPhrase, NamesTheStatusesThatAreAnswered) {
  EXPECT_EQ(status_phrase(200), "OK");
  EXPECT_EQ(status_phrase(303), "See Other");
  EXPECT_EQ(status_phrase(431), "Request Header Fields Too Large");
}

TEST(StatusPhrase, HasAPhraseForEveryOtherNumberToo) {
  EXPECT_EQ(status_phrase(299), "Status");
  EXPECT_EQ(status_phrase(-1), "Status");
}

}  // namespace
}  // namespace latchkey::wire
