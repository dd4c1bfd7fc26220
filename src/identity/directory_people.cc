#include "latchkey/identity/directory_people.h"

#include <algorithm>
#include <utility>

#include "latchkey/identity/profile.h"

namespace latchkey::identity {
namespace {

using model::DirectoryAnswer;
using model::Standing;

constexpr Seconds kMarginMax{60};
constexpr Seconds kLookEveryMax{30};
constexpr std::size_t kNewsAtOnce = 100;  // in one transaction

// How long before its end an answer is asked for again.
Seconds margin(const config::Ldap& settings) {
  return std::min(kMarginMax, (settings.update_interval + Seconds(1)) / 2);
}

model::Facts facts_of(const directory::DirectoryEntry& entry, const config::Config& config,
                      std::vector<std::string>& left_out) {
  RawProfile raw;
  raw.user_name = "-";  // the account has its name already
  raw.display_name = entry.display_name;
  raw.mail = entry.mail;
  raw.mail_verified = config.ldap->trust_mail;
  raw.groups = entry.groups;
  auto filtered = filter_profile(raw, config.identity.delimiter);
  if (!filtered) return {};
  for (std::string& one : filtered->left_out) {
    left_out.push_back(entry.person.user_name + ": " + std::move(one));
  }
  model::Profile& profile = filtered->profile;
  return {.display_name = std::move(profile.display_name),
          .mail = std::move(profile.mail),
          .mail_verified = profile.mail_verified,
          .groups = std::move(profile.groups)};
}

bool may_come(const config::Ldap& settings, const directory::DirectoryEntry& entry) {
  const std::vector<std::string>& allowed = settings.allowed_groups;
  return allowed.empty() || std::ranges::any_of(entry.groups, [&](const std::string& group) {
           return std::ranges::find(allowed, group) != allowed.end();
         });
}

}  // namespace

// One round of asking. Answers are written some at a time.
class DirectoryPeople::Round {
 public:
  Round(DirectoryPeople& people, TimePoint now) : people_(people), now_(now) {}

  // Visits who is due behind `after`, up to `last`; empty: up to the end.
  Outcome walk(TimePoint horizon, AccountId after, const AccountId& last,
               const std::function<bool()>& may_go_on);
  bool stopped() const { return stopped_; }
  Outcome visit(const store::DirectoryDue& who);
  Outcome write();
  Refreshed report() && { return std::move(report_); }

