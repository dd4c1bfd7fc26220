#include "latchkey/role/web_root_guard.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "latchkey/wire/field_value.h"

namespace latchkey::role {
namespace {

constexpr std::size_t kGoodRootsMax = 64;  // of one process; then all are looked at anew

bool started_by_web_server(model::Transport transport) {
  switch (transport) {
    case model::Transport::kCgi:
    case model::Transport::kInherited:
    case model::Transport::kInheritedTcp: return true;
    case model::Transport::kUnixSocket:
    case model::Transport::kTcp: return false;
  }
  return true;
}

// Says nothing of the reason: whoever reads it would know what to fetch.
model::Answer out_of_order() {
  model::Answer answer;
  answer.status = 503;
  answer.add_ours("Content-Type", "text/plain; charset=utf-8");
  answer.add_ours("Cache-Control", "no-store");
  answer.body = "latchkey is not set up as it should be. Its log names the reason.\n";
  return answer;
}

}  // namespace

WebRootGuard::WebRootGuard(const config::Config& config, const telemetry::Log& log,
                           std::unique_ptr<fcgi::Service> behind)
    : private_paths_(config::private_paths(config)), log_(log), behind_(std::move(behind)) {}

bool WebRootGuard::is_exposed(const std::string& document_root) {
  if (document_root.empty() || std::ranges::find(good_roots_, document_root) != good_roots_.end()) {
    return false;
  }
  const std::optional<config::PrivatePath> found =
      config::served_below(document_root, private_paths_);
  if (found.has_value()) {
    log_.error("private_file_served", {{"detail", config::exposure_text(*found, document_root)}});
    return true;
  }
  if (good_roots_.size() >= kGoodRootsMax) good_roots_.clear();
  good_roots_.push_back(document_root);
  return false;
}

void WebRootGuard::serve(fcgi::Exchange& exchange) {
  asked_behind_ = false;
  if (started_by_web_server(exchange.transport())) {
    for (const char* const name : {"DOCUMENT_ROOT", "CONTEXT_DOCUMENT_ROOT"}) {
      if (!is_exposed(std::string(exchange.params().get(name)))) continue;
      if (const Outcome replied = exchange.reply(out_of_order()); !replied) {
        log_.warn("reply_failed", {{"detail", replied.error().detail}});
      }
      return;
    }
  }
  asked_behind_ = true;
  behind_->serve(exchange);
}

void WebRootGuard::after_reply() {
  if (asked_behind_) behind_->after_reply();
}

}  // namespace latchkey::role
