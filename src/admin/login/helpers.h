// latchkey as the program that docker and git ask for passwords. Both talk on standard input and
// output; neither ever puts a secret into an argument.
#pragma once

#include <string>

#include "latchkey/admin/command.h"
#include "keyring.h"

namespace latchkey::admin {

// `docker-credential-latchkey get|store|erase|list`, for podman and skopeo as well.
//
// Returns: the exit status; what docker reads of a failure is on `world.out`.
// Spec:    "Credential helper protocol" of the docker CLI's manual.
int docker_helper(const Keyring& keyring, const std::string& verb, const World& world);

// `git-credential-latchkey get|store|erase`. An operation that git may invent later is ignored, as
// git asks for.
// Spec: gitcredentials(7), git-credential(1).
int git_helper(const Keyring& keyring, const std::string& verb, const World& world);

}  // namespace latchkey::admin
