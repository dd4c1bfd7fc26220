#include "latchkey/pages/message.h"

#include "latchkey/pages/html.h"

namespace latchkey::pages {

model::Answer message_page(const std::string& site, const Message& message) {
  View view;
  view.text("text", message.text)
      .text("advice", message.advice)
      .text("code", message.reason)
      .text("link_href", message.link_href)
      .text("link_text", message.link_text);
  Frame frame;
  frame.status = message.status;
  frame.title = message.title;
  frame.site = site;
  frame.account = message.account;
  return page(Template::kMessage, view, frame);
}

}  // namespace latchkey::pages
