#include <algorithm>

#include "latchkey/fcgi/exchange.h"

namespace latchkey::fcgi {
namespace {

const char* phrase_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 421: return "Misdirected Request";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";  // the phrase means nothing; only the number does
  }
}

bool is_token_byte(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_status(std::string_view name) {
  constexpr std::string_view kStatus = "status";
  return std::ranges::equal(name, kStatus, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
}

Outcome check_header(const model::Header& header) {
  if (header.name.empty() || !std::ranges::all_of(header.name, is_token_byte)) {
    return fail(ErrorCode::kInternal, "a header name is no token");
  }
  if (is_status(header.name)) return fail(ErrorCode::kInternal, "a header is named Status");
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
  text += phrase_of(answer.status);
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
