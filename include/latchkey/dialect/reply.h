// The last stage: says an answer so that the web server which asked understands it.
#pragma once

#include "latchkey/base/clock.h"
#include "latchkey/model/answer.h"
#include "latchkey/model/auth_query.h"
#include "latchkey/model/decision.h"

namespace latchkey::dialect {

// Input:   `whole`, what answer/ made of the decision; `cache`, how long the web server may keep an
//          approval (0: never).
// Returns: in mode `check` a bare 401 with X-Latchkey-Reason for every refusal (health too), and
//          for an approval of the plain form X-Accel-Expires beside the identity: the nearest of
//          `cache` and the end of what was proven. In mode `refused` never a 2xx but the health
//          answer's.
model::Answer reply(const model::Call& call, const model::Decision& decision, model::Answer whole,
                    Seconds cache, TimePoint now);

}  // namespace latchkey::dialect
