// Tells a site that a credential of its own is to end: `latchkey logout` does, and `latchkey login`
// with what it could not keep.
#pragma once

#include <string>

#include "device_flow.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/remote/http_client.h"

namespace latchkey::admin {

// Where it is told.
struct RevokeDesk {
  std::string origin;   // of the site
  std::string path;     // of its page of credentials
  std::string ca_file;  // trust these authorities instead of the machine's, unless empty
};

// Errors: kUnavailable and those of remote::HttpClient: it may still be alive.
// Spec:   `POST /cli/credentials/revoke` of docs/credentials.md; it answers alike whether it was
//         one.
Outcome revoke_at(remote::HttpClient& client, const RevokeDesk& desk, const SecretString& secret);

}  // namespace latchkey::admin
