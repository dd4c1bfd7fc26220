#include "supervisor.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "latchkey/config/workers.h"
#include "notify.h"

namespace latchkey::server {
namespace {

constexpr std::chrono::milliseconds kLookAtLeastEvery{1'000};

// While a reload overlaps, old and new workers and two housekeepers have slots at the same time.
static_assert(2 * config::kWorkersMax + 2 <= Scoreboard::kSlotsMax);

// Of `workers`, how many may be slow at once: at least one, and never all when there are several.
std::uint32_t slow_limit(const PoolSettings& settings) {
  const std::uint32_t share = settings.slow_share == SlowShare::kQuarter ? 4 : 2;
  return std::max(1U, settings.workers / share);
}

const char* name_of_kind(bool worker) { return worker ? "worker" : "housekeeper"; }

}  // namespace

Supervisor::Supervisor(std::vector<ListenSocket>& sockets, PoolSettings settings,
                       std::optional<std::uint32_t> workers, const PoolProgram& program,
                       Scoreboard scoreboard, telemetry::Log& log)
    : sockets_(sockets),
      workers_(workers),
      program_(program),
      scoreboard_(std::move(scoreboard)),
      log_(log) {
  for (const ListenSocket& socket : sockets_) listeners_.push_back(socket.listener());
  adopt(settings);
}

void Supervisor::adopt(PoolSettings settings) {
  settings_ = settings;
  settings_.workers = workers_.value_or(settings.workers);
  LK_ASSERT(settings_.workers >= 1 && settings_.workers <= config::kWorkersMax);
  scoreboard_.set_slow_limit(slow_limit(settings_));
}

void Supervisor::run() {
  fill();
  log_.info("pool_started", {{"pid", getpid()}, {"workers", settings_.workers}});
  notify("READY=1");
  while (!stopping_ || !children_.empty()) {
    pollfd waiting{signals_.fd(), POLLIN, 0};
    const auto pause = until_next_look(Clock::now());
    static_cast<void>(poll(&waiting, 1, static_cast<int>(pause.count())));
    while (const auto signal = signals_.next()) on_signal(*signal);
    reap();
    const TimePoint now = Clock::now();
    end_stuck(now);
    end_overdue(now);
    fill();
  }
  log_.info("pool_stopped", {{"pid", getpid()}});
}

void Supervisor::on_signal(int signal) {
  switch (signal) {
    case SIGTERM:
    case SIGINT:
      if (stopping_) return;
      stopping_ = true;
      notify("STOPPING=1");
      for (ListenSocket& socket : sockets_) socket.remove();
      stop_children();
      return;
    case SIGHUP:
      if (stopping_) return;
      if (serving(Kind::kRehearsal) > 0) reload_again_ = true;
      else spawn(Kind::kRehearsal);
      return;
    case SIGUSR1:
      reopen_log(log_);
      for (const Child& child : children_) {
        if (child.kind != Kind::kRehearsal) kill(child.pid, SIGUSR1);  // that one is soon over
      }
      return;
    default: return;  // CHLD: reap() looks by itself, as several deaths may make one signal
  }
}

void Supervisor::reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    const auto found = std::ranges::find(children_, pid, &Child::pid);
    if (found == children_.end()) continue;
    const Child child = *found;
    children_.erase(found);
    on_death(child, status);
  }
}

void Supervisor::on_death(const Child& child, int status) {
  if (child.kind == Kind::kRehearsal) return finish_rehearsal(status);
  scoreboard_.reset(child.slot);
  if (stopping_ || (child.kill_at.has_value() && !child.killed)) return;
  // A housekeeper has no reason to end, so one that does is held back like one that crashed.
  const bool good = WIFEXITED(status) && WEXITSTATUS(status) == kExitGood;
  if (good && child.kind == Kind::kWorker) {
    log_.info("worker_retired", {{"pid", child.pid}});
    return;
  }
  Backoff& backoff = child.kind == Kind::kWorker ? worker_backoff_ : housekeeper_backoff_;
  report_death(child, status, backoff.died(child.started, Clock::now()));
}

void Supervisor::report_death(const Child& child, int status, std::chrono::milliseconds delay) {
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  log_.error("worker_died", {{"kind", name_of_kind(child.kind == Kind::kWorker)},
                             {"pid", child.pid},
                             {"signal", signal},
                             {"status", exit_status},
                             {"replaced_after_ms", delay.count()}});
}

// The old workers end and the new ones start at the same time; the listening sockets stay, so what
// arrives in between waits in their queues.
void Supervisor::finish_rehearsal(int status) {
  if (stopping_) return;
  const bool good = WIFEXITED(status) && WEXITSTATUS(status) == kExitGood;
  const auto settings = good ? program_.reload()
                             : fail(ErrorCode::kRefused, "the rehearsal failed");
  if (settings.has_value()) {
    adopt(*settings);
    worker_backoff_.reset();
    housekeeper_backoff_.reset();
    stop_children();
    log_.info("reloaded", {{"workers", settings_.workers}});
  } else {
    log_.error("reload_refused", {{"detail", settings.error().detail}});
  }
  if (std::exchange(reload_again_, false)) spawn(Kind::kRehearsal);
}

