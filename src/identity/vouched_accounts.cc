#include "vouched_accounts.h"

#include <algorithm>
#include <utility>

#include "latchkey/config/vouching_kinds.h"

namespace latchkey::identity {
namespace {

using model::Reason;
using model::Step;

constexpr std::size_t kCertificatesMax = 1024;  // about 1 KiB each

std::unexpected<model::Decision> unusable(std::string detail) {
  return model::refuse(Reason::kUnusableProof, std::move(detail));
}

bool says_facts(const config::Certificate& settings) {
  constexpr auto kNone = config::CertificatePart::kNone;
  return settings.groups != kNone || settings.mail != kNone || settings.display_name != kNone;
}

bool says_facts(const config::RemoteUser& settings) {
  return !settings.groups_variable.empty() || !settings.mail_variable.empty() ||
         !settings.display_name_variable.empty();
}

}  // namespace

VouchedAccounts::VouchedAccounts(const config::Config& config, store::Store& store,
                                 SlowGate& gate, Random& random, const telemetry::Log& log,
                                 directory::Directory* directory)
    : config_(config),
      store_(store),
      random_(random),
      log_(log),
      people_(config, store, gate, directory),
      certificate_{config.certificate, config::kCertificateKind, issuer_of(config.certificate),
                   says_facts(config.certificate)},
      remote_user_{config.remote_user, config::kRemoteUserKind, issuer_of(config.remote_user),
                   says_facts(config.remote_user)},
      known_(kCertificatesMax) {}

Outcome VouchedAccounts::reload_if_changed() {
  const std::string& file = config_.certificate.ca_file;
  LK_TRY(const crypto::FileStamp stamp, crypto::stamp_of(file));
  if (stamp_ == stamp) return {};
  known_.clear();
  stamp_.reset();
  LK_TRY(authorities_, crypto::ClientAuthorities::load(file));
  stamp_ = stamp;
  return {};
}

// Whom the web server trusts does not matter: one of its other sites may have customers whose
// authority writes any name it likes. Verifying costs more than all the rest of the decision.
Result<VouchedPerson> VouchedAccounts::read(const model::ClientCertificate& certificate,
                                            TimePoint now) {
  if (certificate.pem.empty()) return person_of(config_.certificate, certificate, now);
  LK_CHECK(reload_if_changed());
  const crypto::Digest digest = crypto::sha256(certificate.pem);
  if (const VouchedPerson* const known = known_.find(digest)) {
    if (known->valid_from <= now && now <= known->valid_until) return *known;
  }
  LK_TRY(VouchedPerson person, person_of(config_.certificate, certificate, now));
  const Result<TimePoint> end = authorities_->verify(certificate.pem, now);
  if (!end) {
    return fail(ErrorCode::kRefused, "client certificate: not one of certificate.ca_file: " +
                                         end.error().detail);
  }
  person.valid_until = std::min(person.valid_until, *end);
  known_.keep(digest, person);
  return person;
}

Step<VouchedAccount> VouchedAccounts::find(const model::ClientCertificate& certificate,
                                           const LocalUsers& local, TimePoint now) {
  const Result<VouchedPerson> person = read(certificate, now);
  if (!person) return unusable(person.error().detail);
  LK_TRY(model::Account account, account_of(certificate_, person->profile, local, now));
  return VouchedAccount{std::move(account), person->valid_until};
}

Step<VouchedAccount> VouchedAccounts::find(const model::RemoteUser& user, const LocalUsers& local,
                                           TimePoint now) {
  const Result<VouchedPerson> person = person_of(config_.remote_user, user, now);
  if (!person) return unusable(person.error().detail);
  LK_TRY(model::Account account, account_of(remote_user_, person->profile, local, now));
  return VouchedAccount{std::move(account), person->valid_until};
}

Step<model::Account> VouchedAccounts::account_of(const Source& source, const RawProfile& said,
                                                 const LocalUsers& local, TimePoint now) {
  const auto filtered = filter_profile(said, config_.identity.delimiter);
  if (!filtered) return unusable(filtered.error().detail);
  const model::Profile& profile = filtered->profile;
  Result<model::Account> known =
      store_.accounts().find_by_subject(source.issuer, profile.user_name);
  if (!known && known.error().code != ErrorCode::kNotFound) {
    return model::refuse(Reason::kStoreUnavailable, known.error().detail);
  }
  if (known) {
    const Result<bool> news = has_news(source, *known, profile);
    if (!news) return model::refuse(Reason::kStoreUnavailable, news.error().detail);
    if (!*news) return *std::move(known);
  }
  for (const std::string& what : filtered->left_out) {
    log_.info("profile_part_left_out", {{"user", profile.user_name}, {"detail", what}});
  }
  return first_sight(source, profile, local, now);
}

// Compares with what this source said before; where a directory speaks, too, that is not what
// counts.
Result<bool> VouchedAccounts::has_news(const Source& source, const model::Account& known,
                                       const model::Profile& said) {
  if (!source.says_facts) return false;
  const Result<model::Facts> said_before =
      store_.accounts().facts(known.id, store::kProviderSource);
  if (!said_before && said_before.error().code != ErrorCode::kNotFound) {
    return std::unexpected(said_before.error());
  }
  const model::Facts before = said_before.value_or(model::Facts());
  return before.display_name != said.display_name || before.mail != said.mail ||
         before.groups != said.groups;
}

// The first sight of a person, or of something new about them.
Step<model::Account> VouchedAccounts::first_sight(const Source& source,
                                                  const model::Profile& profile,
                                                  const LocalUsers& local, TimePoint now) {
  store::Accounts& accounts = store_.accounts();
  const std::string& twin = source.settings.same_people_as;
  if (!twin.empty()) {
    Result<model::Account> same = accounts.find_by_name(profile.user_name);
    const bool gone = twin == store::kLocalIssuer && !local.has(profile.user_name);
    if (same && same->provider == twin && !gone) return *std::move(same);
  }
  Result<model::Account> made =
      twin == config::kLdapName
          ? people_.sign_in_by_name(profile.user_name, now, random_)
          : people_.sign_in({.provider = source.kind,
                             .issuer = source.issuer,
                             .subject = profile.user_name,
                             .profile = profile},
                            now, random_);
  if (made) return *std::move(made);
  switch (made.error().code) {
    case ErrorCode::kConflict:
      return unusable("the name " + profile.user_name + " is another source's person; "
                      "same_people_as says that they are the same");
    case ErrorCode::kNotFound:
    case ErrorCode::kRefused:
      return model::refuse(Reason::kAccountDisabled, made.error().detail);
    case ErrorCode::kMalformed:
    case ErrorCode::kExpired:
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal: break;
  }
  return model::refuse(Reason::kStoreUnavailable, made.error().detail);
}

}  // namespace latchkey::identity
