#include "latchkey/fcgi/connection_loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include "fastcgi_connection.h"

namespace latchkey::fcgi {
namespace {

constexpr std::size_t kEventsMax = 16;
// How many of one socket are answered before signals and the other sockets are looked at.
constexpr int kInARowMax = 8;
constexpr std::uint64_t kWakeEvent = UINT64_MAX;

enum class Ready { kConnection, kNothing, kStop, kFailed };

bool is_wake(const epoll_event& event) { return event.data.u64 == kWakeEvent; }

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
  Ready next_in_row();
  std::size_t next_of(std::span<const epoll_event> ready) const;
  Ready wait_for_kept();
  Ready accept_from(std::size_t place);
  void serve_one(Service& service);

  std::vector<Listener> listeners;
  LoopLimits limits;
  LoopObserver& observer;
  Deadline deadline;
  FastcgiConnection connection;
  UniqueFd epoll;
  std::size_t turn = 0;       // the listener that was asked last
  int in_a_row = kInARowMax;  // how many it gave since the others were looked at
  std::uint32_t served = 0;
  bool valid = false;
};

// Waits until the held connection has a request, somebody new waits, or a signal came.
Ready ConnectionLoop::State::wait() {
  const Ready soon = connection.fd() >= 0 ? wait_for_kept() : next_in_row();
  if (soon != Ready::kNothing) return soon;
  std::array<epoll_event, kEventsMax> events;
  // With a kept connection something is ready already or its time is up, so nothing is waited for.
  const int timeout = connection.fd() >= 0 ? 0 : -1;
  const int count = epoll_wait(epoll.get(), events.data(), kEventsMax, timeout);
  if (count < 0) return errno == EINTR ? Ready::kNothing : Ready::kFailed;
  const std::span<const epoll_event> ready(events.data(), static_cast<std::size_t>(count));
  const bool wake = std::ranges::any_of(ready, is_wake);
  if (wake && observer.woken() == LoopObserver::Wake::kStop) return Ready::kStop;
  if (std::ranges::all_of(ready, is_wake)) return Ready::kNothing;
  connection.close_now();  // an idle kept connection gives way to somebody who waits
  in_a_row = 0;
  return accept_from(next_of(ready));
}

// Under load the next one waits already where the last came from: to accept it at once saves asking
// the kernel who does. Returns kNothing when the other descriptors are to be looked at.
Ready ConnectionLoop::State::next_in_row() {
  return ++in_a_row < kInARowMax ? accept_from(turn) : Ready::kNothing;
}

// The first behind the one whose turn it was, so that no busy socket keeps another waiting.
std::size_t ConnectionLoop::State::next_of(std::span<const epoll_event> ready) const {
  const std::size_t all = listeners.size();
  const auto distance = [this, all](const epoll_event& event) {
    return is_wake(event) ? all : (event.data.u64 + all - turn - 1) % all;
  };
  return std::ranges::min(ready, {}, distance).data.u64;
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

Ready ConnectionLoop::State::accept_from(std::size_t place) {
  const Listener& listener = listeners[place];
  turn = place;
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
  in_a_row = kInARowMax;  // nobody waits there
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
  } else {
    in_a_row = kInARowMax;  // whoever stalls must not keep signals and others waiting as well
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
