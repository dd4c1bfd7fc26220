// The media type of what was posted.
#pragma once

#include "latchkey/pages/page.h"

namespace latchkey::pages {

// How a body is written; decides which proof is asked for and which form the answer has.
enum class BodyKind { kForm, kJson, kOther };

// Looks at the Content-Type. An empty one is kOther: a form of ours always says what it is. So is a
// form that begins as a JSON object does.
BodyKind body_kind(const PageRequest& request);

}  // namespace latchkey::pages
