#include "latchkey/policy/content_protection.h"

#include <algorithm>

#include "latchkey/wire/readings.h"
#include "latchkey/wire/target.h"

namespace latchkey::policy {
namespace {

// The roots themselves hold no content: a `docker login` asks for /v2/ and works.
bool is_content(const config::UserToken& settings, std::string_view path) {
  return std::ranges::any_of(settings.content, [&](const std::string& prefix) {
    return wire::path_has_prefix(path, prefix) && path.size() > prefix.size() + 1;
  });
}

bool is_content(const config::UserToken& settings, const model::CanonicalRequest& request) {
  if (is_content(settings, request.path)) return true;
  if (!request.has_encoded_slash) return false;
  const auto content = [&](std::string_view path) { return is_content(settings, path); };
  return std::ranges::any_of(wire::other_readings(request.path), content);
}

}  // namespace

model::Step<void> ContentProtection::check(const model::Identity& identity,
                                           const model::CanonicalRequest& request) const {
  if (identity.proof() != model::Proof::kPassword || !settings_.enabled ||
      !is_content(settings_, request)) {
    return {};
  }
  const Result<store::UserTokenSettings> settings = store_.user_tokens().settings(settings_);
  if (!settings) return model::refuse(model::Reason::kStoreUnavailable, settings.error().detail);
  if (!settings->enabled || !settings->protect_content) return {};
  return model::refuse(model::Reason::kTokenRequired, "a password where content is");
}

}  // namespace latchkey::policy
