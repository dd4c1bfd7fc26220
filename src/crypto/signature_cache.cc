#include <unordered_map>
#include <vector>

#include "latchkey/crypto/jwt.h"

namespace latchkey::crypto {

// `order` is a ring: the slot that `next` points to holds the oldest entry, once the ring is full.
struct SignatureCache::State {
  std::size_t entries_max;
  std::unordered_map<Digest, Digest, DigestHash> key_by_text;
  std::vector<Digest> order;
  std::size_t next = 0;
};

SignatureCache::SignatureCache(std::size_t entries_max)
    : state_(std::make_unique<State>(State{entries_max, {}, {}, 0})) {}
SignatureCache::SignatureCache(SignatureCache&&) noexcept = default;
SignatureCache& SignatureCache::operator=(SignatureCache&&) noexcept = default;
SignatureCache::~SignatureCache() = default;

bool SignatureCache::knows(const Digest& text, const Digest& key) const {
  const auto found = state_->key_by_text.find(text);
  return found != state_->key_by_text.end() && found->second == key;
}

void SignatureCache::remember(const Digest& text, const Digest& key) {
  if (state_->entries_max == 0) return;
  if (!state_->key_by_text.insert_or_assign(text, key).second) return;
  if (state_->order.size() < state_->entries_max) {
    state_->order.push_back(text);
    return;
  }
  state_->key_by_text.erase(state_->order[state_->next]);
  state_->order[state_->next] = text;
  state_->next = (state_->next + 1) % state_->entries_max;
}

std::size_t SignatureCache::size() const { return state_->key_by_text.size(); }

}  // namespace latchkey::crypto
