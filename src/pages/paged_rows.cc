#include "paged_rows.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace latchkey::pages {

Cut cut_page(std::span<const std::size_t> row_bytes, std::size_t bytes_max, std::size_t number) {
  std::vector<std::size_t> begins{0};
  std::size_t bytes = 0;
  for (std::size_t row = 0; row < row_bytes.size(); ++row) {
    if (row > begins.back() && bytes + row_bytes[row] > bytes_max) {
      begins.push_back(row);
      bytes = 0;
    }
    bytes += row_bytes[row];
  }
  Cut cut;
  cut.count = begins.size();
  cut.number = std::clamp<std::size_t>(number, 1, cut.count);
  cut.begin = begins[cut.number - 1];
  cut.end = cut.number < cut.count ? begins[cut.number] : row_bytes.size();
  return cut;
}

std::size_t escaped_bytes(std::string_view text) {
  constexpr std::size_t kLongest = 6;  // &quot;
  const auto special = [](char c) { return std::string_view("&<>\"'").contains(c); };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(text, special));
  return text.size() + count * (kLongest - 1);
}

}  // namespace latchkey::pages
