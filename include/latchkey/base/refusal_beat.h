// How long a wrong password takes: as long whoever was asked about it, and whether they exist.
#pragma once

#include <chrono>

namespace latchkey {

// A wrong password is answered at the next multiple of this.
inline constexpr std::chrono::milliseconds kRefusalBeat{250};

// Made before the password is looked at; asked to wait when it turned out to be wrong.
class RefusalBeat {
 public:
  // Whether somebody else is asked about other names, so that time would tell whose a name is.
  enum class Keep { kNo, kYes };

  // Sleeps until the next beat, counted from when this object was made.
  void wait() const;
  void wait(Keep keep) const {
    if (keep == Keep::kYes) wait();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace latchkey
