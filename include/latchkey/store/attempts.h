// Counters of failed passwords, which slow guessing down. They are all that a stranger can make us
// write, so their number is limited; they survive restarts and count for every worker alike. Asked
// before and after a password is looked at, by identity/ (Basic, the directory) and provider/ (the
// sign-in form), and by pages/ for short codes and reports of leaked secrets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::store {

class Connection;

// From so many failures on the next try must wait 1, 2, 4, ... seconds, at most kAttemptWaitMax. A
// network is shared by many people, so it has more patience than a name.
inline constexpr std::int64_t kNameFailuresFree = 5;
inline constexpr std::int64_t kNetworkFailuresFree = 50;
inline constexpr Seconds kAttemptWaitMax{900};
// A counter that saw no failure for so long starts again.
inline constexpr Seconds kAttemptMemory{24 * 3600};
// Counters kept of each kind. One more pushes out the weakest that blocks nothing; when all block,
// unknown names (networks) share one counter, so that flooding the table frees nobody.
inline constexpr std::int64_t kAttemptRowsMax = 10'000;

// Returns the spelling under which a user name is counted: lower case, without blanks at the ends.
// A name that can be nobody's (not printable ASCII, too long) is counted with all others of its
// sort.
std::string attempt_name(std::string_view user_name);

// Returns the network of a textual address, the /24 of an IPv4 and the /64 of an IPv6 one; an IPv4
// address in IPv6 clothes counts as IPv4. What is no address counts with all others of its sort.
std::string attempt_network(std::string_view address);

// The verbs on those counters. Use retry_after() first, and look at no password before it says now;
// then record_failure() or clear().
class Attempts {
 public:
  // Input: `connection` outlives it; `rows_max`, other than the usual one for tests only.
  explicit Attempts(Connection& connection, std::int64_t rows_max = kAttemptRowsMax)
      : connection_(connection), rows_max_(rows_max) {}

  // Tells how long to wait before a password of that name from that address may be looked at.
  //
  // Input:   `user_name` as the client sent it and `address` as the web server saw it, any bytes.
  // Returns: the longer of the name's and the network's wait; nullopt: now.
  // Errors:  kUnavailable: the store; then nobody can tell, and no password is to be looked at.
  Result<std::optional<Seconds>> retry_after(std::string_view user_name, std::string_view address,
                                             TimePoint now);

  // Counts a wrong password for the name and for the network, both or neither.
  // Errors: kUnavailable: the store; nothing was counted.
  Outcome record_failure(std::string_view user_name, std::string_view address, TimePoint now);

  // The same for texts that somebody reports as leaked, which needs no sign-in: each is counted,
  // for the network and apart from passwords, so that neither holds the other up.
  Result<std::optional<Seconds>> report_retry_after(std::string_view address, TimePoint now);
  Outcome record_report(std::string_view address, TimePoint now);

  // Forgets the name's failures after a right password. The network's stay: one good account must
  // not buy more guesses at others; and so does the count that many names share.
  // Errors: kUnavailable: the store.
  Outcome clear(std::string_view user_name);

 private:
  Connection& connection_;
  std::int64_t rows_max_;
};

}  // namespace latchkey::store
