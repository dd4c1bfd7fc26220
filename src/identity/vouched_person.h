// Reads the person out of what the web server vouches for. Pure: nobody is looked up here.
#pragma once

#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/config/vouching.h"
#include "latchkey/identity/profile.h"
#include "latchkey/model/credential.h"

namespace latchkey::identity {

struct VouchedPerson {
  RawProfile profile;  // any bytes; filter_profile judges them
  TimePoint valid_from{};
  TimePoint valid_until{};  // and including this second
};

// Reads the configured part of a certificate that the web server verified.
//
// Returns: the person; good until the certificate ends, or for this request where it is not known.
// Errors:  kRefused: no certificate and no readable name, the certificate's time is not now,
//          another issuer than those configured, or not exactly one value that can be the name. The
//          detail says which.
Result<VouchedPerson> person_of(const config::Certificate& settings,
                                const model::ClientCertificate& certificate, TimePoint now);

// Cuts the realm or the domain off, as configured.
//
// Errors:  kRefused: a realm or domain that is not named, none where some are named, both at once,
//          or a name that still has `@` or a backslash afterwards where the realm is to be cut.
Result<VouchedPerson> person_of(const config::RemoteUser& settings, const model::RemoteUser& user,
                                TimePoint now);

}  // namespace latchkey::identity
