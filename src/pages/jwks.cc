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
  result.answer.add_ours("Content-Type", "application/jwk-set+json");
  result.answer.add_ours("Cache-Control", "public, max-age=300");
  result.answer.add_ours("X-Content-Type-Options", "nosniff");
  result.answer.body = *std::move(keys);
  result.reason = "shown";
  return result;
}

}  // namespace latchkey::pages
