#include "latchkey/pages/problem.h"

#include <utility>

#include "latchkey/pages/html.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/status.h"

namespace latchkey::pages {
namespace {

model::Answer answer_of(int status, std::string_view type, std::string body) {
  model::Answer answer;
  answer.status = status;
  answer.add_ours("Content-Type", type);
  add_secure_headers(answer);
  answer.body = std::move(body);
  return answer;
}

}  // namespace

model::Answer problem(int status, std::string_view reason, std::string_view detail) {
  wire::JsonObject object;
  object.add("type", "about:blank")
      .add("title", wire::status_phrase(status))
      .add("status", status)
      .add("detail", detail)
      .add("reason", reason);
  model::Answer answer = answer_of(status, "application/problem+json", object.text());
  if (status == 503) answer.add_ours("Retry-After", "5");
  return answer;
}

model::Answer json_answer(int status, std::string body) {
  return answer_of(status, "application/json; charset=utf-8", std::move(body));
}

}  // namespace latchkey::pages
