// A map of bounded weight that forgets what was not used for longest, roughly: two generations, of
// which the older one is dropped whole when the newer one is full. What is used moves to the newer.
#pragma once

#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>

namespace latchkey {

template <typename Key, typename Value, typename Hash = std::hash<Key>>
class RecentMap {
 public:
  // Input: `weight_max`, in the unit that keep() is given, of both generations together; 0: nothing
  //        is ever kept.
  explicit RecentMap(std::size_t weight_max) : half_max_(weight_max / 2) {}

  // Returns null if the key is not known. The pointer lives until the next call of another member.
  const Value* find(const Key& key) {
    if (const auto known = newer_.find(key); known != newer_.end()) return &known->second.first;
    auto node = older_.extract(key);
    if (node.empty()) return nullptr;
    make_room(node.mapped().second);
    return &newer_.insert(std::move(node)).position->second.first;
  }

  // Keeps a value if its weight fits at all. What was known of the key is forgotten either way:
  // whoever keeps another value knows that the old one is of no use any more.
  void keep(const Key& key, Value value, std::size_t weight = 1) {
    forget(key);
    if (weight > half_max_) return;
    make_room(weight);
    newer_.try_emplace(key, std::move(value), weight);
  }

  void clear() {
    newer_.clear();
    older_.clear();
    newer_weight_ = 0;
  }

 private:
  using Generation = std::unordered_map<Key, std::pair<Value, std::size_t>, Hash>;

  void forget(const Key& key) {
    older_.erase(key);
    const auto known = newer_.find(key);
    if (known == newer_.end()) return;
    newer_weight_ -= known->second.second;
    newer_.erase(known);
  }

  // For one more value of `weight` in the newer generation.
  void make_room(std::size_t weight) {
    if (newer_weight_ + weight > half_max_) {
      older_ = std::exchange(newer_, {});
      newer_weight_ = 0;
    }
    newer_weight_ += weight;
  }

  std::size_t half_max_;
  std::size_t newer_weight_ = 0;
  Generation newer_;
  Generation older_;
};

}  // namespace latchkey
