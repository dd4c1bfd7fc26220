// Why a request was let through or refused: the one word that the log, the refusal page,
// `latchkey explain` and the header X-Latchkey-Reason share.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace latchkey::model {

enum class Reason {
  // Refused, a credential could help: 401.
  kNoCredential,           // nothing was presented
  kMalformedCredential,    // an Authorization field that cannot be read
  kBadCredential,          // wrong signature, unknown, other kind, wrong password
  kExpiredCredential,
  kRevokedCredential,
  kWrongUserName,          // Basic with a token of somebody else
  kWrongAudience,          // a token for another installation
  kInsufficientScope,      // a token for a registry, but for less: another one might do
  kUnusableProof,          // the web server vouches for somebody who cannot be anybody here
  kUnknownSession,         // a session cookie that names no live session
  kExpiredSession,
  kDuplicateCookie,        // two cookies of the session's name (400, and both are cleared)
  kAccountDisabled,        // the person was disabled or removed; what they hold is dead
  kMembershipUnconfirmed,  // nobody could say for too long whether the person still belongs here
  kTooManyAttempts,        // password tries are throttled for now (429)
  kTokenRequired,          // a plain password where only a token will do
  // Refused, no credential would help: 403.
  kRuleDenied,             // a rule names other people, or none
  kNoRule,                 // no rule matches
  kScopeDenied,            // the credential is for less
  kCrossSite,              // a session without the same-origin proof
  kIdentityTooLarge,
  // Refused, the request itself is wrong: 400.
  kMalformedRequest,
  kAmbiguousTarget,        // two readings of the path exist
  kUnknownHost,
  kHttpsRequired,
  // Refused, we cannot tell: 503.
  kStoreUnavailable,
  kMembershipTooOld,       // confirmed longer ago than the rule that decides allows
  kDirectoryStale,         // no directory has answered about the person for too long
  kBusy,                   // too many slow proofs at once
  kInternal,
  // Not a refusal of a person.
  kHealth,                 // the health answer of our own: an empty 200
  kAllowed,
};

// Returns the reason's word, for example "no_credential". The view lives for ever.
std::string_view name_of(Reason reason);

// Returns all of them, in an order that one build keeps. For counting them.
std::span<const Reason> all_reasons();

// Returns the reason of that word, or nullopt. For LATCHKEY_REASON, which the web server hands on.
std::optional<Reason> reason_named(std::string_view word);

}  // namespace latchkey::model
