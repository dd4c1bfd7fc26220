// The Authorization field, split into what each scheme carries. Nothing in here is believed yet;
// credential/ decides what the parts are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::wire {

inline constexpr std::size_t kAuthorizationBytesMax = std::size_t{16} * 1024;

struct Basic {
  std::string user;  // up to the first colon; empty when there is no colon
  SecretString password;
};

struct Bearer {
  SecretString token;
};

struct OtherScheme {
  std::string name;  // in lower case; its parameters are not kept
};

using Authorization = std::variant<Basic, Bearer, OtherScheme>;

// Splits one Authorization field.
//
// Input:   any bytes. Scheme names are compared without case, one or more spaces follow.
// Returns: Basic with the decoded text, split at the first colon (without a colon all of it is the
//          password); Bearer; or the name of any other scheme.
// Errors:  kMalformed: over kAuthorizationBytesMax, empty, no scheme, Basic or Bearer without
//          exactly one token, strict base64 broken, control bytes in what Basic decodes to.
// Spec:    RFC 9110 section 11.4, RFC 7617 section 2, RFC 6750 section 2.1.
Result<Authorization> parse_authorization(std::string_view field);

}  // namespace latchkey::wire
