// What the workers of a pool count, in a file that they share as memory, so that another pool can
// answer for all of them at any time.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
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

// How a call to a provider or to the directory went.
enum class CallResult {
  kAnswered,  // a refusal is an answer, too
  kFailed,    // no connection, no answer in time, or one that says that the service is in trouble
  kNotMade,   // too many workers waited for the network already
};
inline constexpr std::size_t kCallResults = 3;
using CallCounts = std::array<std::uint64_t, kCallResults>;

// Returns the word for `result`, for example "answered".
std::string_view name_of(CallResult result);

// Under what name calls to the directory are counted; no provider can have it.
inline constexpr std::string_view kDirectoryCalls = "ldap";

// Of how many names one place can count the calls, and how long such a name may be. Calls of
// further names are not counted; a place keeps those of all workers that ever had it.
inline constexpr std::size_t kCalledMax = 16;
inline constexpr std::size_t kCalledBytesMax = 32;

// What one worker counts. It alone writes here, so that counting takes no lock and no bus cycle; a
// reader sees each number whole, and the next one perhaps a moment newer.
class alignas(64) WorkerCounters {
 public:
  using Number = std::atomic<std::uint64_t>;

  void count(const model::Decision& decision);
  void count_call(std::string_view name, CallResult result);
  void begin_request() { busy_.store(1, std::memory_order_relaxed); }
  void end_request(std::chrono::nanoseconds took);
  void rest() { busy_.store(0, std::memory_order_relaxed); }

 private:
  friend class Metrics;
  friend struct PoolFigures;

  // The calls to one service. The name is written once, and its length last.
  struct Called {
    std::array<char, kCalledBytesMax> name{};
    Number bytes{0};  // of the name; 0: free
    std::array<Number, kCallResults> results{};

    std::string_view text() const {
      return {name.data(), static_cast<std::size_t>(bytes.load(std::memory_order_acquire))};
    }
  };

  Called* find_called(std::string_view name);
  static void add(Number& number, std::uint64_t by) {
    number.store(number.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  Number used_{0};    // 1: somebody had this place
  Number beside_{0};  // 1: it is no worker's
  Number starts_{0};
  Number busy_{0};
  std::array<Number, kReasonsMax> decisions_{};  // at the place that Reason has in the enum
  std::array<Number, kProofsMax> approvals_{};   // at that of Proof
  std::array<Number, kDurationBounds.size() + 1> durations_{};
  Number duration_ns_{0};
  std::array<Called, kCalledMax> called_{};
};

// Who counts: one that answers requests, or the housekeeper beside them.
enum class Counts { kWorker, kBeside };

// One worker's place in the file. Given back when the object ends or the process does; what was
// counted there stays and goes on under the next worker.
class Metrics {
 public:
  // Opens the file, makes it if there is none or one of another build, and takes a free place.
  // Errors: kUnavailable: it cannot be made, is not ours alone, or every place is taken.
  static Result<Metrics> attach(const std::string& file, Counts who = Counts::kWorker);

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
  std::map<std::string, CallCounts, std::less<>> calls;  // by name, at the place of CallResult

 private:
  void add(const WorkerCounters& worker);
};

// Returns the name of a pool's file, beside the store.
std::string metrics_file(const std::string& store_path, std::string_view pool);

}  // namespace latchkey::telemetry
