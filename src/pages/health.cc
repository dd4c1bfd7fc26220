#include "latchkey/pages/health.h"

#include "latchkey/pages/html.h"

namespace latchkey::pages {
namespace {

PageResult plain(int status, std::string_view text) {
  PageResult result;
  result.answer.status = status;
  result.answer.add_ours("Content-Type", "text/plain; charset=utf-8");
  add_secure_headers(result.answer);
  result.answer.body = text;
  return result;
}

// Reads what a request would need: a row of the store, the public keys, the key that signs.
Outcome look(store::Store& store, const crypto::KeyDirectory& keys, TimePoint now) {
  LK_CHECK(store.admin().instance_id());
  LK_CHECK(keys.public_keys());
  LK_CHECK(keys.active_signing_key(now));
  return {};
}

}  // namespace

PageResult HealthzPage::serve(const PageRequest&) {
  PageResult result = plain(200, "ok\n");
  result.reason = "alive";
  return result;
}

PageResult ReadyzPage::serve(const PageRequest& request) {
  const Outcome ready = look(store_, keys_, request.now);
  PageResult result = ready ? plain(200, "ready\n") : plain(503, "not ready\n");
  result.reason = ready ? "ready" : "not_ready";
  if (!ready) result.detail = ready.error().detail;
  return result;
}

}  // namespace latchkey::pages