 private:
  DirectoryPeople& people_;
  TimePoint now_;
  Refreshed report_;
  std::vector<store::DirectoryNews> news_;
  std::vector<std::string> names_;
  bool stopped_ = false;  // `may_go_on` has said no
};

std::optional<Seconds> DirectoryPeople::look_every() const {
  if (directory_ == nullptr || !config_.ldap) return std::nullopt;
  return std::clamp(margin(*config_.ldap) / 2, Seconds(1), kLookEveryMax);
}

bool DirectoryPeople::covers(std::string_view provider) const {
  return directory_ != nullptr && config_.ldap && config_.ldap->covers(provider);
}

Result<DirectoryAnswer> DirectoryPeople::ask(std::string_view provider,
                                             const std::string& user_name, TimePoint now,
                                             std::vector<std::string>& left_out) {
  const config::Ldap& settings = *config_.ldap;
  DirectoryAnswer answer;
  answer.checked = now;
  answer.until = now + settings.age_max();
  answer.groups = settings.groups == config::LdapGroups::kMerge ? model::Groups::kOfBoth
                                                                : model::Groups::kOfDirectory;
  const Result<directory::DirectoryEntry> entry = directory_->lookup(user_name);
  if (entry && !may_come(settings, *entry)) {
    answer.standing = Standing::kRefused;
    return answer;
  }
  if (entry) {
    answer.standing = Standing::kKnown;
    answer.unique_id = entry->person.unique_id;
    answer.facts = facts_of(*entry, config_, left_out);
    return answer;
  }
  // Several entries for one name tell nothing about the person, so that nothing is concluded.
  if (entry.error().code == ErrorCode::kRefused) return std::unexpected(entry.error());
  if (entry.error().code != ErrorCode::kNotFound) {
    return fail(ErrorCode::kUnavailable, entry.error().detail);
  }
  const bool goes_on =
      settings.unknown_users == config::UnknownUsers::kAllow && provider != config::kLdapName;
  answer.standing = goes_on ? Standing::kUnknown : Standing::kRefused;
  return answer;
}

// What the directory says of somebody who arrives; while it does not answer, what it said last.
Result<std::optional<DirectoryAnswer>> DirectoryPeople::answer_about(const Arriving& who,
                                                                     TimePoint now) {
  if (!covers(who.provider)) return std::nullopt;
  const std::optional<SlowPass> pass = SlowPass::take(gate_);
  if (!pass) return fail(ErrorCode::kUnavailable, "too many slow proofs at once");
  std::vector<std::string> left_out;
  Result<DirectoryAnswer> fresh = ask(who.provider, who.profile.user_name, now, left_out);
  if (fresh) return *std::move(fresh);
  const auto unanswered = fail(ErrorCode::kUnavailable, fresh.error().detail);
  const auto account = store_.accounts().find_by_subject(who.issuer, who.subject);
  // The last answer was about the name they had then.
  const bool same = account && account->profile.user_name == who.profile.user_name;
  if (!same) return unanswered;
  LK_TRY(std::optional<DirectoryAnswer> last,
         store_.accounts().directory_answer(account->id));
  if (!last || now >= last->until) return unanswered;
  return last;
}

Result<model::Account> DirectoryPeople::sign_in(const Arriving& who, TimePoint now,
                                                Random& random) {
  LK_TRY(const std::optional<DirectoryAnswer> answer, answer_about(who, now));
  store::Accounts& accounts = store_.accounts();
  if (!answer || answer->standing != Standing::kRefused) {
    return accounts.sign_in(who.provider, who.issuer, who.subject, who.profile, now, random,
                            answer ? &*answer : nullptr);
  }
  const auto account = accounts.find_by_subject(who.issuer, who.subject);
  if (account) {
    const store::DirectoryNews news[] = {{account->id, *answer}};
    LK_CHECK(accounts.take_in(news));
  }
  return fail(ErrorCode::kNotFound, "the directory knows no such user who may come");
}

Result<model::Account> DirectoryPeople::sign_in(const directory::Person& person, TimePoint now,
                                                Random& random) {
  RawProfile raw;
  raw.user_name = person.user_name;
  const auto filtered = filter_profile(raw, config_.identity.delimiter);
  if (!filtered) return fail(ErrorCode::kMalformed, filtered.error().detail);
  return sign_in({.provider = config::kLdapName,
                  .issuer = config::kLdapName,
                  .subject = person.user_name,
                  .profile = filtered->profile},
                 now, random);
}

// The name that counts is the directory's, which compares without regard to case: else one entry
// would be two people.
Result<model::Account> DirectoryPeople::sign_in_by_name(const std::string& user_name,
                                                        TimePoint now, Random& random) {
  if (directory_ == nullptr) return fail(ErrorCode::kUnavailable, "there is no directory");
  directory::Person person;
  {
    const std::optional<SlowPass> pass = SlowPass::take(gate_);
    if (!pass) return fail(ErrorCode::kUnavailable, "too many slow proofs at once");
    const Result<directory::DirectoryEntry> entry = directory_->lookup(user_name);
    if (!entry) {
      const bool unknown = entry.error().code == ErrorCode::kNotFound;
      return fail(unknown ? ErrorCode::kNotFound : ErrorCode::kUnavailable, entry.error().detail);
    }
    person = entry->person;
  }
  return sign_in(person, now, random);
}

Result<Refreshed> DirectoryPeople::refresh(const model::Account& account, TimePoint now) {
  Round round(*this, now);
  LK_CHECK(round.visit({.id = account.id,
                        .provider = account.provider,
                        .user_name = account.profile.user_name,
                        .was_asked = account.directory_checked.has_value()}));
  LK_CHECK(round.write());
  Refreshed report = std::move(round).report();
  if (report.unanswered.empty()) return report;
  return fail(ErrorCode::kUnavailable, report.unanswered.front());
}

// Asks about one of a listing, or forgets what was said of somebody whom nobody looks up now. What
// is wrong with one person's entry is noted: it must not keep the others from being asked about.
Outcome DirectoryPeople::Round::visit(const store::DirectoryDue& who) {
  if (!people_.covers(who.provider)) {
    return who.was_asked ? people_.store_.accounts().forget_directory(who.id) : Outcome();
  }
  Result<DirectoryAnswer> answer =
      people_.ask(who.provider, who.user_name, now_, report_.left_out);
  if (!answer && answer.error().code != ErrorCode::kRefused) {
    return std::unexpected(std::move(answer).error());
  }
  ++report_.asked;
  if (!answer) {
    report_.unanswered.push_back(who.user_name + ": " + answer.error().detail);
    return {};
  }
  names_.push_back(who.user_name);
  news_.push_back({who.id, *std::move(answer)});
  return news_.size() < kNewsAtOnce ? Outcome() : write();
}

Outcome DirectoryPeople::Round::write() {
  LK_TRY(const std::vector<AccountId> lost, people_.store_.accounts().take_in(news_));
  for (std::size_t i = 0; i < news_.size(); ++i) {
    const bool gone = std::ranges::find(lost, news_[i].account) != lost.end();
    if (gone) report_.lost.push_back(names_[i]);
  }
  news_.clear();
  names_.clear();
  return {};
}

Outcome DirectoryPeople::Round::walk(TimePoint horizon, AccountId after, const AccountId& last,
                                     const std::function<bool()>& may_go_on) {
  for (;;) {
    LK_TRY(const std::vector<store::DirectoryDue> due,
           people_.store_.accounts().directory_due(horizon, after));
    for (const store::DirectoryDue& who : due) {
      if (!last.empty() && who.id > last) return {};
      stopped_ = !may_go_on();
      if (stopped_) return {};
      people_.reached_ = who.id;
      LK_CHECK(visit(who));
    }
    if (due.size() < store::kListRowsMax) return {};
    after = due.back().id;
  }
}

// Whoever made a round end is the last of the next one: else a question that never comes to an end
// would keep all behind it from being asked about for ever.
Result<Refreshed> DirectoryPeople::refresh_up_to(TimePoint horizon, TimePoint now,
                                                 const std::function<bool()>& may_go_on) {
  if (directory_ == nullptr || !config_.ldap) return Refreshed{};
  Round round(*this, now);
  const AccountId begin = reached_;
  Outcome walked = round.walk(horizon, begin, AccountId(), may_go_on);
  if (walked && !round.stopped() && !begin.empty()) {
    walked = round.walk(horizon, AccountId(), begin, may_go_on);
  }
  if (walked && !round.stopped()) reached_ = AccountId();
  // What was answered before the trouble counts.
  const Outcome written = round.write();
  if (!walked) return std::unexpected(std::move(walked).error());
  LK_CHECK(written);
  return std::move(round).report();
}

Result<Refreshed> DirectoryPeople::refresh_due(TimePoint now,
                                               const std::function<bool()>& may_go_on) {
  if (!config_.ldap) return Refreshed{};
  const TimePoint horizon = now - config_.ldap->update_interval + margin(*config_.ldap);
  return refresh_up_to(horizon, now, may_go_on);
}

Result<Refreshed> DirectoryPeople::refresh_all(TimePoint now) {
  return refresh_up_to(now, now, [] { return true; });
}

}  // namespace latchkey::identity
