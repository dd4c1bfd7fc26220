// Where lines go: the sinks below spdlog's logger.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstddef>
#include <mutex>
#include <string>

#include "latchkey/base/result.h"
#include "latchkey/base/unique_fd.h"

namespace latchkey::telemetry {

// Appends each line with one write(2). spdlog's own file sink goes through stdio, which splits a
// line at its buffer's end, so that lines of two workers could mix.
class AppendSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Takes standard error, which is never closed.
  AppendSink() = default;
  explicit AppendSink(std::string file) : file_(std::move(file)) {}

  // Opens the file by its name and gives up the one held before.
  // Errors: kUnavailable: it cannot be opened; what was held stays.
  Outcome open();

  // Gives the file to a user, who can then open it again by its name. What is no regular file, as
  // /dev/stdout is not, stays whose it is.
  // Errors: kUnavailable: the system does not allow it.
  Outcome give_to(unsigned user, unsigned group);

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

 private:
  std::string file_;  // empty: standard error
  UniqueFd fd_;
};

// Appends each line to a text of the caller.
class StringSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit StringSink(std::string& out) : out_(out) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

 private:
  std::string& out_;
};

}  // namespace latchkey::telemetry
