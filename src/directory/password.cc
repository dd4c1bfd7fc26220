// LdapDirectory::check_password: a bind as the person, told from a bind as nobody by nothing.
#include <string>
#include <utility>

#include "latchkey/base/refusal_beat.h"
#include "ldap_directory.h"

namespace latchkey::directory {
namespace {

constexpr const char* kNobody = "latchkey-no-such-user";

std::unexpected<Error> wrong() { return fail(ErrorCode::kRefused, "wrong user name or password"); }

}  // namespace

// On a connection of its own: the kept one stays the manager's.
Outcome LdapDirectory::prove(const std::string& dn, const SecretString& password) {
  std::string troubles;
  for (const std::size_t number : order_.at(Clock::now())) {
    Result<Connection> connection = connect(settings_.servers[number]);
    Outcome proven = connection
                         ? connection->bind(dn, password, within(settings_.search_timeout))
                         : std::unexpected(connection.error());
    if (proven || proven.error().code != ErrorCode::kUnavailable) return proven;
    order_.failed(number, Clock::now());
    troubles += (troubles.empty() ? "" : "; ") + proven.error().detail;
  }
  return fail(ErrorCode::kUnavailable, std::move(troubles));
}

Result<Person> LdapDirectory::check_password(std::string_view user, const SecretString& password) {
  // Many servers take an empty password for nobody in particular and say yes; some end it at a NUL.
  if (user.empty() || password.empty() || password.reveal().contains('\0')) return wrong();
  // How long a server hashes differs between known and unknown names; so both are refused on a
  // beat.
  const RefusalBeat beat;
  Result<Person> person = ask_for_person(user);
  const bool nobody = !person && (person.error().code == ErrorCode::kNotFound ||
                                  person.error().code == ErrorCode::kRefused);
  if (!person && !nobody) return person;
  // Who is unknown is tried as well, in vain.
  const std::string people =
      settings_.user_search_base + (settings_.user_search_base.empty() ? "" : ",") +
      root_dn_.value_or("");
  const std::string dn = person ? person->dn
                                : settings_.user_name_attribute + "=" + kNobody +
                                      (people.empty() ? "" : "," + people);
  const Outcome proven = prove(dn, password);
  if (proven && person) return person;
  if (!proven && proven.error().code != ErrorCode::kRefused) {
    return fail(ErrorCode::kUnavailable, proven.error().detail);
  }
  beat.wait();
  return wrong();
}

}  // namespace latchkey::directory
