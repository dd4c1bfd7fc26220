// What the web server itself vouches for: a client certificate it verified, a person it
// authenticated. Private to this folder.
#pragma once

#include "latchkey/dialect/question.h"
#include "latchkey/fcgi/params.h"
#include "latchkey/model/auth_query.h"

namespace latchkey::dialect {

// Adds to `query`, whose host and transport are known, what is to be believed: nothing unless the
// configuration says that this web server sets the variables, and never over a port without the
// peer's secret (which read_question has compared by then). A scheme of Authorization that the web
// server has dealt with is taken out of the query.
void read_vouched(const fcgi::Params& params, const QuestionSettings& settings,
                  model::AuthQuery& query);

}  // namespace latchkey::dialect
