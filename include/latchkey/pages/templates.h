// The texts of the pages: ours, and what an administrator puts in the place of some of them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::pages {

inline constexpr std::size_t kTemplateBytesMax = std::size_t{64} << 10;

class Templates {
 public:
  // Ours alone.
  Templates();

  // Reads what `directory` has of `layout.mustache`, `style.css` and the other files of
  // src/pages/templates, each of at most kTemplateBytesMax; ours stay for the rest.
  //
  // Input:  `directory`, absolute; empty: there is none.
  // Errors: kUnavailable: the directory or a file cannot be read; kMalformed: a template of another
  //         name, one that is no mustache, that could write a value unescaped (`{{{name}}}`,
  //         `{{&name}}`, other delimiters), or a layout that leaves the content out; the detail
  //         names the file.
  static Result<Templates> load(const std::string& directory);

  // Returns the text of a file, for example "login.mustache"; it must be one of ours.
  const std::string& text(std::string_view file) const;

 private:
  Outcome replace(const std::string& file, std::string text);

  std::map<std::string, std::string, std::less<>> texts_;
};

// What page() renders with in this process from now on; until then ours.
void use_templates(Templates templates);
const Templates& templates_in_use();

}  // namespace latchkey::pages
