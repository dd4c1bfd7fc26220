// The credential that `latchkey doctor` probes with: one that was given, or two of its own, which
// end with the run.
//
// Those of its own are for reading, and for the hosts under examination only; the second one, which
// may ask for an Upgrade, is for a path that no application has. Neither leaves this process but
// through the web server under examination. They are revoked when the run ends, also by a failure;
// signals wait until that is done. Only KILL or a power cut leaves them behind, for a day at most.
#pragma once

#include <optional>
#include <signal.h>
#include <string>
#include <vector>

#include "admin/opened.h"
#include "examination.h"

namespace latchkey::admin::doctor {

// Lets INT, TERM, HUP and QUIT wait as long as it lives, so that nothing is left behind.
class SignalsWait {
 public:
  SignalsWait();
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;
  ~SignalsWait();

  // True once one of them waits.
  bool one_waits() const;

 private:
  sigset_t waiting_{};
  sigset_t before_{};
};

class Badge {
 public:
  // Reads the first line of a file, or of standard input.
  static Or<Badge> from_file(const std::string& file, const World& world);

  // Issues to an account that is there already. `hosts`, what it is good for; `path`, where the one
  // for Upgrade is.
  static Or<Badge> issue(const Arguments& arguments, const std::vector<std::string>& hosts,
                         const std::string& path, const World& world);

  Badge(Badge&&) = default;
  Badge& operator=(Badge&&) = default;

  Credential& credential() { return credential_; }

  // Revokes what was issued. Returns kFailed, with a sentence printed, if it may still be alive.
  int give_back(const World& world);

 private:
  Badge() = default;

  Credential credential_;
  std::optional<Opened> opened_;
  std::vector<CredentialId> issued_;
};

}  // namespace latchkey::admin::doctor
