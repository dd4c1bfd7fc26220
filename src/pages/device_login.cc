#include "device_login.h"

#include <utility>

#include "latchkey/crypto/digest.h"
#include "user_code.h"

namespace latchkey::pages {
namespace {

// One try in 10^10 finds a code taken, so a second one is luck enough.
constexpr int kTriesMax = 3;

// People decide where they can be signed in: a host where nobody browses has no such page.
std::string browsing_origin(const Parts& parts, const PageRequest& request) {
  return parts.hosts.browser(request.request().host) ? request.origin : parts.config.site.url;
}

Outcome check_question(const Parts& parts, const DeviceQuestion& question) {
  return check_order({.label = question.label,
                      .lifetime = parts.config.credential.lifetime,
                      .scopes = question.scopes},
                     parts.config.credential);
}

Result<model::Account> account_of(const Parts& parts, const store::DeviceGrant& grant) {
  LK_TRY(model::Account account, parts.store.accounts().find(grant.account));
  if (account.disabled || account.session_epoch != grant.session_epoch ||
      account.credential_epoch != grant.credential_epoch) {
    return fail(ErrorCode::kRefused, "the account has changed since the login was granted");
  }
  return account;
}

}  // namespace

Result<BegunLogin> begin_device_login(const Parts& parts, const PageRequest& request,
                                      const DeviceQuestion& question) {
  LK_CHECK(check_question(parts, question));
  store::DeviceLogin login{.user_code = {},
                           .client = std::string(question.client),
                           .label = question.label,
                           .scopes = question.scopes,
                           .address = request.query.remote_address,
                           .created = request.now};
  SecretString device_code(crypto::random_token(parts.random));
  Outcome asked;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    login.user_code = make_user_code(parts.random);
    asked = parts.store.device_logins().ask(login, crypto::sha256(device_code.reveal()));
    if (asked || asked.error().code != ErrorCode::kConflict) break;
  }
  LK_CHECK(std::move(asked));
  const std::string page = browsing_origin(parts, request) + parts.config.paths.device;
  std::string shown = shown_user_code(login.user_code);
  return BegunLogin{std::move(device_code), page, page + "?code=" + shown, std::move(shown)};
}

Result<CollectedLogin> collect_device_login(const Parts& parts, const PageRequest& request,
                                            std::string_view client,
                                            std::string_view device_code) {
  const crypto::Digest code = crypto::sha256(device_code);
  LK_TRY(const store::DevicePoll poll,
         parts.store.device_logins().poll(code, client, request.now));
  CollectedLogin collected;
  collected.state = poll.state;
  if (poll.state != store::DeviceState::kApproved) return collected;
  LK_TRY(collected.account, account_of(parts, poll.grant));
  const Order order{.label = poll.grant.label,
                    .lifetime = poll.grant.lifetime,
                    .scopes = poll.grant.scopes,
                    .form = parts.config.credential.form,
                    .login = code};
  LK_TRY(collected.issued, issue(parts.config, parts.store, collected.account, order, request.now,
                                 parts.random,
                                 request.actor(collected.account.profile.user_name)));
  return collected;
}

}  // namespace latchkey::pages
