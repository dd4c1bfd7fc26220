#include "latchkey/pages/problem.h"

#include <utility>

#include "latchkey/pages/html.h"
#include "latchkey/wire/json_object.h"

namespace latchkey::pages {
namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 409: return "Conflict";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

model::Answer answer_of(int status, std::string_view type, std::string body) {
  model::Answer answer;
  answer.status = status;
  add_header(answer, "Content-Type", type);
  add_secure_headers(answer);
  answer.body = std::move(body);
  return answer;
}

}  // namespace

model::Answer problem(int status, std::string_view reason, std::string_view detail) {
  wire::JsonObject object;
  object.add("type", "about:blank")
      .add("title", title_of(status))
      .add("status", status)
      .add("detail", detail)
      .add("reason", reason);
  model::Answer answer = answer_of(status, "application/problem+json", object.text());
  if (status == 503) add_header(answer, "Retry-After", "5");
  return answer;
}

model::Answer json_answer(int status, std::string body) {
  return answer_of(status, "application/json; charset=utf-8", std::move(body));
}

}  // namespace latchkey::pages
