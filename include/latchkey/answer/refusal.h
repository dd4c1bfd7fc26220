// The fifth stage, for refusals: one pure function of request, hints, path class and reason. The
// body is tiny and constant but for escaped names, because the authorizer links no template engine.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"
#include "latchkey/config/hosts.h"
#include "latchkey/model/answer.h"
#include "latchkey/model/auth_query.h"
#include "latchkey/model/reason.h"

namespace latchkey::answer {

// The part of the configuration that refusals show.
struct RefusalSettings {
  explicit RefusalSettings(const config::Config& config);

  config::Hosts hosts;
  std::string realm;
  std::string title;
  std::string login_path;
  std::string docker_token_path;
};

// What was refused: by whom asked, where, and which class the path has there.
struct Refused {
  const model::CanonicalRequest& request;
  const model::ClientHints& hints;
  config::Challenge challenge;
  Seconds retry_after{};  // of a throttle, as Decision has it
  std::string_view token_service{};  // of a registry that is entered by tokens; else empty
};

// Returns: the whole refusal, with the one challenge of its class; a 302 to the sign-in page only
//          for a navigation that lacks a live session. Never a 2xx, also for kAllowed and kHealth.
model::Answer refusal(const RefusalSettings& settings, const Refused& refused,
                      model::Reason reason);

// Returns: the empty 200 of the health answer.
model::Answer health();

// True for a GET or HEAD with `Sec-Fetch-Mode: navigate`, or without that field and asking for a
// page.
bool is_navigation(const model::CanonicalRequest& request, const model::ClientHints& hints);

}  // namespace latchkey::answer
