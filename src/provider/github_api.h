// GitHub's REST API as far as signing in needs it. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/provider.h"
#include "latchkey/provider/provider.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {

// Somebody as GitHub tells of them.
struct GithubPerson {
  std::string id;  // never given to somebody else, which a login name is
  Claims claims;
};

// One access token's view of the API.
class GithubApi {
 public:
  // All of them outlive this object.
  GithubApi(const config::Provider& settings, remote::HttpClient& client,
            const SecretString& token, TimePoint now)
      : settings_(settings), client_(client), token_(token), now_(now) {}

  // Asks who the token's owner is: user, verified main mail address, organisations and teams, each
  // list to its last page. What the configured scopes do not cover is left empty.
  //
  // Returns: the person; groups are `organization` and `organization:team`, as GitHub spells them,
  //          of the organizations that the configuration allows, if it names any.
  // Errors:  kExpired: the token is good no more. kUnavailable: too many calls at once. kRefused,
  //          kMalformed: no answer, a rate limit, or nothing that can be used.
  Result<GithubPerson> person();

  // For how long GitHub wants to be left alone; zero when it said nothing.
  Seconds wait() const { return wait_; }

 private:
  Result<remote::HttpResponse> get(const std::string& url);
  Result<wire::Json> object(const std::string& path);
  Result<std::vector<wire::Json>> list(const std::string& path);
  Outcome read_mail(Claims& claims);
  Outcome read_organizations(Claims& claims);
  Outcome read_teams(Claims& claims);
  bool gives_groups(const std::string& organization) const;
  bool may(std::string_view scope) const;

  const config::Provider& settings_;
  remote::HttpClient& client_;
  const SecretString& token_;
  TimePoint now_;
  Seconds wait_{};
};

}  // namespace latchkey::provider
