// Matchers for Result, so that a failing test prints the reason: EXPECT_THAT(r, IsOk()).
#pragma once

#include <gmock/gmock.h>

#include "latchkey/base/result.h"

namespace latchkey {

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << name_of(error.code) << ": " << error.detail;
}

MATCHER(IsOk, "is a value") {
  if (arg.has_value()) return true;
  *result_listener << name_of(arg.error().code) << ": " << arg.error().detail;
  return false;
}

MATCHER_P(FailsWith, code, std::string("fails with ") + name_of(code)) {
  if (arg.has_value()) {
    *result_listener << "but it is a value";
    return false;
  }
  *result_listener << name_of(arg.error().code) << ": " << arg.error().detail;
  return arg.error().code == code;
}

}  // namespace latchkey
