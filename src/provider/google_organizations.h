// Which organisations of Google Cloud somebody can see, which is what nexus-proxy went by. Private
// to this folder.
#pragma once

#include <string>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/provider.h"
#include "latchkey/remote/http_client.h"

namespace latchkey::provider {

// Asks the Resource Manager API with the person's own access token, to the last page.
//
// Returns: the numbers of the active organisations, as in `organizations/1234`. Nobody sees one
//          without the role Organization Viewer in it.
// Errors:  kUnavailable, kRefused, kMalformed: as HttpClient, or no answer that can be used.
// Spec:    Resource Manager API v3, organizations.search.
Result<std::vector<std::string>> google_organizations(const config::Provider& settings,
                                                      remote::HttpClient& client,
                                                      const SecretString& access_token);

}  // namespace latchkey::provider
