#include "claims_cache.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace latchkey::identity {

ClaimsCache::Ending::Ending(std::string_view text) {
  const std::size_t size = std::min(text.size(), bytes.size());
  std::memcpy(bytes.data(), text.data() + (text.size() - size), size);
}

std::size_t ClaimsCache::HashOfEnding::operator()(const Ending& ending) const {
  std::size_t hash = 0;
  std::memcpy(&hash, ending.bytes.data() + ending.bytes.size() - sizeof hash, sizeof hash);
  return hash;
}

const TokenClaims* ClaimsCache::find(std::string_view text) {
  const Entry* const entry = known_.find(Ending(text));
  if (entry == nullptr) return nullptr;
  return equal_in_constant_time(entry->text.reveal(), text) ? &entry->claims : nullptr;
}

void ClaimsCache::keep(std::string_view text, TokenClaims claims) {
  known_.keep(Ending(text), {SecretString(text), std::move(claims)});
}

}  // namespace latchkey::identity
