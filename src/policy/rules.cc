#include "rules.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/target.h"

namespace latchkey::policy {
namespace {

using model::Reason;

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool applies(const config::Rule& rule, const model::CanonicalRequest& request) {
  const auto host_fits = [&](const std::string& pattern) {
    return wire::host_matches(pattern, request.host);
  };
  const auto path_fits = [&](const std::string& pattern) {
    return wire::path_matches(request.path, pattern);
  };
  return (rule.hosts.empty() || std::ranges::any_of(rule.hosts, host_fits)) &&
         (rule.methods.empty() || contains(rule.methods, request.method)) &&
         (rule.paths.empty() || std::ranges::any_of(rule.paths, path_fits));
}

// An address that the provider did not verify is what the person typed: no rule may believe it.
bool lists_mail(const config::Rule& rule, const model::Profile& profile) {
  if (rule.mails.empty() && rule.mail_domains.empty()) return false;
  if (!profile.mail_verified || std::ranges::count(profile.mail, '@') != 1) return false;
  // ASCII only, as the configured mails are: folding other letters could make two people one.
  const std::string mail = wire::to_lower(profile.mail);
  return contains(rule.mails, mail) ||
         contains(rule.mail_domains, std::string_view(mail).substr(mail.find('@') + 1));
}

bool lists(const config::Rule& rule, const model::Profile& profile) {
  return contains(rule.users, profile.user_name) ||
         std::ranges::any_of(
             profile.groups,
             [&](const std::string& group) { return contains(rule.groups, group); }) ||
         lists_mail(rule, profile);
}

Reason judge_by(const config::Rule& rule, const model::Identity& identity) {
  switch (rule.who) {
    case config::Who::kAnyone: return Reason::kAllowed;
    case config::Who::kNobody: return Reason::kRuleDenied;
    case config::Who::kAuthenticated:
      return identity.anonymous() ? Reason::kNoCredential : Reason::kAllowed;
    case config::Who::kListed:
      if (identity.anonymous()) return Reason::kNoCredential;
      return lists(rule, identity.profile()) ? Reason::kAllowed : Reason::kRuleDenied;
  }
  return Reason::kInternal;  // a value that is no Who
}

// Who is let in by a rule that wants a fresh answer must have one: where nobody is asked there is
// none.
bool is_too_old(const config::Rule& rule, const model::Identity& identity) {
  if (!rule.membership_age || identity.anonymous()) return false;
  const auto& age = identity.membership_age();
  return !age || *age > *rule.membership_age;
}

}  // namespace

Verdict judge(std::span<const config::Rule> rules, const model::CanonicalRequest& request,
              const model::Identity& identity) {
  for (std::size_t at = 0; at < rules.size(); ++at) {
    if (!applies(rules[at], request)) continue;
    Reason reason = judge_by(rules[at], identity);
    if (reason == Reason::kAllowed && is_too_old(rules[at], identity)) {
      reason = Reason::kMembershipTooOld;
    }
    if (reason == Reason::kAllowed) return {.reason = reason, .rule = at + 1, .detail = {}};
    return {.reason = reason, .rule = at + 1, .detail = "rule " + std::to_string(at + 1)};
  }
  return {};
}

}  // namespace latchkey::policy
