#include "latchkey/wire/json.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

using std::string_view_literals::operator""sv;
constexpr std::size_t kLimit = std::size_t{64} * 1024;

Result<Json> parse(std::string_view text) { return Json::parse(text, kLimit); }

void refuses(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    EXPECT_THAT(parse(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

std::string nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += "1";
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

TEST(Json, ReadsMembersByTypeAndName) {
  const auto json =
      parse(R"({"s":"a\u00e9\ud83d\ude00\n","n":42,"t":true,"f":false,"o":{"x":"y"},"a":[1,"b"]})");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(json->string("s"), "a\xc3\xa9\xf0\x9f\x98\x80\n");
  EXPECT_EQ(json->integer("n"), 42);
  EXPECT_EQ(json->boolean("t"), true);
  EXPECT_EQ(json->boolean("f"), false);
  EXPECT_EQ(json->object("o")->string("x"), "y");
  ASSERT_EQ(json->array("a")->size(), 2U);
  EXPECT_EQ(json->array("a")->at(1).as_string(), "b");
  EXPECT_EQ(json->names(), (std::vector<std::string>{"s", "n", "t", "f", "o", "a"}));
}

TEST(Json, TellsAbsentFromWrongType) {
  const auto json = parse(R"({"n":1,"z":null,"s":"1"})");
  ASSERT_THAT(json, IsOk());
  EXPECT_THAT(json->string("absent"), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(json->string("n"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(json->string("z"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(json->object("n"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(json->array("n"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(json->boolean("n"), FailsWith(ErrorCode::kMalformed));
  EXPECT_TRUE(json->has("z"));
  EXPECT_TRUE(json->is_null("z"));
  EXPECT_FALSE(json->is_null("n"));
  EXPECT_FALSE(json->has("absent"));
}

TEST(Json, ComparesNamesWithCase) {
  const auto json = parse(R"({"Exp":1})");
  EXPECT_FALSE(json->has("exp"));
  EXPECT_THAT(parse(R"({"exp":1,"EXP":2})"), IsOk());
}

TEST(Json, HasNoMembersWhenItIsNoObject) {
  const auto json = parse("[1]");
  ASSERT_THAT(json, IsOk());
  EXPECT_TRUE(json->is_array());
  EXPECT_THAT(json->string("a"), FailsWith(ErrorCode::kMalformed));
  EXPECT_TRUE(json->names().empty());
  EXPECT_TRUE(parse("{}")->elements().empty());
}

TEST(Json, ReadsAudienceAsStringOrArrayJ6) {
  const auto json =
      parse(R"({"a":"x","b":["x","y"],"c":[],"d":["x",1],"e":{"x":1},"f":[["x"]],"g":1})");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(json->strings("a"), std::vector<std::string>{"x"});
  EXPECT_EQ(json->strings("b"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(json->strings("c"), std::vector<std::string>{});
  for (const char* member : {"d", "e", "f", "g"}) {
    EXPECT_THAT(json->strings(member), FailsWith(ErrorCode::kMalformed)) << member;
  }
  EXPECT_THAT(json->strings("h"), FailsWith(ErrorCode::kNotFound));
}

TEST(Json, FollowsDotsUnlessAMemberHasTheWholeName) {
  const auto json =
      parse(R"({"a":{"b":{"c":"deep"}},"x.y":{"v":"flat"},"x":{"y":{"v":"nested"}},"s":"t"})");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(json->find("a.b.c")->as_string(), "deep");
  EXPECT_EQ(json->find("x.y")->string("v"), "flat");
  EXPECT_THAT(json->find("a.x.c"), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(json->find("s.t"), FailsWith(ErrorCode::kMalformed));
  for (const char* path : {"", ".", "a.", ".a", "a..b"}) {
    EXPECT_THAT(json->find(path), FailsWith(ErrorCode::kNotFound)) << path;
  }
}

TEST(Json, OutlivesTheValueItCameFrom) {
  std::vector<Json> kept;
  {
    const auto json = parse(R"({"a":[{"b":"c"}]})");
    kept = *json->array("a");
  }
  EXPECT_EQ(kept.at(0).string("b"), "c");
}

TEST(Json, RefusesDuplicateMembersHoweverSpelledJ13) {
  refuses({R"({"a":1,"a":1})", R"({"exp":1,"x":2,"exp":3})", R"({"a":1,"\u0061":2})",
           R"({"o":{"a":1,"a":2}})", R"([{"a":1,"a":2}])", R"({"":1,"":2})", R"({"\/":1,"/":2})"});
}

TEST(Json, RefusesNulAndControlsJ13) {
  refuses({"{\"a\":\"x\\u0000y\"}"sv, "{\"a\\u0000\":1}"sv, "{\"a\":\"x\0y\"}"sv, "{\"a\":1}\0"sv,
           "\0"sv, "{\"a\":\"x\ny\"}"sv, "{\"a\":\"\x1f\"}"sv, "{\"a\":\"\t\"}"sv,
           "{\"a\"\0:1}"sv});
}

TEST(Json, RefusesTextAfterOrBeforeTheValueJ13) {
  refuses({"{} {}", "{}x", "{}}", "1 2", "\xef\xbb\xbf{}", "x{}", "", " ", "\x0b{}", "{}\x0c",
           "\xc2\xa0{}"});
  EXPECT_THAT(parse(" \t\r\n{} \n"), IsOk());
}

TEST(Json, RefusesDeepNestingJ13) {
  EXPECT_THAT(parse(nested(kJsonDepthMax, "[", "]")), IsOk());
  EXPECT_THAT(parse(nested(kJsonDepthMax, "{\"a\":", "}")), IsOk());
  refuses({nested(kJsonDepthMax + 1, "[", "]"), nested(kJsonDepthMax + 1, "{\"a\":", "}"),
           std::string(kLimit, '['), nested(10'000, "[", "]")});
}

TEST(Json, RefusesLimitsExceededJ8) {
  EXPECT_THAT(Json::parse("[1,2]", 4), FailsWith(ErrorCode::kMalformed));
  std::string many = "[1";
  while (many.size() < 2 * kJsonValuesMax) many += ",1";
  EXPECT_THAT(Json::parse(many, many.size()), FailsWith(ErrorCode::kMalformed));
}

TEST(Json, RefusesWhatIsNotInTheGrammar) {
  refuses({"{a:1}",     "{'a':1}",     "{\"a\":1,}", "[1,]",  "[,1]",         "{,}",  "{\"a\"}",
           "{\"a\":}",  "[1 2]",       "{\"a\":1",   "[1",    "\"a",          "\"\\", "\"\\x\"",
           "\"\\u12\"", "\"\\u12g4\"", "tru",        "True",  "nul",          "NaN",  "Infinity",
           "undefined", "// c\n1",     "/* c */1",   "[1]//", "01",           "-",    "-a",
           "+1",        "1.",          ".5",         "1e",    "1e+",          "0x10", "1_0",
           "--1",       "00",          "-01",        "truex", "[true false]", "}"});
}

TEST(Json, RefusesLoneSurrogatesAndWrongUtf8) {
  refuses({R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")", R"("\udc00\ud800")",
           R"("\ud800\ud800")", "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xc3\"",
           "{\"\x80\":1}", "\"\xf4\x90\x80\x80\""});
}

TEST(NumericDate, IsAWholeNumberWithinItsLimitsM28) {
  const std::pair<const char*, std::int64_t> good[] = {{"0", 0},
                                                       {"1", 1},
                                                       {"1700000000", 1'700'000'000},
                                                       {"2147483648", 2'147'483'648},
                                                       {"4294967296", 4'294'967'296},
                                                       {"253402300799", kNumericDateMax},
                                                       {"1.9", 1},
                                                       {"1700000000.999", 1'700'000'000},
                                                       {"1.7e9", 1'700'000'000},
                                                       {"1E3", 1000},
                                                       {"-0", 0},
                                                       {"253402300799.5", kNumericDateMax}};
  for (const auto& [text, value] : good) {
    EXPECT_EQ(parse("{\"exp\":" + std::string(text) + "}")->integer("exp"), value) << text;
  }
}

TEST(NumericDate, RefusesHugeNegativeAndOtherTypesM28) {
  for (const char* text : {"1e300", "1e400", "-1e400", "253402300800", "9223372036854775807",
                           "9223372036854775808", "18446744073709551616", "-1", "-0.5", "-1e9",
                           "\"1700000000\"", "true", "null", "[1]", "{}"}) {
    const auto json = parse("{\"exp\":" + std::string(text) + "}");
    ASSERT_THAT(json, IsOk()) << text;
    EXPECT_THAT(json->integer("exp"), FailsWith(ErrorCode::kMalformed)) << text;
  }
  const std::string endless(kJsonNumberBytesMax + 1, '9');
  refuses({"{\"exp\":" + endless + "}", "{\"exp\":0." + endless + "}", "{\"exp\":NaN}",
           "{\"exp\":1e}"});
}

TEST(Json, WritesItsTextBack) {
  EXPECT_EQ(parse(R"({ "a" : [1, "b"] })")->text(), R"({"a":[1,"b"]})");
}

// Sorting names costs n log n comparisons, and long equal beginnings must not multiply that.
TEST(Json, ReadsManyMembersWithLongEqualBeginnings) {
  std::string text = "{\"x\":1";
  for (int i = 0; i < 500; ++i) text += ",\"" + std::string(100, 'a') + std::to_string(i) + "\":1";
  EXPECT_THAT(parse(text + "}"), IsOk());
  EXPECT_THAT(parse(text + ",\"x\":2}"), FailsWith(ErrorCode::kMalformed));
}

}  // namespace
}  // namespace latchkey::wire
