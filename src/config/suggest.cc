#include "config/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace latchkey::config {
namespace {

constexpr std::size_t kNameBytesMax =
    64;  // longer ones are no slips, and the distance is quadratic

// How many letters must be changed, put in or left out to make `b` of `a`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > kNameBytesMax) return {};
  std::string_view best;
  // A third of the letters may be wrong: more, and the suggestion would be a guess.
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    // `warning` for `warn`, `user` for `users`: the beginning is right.
    const bool begins = candidate.size() > 2 && name.size() > 2 &&
                        (name.starts_with(candidate) || candidate.starts_with(name));
    const std::size_t found = begins ? 1 : distance(name, candidate);
    if (found < least && found < candidate.size()) {
      least = found;
      best = candidate;
    }
  }
  return best;
}

std::string listed(std::span<const std::string_view> texts) {
  std::string sentence;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) sentence += i + 1 == texts.size() ? " or " : ", ";
    sentence += texts[i];
  }
  return sentence;
}

}  // namespace latchkey::config
