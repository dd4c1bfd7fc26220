#include "claims_cache.h"

#include <algorithm>
#include <cstring>

namespace latchkey::identity {

TokenEnding::TokenEnding(std::string_view text) {
  const std::size_t size = std::min(text.size(), bytes.size());
  std::memcpy(bytes.data(), text.data() + (text.size() - size), size);
}

std::size_t HashOfEnding::operator()(const TokenEnding& ending) const {
  std::size_t hash = 0;
  std::memcpy(&hash, ending.bytes.data() + ending.bytes.size() - sizeof hash, sizeof hash);
  return hash;
}

}  // namespace latchkey::identity
