#include "latchkey/provider/local_users.h"

#include <vector>

namespace latchkey::provider {

Outcome LocalUsers::load_if_changed(TimePoint now) {
  // The stamp is taken before the file is read: a change in between is seen the next time.
  const Result<crypto::FileStamp> stamp = crypto::stamp_of(users_file_);
  if (!stamp) return std::unexpected(stamp.error());
  if (file_.has_value() && *stamp == stamp_) return {};
  file_.reset();
  Result<crypto::PasswordFile> file = crypto::PasswordFile::load(users_file_);
  // Whatever is wrong with the file, it is not the fault of who wants to sign in.
  if (!file) return fail(ErrorCode::kUnavailable, file.error().detail);
  std::vector<store::LocalEntry> entries;
  for (const std::string& name : file->users()) {
    if (const auto digest = file->entry_digest(name)) entries.push_back({name, *digest});
  }
  LK_CHECK(store_.accounts().sync_local(entries, now));
  file_ = *std::move(file);
  stamp_ = *stamp;
  return {};
}

Result<Known> LocalUsers::knows(std::string_view user, TimePoint now) {
  LK_CHECK(load_if_changed(now));
  return file_->entry_digest(user).has_value() ? Known::kYes : Known::kNo;
}

Result<PasswordVerdict> LocalUsers::check(std::string_view user, const SecretString& password,
                                          std::string_view address, TimePoint now) {
  LK_TRY(const std::optional<Seconds> wait, store_.attempts().retry_after(user, address, now));
  if (wait.has_value()) {
    return PasswordVerdict{PasswordVerdict::Kind::kThrottled, *wait, crypto::Digest()};
  }
  LK_CHECK(load_if_changed(now));
  const std::optional<SlowPass> pass = SlowPass::take(gate_);
  if (!pass.has_value()) return fail(ErrorCode::kUnavailable, "too many slow proofs at once");
  const RefusalBeat beat;
  const Outcome proven = file_->verify(user, password);
  const std::optional<crypto::Digest> entry = file_->entry_digest(user);
  if (!proven || !entry.has_value()) {
    beat.wait(beat_);
    LK_CHECK(store_.attempts().record_failure(user, address, now));
    return PasswordVerdict{PasswordVerdict::Kind::kWrong, Seconds{}, crypto::Digest()};
  }
  LK_CHECK(store_.attempts().clear(user));
  return PasswordVerdict{PasswordVerdict::Kind::kGood, Seconds{}, *entry};
}

}  // namespace latchkey::provider
