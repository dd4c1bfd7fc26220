// Asks a latchkey somewhere for a credential: shows the address where a person says yes, and waits
// for it. Spec: RFC 8628.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "latchkey/admin/command.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/remote/http_client.h"

namespace latchkey::admin {

// The place that was asked for, from an URL that somebody typed.
struct LoginSite {
  std::string origin;     // scheme://host[:port], canonical
  std::string authority;  // host[:port]
};

// Errors: kMalformed: no https:// (or http:// on loopback) and a host, or anything behind it.
Result<LoginSite> read_login_site(std::string_view url);

struct LoginQuestion {
  LoginSite site;
  std::string path;   // of its page of logins
  std::string label;  // what the person reads of us
  std::vector<std::string> scopes;
  std::string ca_file;  // trust these authorities instead of the machine's, unless empty
};

struct LoginGrant {
  std::string user_name;
  SecretString token;
  std::string id;       // of the credential
  std::string expires;  // RFC 3339
};

// Waits; the tests do not.
using Pause = std::function<void(Seconds)>;

// Asks, shows address and code on `world.err`, and polls until somebody has decided.
//
// Errors: kRefused: somebody said no, or it took too long; kUnavailable: there is no such place, or
//         it does not answer as one of ours.
Result<LoginGrant> log_in_by_device(remote::HttpClient& client, const LoginQuestion& question,
                                    const World& world, const Pause& pause);

}  // namespace latchkey::admin
