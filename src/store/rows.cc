#include "store/rows.h"

#include "latchkey/store/accounts.h"

namespace latchkey::store {

// The members of a braced list are made from left to right, so each reads its own column.

namespace {

model::Profile read_profile(Columns& columns) {
  return {
      .user_name = columns.text(),
      .display_name = columns.text(),
      .mail = columns.text(),
      .mail_verified = columns.integer() != 0,
      .groups = columns.lines(),
  };
}

Owner read_owner(Columns& columns) {
  return {
      .account = AccountId(columns.text()),
      .profile = read_profile(columns),
      .kind = columns.integer() != 0 ? OwnerKind::kLocal : OwnerKind::kProviders,
      .disabled = columns.integer() != 0,
      .epoch = columns.integer(),
      .member_until = columns.maybe_time(),
      .directory_gone = columns.integer() != 0,
      .directory_until = columns.maybe_time(),
      .expires = columns.maybe_time(),
      .is_machine = columns.integer() != 0,
  };
}

}  // namespace

model::Account read_account(Columns& columns) {
  return {
      .id = AccountId(columns.text()),
      .provider = columns.text(),
      .issuer = columns.text(),
      .subject = columns.text(),
      .profile = read_profile(columns),
      .disabled = columns.maybe_time().has_value(),
      .session_epoch = columns.integer(),
      .credential_epoch = columns.integer(),
      .created = columns.time(),
      .refreshed = columns.time(),
      .directory_gone = columns.maybe_time(),
      .directory_until = columns.maybe_time(),
      .directory_checked = columns.maybe_time(),
      .owner = AccountId(columns.text()),
      .expires = columns.maybe_time(),
  };
}

model::Session read_session(Columns& columns) {
  return {
      .id = columns.text(),
      .account = AccountId(columns.text()),
      .epoch = columns.integer(),
      .provider = columns.text(),
      .provider_sid = columns.text(),
      .sealed_id_token = {},
      .created = columns.time(),
      .last_seen = columns.time(),
      .idle_end = columns.time(),
      .absolute_end = columns.time(),
      .address = columns.text(),
      .user_agent = columns.text(),
  };
}

model::IssuedCredential read_credential(Columns& columns) {
  return {
      .id = CredentialId(columns.text()),
      .account = AccountId(columns.text()),
      .epoch = columns.integer(),
      .label = columns.text(),
      .scopes = columns.lines(),
      .created = columns.time(),
      .expires = columns.time(),
      .revoked = columns.maybe_time(),
      .last_used = columns.maybe_time(),
      .last_used_from = columns.text(),
      .last_used_by = columns.text(),
      .form = columns.integer() != 0 ? model::TokenForm::kShort : model::TokenForm::kSigned,
      .successor = CredentialId(columns.text()),
      .key = KeyId(columns.text()),
  };
}

PresentedSession read_presented_session(Columns& columns) {
  return {
      .id = columns.text(),
      .epoch = columns.integer(),
      .last_seen = columns.time(),
      .idle_end = columns.time(),
      .absolute_end = columns.time(),
      .owner = read_owner(columns),
  };
}

PresentedCredential read_presented_credential(Columns& columns) {
  return {
      .epoch = columns.integer(),
      .scopes = columns.lines(),
      .expires = columns.time(),
      .revoked = columns.integer() != 0,
      .last_used = columns.maybe_time(),
      .owner = read_owner(columns),
  };
}

UserToken read_user_token(Columns& columns) {
  return {
      .account = AccountId(columns.text()),
      .name_code = columns.text(),
      .generation = columns.integer(),
      .pass_hash = columns.maybe_digest().value_or(crypto::Digest()),
      .created = columns.time(),
      .created_by = columns.text(),
      .created_by_realm = columns.text(),
      .last_used = columns.maybe_time(),
      .last_used_from = columns.text(),
      .last_used_by = columns.text(),
  };
}

UserTokenSettings read_user_token_settings(Columns& columns) {
  return {
      .enabled = columns.integer() != 0,
      .protect_content = columns.integer() != 0,
      .expiration_enabled = columns.integer() != 0,
      .expiration_days = static_cast<std::uint32_t>(columns.integer()),
  };
}

PresentedUserToken read_presented_user_token(Columns& columns) {
  return {
      .name_code = columns.text(),
      .created = columns.time(),
      .last_used = columns.maybe_time(),
      .settings = read_user_token_settings(columns),
      .owner = read_owner(columns),
  };
}

Owner owner_of(model::Account account) {
  return {.account = std::move(account.id),
          .profile = std::move(account.profile),
          .kind = account.issuer == kLocalIssuer ? OwnerKind::kLocal : OwnerKind::kProviders,
          .disabled = account.disabled,
          .epoch = 0,
          .member_until = std::nullopt,
          .directory_gone = account.directory_gone.has_value(),
          .directory_until = account.directory_until,
          .expires = account.expires,
          .is_machine = !account.owner.empty()};
}

}  // namespace latchkey::store
