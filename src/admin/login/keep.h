// Puts a credential where the tools of this machine look for it: the helpers that docker and git
// are configured with, else our own file.
#pragma once

#include <string>
#include <vector>

#include "device_flow.h"
#include "latchkey/base/result.h"

namespace latchkey::admin {

struct KeptAt {
  std::vector<std::string> places;   // in words, for the person
  std::vector<std::string> troubles;  // a helper that failed, with its reason
  bool in_our_file = false;          // no helper took it, so tools have to be told of ours
};

// Input:   `docker_helper`, NAME of docker-credential-NAME; empty: the one of docker's
//          configuration for that host.
// Errors:  kUnavailable: it could be kept nowhere.
Result<KeptAt> keep(const LoginSite& site, const LoginGrant& grant,
                    const std::string& docker_helper);

// Returns the NAME of docker-credential-NAME for a registry, by docker's own configuration; empty
// if it names none.
std::string configured_docker_helper(const std::string& authority);

}  // namespace latchkey::admin
