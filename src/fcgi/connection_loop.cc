#include "latchkey/fcgi/connection_loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include "fastcgi_connection.h"

namespace latchkey::fcgi {
namespace {

constexpr std::size_t kEventsMax = 16;
constexpr std::uint64_t kWakeEvent = UINT64_MAX;

enum class Ready { kConnection, kNothing, kStop, kFailed };

}  // namespace

struct ConnectionLoop::State {
  State(std::span<const Listener> listening, int wake, const LoopLimits& given,
        LoopObserver& observing)
      : listeners(listening.begin(), listening.end()),
        limits(given),
        observer(observing),
        connection(limits, deadline) {
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
    epoll.reset(epoll_create1(EPOLL_CLOEXEC));
    valid = epoll.valid() && deadline.valid() && connection.valid() && add(wake, kWakeEvent, 0);
    // Exclusive: one new connection wakes one worker, not all that wait for the same socket.
    for (std::size_t i = 0; valid && i < listeners.size(); ++i) {
      valid = add(listeners[i].fd, i, EPOLLEXCLUSIVE);
    }
  }

  bool add(int fd, std::uint64_t tag, std::uint32_t flags) const {
    epoll_event event{};
    event.events = EPOLLIN | flags;
    event.data.u64 = tag;
    return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  }

  Ready wait();
  Ready wait_for_kept();
  Ready accept_from(const Listener& listener);
  void serve_one(Service& service);

  std::vector<Listener> listeners;
  LoopLimits limits;
  LoopObserver& observer;
  Deadline deadline;
  FastcgiConnection connection;
  UniqueFd epoll;
  std::uint32_t served = 0;
  bool valid = false;
};

// Waits until the held connection has a request, somebody new waits, or a signal came.
Ready ConnectionLoop::State::wait() {
  if (connection.fd() >= 0) {
    const Ready kept = wait_for_kept();
    if (kept != Ready::kNothing) return kept;
  }
  std::array<epoll_event, kEventsMax> events;
  // With a kept connection something is ready already or its time is up, so nothing is waited for.
  const int timeout = connection.fd() >= 0 ? 0 : -1;
  const int count = epoll_wait(epoll.get(), events.data(), kEventsMax, timeout);
  if (count < 0) return errno == EINTR ? Ready::kNothing : Ready::kFailed;
  bool wake = false;
  bool waiting = false;
  Ready result = Ready::kNothing;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    wake = wake || events[i].data.u64 == kWakeEvent;
    waiting = waiting || events[i].data.u64 != kWakeEvent;
  }
  if (wake && observer.woken() == LoopObserver::Wake::kStop) return Ready::kStop;
  if (!waiting) return Ready::kNothing;
  connection.close_now();  // an idle kept connection gives way to somebody who waits
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (events[i].data.u64 == kWakeEvent || result == Ready::kConnection) continue;
    result = accept_from(listeners[events[i].data.u64]);
    if (result == Ready::kFailed) return result;
  }
  return result;
}

// Returns kNothing when the other descriptors are to be looked at.
Ready ConnectionLoop::State::wait_for_kept() {
  std::array<pollfd, 2> both = {pollfd{connection.fd(), POLLIN, 0}, pollfd{epoll.get(), POLLIN, 0}};
  const int ready = poll(both.data(), both.size(), static_cast<int>(limits.idle.count()));
  if (ready < 0 && errno != EINTR) return Ready::kFailed;
  if (ready > 0 && both[0].revents != 0) return Ready::kConnection;
  if (ready == 0) connection.close_now();
  return Ready::kNothing;
}

Ready ConnectionLoop::State::accept_from(const Listener& listener) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  auto* const address = reinterpret_cast<sockaddr*>(&peer);
  UniqueFd accepted(accept4(listener.fd, address, &size, SOCK_CLOEXEC));
  if (accepted.valid()) {
    const bool tcp = model::is_tcp(listener.transport);
    if (tcp && !listener.peers.everybody() && !listener.peers.admits(peer)) {
      observer.turned_away(address_text(peer));
      return Ready::kNothing;
    }
    connection.take(std::move(accepted), listener.transport);
    return Ready::kConnection;
  }
  switch (errno) {
    case EMFILE: case ENFILE: case ENOMEM: case ENOBUFS: case EBADF: case EINVAL: case ENOTSOCK:
      return Ready::kFailed;  // it would come again at once; the supervisor backs off
    default:
      return Ready::kNothing;  // another worker was faster, or the peer has left
  }
}

void ConnectionLoop::State::serve_one(Service& service) {
  observer.busy();
  if (connection.serve(service) == FastcgiConnection::Served::kAnswered) {
    ++served;
    service.after_reply();
  }
  observer.idle();
}

ConnectionLoop::ConnectionLoop(std::span<const Listener> listeners, int wake_fd,
                               const LoopLimits& limits, LoopObserver& observer)
    : state_(std::make_unique<State>(listeners, wake_fd, limits, observer)) {}

ConnectionLoop::~ConnectionLoop() = default;

LoopEnd ConnectionLoop::run(Service& service) {
  if (!state_->valid) return LoopEnd::kFailed;
  for (;;) {
    if (state_->limits.requests_max != 0 && state_->served >= state_->limits.requests_max) {
      state_->connection.close_now();
      return LoopEnd::kRetired;
    }
    switch (state_->wait()) {
      case Ready::kConnection: state_->serve_one(service); break;
      case Ready::kNothing: break;
      case Ready::kStop: state_->connection.close_now(); return LoopEnd::kStopped;
      case Ready::kFailed: return LoopEnd::kFailed;
    }
  }
}

}  // namespace latchkey::fcgi
