#include "docker_question.h"

#include <optional>
#include <utility>

#include "body_kind.h"
#include "latchkey/credential/present.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/host.h"

namespace latchkey::pages {
namespace {

using model::Reason;
using model::Step;

std::unexpected<model::Decision> malformed(std::string what) {
  return model::refuse(Reason::kMalformedRequest, std::move(what));
}

Step<std::string> single(const wire::Form& fields, const char* name) {
  Result<std::optional<std::string>> value = fields.single(name);
  if (!value) return malformed(std::string(name) + " is repeated");
  return std::move(*value).value_or("");
}

// Old clients leave the service out, and mean the host that sent them here.
Step<std::string> service_of(const wire::Form& fields, const PageRequest& request,
                             const config::Docker& docker) {
  LK_TRY(std::string service, single(fields, "service"));
  if (service.empty()) service = request.request().host;
  // A second spelling of a host would be a second audience.
  const Result<wire::Authority> host = wire::parse_authority(service);
  if (!host || host->port || host->host != service || !docker.takes_tokens(service)) {
    return malformed("a service that is no registry with tokens");
  }
  return service;
}

// A cookie is no credential here: what may be asked with it, another site could ask.
Step<model::Credential> credential_of(const PageRequest& request) {
  if (!request.query.authorization) return credential::vouched_for(request.query);
  return credential::present(request.query, config::AuthorizationUse::kLatchkey, "");
}

Step<model::Credential> posted_credential(const wire::Form& fields, const std::string& service) {
  LK_TRY(const std::string grant, single(fields, "grant_type"));
  if (grant == "refresh_token") {
    LK_TRY(std::string token, single(fields, "refresh_token"));
    return model::DockerRefreshToken{SecretString(std::move(token)), service};
  }
  if (grant == "password") {
    LK_TRY(std::string user, single(fields, "username"));
    LK_TRY(std::string password, single(fields, "password"));
    return model::BasicPair{std::move(user), SecretString(std::move(password))};
  }
  return malformed("a grant_type that is neither password nor refresh_token");
}

}  // namespace

Step<DockerQuestion> read_docker_question(const PageRequest& request,
                                          const config::Docker& docker) {
  const bool post = request.is_post();
  if (post && body_kind(request) != BodyKind::kForm) return malformed("a body that is no form");
  const std::string& text = post ? request.body : request.request().query;
  const Result<wire::Form> fields = wire::Form::parse(text);
  if (!fields) return malformed(fields.error().detail);
  DockerQuestion question;
  LK_TRY(question.service, service_of(*fields, request, docker));
  question.access = wire::parse_registry_scopes(fields->all("scope"));
  LK_TRY(const std::string offline, single(*fields, post ? "access_type" : "offline_token"));
  question.offline = offline == (post ? "offline" : "true");
  if (post) {
    LK_TRY(question.credential, posted_credential(*fields, question.service));
  } else {
    LK_TRY(question.credential, credential_of(request));
  }
  return question;
}

}  // namespace latchkey::pages
