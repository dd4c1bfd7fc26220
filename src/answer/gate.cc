#include "latchkey/answer/gate.h"

#include <string>
#include <string_view>
#include <utility>

#include "latchkey/wire/form.h"

namespace latchkey::answer {
namespace {

void add(model::Answer& answer, std::string name, std::string_view value) {
  Result<wire::FieldValue> field = wire::FieldValue::from(value);
  LK_ASSERT(field.has_value());
  answer.add(std::move(name), *std::move(field));
}

std::string encoded_path(std::string_view path) {
  std::string text;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    text += wire::url_encode(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    text += '/';
    path.remove_prefix(slash + 1);
  }
  return text;
}

}  // namespace

model::Answer local_redirect(const model::CanonicalRequest& request) {
  model::Answer answer{.status = 200, .headers = {}, .body = {}};
  if (request.method != "GET" && request.method != "HEAD") {
    answer.status = 405;
    add(answer, "Allow", "GET, HEAD");
    add(answer, "Cache-Control", "no-store");
    return answer;
  }
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  add(answer, "Location", encoded_path(request.path) + query);
  return answer;
}

}  // namespace latchkey::answer
