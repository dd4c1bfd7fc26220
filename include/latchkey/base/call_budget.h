// One deadline for all outbound calls of a request (provider, directory). Each call has its own,
// but several in a row could keep a worker busy until its supervisor ends it, and nobody would see
// the page that says what went wrong.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace latchkey {

class CallBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Now = std::function<Time()>;

  // Input: `whole`, the time of all calls of one request together.
  explicit CallBudget(std::chrono::milliseconds whole,
                      Now now = [] { return std::chrono::steady_clock::now(); })
      : whole_(whole), now_(std::move(now)) {
    begin();
  }

  // A request begins: its calls have the whole time again.
  void begin() { end_ = now_() + whole_; }

  Time end() const { return end_; }

  // Returns what is left of the time; zero when there is none.
  std::chrono::milliseconds left() const {
    const auto left = std::chrono::floor<std::chrono::milliseconds>(end_ - now_());
    return std::max(left, std::chrono::milliseconds(0));
  }

 private:
  std::chrono::milliseconds whole_;
  Now now_;
  Time end_;
};

}  // namespace latchkey
