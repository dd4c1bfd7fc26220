#include "latchkey/wire/form.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

constexpr std::string_view kNone = "(none)";

// Returns the value of the one field, kNone, or the word of the error.
std::string value_of(const Result<Form>& form, std::string_view name) {
  const Result<std::optional<std::string>> found = form->single(name);
  return found.has_value() ? found->value_or(std::string(kNone)) : name_of(found.error().code);
}

TEST(Form, DecodesNamesAndValues) {
  const auto form = Form::parse("rd=%2Fa%3Fb&label=my+build%21&empty=&bare");
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(value_of(form, "rd"), "/a?b");
  EXPECT_EQ(value_of(form, "label"), "my build!");
  EXPECT_EQ(value_of(form, "empty"), "");
  EXPECT_EQ(value_of(form, "bare"), "");
  EXPECT_EQ(value_of(form, "absent"), kNone);
  EXPECT_TRUE(form->has("bare"));
  EXPECT_FALSE(form->has("absent"));
}

TEST(Form, SplitsAtTheFirstEqualSign) {
  EXPECT_EQ(value_of(Form::parse("a=b=c%3Dd"), "a"), "b=c=d");
  EXPECT_EQ(value_of(Form::parse("=x"), ""), "x");
}

TEST(Form, SkipsEmptyFields) {
  const auto form = Form::parse("&&a=1&");
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(value_of(form, "a"), "1");
  EXPECT_FALSE(form->has(""));
  EXPECT_THAT(Form::parse(""), IsOk());
}

TEST(Form, RefusesARepeatedParameterHoweverSpelledM25) {
  for (const char* text : {"state=1&state=2", "state=1&state=1", "state=1&x=y&state",
                           "state=1&st%61te=2", "%73tate=1&state="}) {
    const auto form = Form::parse(text);
    ASSERT_THAT(form, IsOk());
    EXPECT_THAT(form->single("state"), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(Form, GivesAllValuesOfANameThatMayRepeat) {
  const auto form = Form::parse("scope=a&x=y&scope=b+c");
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(form->all("scope"), (std::vector<std::string>{"a", "b c"}));
  EXPECT_TRUE(form->all("none").empty());
}

TEST(Form, ComparesNamesByteByByte) {
  const auto form = Form::parse("State=1&state%00=2");
  EXPECT_THAT(form, FailsWith(ErrorCode::kMalformed));
  EXPECT_EQ(value_of(Form::parse("State=1&state+=2"), "state"), kNone);
}

TEST(Form, RefusesWrongSequencesNulAndWrongUtf8) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {"a=%"sv, "a=%2"sv, "a=%zz"sv, "%=1"sv, "a=%00"sv, "a=\0"sv,
                                      "a=%ff"sv, "%c0%af=1"sv, "a=%ed%a0%80"sv, "a=\x80"sv}) {
    EXPECT_THAT(Form::parse(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(Form, DoesNotTakeASemicolonForASeparator) {
  EXPECT_EQ(value_of(Form::parse("a=1;state=2"), "state"), kNone);
}

TEST(Form, HasLimits) {
  std::string fields;
  for (std::size_t i = 0; i < kFormFieldsMax; ++i) fields += "a=1&";
  EXPECT_THAT(Form::parse(fields), IsOk());
  EXPECT_THAT(Form::parse(fields + "a"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(Form::parse(std::string(kFormBytesMax, 'a')), IsOk());
  EXPECT_THAT(Form::parse(std::string(kFormBytesMax + 1, 'a')), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(Form::parse(std::string(kFormBytesMax, '&')), IsOk());
}

TEST(UrlEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(url_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(url_encode("/?#&=+ %:@\r\n"), "%2F%3F%23%26%3D%2B%20%25%3A%40%0D%0A");
  EXPECT_EQ(url_encode("\xc3\xa9"), "%C3%A9");
  EXPECT_EQ(url_encode(std::string(1, '\0')), "%00");
}

TEST(FormEncode, IsReadBackByParse) {
  const std::vector<FormField> fields = {{"a", "1&b=2"}, {"c d", "\xc3\xa9+%"}};
  const std::string text = form_encode(fields);
  EXPECT_EQ(text, "a=1%26b%3D2&c%20d=%C3%A9%2B%25");
  const auto form = Form::parse(text);
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(value_of(form, "a"), "1&b=2");
  EXPECT_EQ(value_of(form, "c d"), "\xc3\xa9+%");
}

}  // namespace
}  // namespace latchkey::wire
