#include "latchkey/model/reason.h"

#include <array>
#include <utility>

namespace latchkey::model {
namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 32> kWords{{
    {Reason::kNoCredential, "no_credential"},
    {Reason::kMalformedCredential, "malformed_credential"},
    {Reason::kBadCredential, "bad_credential"},
    {Reason::kExpiredCredential, "expired_credential"},
    {Reason::kRevokedCredential, "revoked_credential"},
    {Reason::kWrongUserName, "wrong_user_name"},
    {Reason::kWrongAudience, "wrong_audience"},
    {Reason::kInsufficientScope, "insufficient_scope"},
    {Reason::kUnusableProof, "unusable_proof"},
    {Reason::kUnknownSession, "unknown_session"},
    {Reason::kExpiredSession, "expired_session"},
    {Reason::kDuplicateCookie, "duplicate_cookie"},
    {Reason::kAccountDisabled, "account_disabled"},
    {Reason::kMembershipUnconfirmed, "membership_unconfirmed"},
    {Reason::kTooManyAttempts, "too_many_attempts"},
    {Reason::kTokenRequired, "token_required"},
    {Reason::kRuleDenied, "rule_denied"},
    {Reason::kNoRule, "no_rule"},
    {Reason::kScopeDenied, "scope_denied"},
    {Reason::kCrossSite, "cross_site"},
    {Reason::kIdentityTooLarge, "identity_too_large"},
    {Reason::kMalformedRequest, "malformed_request"},
    {Reason::kAmbiguousTarget, "ambiguous_target"},
    {Reason::kUnknownHost, "unknown_host"},
    {Reason::kHttpsRequired, "https_required"},
    {Reason::kStoreUnavailable, "store_unavailable"},
    {Reason::kMembershipTooOld, "membership_too_old"},
    {Reason::kDirectoryStale, "directory_stale"},
    {Reason::kBusy, "busy"},
    {Reason::kInternal, "internal"},
    {Reason::kHealth, "health"},
    {Reason::kAllowed, "allowed"},
}};

}  // namespace

std::string_view name_of(Reason reason) {
  for (const auto& [value, word] : kWords) {
    if (value == reason) return word;
  }
  return "internal";
}

std::span<const Reason> all_reasons() {
  static constexpr auto kAll = [] {
    std::array<Reason, kWords.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all.at(i) = kWords.at(i).first;
    return all;
  }();
  return kAll;
}

std::optional<Reason> reason_named(std::string_view word) {
  for (const auto& [value, text] : kWords) {
    if (text == word) return value;
  }
  return std::nullopt;
}

}  // namespace latchkey::model
