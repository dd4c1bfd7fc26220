#include <unistd.h>

#include <cstdlib>

#include "latchkey/server/listen.h"
#include "latchkey/wire/number.h"

namespace latchkey::server {
namespace {

constexpr int kFirstSystemdFd = 3;  // SD_LISTEN_FDS_START
constexpr int kSystemdFdsMax = 64;

int number_in(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? 0 : wire::read_number<int>(text).value_or(0);
}

// Spec: sd_listen_fds(3). The variables are removed, so that no child takes them for its own.
int take_systemd_count() {
  const int count = number_in("LISTEN_PID") == getpid() ? number_in("LISTEN_FDS") : 0;
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
  return count;
}

}  // namespace

bool started_as_cgi() { return std::getenv("GATEWAY_INTERFACE") != nullptr && !is_listening(0); }

Result<Inherited> inherited_sockets() {
  Inherited found;
  const int count = take_systemd_count();
  if (count < 0 || count > kSystemdFdsMax) {
    return fail(ErrorCode::kMalformed, "LISTEN_FDS names too many descriptors");
  }
  for (int fd = kFirstSystemdFd; fd < kFirstSystemdFd + count; ++fd) {
    // The web server did not start us then, so this is a unix socket like our own.
    LK_TRY(ListenSocket socket, ListenSocket::adopt(fd, "descriptor " + std::to_string(fd),
                                                    model::Transport::kUnixSocket));
    found.sockets.push_back(std::move(socket));
    found.how = Handover::kSystemd;
  }
  if (found.how == Handover::kNone && is_listening(0)) {
    LK_TRY(ListenSocket socket, ListenSocket::adopt(0, "descriptor 0"));
    found.sockets.push_back(std::move(socket));
    found.how = Handover::kDescriptor0;
  }
  return found;
}

}  // namespace latchkey::server
