// latchkey credential issue|list|revoke
#include <optional>
#include <utility>

#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/password.h"
#include "latchkey/identity/profile.h"
#include "latchkey/pages/issue.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/time.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

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

Cell time_cell(const std::optional<TimePoint>& time) {
  return time ? Cell(wire::rfc3339(*time)) : Cell();
}

Outcome add_credentials(store::Store& store, const model::Account& account, TimePoint now,
                        Listing& listing) {
  CredentialId after;
  while (true) {
    LK_TRY(const std::vector<model::IssuedCredential> records,
           store.credentials().list(account.id, after));
    for (const model::IssuedCredential& record : records) {
      listing.add({record.id.text(), account.profile.user_name,
                   std::string(pages::state_of(record, account, now)), record.label, record.scopes,
                   wire::rfc3339(record.created), wire::rfc3339(record.expires),
                   time_cell(record.revoked), time_cell(record.last_used), record.last_used_from,
                   record.last_used_by});
    }
    if (records.size() < store::kListRowsMax) return {};
    after = records.back().id;
  }
}

Outcome add_all(store::Store& store, const std::string& user, TimePoint now, Listing& listing) {
  if (!user.empty()) {
    LK_TRY(const model::Account account, find_account(store, user));
    return add_credentials(store, account, now, listing);
  }
  LK_TRY(const std::vector<model::Account> accounts, all_accounts(store));
  for (const model::Account& account : accounts) {
    LK_CHECK(add_credentials(store, account, now, listing));
  }
  return {};
}

// Finds out which credential a text is. Its signature is looked at, so that a typed error does not
// revoke somebody else's; expiry is not, as revoking an expired one does no harm.
Result<CredentialId> id_of_token(const config::Config& config, const SecretString& token) {
  LK_TRY(const crypto::UnverifiedToken parsed, crypto::UnverifiedToken::parse(token.reveal()));
  LK_TRY(const crypto::KeyRing keys,
         crypto::KeyDirectory(config.credential.key_directory).public_keys());
  const crypto::VerificationKey* const key = keys.find(parsed.key_id());
  if (key == nullptr && parsed.key_id().empty() && !config.legacy.public_key_file.empty()) {
    return fail(ErrorCode::kRefused,
                "it may be one of nexus-proxy's, which have no record; to refuse it, write " +
                    crypto::sha256(token.reveal()).hex() + " into denied_tokens of [legacy]");
  }
  if (key == nullptr) return fail(ErrorCode::kRefused, "no key of ours has signed it");
  LK_TRY(const crypto::VerifiedToken verified, key->verify(parsed));
  const Result<std::string> use = verified.claims().string("token_use");
  if (!use || *use != "credential") return fail(ErrorCode::kRefused, "it is no credential");
  LK_TRY(std::string id, verified.claims().string("jti"));
  return CredentialId(std::move(id));
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
  pages::Order order;
  order.label = arguments.label;
  order.scopes = arguments.scopes;
  order.lifetime = std::chrono::days(days);
  const Result<pages::Issued> issued = pages::issue(opened->config, opened->store, *account, order,
                                                    world.clock.now(), world.random);
  if (!issued) return failed(world, "credential", issued.error());
  Listing listing({"username", "password", "id", "expires"});
  listing.add({account->profile.user_name, std::string(issued->token.reveal()),
               issued->record.id.text(), wire::rfc3339(issued->record.expires)});
  listing.write_one(arguments.form, world.out);
  return kGood;
}

int credential_list(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  Listing listing({"id", "user", "state", "label", "scopes", "created", "expires", "revoked",
                   "last_used", "last_used_from", "last_used_by"});
  const Outcome added = add_all(opened->store, arguments.user, world.clock.now(), listing);
  if (!added) return failed(world, "credential list", added.error());
  listing.write(arguments.form, world.out);
  return kGood;
}

int credential_revoke(const Arguments& arguments, const World& world) {
  if (arguments.id.empty() == arguments.token.empty()) {
    return complain(world, kUsage, "credential revoke: name an ID, or --token -");
  }
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  CredentialId id(arguments.id);
  if (!arguments.token.empty()) {
    Result<CredentialId> named = id_of_token(opened->config, read_token(world));
    if (!named) return failed(world, "token", named.error());
    id = *std::move(named);
  }
  const Outcome revoked = opened->store.credentials().revoke(id, world.clock.now());
  if (!revoked) return failed(world, id.text(), revoked.error());
  world.out << id.text() << ": revoked\n";
  return kGood;
}

}  // namespace latchkey::admin
