// One call of the REST of user tokens: who calls, what is in force, and the forms of an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/model/account.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/identity.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"
#include "latchkey/store/user_tokens.h"

namespace latchkey::pages {

struct UserTokenCall {
  const Parts& parts;
  const crypto::Sealer& sealer;
  const PageRequest& request;
  const model::Identity& who;
  const model::Account& account;             // of `who`
  const store::UserTokenSettings& settings;  // in force
  std::vector<std::string> names{};          // what stands for {} in the path

  const std::string& method() const { return request.request().method; }
  // Who calls, for the audit log.
  model::Actor actor() const { return request.actor(account.profile.user_name); }
};

// A reason not to do what was asked, as programs are told.
struct UserTokenRefusal {
  int status;
  std::string reason;
  std::string text;
  std::string detail{};  // for the log
};

PageResult refuse_call(const UserTokenRefusal& refusal);

// Says why the store refused.
PageResult failed_call(const Error& error);

// The refusal of somebody who could not be identified, as the authorizer would answer a program.
PageResult unidentified(const Parts& parts, const PageRequest& request,
                        const model::Decision& refused);

// A 405 with what is allowed.
PageResult wrong_call(std::string_view allowed);

// The members of an answer in their order: texts, numbers, truth values; and secrets, which stay
// their owner's until they are written.
using UserTokenMember =
    std::pair<std::string, std::variant<std::string, std::int64_t, bool, const SecretString*>>;
using UserTokenMembers = std::vector<UserTokenMember>;

// Returns the members as one JSON object.
std::string members_json(const UserTokenMembers& members);

// Answers in the form that Accept prefers, JSON or XML with `root` as its element.
PageResult answer_call(const UserTokenCall& call, int status, std::string_view root,
                       const UserTokenMembers& members, std::string reason,
                       std::string detail = {});

// A 204.
PageResult empty_answer(std::string reason, std::string detail = {});

// Reads the body, JSON or XML as its Content-Type says, as texts; numbers and truth values as they
// are written. Any other value is a text that no member may have, and null is left out.
// Errors: kMalformed.
Result<std::vector<std::pair<std::string, std::string>>> read_members(const PageRequest& request);

// Returns the value of a member, or nullopt.
std::optional<std::string> member_of(
    const std::vector<std::pair<std::string, std::string>>& members, std::string_view name);

// Returns a time as Nexus writes it, `2026-01-31T09:08:07.000+00:00`.
std::string nexus_time(TimePoint time);

// Nothing, or the refusal of a change that a page of another site may have made a browser ask for:
// with a session, or with a Basic pair that the browser remembers.
std::optional<UserTokenRefusal> unasked_change(const UserTokenCall& call);

}  // namespace latchkey::pages
