#include "latchkey/wire/json_object.h"

#include <gtest/gtest.h>

#include "latchkey/wire/json.h"
#include "support/results.h"

namespace latchkey::wire {
namespace {

TEST(JsonObject, WritesEachType) {
  const std::vector<std::string> list = {"x", "y"};
  JsonObject inner;
  inner.add("k", "v");
  JsonObject object;
  object.add("s", "text").add("v", std::string_view("view")).add("str", std::string("str"));
  object.add("i", 1)
      .add("n", std::int64_t{-5})
      .add("u", std::size_t{7})
      .add("t", true)
      .add("f", false);
  object.add("l", list)
      .add("o", inner)
      .add("a", std::vector<JsonObject>{inner, JsonObject()})
      .add_null("z");
  EXPECT_EQ(
      object.text(),
      R"({"s":"text","v":"view","str":"str","i":1,"n":-5,"u":7,"t":true,"f":false,"l":["x","y"],)"
      R"("o":{"k":"v"},"a":[{"k":"v"},{}],"z":null})");
}

TEST(JsonObject, IsEmptyWithoutMembers) {
  EXPECT_EQ(JsonObject().text(), "{}");
  EXPECT_EQ(json_array({}), "[]");
}

TEST(JsonString, EscapesWhatCouldLeaveTheStringOrAPage) {
  EXPECT_EQ(json_string("a\"b\\c\n\r\t\x01\x7f"), R"("a\"b\\c\n\r\t\u0001\u007f")");
  EXPECT_EQ(json_string("</script>&"), R"("\u003c/script\u003e\u0026")");
  EXPECT_EQ(json_string(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(JsonString, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(json_string("\xc3\xa9"), "\"\xc3\xa9\"");
  EXPECT_EQ(json_string("a\xff"
                        "b\xc3"),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\"");
}

TEST(JsonObject, IsReadBackByTheStrictParser) {
  std::string all;
  for (int i = 1; i < 128; ++i) all += static_cast<char>(i);
  JsonObject object;
  object.add(all, all).add("exp", 1'700'000'000);
  const auto json = Json::parse(object.text(), 4096);
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(json->string(all), all);
  EXPECT_EQ(json->integer("exp"), 1'700'000'000);
}

}  // namespace
}  // namespace latchkey::wire
