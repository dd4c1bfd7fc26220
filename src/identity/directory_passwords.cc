#include "latchkey/identity/directory_passwords.h"

#include <optional>
#include <utility>

namespace latchkey::identity {

Result<DirectoryVerdict> DirectoryPasswords::check(std::string_view user,
                                                   const SecretString& password,
                                                   std::string_view address, TimePoint now) {
  using Kind = DirectoryVerdict::Kind;
  LK_TRY(const std::optional<Seconds> wait, store_.attempts().retry_after(user, address, now));
  if (wait) return DirectoryVerdict{.kind = Kind::kThrottled, .wait = *wait, .person = {}};
  const std::optional<SlowPass> pass = SlowPass::take(gate_);
  if (!pass) return DirectoryVerdict{.kind = Kind::kBusy, .wait = {}, .person = {}};
  Result<directory::Person> person = directory_.check_password(user, password);
  if (!person && person.error().code != ErrorCode::kRefused) {
    return fail(ErrorCode::kUnavailable, person.error().detail);
  }
  if (!person) {
    LK_CHECK(store_.attempts().record_failure(user, address, now));
    return DirectoryVerdict{};
  }
  static_cast<void>(store_.attempts().clear(user));  // a count too many harms nobody
  return DirectoryVerdict{.kind = Kind::kGood, .wait = {}, .person = *std::move(person)};
}

}  // namespace latchkey::identity
