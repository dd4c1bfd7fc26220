// The first stage: makes one question of what a web server says. Scheme, host, path and method come
// from the variables that the web server computed, never from a field a client can name; what has
// two readings is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/secret_string.h"
#include "latchkey/config/vouching.h"
#include "latchkey/fcgi/exchange.h"
#include "latchkey/fcgi/params.h"
#include "latchkey/model/auth_query.h"
#include "latchkey/model/decision.h"
#include "latchkey/wire/target.h"

namespace latchkey::dialect {

struct QuestionSettings {
  wire::Semicolon semicolon;
  std::string_view peer_secret;  // of [pool]; empty: none. Outlives the settings.
  // Both outlive the settings; null: such words of the web server are not believed.
  const config::Certificate* certificate = nullptr;
  const config::RemoteUser* remote_user = nullptr;
};

// A question, perhaps one that has to be refused. The query is filled as far as it could be read,
// so that a refusal has the right form; `fault` is the first thing that is wrong with it.
struct Question {
  model::AuthQuery query;
  std::optional<model::Decision> fault;
};

// Returns: which form the web server understands. A RESPONDER without a known mode gets kCheck and
//          a fault from read_question: on the authorizer's socket it is never approved.
model::Call call_of(const fcgi::Params& params, fcgi::Role role, model::Transport transport);

Question read_question(const fcgi::Params& params, fcgi::Role role, model::Transport transport,
                       const QuestionSettings& settings);

// The same for a request that a page of our own answers: no mode is needed, and none is looked at.
Question read_page_question(const fcgi::Params& params, model::Transport transport,
                            const QuestionSettings& settings);

}  // namespace latchkey::dialect
