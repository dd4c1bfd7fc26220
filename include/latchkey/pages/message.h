// Pages with one thing to say.
#pragma once

#include <string>

#include "latchkey/model/answer.h"

namespace latchkey::pages {

// What is empty is left out of the page. The initializers let a message leave members out.
struct Message {
  int status = 400;
  std::string title{};
  std::string text{};
  std::string advice{};
  std::string reason{};  // one word, shown and logged
  std::string link_href{};
  std::string link_text{};
  std::string account{};  // whose page it is, as in Frame
};

// Input: `site`, config::Site::title.
model::Answer message_page(const std::string& site, const Message& message);

}  // namespace latchkey::pages
