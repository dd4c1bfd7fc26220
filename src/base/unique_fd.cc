#include "latchkey/base/unique_fd.h"

#include <unistd.h>

namespace latchkey {

void UniqueFd::reset(int fd) {
  // On Linux the descriptor is gone even when close() reports EINTR, so there is nothing to repeat.
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

}  // namespace latchkey
