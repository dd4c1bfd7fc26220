// The accounts of people for whom the web server vouches: made at first sight, and found by
// (issuer, user name) from then on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/recent_map.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/client_authorities.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/file_stamp.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"
#include "latchkey/telemetry/log.h"
#include "local_users.h"
#include "vouched_person.h"

namespace latchkey::identity {

struct VouchedAccount {
  model::Account account;
  TimePoint valid_until{};
};

class VouchedAccounts {
 public:
  // All references outlive the object. `directory`, null where none is configured, is asked at
  // first sight, behind the gate; afterwards the housekeeper keeps its word in the store.
  VouchedAccounts(const config::Config& config, store::Store& store, SlowGate& gate, Random& random,
                  const telemetry::Log& log, directory::Directory* directory);

  // Input:   `local`, which was watched for this request: only somebody who is still in the users
  //          file is the same person as one of its people.
  // Errors:  kUnusableProof: nobody's name, or a name that is another source's person;
  //          kAccountDisabled, kStoreUnavailable.
  model::Step<VouchedAccount> find(const model::ClientCertificate& certificate,
                                   const LocalUsers& local, TimePoint now);
  model::Step<VouchedAccount> find(const model::RemoteUser& user, const LocalUsers& local,
                                   TimePoint now);

 private:
  // Where the word comes from.
  struct Source {
    const config::Vouching& settings;
    std::string_view kind;  // what accounts have as provider
    std::string issuer;
    bool says_facts;        // more than the name is configured
  };
  model::Step<model::Account> account_of(const Source& source, const RawProfile& said,
                                         const LocalUsers& local, TimePoint now);
  Result<bool> has_news(const Source& source, const model::Account& known,
                        const model::Profile& said);
  model::Step<model::Account> first_sight(const Source& source, const model::Profile& profile,
                                          const LocalUsers& local, TimePoint now);
  Outcome reload_if_changed();
  Result<VouchedPerson> read(const model::ClientCertificate& certificate, TimePoint now);

  const config::Config& config_;
  store::Store& store_;
  Random& random_;
  const telemetry::Log& log_;
  DirectoryPeople people_;
  const Source certificate_;
  const Source remote_user_;
  std::optional<crypto::FileStamp> stamp_;
  std::optional<crypto::ClientAuthorities> authorities_;  // as the file with the stamp says
  RecentMap<crypto::Digest, VouchedPerson> known_;        // certificates that they signed
};

}  // namespace latchkey::identity
