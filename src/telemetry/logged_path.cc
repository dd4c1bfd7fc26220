#include "latchkey/telemetry/logged_path.h"

namespace latchkey::telemetry {

std::string_view without_token(std::string_view path) {
  constexpr std::string_view kMark = "/-/user/token/";
  const std::size_t at = path.find(kMark);
  return at == std::string_view::npos ? path : path.substr(0, at + kMark.size());
}

}  // namespace latchkey::telemetry
