// What a request presents as proof of a person, before anybody has looked whether it is true.
// Made by credential/, judged by identity/.
#pragma once

#include <string>
#include <variant>

#include "latchkey/base/secret_string.h"

namespace latchkey::model {

// Nothing at all. That is no error: a rule may let anyone in.
struct NoCredential {};

// The value of the session cookie.
struct SessionCookie {
  SecretString token;
};

// User name and password of Basic. The password may be a signed token; that is for identity/ to
// see.
struct BasicPair {
  std::string user;  // may be empty
  SecretString password;
};

// The token of Bearer.
struct BearerToken {
  SecretString token;
};

using Credential = std::variant<NoCredential, SessionCookie, BasicPair, BearerToken>;

}  // namespace latchkey::model
