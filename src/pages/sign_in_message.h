// Pages with one thing to say, on which every step of signing in and out may end.
#pragma once

#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/pages/message.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"

namespace latchkey::pages {

inline constexpr Seconds kRetryAfter{5};

// A page with one thing to say, and what the log says about it.
PageResult message_page(const SignInParts& parts, const Message& message, std::string detail);

// The page for what cannot be told now: 503 with Retry-After.
PageResult unavailable_page(const SignInParts& parts, std::string detail);

// The page for a request that is no request of ours: a repeated parameter, a body of another type.
PageResult malformed_page(const SignInParts& parts, std::string detail);

// The page for a login state that made a session before. `back` is where the sign-in was to lead.
PageResult state_used_page(const SignInParts& parts, const std::string& back, std::string detail);

// Explains why the store has no account for somebody who proved who they are.
PageResult account_refused_page(const SignInParts& parts, const Error& error,
                                const std::string& user_name);

}  // namespace latchkey::pages
