// What a Docker client asks the token server, in either of the two ways it may ask.
#pragma once

#include <string>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/config/docker.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/decision.h"
#include "latchkey/pages/page.h"
#include "latchkey/wire/registry.h"

namespace latchkey::pages {

struct DockerQuestion {
  std::string service;  // of the registry; one that is entered by tokens
  std::vector<wire::RegistryAccess> access;  // what is known of the scopes that were asked for
  bool offline = false;                      // a refresh token is asked for, too
  model::Credential credential;  // the client's; never what a browser sends by itself
};

// Reads a GET or POST.
//
// Returns: the question. GET proves by Authorization, or by what the web server vouches for, or not
//          at all; POST by `grant_type` password or refresh_token, and never by anything else.
// Errors:  kMalformedRequest: a field that is missing, repeated or none of ours, or a service that
//          is no registry of ours; kMalformedCredential: an Authorization field that cannot be
//          read.
// Spec:    Distribution, token and OAuth2 documentation of its authentication.
model::Step<DockerQuestion> read_docker_question(const PageRequest& request,
                                                 const config::Docker& docker);

}  // namespace latchkey::pages
