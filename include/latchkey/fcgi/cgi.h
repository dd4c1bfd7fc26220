// One request as plain CGI: parameters from the environment, body from descriptor 0, answer to 1.
#pragma once

#include <chrono>
#include <cstddef>

#include "latchkey/fcgi/exchange.h"

namespace latchkey::fcgi {

class CgiExchange final : public Exchange {
 public:
  // Input: `environment`, copied; `in_fd` and `out_fd`, which outlive the exchange; `receive`, the
  //        time the whole body may take.
  CgiExchange(const char* const* environment, int in_fd, int out_fd,
              std::chrono::milliseconds receive);

  const Params& params() const override { return params_; }
  Role role() const override { return Role::kResponder; }
  model::Transport transport() const override { return model::Transport::kCgi; }
  Result<std::string> read_body(std::size_t bytes_max) override;
  Outcome reply(const model::Answer& answer) override;

  bool replied() const { return replied_; }

 private:
  std::size_t unread() const;
  void drain();

  Params params_;
  int in_fd_;
  int out_fd_;
  std::chrono::milliseconds receive_;
  std::size_t body_read_ = 0;
  bool replied_ = false;
};

}  // namespace latchkey::fcgi
