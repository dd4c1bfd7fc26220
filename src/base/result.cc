#include "latchkey/base/result.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace latchkey {

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed: return "malformed";
    case ErrorCode::kRefused: return "refused";
    case ErrorCode::kExpired: return "expired";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

void assertion_failed(const char* condition, const char* file, int line) {
  static_cast<void>(std::fprintf(stderr, "latchkey: broken invariant: %s (%s:%d)\n", condition,
                                 file, line));
  std::abort();
}

}  // namespace latchkey