void Supervisor::fill() {
  if (stopping_) return;
  const TimePoint now = Clock::now();
  while (now >= worker_backoff_.not_before() && serving(Kind::kWorker) < settings_.workers) {
    const std::size_t before = children_.size();
    spawn(Kind::kWorker);
    if (children_.size() == before) return;
  }
  // One at a time: the next waits until the one told to stop has ended.
  const bool housekeeps = std::ranges::find(children_, Kind::kHousekeeper, &Child::kind) !=
                          children_.end();
  if (program_.housekeeper && !housekeeps && now >= housekeeper_backoff_.not_before()) {
    spawn(Kind::kHousekeeper);
  }
}

void Supervisor::spawn(Kind kind) {
  const std::uint32_t slot = kind == Kind::kRehearsal ? Scoreboard::kSlotsMax : free_slot();
  if (kind != Kind::kRehearsal && slot == Scoreboard::kSlotsMax) return;
  const pid_t parent = getpid();
  static_cast<void>(std::fflush(nullptr));  // or the child would write it again
  const pid_t pid = fork();
  if (pid == 0) become_child(kind, slot, parent);
  if (pid > 0) {
    children_.push_back({pid, kind, slot, Clock::now(), std::nullopt});
    return;
  }
  log_.error("cannot_fork");
  static_cast<void>(worker_backoff_.died(Clock::now(), Clock::now()));
}

// Never returns into the supervisor's code, and runs no destructor of its objects.
void Supervisor::become_child(Kind kind, std::uint32_t slot, pid_t parent) {
  if (!follow_parent(parent)) _exit(kExitFailure);
  for (ListenSocket& socket : sockets_) socket.forget_lock();
  const WorkerStart start{program_, settings_, listeners_, scoreboard_, slot, log_};
  int status = kExitFailure;
  switch (kind) {
    case Kind::kWorker: status = run_worker(start); break;
    case Kind::kHousekeeper: status = run_housekeeper(start); break;
    case Kind::kRehearsal: status = run_rehearsal(program_, log_); break;
  }
  static_cast<void>(std::fflush(nullptr));
  _exit(status);
}

std::uint32_t Supervisor::free_slot() const {
  for (std::uint32_t slot = 0; slot < Scoreboard::kSlotsMax; ++slot) {
    if (std::ranges::find(children_, slot, &Child::slot) == children_.end()) return slot;
  }
  return Scoreboard::kSlotsMax;
}

// Counts the children of a kind that were not told to stop.
std::uint32_t Supervisor::serving(Kind kind) const {
  return static_cast<std::uint32_t>(std::ranges::count_if(children_, [kind](const Child& child) {
    return child.kind == kind && !child.kill_at.has_value();
  }));
}

void Supervisor::stop_children() {
  const TimePoint end = Clock::now() + settings_.drain;
  for (Child& child : children_) {
    if (child.kill_at.has_value()) continue;
    child.kill_at = end;
    kill(child.pid, child.kind == Kind::kRehearsal ? SIGKILL : SIGTERM);
  }
}

void Supervisor::end_overdue(TimePoint now) {
  for (Child& child : children_) {
    if (child.killed || !child.kill_at.has_value() || now < *child.kill_at) continue;
    log_.warn("worker_not_drained", {{"pid", child.pid}});
    child.killed = true;
    kill(child.pid, SIGKILL);
  }
}

void Supervisor::end_stuck(TimePoint now) {
  const std::int64_t limit = monotonic_ms() - settings_.stuck_after.count();
  for (Child& child : children_) {
    if (child.kind != Kind::kWorker || child.killed) continue;
    const std::int64_t since = scoreboard_.slot(child.slot).busy_since_ms.load();
    if (since == 0 || since > limit) continue;
    log_.error("worker_stuck", {{"pid", child.pid}, {"busy_ms", monotonic_ms() - since}});
    child.killed = true;
    child.kill_at = now;
    kill(child.pid, SIGKILL);
  }
}

std::chrono::milliseconds Supervisor::until_next_look(TimePoint now) const {
  TimePoint next = now + std::min(kLookAtLeastEvery, settings_.stuck_after / 4);
  const auto consider = [&next](TimePoint time) { next = std::min(next, time); };
  for (const Child& child : children_) {
    if (child.kill_at.has_value() && !child.killed) consider(*child.kill_at);
  }
  if (!stopping_ && serving(Kind::kWorker) < settings_.workers) {
    consider(worker_backoff_.not_before());
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now);
  return std::max(left, std::chrono::milliseconds(0));
}

}  // namespace latchkey::server
