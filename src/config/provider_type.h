// What differs between the types of [[provider]]: what the file may say of each, and what is meant
// where it says nothing.
#pragma once

#include "config/section.h"
#include "latchkey/config/provider.h"

namespace latchkey::config {

inline constexpr Value::Word<ProviderType> kProviderTypes[] = {{"oidc", ProviderType::kOidc},
                                                               {"github", ProviderType::kGithub},
                                                               {"gitlab", ProviderType::kGitlab},
                                                               {"google", ProviderType::kGoogle}};

inline constexpr Value::Word<Verifier> kVerifiers[] = {{"none", Verifier::kNone},
                                                       {"oidc", Verifier::kOidc},
                                                       {"github", Verifier::kGithub},
                                                       {"google", Verifier::kGoogle},
                                                       {"ldap", Verifier::kLdap}};

// Completes a provider whose keys were read: leaves a fault for each key that its type does not
// know (an option without effect would let people in whom it was to keep out), derives the API's
// address, and brings the lists into the form they are compared in.
void fit_to_type(Reading& reading, const Node& table, Provider& provider);

}  // namespace latchkey::config
