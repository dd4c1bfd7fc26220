#include "latchkey/wire/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::size_t kPlenty = 1000;

TEST(FlatXml, IsReadFieldByField) {
  const auto fields = read_flat_xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<authToken xmlns=\"x\">\n  <u>YWxpY2U=</u>\n"
      "  <p a=\"b\">a &amp; &lt;b&gt; &quot;&apos;</p><e/><f></f>\n</authToken>\n",
      kPlenty);

  ASSERT_THAT(fields, IsOk());
  EXPECT_THAT(*fields, ElementsAre(Pair("u", "YWxpY2U="), Pair("p", "a & <b> \"'"), Pair("e", ""),
                                   Pair("f", "")));
}

TEST(FlatXml, IsReadBackAsWritten) {
  const std::vector<XmlField> fields{{"nameCode", "a&b<c>"}, {"passCode", "\"'"}, {"x", ""}};

  EXPECT_EQ(read_flat_xml(write_flat_xml("userToken", fields), kPlenty), fields);
}

TEST(FlatXml, WithAnythingThatMakesXmlDangerousIsRefused) {
  for (const char* text :
       {"<!DOCTYPE a [<!ENTITY x \"y\">]><a><u>&x;</u></a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a><u>b</u></a>", "<a><u>&x;</u></a>",
        "<a><u>&#65;</u></a>", "<a><u><![CDATA[b]]></u></a>", "<a><!-- c --><u>b</u></a>",
        "<a><u>b<!-- c --></u></a>", "<a><?php b?><u>b</u></a>", "<a><u>b</u></a><b/>"}) {
    EXPECT_THAT(read_flat_xml(text, kPlenty), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(FlatXml, ThatCouldBeReadInTwoWaysIsRefused) {
  for (const char* text :
       {"", " ", "x", "<", "<a", "<a>", "<a><u>b</a>", "<a><u>b</u>", "<a>text<u>b</u></a>",
        "<a><u><v>b</v></u></a>", "<a><u>b</u><u>c</u></a>", "<a x=\">\"><u>b</u></a>",
        "<a x='y'/>", "<a></b>", "<1/>", "<a:b/>", "<a><u>b</ u></a>", "< a/>", "<a><u>\x01</u></a>",
        "<a><u>\xff</u></a>", "\xef\xbb\xbf<a/>"}) {
    EXPECT_THAT(read_flat_xml(text, kPlenty), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(FlatXml, HasLimits) {
  std::string many = "<a>";
  for (std::size_t i = 0; i <= kXmlFieldsMax; ++i) many += "<f" + std::to_string(i) + "/>";
  EXPECT_THAT(read_flat_xml(many + "</a>", kPlenty), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(read_flat_xml("<a><u>b</u></a>", 10), FailsWith(ErrorCode::kMalformed));
}

}  // namespace
}  // namespace latchkey::wire
