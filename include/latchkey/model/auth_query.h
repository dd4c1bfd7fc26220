// One question of a web server: who is this, and may they. What dialect/ makes of the parameters,
// and all that the later stages know of the request.
#pragma once

#include <optional>
#include <string>

#include "latchkey/base/secret_string.h"
#include "latchkey/model/canonical_request.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/reason.h"

namespace latchkey::model {

// What the web server can make of an answer; set by its configuration in LATCHKEY_MODE.
enum class Mode {
  kWhole,  // the AUTHORIZER role without a mode: the whole refusal passes (Apache's hook, lighttpd)
  kCheck,  // 200 or a bare 401 (nginx, mod_fcgid)
  kForward,  // plain headers, the whole refusal passes (Caddy)
  kRefused,  // renders a refusal that was decided before (error_page, ErrorDocument)
  kGate,     // plain CGI before static files: a local redirect to the file, or the whole refusal
};

// How an identity is spelled on approval; follows from the FastCGI role.
enum class IdentityForm { kHeaders, kVariables };

// How a question reached us; decides whether variables about the person are believed at all.
enum class Transport {
  kUnixSocket,
  kTcp,
  kInherited,     // of the web server that started us
  kInheritedTcp,  // the same on a port
  kCgi,
};

// Any local account can reach a port, whoever made it.
constexpr bool is_tcp(Transport transport) {
  return transport == Transport::kTcp || transport == Transport::kInheritedTcp;
}

// The mode and form of one call. Known before anything else of the request is looked at, so that
// even a malformed one is refused in the right form.
struct Call {
  Mode mode = Mode::kCheck;
  IdentityForm form = IdentityForm::kHeaders;
};

// Header fields that decisions read. Absent and empty are different only where it says so.
struct ClientHints {
  std::string accept;
  std::string user_agent;
  std::string origin;
  std::string sec_fetch_site;
  std::string sec_fetch_mode;
  bool has_requested_with = false;  // X-Requested-With was sent
  bool wants_upgrade = false;       // Upgrade was sent
  bool is_prefetch = false;         // Sec-Purpose or Purpose names prefetch
  bool has_form_body = false;       // the body calls itself a form, or several things
};

struct AuthQuery {
  Call call;
  CanonicalRequest request;
  ClientHints hints;
  std::string cookies;                        // the Cookie fields, joined by `; `
  std::optional<SecretString> authorization;  // the one Authorization field, if sent
  // What the web server itself vouches for; nullopt unless it is to be believed.
  std::optional<ClientCertificate> certificate;
  std::optional<RemoteUser> remote_user;
  std::string remote_address;                 // the peer as the web server saw it, textual
  Transport transport = Transport::kUnixSocket;
  // Mode `refused`: why the check said no; nullopt where the web server cannot hand it on.
  std::optional<Reason> handed_on;
};

}  // namespace latchkey::model
