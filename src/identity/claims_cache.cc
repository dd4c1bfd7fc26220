#include "claims_cache.h"

#include <utility>

namespace latchkey::identity {

TokenText::TokenText(std::string_view text) {
  // From the front: find() takes many bytes at a time, rfind() goes byte by byte.
  std::size_t dot = text.find('.');
  if (dot != std::string_view::npos) dot = text.find('.', dot + 1);
  signed_part = crypto::sha256(text.substr(0, dot));
  if (dot != std::string_view::npos) signature = text.substr(dot + 1);
}

const TokenClaims* ClaimsCache::find(const TokenText& text) {
  const Entry* const entry = known_.find(text.signed_part);
  if (entry == nullptr) return nullptr;
  const bool same = equal_in_constant_time(entry->signature.reveal(), text.signature);
  return same ? &entry->claims : nullptr;
}

void ClaimsCache::keep(const TokenText& text, TokenClaims claims) {
  known_.keep(text.signed_part, {SecretString(text.signature), std::move(claims)});
}

}  // namespace latchkey::identity
