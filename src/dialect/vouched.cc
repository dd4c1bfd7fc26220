#include "vouched.h"

#include <algorithm>
#include <string>

#include "latchkey/config/vouching.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/host.h"

namespace latchkey::dialect {
namespace {

using fcgi::Params;

constexpr int kInternalRedirectsMax = 10;  // Apache's limit, whose each step adds a `REDIRECT_`

bool applies_to(const config::Vouching& vouching, const std::string& host) {
  if (!vouching.enabled) return false;
  return vouching.hosts.empty() ||
         std::ranges::any_of(vouching.hosts, [&](const std::string& name) {
           return name == host || wire::host_matches(name, host);
         });
}

// Apache hands our own answer (Variable-REMOTE_USER) on to what it asks afterwards for the same
// request: subrequests, error documents, internal redirects. It always comes with how it was
// proven, which no client and no other module sets.
bool is_our_own_answer(const Params& params) {
  std::string name = "LATCHKEY_AUTH";
  for (int redirects = 0; redirects <= kInternalRedirectsMax; ++redirects) {
    if (params.find(name)) return true;
    name.insert(0, "REDIRECT_");
  }
  return false;
}

std::string value_of(const Params& params, const std::string& variable) {
  return std::string(variable.empty() ? std::string_view() : params.get(variable));
}

bool is_of_scheme(std::string_view authorization, std::string_view scheme) {
  return authorization.size() > scheme.size() &&
         wire::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme) &&
         wire::is_blank(authorization[scheme.size()]);
}

// Takes a scheme out that is the web server's and not ours. Basic may be either, so it is the web
// server's only if that has found somebody by it.
void drop_dealt_with(const config::RemoteUser& settings, model::AuthQuery& query) {
  if (!query.authorization) return;
  const bool dealt_with =
      std::ranges::any_of(settings.authorization_schemes, [&](const std::string& scheme) {
        const bool ours = wire::equal_ignoring_case(scheme, "Basic") && !query.remote_user;
        return !ours && is_of_scheme(query.authorization->reveal(), scheme);
      });
  if (dealt_with) query.authorization.reset();
}

void read_remote_user(const Params& params, const config::RemoteUser& settings,
                      model::AuthQuery& query) {
  const std::string_view name = params.get(settings.variable);
  if (!name.empty() && !is_our_own_answer(params)) {
    query.remote_user = model::RemoteUser{
        .name = std::string(name),
        .groups = value_of(params, settings.groups_variable),
        .mail = value_of(params, settings.mail_variable),
        .display_name = value_of(params, settings.display_name_variable)};
  }
  drop_dealt_with(settings, query);
}

void read_certificate(const Params& params, model::AuthQuery& query) {
  // Apache also says GENEROUS, nginx and lighttpd FAILED: and why, all of them NONE.
  if (params.get("SSL_CLIENT_VERIFY") != "SUCCESS") return;
  query.certificate =
      model::ClientCertificate{.pem = std::string(params.get("SSL_CLIENT_CERT")),
                               .subject = std::string(params.get("SSL_CLIENT_S_DN")),
                               .issuer = std::string(params.get("SSL_CLIENT_I_DN"))};
}

}  // namespace

void read_vouched(const Params& params, const QuestionSettings& settings,
                  model::AuthQuery& query) {
  if (model::is_tcp(query.transport) && settings.peer_secret.empty()) return;
  const std::string& host = query.request.host;
  if (settings.certificate != nullptr && applies_to(*settings.certificate, host)) {
    read_certificate(params, query);
  }
  if (settings.remote_user != nullptr && applies_to(*settings.remote_user, host)) {
    read_remote_user(params, *settings.remote_user, query);
  }
}

}  // namespace latchkey::dialect
