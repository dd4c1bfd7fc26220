// Rows that were read and are still what the database holds, because nobody has written since.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "latchkey/base/recent_map.h"
#include "latchkey/base/result.h"
#include "latchkey/store/presented.h"
#include "store/change_mark.h"

namespace latchkey::store {

inline constexpr std::size_t kMemoBytesMax = 4 << 20;

// Returns about how much memory a row takes.
std::size_t bytes_of(const PresentedSession& session);
std::size_t bytes_of(const PresentedCredential& credential);
std::size_t bytes_of(const PresentedShort& credential);
std::size_t bytes_of(const PresentedUserToken& token);

// Good for one ChangeMark at a time: another one empties it. So an answer from here is the one that
// a SELECT would give, and a revocation counts at the next request as it does without.
template <typename Key, typename Row, typename Hash>
class Memo {
 public:
  // Returns the row of that key as the database has it now.
  //
  // Input:  `mark`, what Connection::change_mark() said just now, before the row is read: a commit
  //         in between makes the row newer than its mark, which no later mark equals; nullopt:
  //         nothing can be told. `read`, which reads the row: Result<Row>(); its errors are not
  //         kept.
  // Errors: that of `mark`, and those of `read`.
  template <typename Read>
  Result<Row> row(const Result<std::optional<ChangeMark>>& mark, const Key& key, const Read& read) {
    if (!mark) return std::unexpected(mark.error());
    if (!*mark) return read();
    if (*mark != mark_) rows_.clear();
    mark_ = *mark;
    if (const Row* known = rows_.find(key)) return *known;
    LK_TRY(Row row, read());
    rows_.keep(key, row, bytes_of(row));
    return row;
  }

 private:
  std::optional<ChangeMark> mark_;
  RecentMap<Key, Row, Hash> rows_{kMemoBytesMax};
};

}  // namespace latchkey::store
