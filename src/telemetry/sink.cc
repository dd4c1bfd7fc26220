#include "telemetry/sink.h"

#include <fcntl.h>
#include <spdlog/details/log_msg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace latchkey::telemetry {

Outcome AppendSink::open() {
  if (file_.empty()) return {};
  const std::lock_guard lock(mutex_);
  // Not O_NOFOLLOW: an operator may point the log at /dev/stdout or at another volume.
  UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
  if (!fd.valid()) {
    return fail(ErrorCode::kUnavailable,
                "cannot open the log file " + file_ + ": " + std::strerror(errno));
  }
  fd_ = std::move(fd);
  return {};
}

Outcome AppendSink::give_to(unsigned user, unsigned group) {
  const std::lock_guard lock(mutex_);
  struct stat status {};
  if (!fd_.valid() || ::fstat(fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (::fchown(fd_.get(), user, group) == 0) return {};
  return fail(ErrorCode::kUnavailable,
              "cannot give the log file " + file_ + " away: " + std::strerror(errno));
}

void AppendSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  const int fd = file_.empty() ? STDERR_FILENO : fd_.get();
  // A short write is not completed: by then another process may have written in between.
  while (::write(fd, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

void StringSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  out_.append(line.data(), line.size());
}

}  // namespace latchkey::telemetry
