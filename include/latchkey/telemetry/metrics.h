// What the workers of a pool count, in a file that they share as memory, so that another pool can
// answer for all of them at any time.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/unique_fd.h"

namespace latchkey::model {
class Decision;
}

namespace latchkey::telemetry {

// The upper ends of the histogram's buckets; what takes longer than the last goes into one more.
inline constexpr std::array<std::chrono::microseconds, 14> kDurationBounds{
    std::chrono::microseconds(25),      std::chrono::microseconds(50),
    std::chrono::microseconds(100),     std::chrono::microseconds(250),
    std::chrono::microseconds(500),     std::chrono::microseconds(1'000),
    std::chrono::microseconds(2'500),   std::chrono::microseconds(5'000),
    std::chrono::microseconds(10'000),  std::chrono::microseconds(50'000),
    std::chrono::microseconds(100'000), std::chrono::microseconds(500'000),
    std::chrono::microseconds(1'000'000), std::chrono::microseconds(5'000'000)};
inline constexpr std::size_t kReasonsMax = 64;
inline constexpr std::size_t kProofsMax = 16;

// What one worker counts. It alone writes here, so that counting takes no lock and no bus cycle; a
// reader sees each number whole, and the next one perhaps a moment newer.
class alignas(64) WorkerCounters {
 public:
  using Number = std::atomic<std::uint64_t>;

  void count_start() { add(starts_, 1); }
  void count(const model::Decision& decision);
  void begin_request() { busy_.store(1, std::memory_order_relaxed); }
  void end_request(std::chrono::nanoseconds took);
  void rest() { busy_.store(0, std::memory_order_relaxed); }

 private:
  friend struct PoolFigures;
  static void add(Number& number, std::uint64_t by) {
    number.store(number.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  Number starts_{0};
  Number busy_{0};
  std::array<Number, kReasonsMax> decisions_{};  // at the place that Reason has in the enum
  std::array<Number, kProofsMax> approvals_{};   // at that of Proof
  std::array<Number, kDurationBounds.size() + 1> durations_{};
  Number duration_ns_{0};
};

// One worker's place in the file. Given back when the object ends or the process does; what was
// counted there stays and goes on under the next worker.
class Metrics {
 public:
  // Opens the file, makes it if there is none or one of another build, and takes a free place.
  // Errors: kUnavailable: it cannot be made, is not ours alone, or every place is taken.
  static Result<Metrics> attach(const std::string& file);

  Metrics(Metrics&& other) noexcept
      : file_(std::move(other.file_)),
        counters_(std::exchange(other.counters_, nullptr)),
        place_(other.place_) {}
  Metrics& operator=(Metrics&&) = delete;
  ~Metrics();

  WorkerCounters& counters() { return *counters_; }

 private:
  Metrics(UniqueFd file, WorkerCounters* counters, std::size_t place)
      : file_(std::move(file)), counters_(counters), place_(place) {}
  UniqueFd file_;  // holds the lock of the place
  WorkerCounters* counters_;
  std::size_t place_;
};

// The sum over all workers of a pool, those that are gone included.
struct PoolFigures {
  // Errors: kNotFound: there is no file, so the pool never ran; kUnavailable.
  static Result<PoolFigures> read(const std::string& file);

  std::uint64_t workers = 0;  // that live now
  std::uint64_t busy = 0;     // of these, with a request in hand
  std::uint64_t starts = 0;   // ever
  std::array<std::uint64_t, kReasonsMax> decisions{};
  std::array<std::uint64_t, kProofsMax> approvals{};
  std::array<std::uint64_t, kDurationBounds.size() + 1> durations{};
  std::uint64_t duration_ns = 0;

 private:
  void add(const WorkerCounters& worker);
};

// Returns the name of a pool's file, beside the store.
std::string metrics_file(const std::string& store_path, std::string_view pool);

}  // namespace latchkey::telemetry
