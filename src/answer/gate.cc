#include "latchkey/answer/gate.h"

#include <string>
#include <string_view>
#include <utility>

#include "latchkey/wire/form.h"

namespace latchkey::answer {
namespace {

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
    answer.add_ours("Allow", "GET, HEAD");
    answer.add_ours("Cache-Control", "no-store");
    return answer;
  }
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  answer.add_ours("Location", encoded_path(request.path) + query);
  return answer;
}

}  // namespace latchkey::answer
