#include "registry_signer.h"

#include <string>

namespace latchkey::pages {

// Where none signs. Without its row in the audit log there is no key.
Outcome RegistrySigner::make_key(TimePoint now) {
  LK_CHECK(keys_.create(now, store_.keys().changer(now, model::Actor::itself())));
  LK_TRY(infos_, keys_.list());
  return {};
}

// Reads anew when the directory was changed, or when the time of another key has come.
Outcome RegistrySigner::refresh(TimePoint now) {
  LK_TRY(const crypto::FileStamp stamp, keys_.stamp());
  const auto signing = crypto::signing_at(infos_, now);
  if (stamp_ == stamp && key_ && signing == key_->info()) return {};
  stamp_.reset();
  key_.reset();
  LK_TRY(infos_, keys_.list());
  if (!crypto::signing_at(infos_, now)) LK_CHECK(make_key(now));
  LK_TRY(key_, keys_.signing_key(now));
  stamp_ = stamp;
  return {};
}

Result<SecretString> RegistrySigner::sign(std::string_view claims_json, TimePoint now) {
  if (const Outcome ready = refresh(now); !ready) {
    return fail(ErrorCode::kUnavailable, "key for registries: " + ready.error().detail);
  }
  const crypto::RegistryKeyInfo& info = key_->info();
  const bool libtrust = form_ == config::KeyIdForm::kLibtrust;
  Result<SecretString> token = key_->sign(claims_json, libtrust ? info.libtrust : info.thumbprint);
  if (!token) return fail(ErrorCode::kUnavailable, "signing: " + token.error().detail);
  return token;
}

}  // namespace latchkey::pages
