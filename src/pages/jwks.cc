#include "latchkey/pages/jwks.h"

#include "latchkey/pages/html.h"
#include "latchkey/pages/problem.h"

namespace latchkey::pages {

PageResult JwksPage::serve(const PageRequest&) {
  PageResult result;
  Result<std::string> keys = keys_.export_jwks();
  if (!keys) {
    result.answer = problem(503, "keys_unavailable", "The keys cannot be read now.");
    result.reason = "keys_unavailable";
    result.detail = keys.error().detail;
    return result;
  }
  result.answer.status = 200;
  add_header(result.answer, "Content-Type", "application/jwk-set+json");
  add_header(result.answer, "Cache-Control", "public, max-age=300");
  add_header(result.answer, "X-Content-Type-Options", "nosniff");
  result.answer.body = *std::move(keys);
  result.reason = "shown";
  return result;
}

}  // namespace latchkey::pages
