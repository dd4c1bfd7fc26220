#include "latchkey/wire/accept.h"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::wire {
namespace {

constexpr std::string_view kChromium =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

TEST(Accept, SeesThatABrowserNamesHtml) {
  EXPECT_TRUE(asks_for_html(kChromium));
  EXPECT_EQ(preferred(kChromium), Media::kHtml);
}

TEST(Accept, GivesToolsJson) {
  for (const char* accept :
       {"", "*/*", "application/json", "application/*", "application/json, */*",
        "text/plain, */*;q=0.1", "application/vnd.docker.distribution.manifest.v2+json, */*"}) {
    EXPECT_FALSE(asks_for_html(accept)) << accept;
    EXPECT_EQ(preferred(accept), Media::kJson) << accept;
  }
}

TEST(Accept, TakesNoWildcardForHtml) {
  EXPECT_FALSE(asks_for_html("*/*"));
  EXPECT_FALSE(asks_for_html("text/*"));
  EXPECT_FALSE(asks_for_html("text/htmlx, xtext/html"));
}

TEST(Accept, ComparesWithoutCaseAndBlanks) {
  EXPECT_TRUE(asks_for_html(" TEXT/Html ; Q=0.5 "));
  EXPECT_TRUE(asks_for_html("text/html;level=1"));
}

TEST(Accept, TellsProgramsOfOldJavaFromABrowser) {
  EXPECT_FALSE(asks_for_html("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"));
}

TEST(Accept, TellsAProgramThatTakesAPageAtWorstFromABrowser) {
  EXPECT_FALSE(asks_for_html(
      "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, "
      "text/html; q=0.01"));
  EXPECT_FALSE(asks_for_html("APPLICATION/json, text/html;q=0.9"));
  EXPECT_TRUE(asks_for_html("application/json, text/html"));
  EXPECT_TRUE(asks_for_html("application/signed-exchange;v=b3;q=0.7,text/html"));
  EXPECT_TRUE(asks_for_html(
      "application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5"));
}

TEST(Accept, ReadsQualityZeroAsNo) {
  EXPECT_FALSE(asks_for_html("text/html;q=0"));
  EXPECT_FALSE(asks_for_html("text/html;q=0.000, */*"));
  EXPECT_TRUE(asks_for_html("text/html;q=0.001"));
  EXPECT_EQ(preferred("application/json;q=0, */*"), Media::kOther);
}

TEST(Accept, OrdersByQualityThenByPlace) {
  EXPECT_EQ(preferred("text/html, application/json"), Media::kHtml);
  EXPECT_EQ(preferred("application/json, text/html"), Media::kJson);
  EXPECT_EQ(preferred("text/html;q=0.5, application/json;q=0.9"), Media::kJson);
  EXPECT_EQ(preferred("application/json;q=0.5, text/html;q=0.9"), Media::kHtml);
  EXPECT_EQ(preferred("text/html;q=0.5, application/json;q=0.1, */*"), Media::kHtml);
}

TEST(Accept, KnowsWhenNeitherWillDo) {
  EXPECT_EQ(preferred("image/png"), Media::kOther);
  EXPECT_EQ(preferred("text/html;q=0"), Media::kOther);
}

TEST(Accept, ReadsAWrongQualityAsNo) {
  for (const char* quality :
       {"", "2", "1.5", "-1", "0.5x", "0,5", ".5", "1.0000", "0.1234", "nan", "1e0"}) {
    EXPECT_FALSE(asks_for_html("text/html;q=" + std::string(quality))) << quality;
  }
}

TEST(Accept, SurvivesDegenerateFields) {
  for (const char* accept : {",", ";", ";q=1", ",,;;==,", "q=0", "text/", "/"}) {
    EXPECT_FALSE(asks_for_html(accept)) << accept;
  }
  EXPECT_FALSE(asks_for_html("text/html," + std::string(kAcceptBytesMax, ',')));
}

}  // namespace
}  // namespace latchkey::wire
