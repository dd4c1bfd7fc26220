#include "sign_in_message.h"

#include <utility>

#include "latchkey/pages/html.h"

namespace latchkey::pages {

PageResult message_page(const SignInParts& parts, const Message& message, std::string detail) {
  return {message_page(parts.config.site.title, message), message.reason, std::move(detail), ""};
}

PageResult unavailable_page(const SignInParts& parts, std::string detail) {
  PageResult result = message_page(
      parts,
      {.status = 503,
       .title = "Not possible right now",
       .text = "Something that signing in needs does not answer at the moment.",
       .advice = "Please try again in a few seconds.",
       .reason = "unavailable"},
      std::move(detail));
  result.answer.add_ours("Retry-After", std::to_string(kRetryAfter.count()));
  return result;
}

PageResult malformed_page(const SignInParts& parts, std::string detail) {
  return message_page(
      parts,
      {.title = "This request cannot be read",
       .text = "It has a part twice, lacks one, or has one in a form that is not understood.",
       .reason = "malformed_request",
       .link_href = parts.config.paths.login,
       .link_text = "Sign in"},
      std::move(detail));
}

PageResult state_used_page(const SignInParts& parts, const std::string& back, std::string detail) {
  return message_page(parts,
                      {.title = "This sign-in was used already",
                       .text = "Each sign-in works once. Perhaps the page was reloaded.",
                       .reason = "state_used",
                       .link_href = back,
                       .link_text = "Go on"},
                      std::move(detail));
}

PageResult account_refused_page(const SignInParts& parts, const Error& error,
                                const std::string& user_name) {
  Message message;
  message.status = 403;
  switch (error.code) {
    case ErrorCode::kConflict:
      message.title = "This user name is taken";
      message.text = "You are known as " + user_name +
                     ", and somebody else who signed in another way has that name here.";
      message.advice = "The administrator can rename or remove the other account.";
      message.reason = "user_name_taken";
      break;
    case ErrorCode::kRefused:
      message.title = "Your account is disabled";
      message.text = "An administrator has disabled the account " + user_name + " here.";
      message.reason = "account_disabled";
      break;
    case ErrorCode::kNotFound:
      message.title = "The directory does not know you";
      message.text = "You are known as " + user_name +
                     ", and the directory that decides who may use this place has no such user, or "
                     "has them in none of the groups that may.";
      message.advice = "The administrator of the directory can tell you why.";
      message.reason = "not_in_directory";
      break;
    case ErrorCode::kMalformed:
    case ErrorCode::kExpired:
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal: return unavailable_page(parts, error.detail);
  }
  PageResult result = message_page(parts, message, error.detail);
  result.user = user_name;
  return result;
}

}  // namespace latchkey::pages
