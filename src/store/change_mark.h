// Tells whether anybody has written to the database since an answer was read from it, without
// asking SQLite: by what SQLite itself compares at the beginning of each read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

struct sqlite3;

namespace latchkey::store {

inline constexpr std::size_t kLogHeaderBytes = 48;

// Two equal marks of one connection: the same database content at both moments. Every commit, of
// any process, makes another one.
struct ChangeMark {
  std::array<std::uint64_t, kLogHeaderBytes / sizeof(std::uint64_t)> header{};
  std::uint64_t look = 0;  // which look at the database file this was: a replaced file is another

  bool operator==(const ChangeMark&) const = default;
};

// The header of the log's index, which all processes that have the database open share in memory.
// Spec: "WAL-mode File Format" of SQLite, section 2.1: two copies of 48 bytes; a reader takes the
//       snapshot as unchanged if and only if these bytes are.
class LogHeader {
 public:
  LogHeader() = default;

  // Input:   `database`, open in WAL mode, and read at least once.
  // Returns: its header; one that reads as nullopt for ever where the memory cannot be had.
  static LogHeader of(sqlite3* database);

  // True if there is such a log: the database is open in WAL mode.
  bool exists() const { return words_ != nullptr; }

  // Returns the 48 bytes, or nullopt while they are being written or where there are none. They may
  // be read until the connection is closed.
  std::optional<ChangeMark> read() const;

 private:
  const volatile std::uint64_t* words_ = nullptr;
};

}  // namespace latchkey::store
