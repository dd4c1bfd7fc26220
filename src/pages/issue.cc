#include "latchkey/pages/issue.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/policy/scope.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/utf8.h"

namespace latchkey::pages {
namespace {

// Counts characters, not bytes: all but the continuation bytes of UTF-8.
std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Characters by the bytes they begin with and the range of their last one.
struct Characters {
  std::string_view begin;
  unsigned char first;
  unsigned char last;
};

// What a terminal obeys (C1 controls), what breaks lines, and what shows another text than there is
// (nothing at all, or its letters in another order).
constexpr Characters kUnfit[] = {{"\xc2", 0x80, 0x9f},     {"\xd8", 0x9c, 0x9c},
                                 {"\xe2\x80", 0x8b, 0x8f}, {"\xe2\x80", 0xa8, 0xae},
                                 {"\xe2\x81", 0xa0, 0xa9}, {"\xef\xbb", 0xbf, 0xbf}};

// Input: `utf8`, checked.
bool has_unfit(std::string_view utf8) {
  if (std::ranges::any_of(utf8, wire::is_control)) return true;
  return std::ranges::any_of(kUnfit, [&](const Characters& unfit) {
    for (std::size_t at = utf8.find(unfit.begin); at != std::string_view::npos;
         at = utf8.find(unfit.begin, at + 1)) {
      const auto last = static_cast<unsigned char>(utf8[at + unfit.begin.size()]);
      if (last >= unfit.first && last <= unfit.last) return true;
    }
    return false;
  });
}

Outcome check_label(std::string_view label) {
  if (!wire::is_utf8(label) || has_unfit(label)) {
    return fail(ErrorCode::kMalformed, "The label may hold text only, on one line.");
  }
  if (characters(label) > kLabelCharactersMax) {
    return fail(ErrorCode::kMalformed,
                "The label may be at most " + std::to_string(kLabelCharactersMax) +
                    " characters long.");
  }
  return {};
}

std::string claims_of(const model::IssuedCredential& record, const model::Account& account,
                      const config::Site& site) {
  std::vector<std::string> audience;
  for (const config::SiteHost& host : site.hosts) audience.push_back(host.name);
  wire::JsonObject claims;
  claims.add("iss", site.url)
      .add("sub", account.id.text())
      .add("aud", audience)
      .add("jti", record.id.text())
      .add("uid", account.profile.user_name)
      .add("iat", to_unix(record.created))
      .add("exp", to_unix(record.expires))
      .add("token_use", "credential");
  return claims.text();
}

// A credential before anybody knows of it.
struct Made {
  model::IssuedCredential record;
  SecretString token;
  std::optional<crypto::Digest> digest;  // of a short one
};

// What a file or library says of a key is a fault of ours to the caller, whatever its code was: the
// person did nothing wrong.
Outcome sign(const config::Config& config, const model::Account& account, TimePoint now,
             Made& made) {
  const crypto::KeyDirectory keys(config.credential.key_directory);
  const Result<crypto::SigningKey> key = keys.active_signing_key(now);
  if (!key) return fail(ErrorCode::kUnavailable, "signing key: " + key.error().detail);
  Result<SecretString> token = key->sign(claims_of(made.record, account, config.site));
  if (!token) return fail(ErrorCode::kUnavailable, "signing: " + token.error().detail);
  made.token = *std::move(token);
  made.record.key = key->id();
  return {};
}

Result<Made> make(const config::Config& config, const model::Account& account, const Order& order,
                  TimePoint now, Random& random) {
  LK_CHECK(check_order(order, config.credential));
  if (account.expires && *account.expires <= now) {
    return fail(ErrorCode::kRefused, "the account is at its end");
  }
  Made made;
  made.record.id = CredentialId(make_uuid_v7(now, random));
  made.record.account = account.id;
  made.record.epoch = account.credential_epoch;
  made.record.label = order.label;
  made.record.scopes = order.scopes;
  made.record.created = now;
  made.record.expires = std::min(now + order.lifetime, account.expires.value_or(TimePoint::max()));
  made.record.form = order.form;
  if (order.form == model::TokenForm::kShort) {
    made.token = crypto::make_short_token(random);
    made.digest = crypto::sha256(made.token.reveal());
  } else {
    LK_CHECK(sign(config, account, now, made));
  }
  return made;
}

}  // namespace

Outcome check_order(const Order& order, const config::Credential& limits) {
  LK_CHECK(check_label(order.label));
  if (order.lifetime < std::chrono::days(1) || order.lifetime > limits.lifetime_max) {
    return fail(ErrorCode::kMalformed,
                "The lifetime must be between 1 and " +
                    std::to_string(limits.lifetime_max.count()) + " days.");
  }
  // Whoever approves may narrow any order to reading.
  const bool reads = std::ranges::find(order.scopes, policy::kReadScope) != order.scopes.end();
  if (order.scopes.size() > policy::kScopesMax + (reads ? 1 : 0)) {
    return fail(ErrorCode::kMalformed, "There may be at most " +
                                           std::to_string(policy::kScopesMax) +
                                           " scopes beside `read`.");
  }
  for (const std::string& scope : order.scopes) LK_CHECK(policy::check_scope(scope));
  return {};
}

Result<Issued> issue(const config::Config& config, store::Store& store,
                     const model::Account& account, const Order& order, TimePoint now,
                     Random& random, const model::Actor& by) {
  LK_TRY(Made made, make(config, account, order, now, random));
  LK_CHECK(store.credentials().issue(made.record, config.credential.per_user_max, by, made.digest,
                                     order.login));
  return Issued{std::move(made.record), std::move(made.token)};
}

Result<Issued> rotate(const config::Config& config, store::Store& store,
                      const model::Account& account, const model::IssuedCredential& old,
                      Seconds overlap, TimePoint now, Random& random,
                      const model::Actor& by) {
  if (overlap < Seconds(0) || overlap > kOverlapMax) {
    return fail(ErrorCode::kMalformed, "The overlap must be between 0s and 30d.");
  }
  const auto days = std::chrono::ceil<std::chrono::days>(old.expires - old.created);
  const Order order{.label = old.label,
                    .lifetime = std::min(days, config.credential.lifetime_max),
                    .scopes = old.scopes,
                    .form = old.form};
  LK_TRY(Made made, make(config, account, order, now, random));
  LK_CHECK(store.credentials().replace(old.id, now + overlap, made.record,
                                       config.credential.per_user_max, by, made.digest));
  return Issued{std::move(made.record), std::move(made.token)};
}

bool ends_soon(const model::IssuedCredential& record, const config::Credential& settings,
               TimePoint now) {
  return !record.revoked && record.successor.empty() && record.expires > now &&
         record.expires <= now + settings.remind;
}

std::string_view state_of(const model::IssuedCredential& record, const model::Account& account,
                          TimePoint now) {
  if (record.revoked) return "revoked";
  if (record.expires <= now) return record.successor.empty() ? "expired" : "replaced";
  return record.epoch == account.credential_epoch && !account.disabled ? "live" : "ended";
}

}  // namespace latchkey::pages
