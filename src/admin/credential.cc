// latchkey credential issue|rotate|list|revoke
#include <algorithm>
#include <optional>
#include <utility>

#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/password.h"
#include "latchkey/identity/profile.h"
#include "latchkey/identity/standing.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/leaked.h"
#include "latchkey/wire/time.h"
#include "every.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

constexpr std::int64_t kEndingMax = 36'500;  // days

// Finds the owner. Somebody of the users file who never signed in gets an account now: a build
// server's user never will.
Result<model::Account> owner(Opened& opened, const std::string& user, const World& world) {
  Result<model::Account> account = find_account(opened.store, user);
  const std::string& users_file = opened.config.local.users_file;
  if (account || account.error().code != ErrorCode::kNotFound || users_file.empty()) return account;
  LK_TRY(const crypto::PasswordFile users, crypto::PasswordFile::load(users_file));
  const std::optional<crypto::Digest> entry = users.entry_digest(user);
  if (!entry) return account;
  identity::RawProfile raw;
  raw.user_name = user;
  LK_TRY(const identity::FilteredProfile filtered,
         identity::filter_profile(raw, opened.config.identity.delimiter));
  return opened.store.accounts().sign_in_local(filtered.profile, *entry, world.clock.now(),
                                               world.random);
}

// What `list` shows of all there is.
struct Wanted {
  TimePoint now{};
  std::optional<TimePoint> ends_before;  // only live ones

  bool has(const model::IssuedCredential& record, const model::Account& account) const {
    if (!ends_before) return true;
    return record.expires <= *ends_before && record.successor.empty() &&
           pages::state_of(record, account, now) == "live";
  }
};

Outcome add_credentials(store::Store& store, const model::Account& account, const Wanted& wanted,
                        Listing& listing) {
  return every_credential(store, account, [&](const model::IssuedCredential& record) {
    if (!wanted.has(record, account)) return;
    listing.add({record.id.text(), account.profile.user_name,
                 std::string(pages::state_of(record, account, wanted.now)), record.label,
                 record.scopes, wire::rfc3339(record.created), wire::rfc3339(record.expires),
                 time_cell(record.revoked), time_cell(record.last_used), record.last_used_from,
                 record.last_used_by,
                 record.successor.empty() ? Cell() : Cell(record.successor.text())});
  });
}

Outcome add_all(store::Store& store, const std::string& user, const Wanted& wanted,
                Listing& listing) {
  if (!user.empty()) {
    LK_TRY(const model::Account account, find_account(store, user));
    return add_credentials(store, account, wanted, listing);
  }
  LK_TRY(const std::vector<model::Account> accounts, all_accounts(store));
  for (const model::Account& account : accounts) {
    LK_CHECK(add_credentials(store, account, wanted, listing));
  }
  return {};
}

// Why nothing was revoked by a text in which no credential of ours was found.
Error not_ours(const config::Config& config, std::string_view text) {
  const std::size_t blank = text.find_first_of("\r\n ");
  const std::string_view word = text.substr(0, blank);
  const Result<crypto::UnverifiedToken> token = crypto::UnverifiedToken::parse(word);
  if (token && token->key_id().empty() && !config.legacy.public_key_file.empty()) {
    return {ErrorCode::kRefused,
            "it may be one of nexus-proxy's, which have no record; to refuse it, write " +
                crypto::sha256(word).hex() + " into denied_tokens of [legacy]"};
  }
  return {ErrorCode::kRefused, "no credential of ours is in it"};
}

void tell_unproven(const CredentialId& id, const World& world) {
  complain(world, kFailed,
           id.text() + ": not revoked: the key that the token names is not here, and without it "
                       "nothing shows that the token is ours; `latchkey credential revoke " +
               id.text() + "` ends it all the same");
}

int revoke_pasted(Opened& opened, const World& world) {
  const Pasted pasted = read_pasted(world);
  const std::string_view text = pasted.text.reveal();
  const auto revoked =
      pages::revoke_leaked(opened.config, opened.store, text, world.clock.now(), opened.by);
  if (!revoked) return failed(world, "token", revoked.error());
  for (const CredentialId& id : revoked->credentials) world.out << id.text() << ": revoked\n";
  for (const std::string& name : revoked->user_tokens) {
    world.out << name << ": user token reset\n";
  }
  for (const CredentialId& id : revoked->unproven) tell_unproven(id, world);
  if (!pasted.whole) {
    return complain(world, kFailed,
                    "token: only the first " + std::to_string(kPastedBytesMax >> 20) +
                        " MiB were looked at: give the rest in pieces");
  }
  if (!revoked->empty()) return kGood;
  if (!revoked->unproven.empty()) return kFailed;
  return failed(world, "token", not_ours(opened.config, text));
}

