#include "signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

namespace latchkey::server {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

}  // namespace

void block_pool_signals() {
  const sigset_t set = set_of({SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD});
  sigprocmask(SIG_BLOCK, &set, nullptr);
  // An inherited "ignore" would make the kernel reap children without telling.
  static_cast<void>(signal(SIGCHLD, SIG_DFL));
  ignore_failed_writes();
}

void ignore_failed_writes() {
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  static_cast<void>(signal(SIGXFSZ, SIG_IGN));
}

SignalFd::SignalFd(std::initializer_list<int> signals) {
  const sigset_t set = set_of(signals);
  fd_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

std::optional<int> SignalFd::next() const {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void reopen_log(telemetry::Log& log) {
  const Outcome reopened = log.reopen();
  if (!reopened) log.warn("log_not_reopened", {{"detail", reopened.error().detail}});
}

void ProcessStopSignal::take_signals() {
  while (const auto signal = signals_.next()) {
    if (*signal == SIGUSR1) reopen_log(log_);
    else stopped_ = true;
  }
}

StopSignal::Waited ProcessStopSignal::wait_for(std::chrono::milliseconds time) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + time;
  while (!stopped_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    pollfd waiting{signals_.fd(), POLLIN, 0};
    const int ready = poll(&waiting, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
    if (ready > 0) take_signals();
    if (ready <= 0 && left.count() <= 0) return Waited::kTimeUp;
  }
  return Waited::kStop;
}

}  // namespace latchkey::server
