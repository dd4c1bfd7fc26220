#include "latchkey/telemetry/metrics.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "latchkey/model/decision.h"
#include "latchkey/model/proof.h"
#include "latchkey/model/reason.h"

namespace latchkey::telemetry {
namespace {

// Twice as many as a pool may have: while a reload overlaps, all run twice.
constexpr std::size_t kPlaces = 1024;
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kFileBytes = kHeaderBytes + kPlaces * sizeof(WorkerCounters);
constexpr int kTriesMax = 8;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// Names what stands where. A file that says anything else is of another build.
std::string layout() {
  std::string text = "latchkey metrics 3\n" + std::to_string(sizeof(WorkerCounters)) + "\n";
  for (const model::Reason reason : model::all_reasons()) text.append(name_of(reason)) += '\n';
  for (const auto bound : kDurationBounds) text += std::to_string(bound.count()) + "\n";
  for (const model::Proof proof : model::all_proofs()) text.append(name_of(proof)) += '\n';
  return text;
}

std::unexpected<Error> system_failure(const std::string& file) {
  return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
              file + ": " + std::strerror(errno));
}

class Mapping {
 public:
  static Result<Mapping> of(int fd, int protection, const std::string& file) {
    void* const memory = ::mmap(nullptr, kFileBytes, protection, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return system_failure(file);
    return Mapping(static_cast<char*>(memory));
  }
  Mapping(Mapping&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() { unmap(memory_); }

  static void unmap(char* memory) {
    if (memory != nullptr) ::munmap(memory, kFileBytes);
  }
  char* release() { return std::exchange(memory_, nullptr); }
  WorkerCounters& place(std::size_t index) const { return places()[index]; }

  // The file is empty when it is made, and counters begin as zeros.
  WorkerCounters* places() const {
    return std::launder(reinterpret_cast<WorkerCounters*>(memory_ + kHeaderBytes));
  }

 private:
  explicit Mapping(char* memory) : memory_(memory) {}
  char* memory_;
};

// The lock of one place: of the open file, not of the process, so that another look at the same
// file does not give it away.
struct flock range_of(std::size_t place, short type) {
  struct flock range{};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(kHeaderBytes + place);
  range.l_len = 1;
  return range;
}

bool is_taken(int fd, std::size_t place) {
  struct flock range = range_of(place, F_WRLCK);
  return ::fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

std::optional<std::size_t> take_place(int fd) {
  for (std::size_t place = 0; place < kPlaces; ++place) {
    struct flock range = range_of(place, F_WRLCK);
    if (::fcntl(fd, F_OFD_SETLK, &range) == 0) return place;
  }
  return std::nullopt;
}

bool has_layout(int fd, const std::string& wanted) {
  std::string found(wanted.size() + 1, '\0');
  return ::pread(fd, found.data(), found.size(), 0) == static_cast<ssize_t>(found.size()) &&
         found.compare(0, wanted.size(), wanted) == 0 && found.back() == '\0';
}

Result<UniqueFd> open_own(const std::string& file, int flags) {
  UniqueFd fd(::open(file.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fd.valid()) return system_failure(file);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_failure(file);
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 0077U) != 0) {
    return fail(ErrorCode::kUnavailable, file + ": is not a file that is ours alone");
  }
  return fd;
}

// Writes zeros where the file system cannot reserve: not every C library does so by itself.
int fill_with_zeros(int fd) {
  const std::array<char, 4096> zeros{};
  for (std::size_t at = 0; at < kFileBytes;) {
    const std::size_t bytes = std::min(zeros.size(), kFileBytes - at);
    const ssize_t written = ::pwrite(fd, zeros.data(), bytes, static_cast<off_t>(at));
    if (written <= 0) return written == 0 ? ENOSPC : errno;
    at += static_cast<std::size_t>(written);
  }
  return 0;
}

// Takes the room of the whole file now. In a file with holes the first count of a worker would want
// room, and where there is none any more the kernel ends the process (SIGBUS).
int take_room(int fd) {
  for (;;) {
    const int code = ::posix_fallocate(fd, 0, static_cast<off_t>(kFileBytes));
    if (code == EOPNOTSUPP || code == EINVAL || code == ENOSYS) return fill_with_zeros(fd);
    if (code != EINTR) return code;
  }
}

// A file without its layout is thrown away by whoever comes next, so the layout stands last.
Outcome write_layout(int fd, const std::string& file, const std::string& text) {
  if (const int code = take_room(fd); code != 0) {
    static_cast<void>(!::ftruncate(fd, 0));  // what was taken is wanted by others
    return fail(ErrorCode::kUnavailable,
                file + ": no room for the figures: " + std::strerror(code));
  }
  const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size())) return system_failure(file);
  return {};
}

// True while the name still leads to the open file.
bool is_current(int fd, const std::string& file) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::lstat(file.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// One worker at a time makes the file. One of another build is given a new name's place instead of
// being cut, because its workers may still count there.
Result<UniqueFd> open_or_make(const std::string& file) {
  const std::string wanted = layout();
  LK_ASSERT(wanted.size() < kHeaderBytes);
  for (int i = 0; i < kTriesMax; ++i) {
    LK_TRY(UniqueFd fd, open_own(file, O_RDWR | O_CREAT));
    if (::flock(fd.get(), LOCK_EX) != 0) return system_failure(file);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return system_failure(file);
    if (!is_current(fd.get(), file)) continue;
    if (status.st_size == 0) LK_CHECK(write_layout(fd.get(), file, wanted));
    if (has_layout(fd.get(), wanted)) {
      ::flock(fd.get(), LOCK_UN);
      return fd;
    }
    if (::unlink(file.c_str()) != 0) return system_failure(file);
  }
  return fail(ErrorCode::kUnavailable, file + ": is made anew again and again");
}

}  // namespace

void WorkerCounters::count(const model::Decision& decision) {
  add(decisions_.at(static_cast<std::size_t>(decision.reason())), 1);
  if (!decision.allowed() || !decision.identity()) return;
  add(approvals_.at(static_cast<std::size_t>(decision.identity()->proof())), 1);
}

void WorkerCounters::end_request(std::chrono::nanoseconds took) {
  const auto* const bound = std::ranges::lower_bound(kDurationBounds, took);
  add(durations_.at(static_cast<std::size_t>(bound - kDurationBounds.begin())), 1);
  add(duration_ns_, static_cast<std::uint64_t>(took.count()));
}

WorkerCounters::Called* WorkerCounters::find_called(std::string_view name) {
  for (Called& called : called_) {
    if (called.text() == name) return &called;
    if (!called.text().empty()) continue;
    name.copy(called.name.data(), name.size());
    called.bytes.store(name.size(), std::memory_order_release);
    return &called;
  }
  return nullptr;
}

void WorkerCounters::count_call(std::string_view name, CallResult result) {
  if (name.empty() || name.size() > kCalledBytesMax) return;
  Called* const called = find_called(name);
  if (called != nullptr) add(called->results.at(static_cast<std::size_t>(result)), 1);
}

std::string_view name_of(CallResult result) {
  switch (result) {
    case CallResult::kAnswered: return "answered";
    case CallResult::kFailed: return "failed";
    case CallResult::kNotMade: return "not_made";
  }
  return "failed";
}

Result<Metrics> Metrics::attach(const std::string& file, Counts who) {
  LK_TRY(UniqueFd fd, open_or_make(file));
  const std::optional<std::size_t> place = take_place(fd.get());
  if (!place) return fail(ErrorCode::kUnavailable, file + ": every place is taken");
  LK_TRY(Mapping mapping, Mapping::of(fd.get(), PROT_READ | PROT_WRITE, file));
  WorkerCounters& counters = mapping.place(*place);
  static_cast<void>(mapping.release());
  counters.rest();
  counters.used_.store(1, std::memory_order_relaxed);
  counters.beside_.store(who == Counts::kBeside ? 1 : 0, std::memory_order_relaxed);
  if (who == Counts::kWorker) WorkerCounters::add(counters.starts_, 1);
  return Metrics(std::move(fd), &counters, *place);
}

Metrics::~Metrics() {
  if (counters_ == nullptr) return;
  counters_->rest();
  Mapping::unmap(reinterpret_cast<char*>(counters_ - place_) - kHeaderBytes);
}

void PoolFigures::add(const WorkerCounters& worker) {
  const auto sum = [](auto& into, const auto& from) {
    for (std::size_t i = 0; i < into.size(); ++i) {
      into.at(i) += from.at(i).load(std::memory_order_relaxed);
    }
  };
  starts += worker.starts_.load(std::memory_order_relaxed);
  sum(decisions, worker.decisions_);
  sum(approvals, worker.approvals_);
  sum(durations, worker.durations_);
  duration_ns += worker.duration_ns_.load(std::memory_order_relaxed);
  for (const WorkerCounters::Called& called : worker.called_) {
    if (called.text().empty()) break;
    sum(calls[std::string(called.text())], called.results);
  }
}

Result<PoolFigures> PoolFigures::read(const std::string& file) {
  LK_TRY(const UniqueFd fd, open_own(file, O_RDONLY));
  if (!has_layout(fd.get(), layout())) {
    return fail(ErrorCode::kUnavailable, file + ": is of another build");
  }
  LK_TRY(const Mapping mapping, Mapping::of(fd.get(), PROT_READ, file));
  PoolFigures figures;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const WorkerCounters& worker = mapping.place(i);
    // Places are taken from the first on: behind one that nobody ever had there is none.
    if (worker.used_.load(std::memory_order_relaxed) == 0) break;
    figures.add(worker);
    if (worker.beside_.load(std::memory_order_relaxed) != 0 || !is_taken(fd.get(), i)) continue;
    ++figures.workers;
    figures.busy += worker.busy_.load(std::memory_order_relaxed);
  }
  return figures;
}

std::string metrics_file(const std::string& store_path, std::string_view pool) {
  return store_path + "-metrics-" + std::string(pool);
}

}  // namespace latchkey::telemetry
