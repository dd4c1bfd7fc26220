#include "words.h"

namespace latchkey::answer {
namespace {

using enum Course;

constexpr Words kNoCredential{401, kSignIn, "UNAUTHORIZED", "Sign-in needed",
                              "You need to sign in to see this."};
constexpr Words kDeadSession{401, kSignIn, "UNAUTHORIZED", "Sign-in needed",
                             "Your session has ended. Sign in again."};
constexpr Words kMalformedCredential{401, kChallenge, "UNAUTHORIZED", "Unreadable credential",
                                     "The credential that was sent cannot be read."};
constexpr Words kBadCredential{401, kChallenge, "UNAUTHORIZED", "Wrong credential",
                               "The credential that was sent is not valid."};
constexpr Words kExpiredCredential{401, kChallenge, "UNAUTHORIZED", "Expired credential",
                                   "The credential that was sent has expired. Get a new one."};
constexpr Words kRevokedCredential{401, kChallenge, "UNAUTHORIZED", "Revoked credential",
                                   "The credential that was sent was revoked. Get a new one."};
constexpr Words kWrongUserName{401, kChallenge, "UNAUTHORIZED", "Wrong user name",
                               "The user name is not that of the credential's owner."};
constexpr Words kWrongAudience{401, kChallenge, "UNAUTHORIZED", "Wrong credential",
                               "The credential that was sent is for another site."};
constexpr Words kInsufficientScope{401, kChallenge, "DENIED", "Not allowed",
                                   "The token that was sent is not meant for this."};
constexpr Words kUnusableProof{
    401, kSignIn, "UNAUTHORIZED", "Sign-in needed",
    "Your certificate, or the name that the web server knows you by, is nobody's here. Sign in in "
    "another way."};
constexpr Words kAccountDisabled{401, kChallenge, "DENIED", "Account disabled",
                                 "This account was disabled or removed. Ask an administrator."};
constexpr Words kMembershipUnconfirmed{
    401, kSignIn, "UNAUTHORIZED", "Sign-in needed",
    "Nobody could confirm for too long that you still belong here. Sign in again with a browser."};
constexpr Words kMembershipTooOld{
    503, kLater, "UNAVAILABLE", "Try again",
    "It was not confirmed lately that you still belong here. Try again soon."};
constexpr Words kTooManyAttempts{429, kLater, "TOOMANYREQUESTS", "Too many attempts",
                                 "There were too many wrong passwords. Try again later."};
// The text that Nexus' clients know.
constexpr Words kTokenRequired{401, kChallenge, "UNAUTHORIZED", "Token required",
                               "Content access is protected by token"};
constexpr Words kDuplicateCookie{
    400, kFinal, "DENIED", "Two session cookies",
    "Your browser sent two session cookies, and one of them may be planted by another site. Both "
    "were cleared: reload the page and sign in again. If this page comes back, delete the cookies "
    "of this site and of its parent domain."};
constexpr Words kRuleDenied{403, kFinal, "DENIED", "Not allowed",
                            "You are not allowed to do this here."};
constexpr Words kScopeDenied{403, kFinal, "DENIED", "Not allowed",
                             "The credential that was sent is not meant for this."};
constexpr Words kCrossSite{
    403, kFinal, "DENIED", "Request from another site",
    "This request was made by another site in your name, so it was refused."};
constexpr Words kIdentityTooLarge{403, kFinal, "DENIED", "Too many groups",
                                  "You are in more groups than can be handed to the application."};
constexpr Words kMalformedRequest{400, kFinal, "UNSUPPORTED", "Bad request",
                                  "The request cannot be understood."};
constexpr Words kAmbiguousTarget{
    400, kFinal, "UNSUPPORTED", "Bad request",
    "The address can be read in more than one way, so it was refused."};
constexpr Words kUnknownHost{400, kFinal, "UNSUPPORTED", "Invalid host",
                             "This site has another name."};
constexpr Words kHttpsRequired{400, kFinal, "UNSUPPORTED", "HTTP disabled",
                               "This site is to be used with https only."};
constexpr Words kUnavailable{503, kLater, "UNAVAILABLE", "Try again",
                             "Who you are cannot be checked at the moment. Try again soon."};
constexpr Words kDirectoryStale{
    503, kLater, "UNAVAILABLE", "Directory not available",
    "The directory that knows your groups has not answered for too long. Try again soon; nothing "
    "you hold is lost. The administrator can see why in the log."};
constexpr Words kHealth{403, kFinal, "DENIED", "Health check",
                        "The health check is not answered here."};

}  // namespace

const Words& words_of(model::Reason reason) {
  using model::Reason;
  switch (reason) {
    case Reason::kNoCredential: return kNoCredential;
    case Reason::kUnknownSession:
    case Reason::kExpiredSession: return kDeadSession;
    case Reason::kMalformedCredential: return kMalformedCredential;
    case Reason::kBadCredential: return kBadCredential;
    case Reason::kExpiredCredential: return kExpiredCredential;
    case Reason::kRevokedCredential: return kRevokedCredential;
    case Reason::kWrongUserName: return kWrongUserName;
    case Reason::kWrongAudience: return kWrongAudience;
    case Reason::kInsufficientScope: return kInsufficientScope;
    case Reason::kUnusableProof: return kUnusableProof;
    case Reason::kAccountDisabled: return kAccountDisabled;
    case Reason::kMembershipUnconfirmed: return kMembershipUnconfirmed;
    case Reason::kMembershipTooOld: return kMembershipTooOld;
    case Reason::kTooManyAttempts: return kTooManyAttempts;
    case Reason::kTokenRequired: return kTokenRequired;
    case Reason::kDuplicateCookie: return kDuplicateCookie;
    case Reason::kRuleDenied:
    case Reason::kNoRule: return kRuleDenied;
    case Reason::kScopeDenied: return kScopeDenied;
    case Reason::kCrossSite: return kCrossSite;
    case Reason::kIdentityTooLarge: return kIdentityTooLarge;
    case Reason::kMalformedRequest: return kMalformedRequest;
    case Reason::kAmbiguousTarget: return kAmbiguousTarget;
    case Reason::kUnknownHost: return kUnknownHost;
    case Reason::kHttpsRequired: return kHttpsRequired;
    case Reason::kHealth: return kHealth;
    case Reason::kDirectoryStale: return kDirectoryStale;
    case Reason::kStoreUnavailable:
    case Reason::kBusy:
    case Reason::kInternal:
    case Reason::kAllowed: break;
  }
  return kUnavailable;  // and for a value that is no Reason
}

}  // namespace latchkey::answer
