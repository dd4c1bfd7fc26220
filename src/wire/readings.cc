#include "latchkey/wire/readings.h"

namespace latchkey::wire {
namespace {

constexpr std::string_view kEncoded = "%2F";
constexpr std::string_view kEncodedTwice = "%252F";

}  // namespace

std::string with_slashes_decoded(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    if (path.starts_with(kEncodedTwice)) {
      result += kEncoded;
      path.remove_prefix(kEncodedTwice.size());
    } else if (path.starts_with(kEncoded)) {
      result += '/';
      path.remove_prefix(kEncoded.size());
    } else {
      result += path.front();
      path.remove_prefix(1);
    }
  }
  return result;
}

std::vector<std::string> other_readings(std::string_view path) {
  std::vector<std::string> readings;
  while (path.contains(kEncoded) || path.contains(kEncodedTwice)) {
    readings.push_back(with_slashes_decoded(path));
    path = readings.back();
  }
  return readings;
}

}  // namespace latchkey::wire
