#include "local_users.h"

#include <utility>
#include <vector>

namespace latchkey::identity {

Outcome LocalUsers::watch(TimePoint now) {
  if (settings_.users_file.empty()) {
    return fail(ErrorCode::kNotFound, "no users file is configured");
  }
  if (!watched_) watched_.emplace(settings_.users_file);
  LK_TRY(const crypto::FileStamp stamp, watched_->stamp(now));
  if (seen_ != stamp) {
    synced_ = false;
    file_.reset();
    seen_.reset();
    Result<crypto::PasswordFile> file = crypto::PasswordFile::load(settings_.users_file);
    // What is wrong in a file stays so until it changes. That it could not be read, as without a
    // free descriptor, may be over by the next request.
    if (file || file.error().code != ErrorCode::kUnavailable) seen_ = stamp;
    if (!file) return fail(ErrorCode::kUnavailable, file.error().detail);
    file_ = *std::move(file);
  }
  // A bad file is read again only when it changes; a store that could not be written is tried
  // again.
  if (!file_) return fail(ErrorCode::kUnavailable, "the users file cannot be used");
  if (synced_) return {};
  std::vector<store::LocalEntry> entries;
  for (std::string& user : file_->users()) {
    const std::optional<crypto::Digest> digest = file_->entry_digest(user);
    if (digest) entries.push_back({.name = std::move(user), .digest = *digest});
  }
  LK_CHECK(store_.accounts().sync_local(entries, now));
  synced_ = true;
  return {};
}

bool LocalUsers::has(std::string_view user) const {
  return file_ && file_->entry_digest(user).has_value();
}

Result<crypto::Digest> LocalUsers::verify(std::string_view user,
                                          const SecretString& password) const {
  if (!file_) return fail(ErrorCode::kRefused, "there are no local users");
  LK_CHECK(file_->verify(user, password));
  const std::optional<crypto::Digest> digest = file_->entry_digest(user);
  if (!digest) return fail(ErrorCode::kRefused, "no such local user");
  return *digest;
}

}  // namespace latchkey::identity
