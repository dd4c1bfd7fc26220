#include "latchkey/identity/directory_passwords.h"

#include <optional>
#include <utility>

#include "latchkey/base/refusal_beat.h"
#include "latchkey/identity/profile.h"

namespace latchkey::identity {

// Whether the directory takes the password. A name that no account can have is refused in its
// place, as late: servers read many spellings of one name (full-width letters, a blank at the end),
// and each would buy guesses of its own.
Result<directory::Person> DirectoryPasswords::ask(std::string_view user,
                                                  const SecretString& password) {
  if (is_user_name(user)) return directory_.check_password(user, password);
  RefusalBeat().wait();
  return fail(ErrorCode::kRefused, "no name that anybody can have");
}

Result<DirectoryVerdict> DirectoryPasswords::check(std::string_view user,
                                                   const SecretString& password,
                                                   std::string_view address, TimePoint now) {
  using Kind = DirectoryVerdict::Kind;
  LK_TRY(const std::optional<Seconds> wait, store_.attempts().retry_after(user, address, now));
  if (wait) return DirectoryVerdict{.kind = Kind::kThrottled, .wait = *wait, .person = {}};
  const std::optional<SlowPass> pass = SlowPass::take(gate_);
  if (!pass) return DirectoryVerdict{.kind = Kind::kBusy, .wait = {}, .person = {}};
  Result<directory::Person> person = ask(user, password);
  if (!person && person.error().code != ErrorCode::kRefused) {
    return fail(ErrorCode::kUnavailable, person.error().detail);
  }
  if (!person) {
    LK_CHECK(store_.attempts().record_failure(user, address, now));
    return DirectoryVerdict{};
  }
  // They may have typed another of their names. A count too many harms nobody.
  static_cast<void>(store_.attempts().clear(user));
  static_cast<void>(store_.attempts().clear(person->user_name));
  return DirectoryVerdict{.kind = Kind::kGood, .wait = {}, .person = *std::move(person)};
}

}  // namespace latchkey::identity
