#include "latchkey/pages/templates.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "latchkey/pages/html.h"

namespace latchkey::pages {
namespace {

class OwnTemplates : public ::testing::Test {
 protected:
  OwnTemplates() {
    std::string path = (std::filesystem::temp_directory_path() / "lk-templates-XXXXXX").string();
    place_ = ::mkdtemp(path.data());
  }
  ~OwnTemplates() override {
    use_templates(Templates());
    std::filesystem::remove_all(place_);
  }

  const std::string& place() const { return place_; }
  std::string at(const std::string& file) const { return place_ + "/" + file; }

  void write(const std::string& file, const std::string& text) const {
    std::ofstream(at(file)) << text;
  }

  std::string fault() const {
    const Result<Templates> templates = Templates::load(place());
    return templates ? "" : templates.error().detail;
  }

 private:
  std::string place_;
};

TEST_F(OwnTemplates, TakeThePlaceOfOursAndTheRestStays) {
  write("message.mustache", "<p id=\"house\">{{text}}</p>");
  write("style.css", "p { color: teal; }");
  write("notes.txt", "{{{not a template}}}");
  use_templates(*Templates::load(place()));

  const model::Answer answer =
      page(Template::kMessage, View().text("text", "<b>&</b>"), {.status = 200, .title = "t", .site = "s", .account = "", .form_origins = {}});

  EXPECT_TRUE(answer.body.contains("<p id=\"house\">&lt;b&gt;&amp;&lt;/b&gt;</p>"));
  EXPECT_TRUE(answer.body.contains("p { color: teal; }"));
  EXPECT_TRUE(page(Template::kLogout, View(), Frame()).body.contains("<form"));
}

TEST_F(OwnTemplates, CannotWriteAValueUnescapedInAnySpelling) {
  for (const char* const text : {"{{{text}}}", "{{&text}}", "{{ & text}}", "{{ {text}}}",
                                 "{{=<% %>=}}<%&text%>"}) {
    write("message.mustache", text);
    EXPECT_TRUE(fault().contains("message.mustache: writes a value as it is")) << text;
  }
}

TEST_F(OwnTemplates, AreRefusedWithTheNameOfTheFile) {
  write("message.mustache", "{{#open}}never closed");
  EXPECT_TRUE(fault().contains("message.mustache: ")) << fault();
  write("message.mustache", std::string(kTemplateBytesMax + 1, 'x'));
  EXPECT_TRUE(fault().contains("message.mustache: is over 64 KiB")) << fault();
  write("message.mustache", "good");
  EXPECT_EQ(fault(), "");
  write("layout.mustache", "<html>nothing</html>");
  EXPECT_TRUE(fault().contains("layout.mustache: has no {{>content}}")) << fault();
  write("layout.mustache", "<html>{{>content}}</html>");
  EXPECT_EQ(fault(), "");
  write("logn.mustache", "x");
  EXPECT_TRUE(fault().contains("logn.mustache: is the name of no template")) << fault();
}

TEST_F(OwnTemplates, MustBeThereWhereTheyAreNamed) {
  EXPECT_EQ(Templates::load(at("nowhere")).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace latchkey::pages