int revoke_all(Opened& opened, const Arguments& arguments, const World& world) {
  const Result<model::Account> account = find_account(opened.store, arguments.user);
  if (!account) return failed(world, arguments.user, account.error());
  const auto count =
      opened.store.credentials().revoke_all(account->id, world.clock.now(), opened.by);
  if (!count) return failed(world, arguments.user, count.error());
  world.out << account->profile.user_name << ": " << *count << " revoked\n";
  return kGood;
}

int show(const pages::Issued& issued, const model::Account& account, const Arguments& arguments,
         const World& world) {
  Listing listing({"username", "password", "id", "expires"});
  listing.add({account.profile.user_name, std::string(issued.token.reveal()),
               issued.record.id.text(), wire::rfc3339(issued.record.expires)});
  listing.write_one(arguments.form, world.out);
  return kGood;
}

// A credential that is refused at its first request helps nobody.
model::Step<store::Owner> standing_of(Opened& opened, const model::Account& account,
                                      const World& world) {
  return identity::standing_of(opened.config, opened.store, account,
                               identity::Presents::kCredential, world.clock.now());
}

Result<pages::Issued> rotate(Opened& opened, const store::CredentialAndAccount& old,
                             Seconds overlap, const World& world) {
  return pages::rotate(opened.config, opened.store, old.account, old.credential, overlap,
                       world.clock.now(), world.random, opened.by);
}

}  // namespace

int credential_issue(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const config::Credential& limits = opened->config.credential;
  const std::int64_t days = arguments.days.value_or(limits.lifetime.count());
  if (days < 1) {
    return complain(world, kUsage,
                    "--days: from 1 to " + std::to_string(limits.lifetime_max.count()) +
                        ", which is lifetime_max of [credential]");
  }
  const Result<model::Account> account = owner(*opened, arguments.user, world);
  if (!account) return failed(world, arguments.user, account.error());
  const auto standing = standing_of(*opened, *account, world);
  if (!standing) return complain(world, kFailed, standing.error().detail());
  pages::Order order;
  order.label = arguments.label;
  order.scopes = arguments.scopes;
  order.lifetime = std::chrono::days(days);
  order.form = limits.form;
  if (arguments.token_form == "short") order.form = model::TokenForm::kShort;
  if (arguments.token_form == "signed") order.form = model::TokenForm::kSigned;
  const Result<pages::Issued> issued = pages::issue(opened->config, opened->store, *account, order,
                                                    world.clock.now(), world.random, opened->by);
  if (!issued) return failed(world, "credential", issued.error());
  return show(*issued, *account, arguments, world);
}

int credential_rotate(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  Seconds overlap = opened->config.credential.rotate_overlap;
  if (!arguments.overlap.empty()) {
    const Result<Seconds> read = wire::parse_duration(arguments.overlap);
    if (!read) return complain(world, kUsage, "--overlap: " + read.error().detail);
    overlap = *read;
  }
  const auto old = opened->store.credentials().find(CredentialId(arguments.id));
  if (!old) return failed(world, arguments.id, old.error());
  const auto standing = standing_of(*opened, old->account, world);
  if (!standing) return complain(world, kFailed, standing.error().detail());
  const Result<pages::Issued> issued = rotate(*opened, *old, overlap, world);
  if (!issued) return failed(world, arguments.id, issued.error());
  return show(*issued, old->account, arguments, world);
}

int credential_list(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  Listing listing({"id", "user", "state", "label", "scopes", "created", "expires", "revoked",
                   "last_used", "last_used_from", "last_used_by", "replaced_by"});
  Wanted wanted{.now = world.clock.now(), .ends_before = std::nullopt};
  if (arguments.ending) {
    const auto days = static_cast<int>(std::min(*arguments.ending, kEndingMax));
    wanted.ends_before = wanted.now + std::chrono::days(days);
  }
  const Outcome added = add_all(opened->store, arguments.user, wanted, listing);
  if (!added) {
    const std::string& user = arguments.user;
    return failed(world, user.empty() ? "credential list" : user, added.error());
  }
  listing.write(arguments.form, world.out);
  return kGood;
}

int credential_revoke(const Arguments& arguments, const World& world) {
  const bool all = arguments.all == All::kYes;
  if (!all && arguments.id.empty() == arguments.token.empty()) {
    return complain(world, kUsage,
                    "credential revoke: name an ID, or --token -, or --all --user USER");
  }
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  if (all) return revoke_all(*opened, arguments, world);
  if (!arguments.token.empty()) return revoke_pasted(*opened, world);
  const CredentialId id(arguments.id);
  const Outcome revoked = opened->store.credentials().revoke(id, world.clock.now(), opened->by);
  if (!revoked) return failed(world, id.text(), revoked.error());
  world.out << id.text() << ": revoked\n";
  return kGood;
}

}  // namespace latchkey::admin
