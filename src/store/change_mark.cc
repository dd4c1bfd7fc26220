#include "store/change_mark.h"

#include <sqlite3.h>

#include <atomic>

namespace latchkey::store {
namespace {

constexpr int kIndexRegionBytes = 32 * 1024;
constexpr std::uint32_t kFormat = 3'007'000;

}  // namespace

LogHeader LogHeader::of(sqlite3* database) {
  LogHeader found;
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER,
                           static_cast<void*>(&file)) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) {
    return found;
  }
  // SQLite has mapped this region already; asking again only tells where. Without "extend" (the
  // 0) nothing is ever made.
  void volatile* region = nullptr;
  const int code = file->pMethods->xShmMap(file, 0, kIndexRegionBytes, 0, &region);
  if (code == SQLITE_OK) found.words_ = static_cast<const volatile std::uint64_t*>(region);
  return found;
}

std::optional<ChangeMark> LogHeader::read() const {
  if (words_ == nullptr) return std::nullopt;
  ChangeMark mark;
  const std::size_t count = mark.header.size();
  for (std::size_t i = 0; i < count; ++i) mark.header[i] = words_[i];
  // A writer changes the second copy first: two equal ones, read in this order, are whole.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  for (std::size_t i = 0; i < count; ++i) {
    if (mark.header[i] != words_[count + i]) return std::nullopt;
  }
  // The format's number is in the first four bytes, in the order of this machine.
  if (static_cast<std::uint32_t>(mark.header[0]) != kFormat) return std::nullopt;
  return mark;
}

}  // namespace latchkey::store
