// What each reason is in HTTP and in plain words.
#pragma once

#include <string_view>

#include "latchkey/model/reason.h"

namespace latchkey::answer {

// How a refusal goes on from its reason.
enum class Course {
  kSignIn,     // no live session: a navigation goes to the sign-in page, all else is challenged
  kChallenge,  // a credential was presented and is bad: challenged, but never sent to sign in,
               // because the browser would present it again and go round in circles
  kFinal,  // no credential helps
  kLater,  // the same request may succeed later: Retry-After
};

struct Words {
  int status;
  Course course;
  std::string_view docker_code;  // of the Distribution specification's error list
  std::string_view title;
  std::string_view sentence;  // begins with a letter: some servers take a body that begins with `/`
};                            // or a URL for a redirect

// Returns the words of `reason`; kAllowed is refused as a fault of ours, and kHealth as
// forbidden. Views live for ever.
const Words& words_of(model::Reason reason);

}  // namespace latchkey::answer
