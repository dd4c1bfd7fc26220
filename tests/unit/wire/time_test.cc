#include "latchkey/wire/time.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

TEST(Rfc3339, WritesUtcToTheSecond) {
  EXPECT_EQ(rfc3339(from_unix(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(from_unix(1'700'000'000)), "2023-11-14T22:13:20Z");
  EXPECT_EQ(rfc3339(from_unix(951'782'400)), "2000-02-29T00:00:00Z");
}

TEST(Rfc3339, StaysWithinFourDigitsOfAYear) {
  EXPECT_EQ(rfc3339(from_unix(-1)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(TimePoint::max()), "9999-12-31T23:59:59Z");
}

TEST(Rfc3339, ReadsBackWhatItWrites) {
  for (const std::int64_t time : {0LL, 1LL, 1'700'000'000LL, 2'147'483'648LL, 253'402'300'799LL}) {
    EXPECT_EQ(parse_rfc3339(rfc3339(from_unix(time))), from_unix(time));
  }
}

TEST(Rfc3339, ReadsOffsetsFractionsAndLowerCase) {
  EXPECT_EQ(parse_rfc3339("2023-11-14T23:13:20+01:00"), from_unix(1'700'000'000));
  EXPECT_EQ(parse_rfc3339("2023-11-14T16:43:20-05:30"), from_unix(1'700'000'000));
  EXPECT_EQ(parse_rfc3339("2023-11-14t22:13:20.999999z"), from_unix(1'700'000'000));
}

TEST(Rfc3339, RefusesOtherForms) {
  for (const char* text : {"",
                           "2023-11-14",
                           "2023-11-14T22:13:20",
                           "2023-11-14 22:13:20Z",
                           "2023-11-14T22:13Z",
                           "2023-02-29T00:00:00Z",
                           "2023-13-01T00:00:00Z",
                           "2023-00-01T00:00:00Z",
                           "2023-11-31T00:00:00Z",
                           "2023-11-14T24:00:00Z",
                           "2023-11-14T23:60:00Z",
                           "2023-11-14T23:59:60Z",
                           "2023-11-14T22:13:20Zx",
                           "2023-11-14T22:13:20.Z",
                           "2023-11-14T22:13:20+24:00",
                           "2023-11-14T22:13:20+0100",
                           "2023-11-14T22:13:20-00:60",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "+2023-11-14T22:13:20Z",
                           "2023-1-14T22:13:20Z",
                           "20231114T221320Z",
                           "-023-11-14T22:13:20Z",
                           " 2023-11-14T22:13:20Z"}) {
    EXPECT_THAT(parse_rfc3339(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(Duration, ReadsOneNumberAndOneUnit) {
  EXPECT_EQ(parse_duration("45s"), Seconds(45));
  EXPECT_EQ(parse_duration("30m"), Seconds(1800));
  EXPECT_EQ(parse_duration("8h"), Seconds(28'800));
  EXPECT_EQ(parse_duration("7d"), Seconds(604'800));
  EXPECT_EQ(parse_duration("2w"), Seconds(1'209'600));
  EXPECT_EQ(parse_duration("0s"), Seconds(0));
  EXPECT_EQ(parse_duration("36500d"), kDurationMax);
}

TEST(Duration, RefusesOtherFormsAndOverflow) {
  for (const char* text : {"", "s", "5", "5 m", "-5m", "+5m", "5.5h", "5M", "5y", "1h30m", "36501d",
                           "5m ", "999999999999w", "99999999999999999999s", "0x5s", "5ms"}) {
    EXPECT_THAT(parse_duration(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

}  // namespace
}  // namespace latchkey::wire
