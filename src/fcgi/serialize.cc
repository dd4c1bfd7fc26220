#include "latchkey/fcgi/exchange.h"

#include "latchkey/wire/chars.h"
#include "latchkey/wire/status.h"

namespace latchkey::fcgi {
namespace {

Outcome check_header(const model::Header& header) {
  if (!wire::is_token(header.name)) {
    return fail(ErrorCode::kInternal, "a header name is no token");
  }
  if (wire::equal_ignoring_case(header.name, "status")) {
    return fail(ErrorCode::kInternal, "a header is named Status");
  }
  if (header.name.size() + header.value.text().size() + 2 > kHeaderLineBytesMax) {
    return fail(ErrorCode::kInternal, "the header " + header.name + " is too long");
  }
  return {};
}

}  // namespace

std::string_view unavailable_text() {
  return "Status: 503 Service Unavailable\r\nCache-Control: no-store\r\nRetry-After: 5\r\n\r\n";
}

Result<std::string> serialize(const model::Answer& answer, Body body) {
  if (answer.status < 200 || answer.status > 599) {
    return fail(ErrorCode::kInternal, "an answer has the status " + std::to_string(answer.status));
  }
  std::string text;
  text.reserve(512 + answer.body.size());
  text += "Status: ";
  text += std::to_string(answer.status);
  text += ' ';
  text += wire::status_phrase(answer.status);
  text += "\r\n";
  for (const model::Header& header : answer.headers) {
    LK_CHECK(check_header(header));
    text += header.name;
    text += ": ";
    text += header.value.text();
    text += "\r\n";
  }
  text += "\r\n";
  if (text.size() > kHeaderBytesMax) {
    return fail(ErrorCode::kInternal, "the header block is too long");
  }
  if (body == Body::kSend) text += answer.body;
  return text;
}

}  // namespace latchkey::fcgi
