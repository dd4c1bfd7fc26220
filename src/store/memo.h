// Rows that were read and are still what the database holds, because nobody has written since.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>

#include "store/change_mark.h"

namespace latchkey::store {

inline constexpr std::size_t kMemoRowsMax = 256;

// Good for one ChangeMark at a time: another one empties it. So an answer from here is the one that
// a SELECT would give, and a revocation counts at the next request as it does without.
template <typename Key, typename Row, typename Hash>
class Memo {
 public:
  // Input:   `mark`, what the connection said just now; nullopt: nothing can be told.
  // Returns: the row, until the next call; null if it must be read.
  const Row* find(const Key& key, const std::optional<ChangeMark>& mark) {
    if (!mark || mark != mark_) return nullptr;
    const auto known = rows_.find(key);
    return known == rows_.end() ? nullptr : &known->second;
  }

  // Keeps a row. `mark` was taken before the row was read: a commit in between makes the row newer
  // than its mark, which no later mark equals.
  void keep(const Key& key, const Row& row, const std::optional<ChangeMark>& mark) {
    if (!mark) return;
    if (mark != mark_ || rows_.size() >= kMemoRowsMax) rows_.clear();
    mark_ = mark;
    rows_.insert_or_assign(key, row);
  }

 private:
  std::optional<ChangeMark> mark_;
  std::unordered_map<Key, Row, Hash> rows_;
};

}  // namespace latchkey::store
