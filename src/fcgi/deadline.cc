#include "deadline.h"

#include <sys/socket.h>

#include <cerrno>

namespace latchkey::fcgi {
namespace {

constexpr std::chrono::milliseconds kTick{100};

static_assert(std::atomic<long>::is_always_lock_free, "a signal handler may not take a lock");

int tick_signal() { return SIGRTMIN + 3; }

}  // namespace

Deadline::Deadline() {
  struct sigaction action {};
  action.sa_sigaction = &Deadline::on_tick;
  // Restarting is what keeps a tick from ending a read of somebody who is merely slow.
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = tick_signal();
  event.sigev_value.sival_ptr = this;
  valid_ = sigaction(tick_signal(), &action, nullptr) == 0 &&
           timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
}

Deadline::~Deadline() {
  if (valid_) static_cast<void>(timer_delete(timer_));
}

void Deadline::watch(int fd, std::chrono::milliseconds limit) {
  expired_.store(false);
  // One more, because the first tick may come at once.
  ticks_left_.store(limit / kTick + 1);
  fd_.store(fd);
  if (!ticking_.exchange(true)) set_interval(kTick);
}

void Deadline::on_tick(int, siginfo_t* info, void*) {
  if (info->si_code != SI_TIMER) return;
  const int saved = errno;
  static_cast<Deadline*>(info->si_value.sival_ptr)->tick();
  errno = saved;
}

// Runs as a signal handler on the worker's only thread: the watched descriptor is still the one
// that was given, and only async-signal-safe calls are made.
void Deadline::tick() {
  const int fd = fd_.load();
  if (fd < 0) {
    ticking_.store(false);
    set_interval(std::chrono::milliseconds(0));
    return;
  }
  if (ticks_left_.fetch_sub(1) > 1) return;
  expired_.store(true);
  fd_.store(-1);
  shutdown(fd, SHUT_RDWR);
}

void Deadline::set_interval(std::chrono::milliseconds interval) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(interval);
  const std::chrono::nanoseconds rest = interval - seconds;
  itimerspec times{};
  times.it_interval = {seconds.count(), rest.count()};
  times.it_value = times.it_interval;
  static_cast<void>(timer_settime(timer_, 0, &times, nullptr));
}

}  // namespace latchkey::fcgi
