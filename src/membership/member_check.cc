#include "latchkey/membership/member_check.h"

#include <algorithm>
#include <utility>

#include "latchkey/identity/profile.h"
#include "latchkey/provider/grant.h"
#include "latchkey/wire/time.h"

namespace latchkey::membership {
namespace {

using provider::Grant;
using provider::Standing;
using store::GrantAfter;
using store::MemberState;

// Longer than all calls of one question can take.
constexpr Seconds kQuestionLease{300};
// Between tries while nobody answers; each failure doubles it, up to [membership] every.
constexpr Seconds kRetryAfter{30};
constexpr std::int64_t kDoublingsMax = 12;

Seconds retry_after(std::int64_t failures, Seconds every) {
  return std::min(kRetryAfter * (1 << std::min(failures, kDoublingsMax)), every);
}

// What somebody who was lost before is told by.
std::string since(const store::Membership& lost) {
  const std::string time = lost.until ? " since " + wire::rfc3339(*lost.until) : std::string();
  return "must sign in again" + time + (lost.detail.empty() ? "" : ": " + lost.detail);
}

}  // namespace

// What one question is about, and what its grant has become meanwhile.
struct MemberCheck::Question {
  const model::Account& account;
  const store::Membership& was;
  TimePoint now{};
  std::int64_t generation = 0;
  bool renewed = false;  // the provider has given another grant, and it is kept

  store::MemberQuestion written() const { return {account.id, generation}; }
};

Outcome MemberCheck::write_profile(const Question& question, const provider::Claims& claims) {
  identity::RawProfile raw;
  raw.user_name = question.account.profile.user_name;
  raw.display_name = claims.display_name;
  raw.mail = claims.mail;
  raw.mail_verified = claims.mail_proof == provider::MailProof::kVerified;
  raw.groups = claims.groups;
  LK_TRY(const identity::FilteredProfile filtered,
         identity::filter_profile(raw, parts_.config.identity.delimiter));
  return parts_.store.accounts().confirm_profile(question.account.id, filtered.profile,
                                                 question.now);
}

// The profile first: a good answer counts only with what came along with it.
Outcome MemberCheck::confirm(const Question& question, const Standing& standing) {
  const config::Membership& limits = parts_.config.membership;
  if (standing.claims) LK_CHECK(write_profile(question, *standing.claims));
  return parts_.store.memberships().confirm(question.written(),
                                            {.now = question.now,
                                             .due = question.now + limits.every,
                                             .until = question.now + limits.age_max()});
}

Result<Finding> MemberCheck::unanswered(const Question& question, std::string detail,
                                        GrantAfter grant, Seconds wait, Asked asked) {
  const Seconds pause = retry_after(question.was.failures, parts_.config.membership.every);
  LK_CHECK(parts_.store.memberships().postpone(question.written(), question.now,
                                               question.now + std::max(pause, wait), grant,
                                               detail));
  return Finding{question.account.profile.user_name, MemberState::kUnknown, std::move(detail),
                 wait, asked};
}

Result<Finding> MemberCheck::lost(const Question& question, const std::string& detail) {
  const store::Ends ends = parts_.config.membership.credentials ? store::Ends::kEverything
                                                                : store::Ends::kSessionsOnly;
  LK_CHECK(parts_.store.memberships().lose(question.written(), question.now, ends, detail));
  return Finding{question.account.profile.user_name, MemberState::kLost, detail, {}};
}

Result<Finding> MemberCheck::settle(Question& question, const Standing& standing) {
  const bool maybe_spent = !question.renewed && (question.was.maybe_spent || standing.maybe_spent);
  switch (standing.kind) {
    case Standing::Kind::kMember:
      LK_CHECK(confirm(question, standing));
      return Finding{question.account.profile.user_name, MemberState::kMember, {}, {}};
    case Standing::Kind::kLost:
      // An answer got lost before, and with it perhaps the grant that replaced this one: then the
      // provider's no is about our grant and not about the person, who goes on until the end of the
      // grace.
      if (standing.by_grant && question.was.maybe_spent) {
        return unanswered(question,
                          "an answer of the provider got lost, and with it the grant; signing in "
                          "again brings another one",
                          GrantAfter::kDropped);
      }
      return lost(question, standing.detail);
    case Standing::Kind::kUnknown: break;
  }
  return unanswered(question, standing.detail,
                    maybe_spent ? GrantAfter::kMaybeSpent : GrantAfter::kKept, standing.wait);
}

Result<Finding> MemberCheck::ask(const AccountId& id, TimePoint now) {
  LK_TRY(const model::Account account, parts_.store.accounts().find(id));
  store::Memberships& memberships = parts_.store.memberships();
  LK_TRY(const store::Membership known, memberships.find(id));
  // There is nothing left to ask with, and a lost membership must not become an unknown one.
  if (known.state == MemberState::kLost) {
    return Finding{account.profile.user_name, MemberState::kLost, since(known), {},
                   Asked::kNobody};
  }
  LK_TRY(const store::Membership was, memberships.take(id, now, kQuestionLease));
  Question question{account, was, now, was.generation};
  provider::Provider* const provider = parts_.providers.find(was.provider);
  if (provider == nullptr) {
    return unanswered(question, "the provider is no longer configured", GrantAfter::kKept, {},
                      Asked::kNobody);
  }
  const Result<Grant> grant = provider::open_grant(was.sealed_grant, id, parts_.sealer);
  if (!grant || grant->kind == Grant::Kind::kNone) {
    return unanswered(question, "there is nothing to ask with; signing in again may bring it",
                      GrantAfter::kDropped, {}, Asked::kNobody);
  }
  if (grant->kind == Grant::Kind::kRefreshToken) LK_CHECK(memberships.sending(question.written()));
  const auto keep = [&](const Grant& fresh) -> Outcome {
    const std::string sealed = provider::seal_grant(fresh, id, parts_.sealer, parts_.random);
    LK_TRY(question.generation, memberships.keep_grant(question.written(), sealed));
    question.renewed = true;
    return {};
  };
  return settle(question, provider->recheck(*grant, account.subject, keep, now));
}

}  // namespace latchkey::membership
