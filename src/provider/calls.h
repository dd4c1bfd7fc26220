// How every provider is called: with the deadline and the authorities of its settings, and with
// nothing believed that did not come with the status it must have. Private to this folder.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/provider.h"
#include "latchkey/provider/metadata.h"
#include "latchkey/provider/provider.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/wire/form.h"

namespace latchkey::provider {

// A GET as the provider's settings want it.
remote::HttpRequest request_to(const config::Provider& settings, const std::string& url);

// Returns `endpoint` with `fields` behind what query it has.
std::string with_query(const std::string& endpoint, const std::vector<wire::FormField>& fields);

// The S256 code challenge of a verifier. Spec: RFC 7636 section 4.2.
std::string challenge_of(const SecretString& verifier);

// Returns the beginning of a stranger's word as it may stand in the log.
std::string loggable(std::string_view text);

// What a token endpoint gives. Only the access token is always there.
struct Tokens {
  SecretString access_token;
  SecretString id_token;
  SecretString refresh_token;
};

// Where tokens are asked for, and how we prove there who we are.
struct TokenEndpoint {
  std::string url;
  TokenAuthentication authentication = TokenAuthentication::kBasic;
};

// Why there are no tokens, and what has become of the grant.
struct TokenFailure : Error {
  enum class After {
    kIntact,      // it can be sent again
    kMaybeSpent,  // it was sent, and nothing tells whether it was taken
    kDead,        // the provider says that it is good no more
  };
  After grant = After::kIntact;
};

// Redeems a code or a refresh token. Nothing is tried twice: it could be spent by then.
//
// Input:   `fields`, the grant; wiped afterwards.
// Errors:  kUnavailable: too many calls at once, nothing was sent. kRefused, kMalformed: no answer,
//          or none that can be used.
// Spec:    RFC 6749 sections 4.1.3, 5 and 6.
std::expected<Tokens, TokenFailure> ask_for_tokens(const TokenEndpoint& endpoint,
                                                   std::vector<wire::FormField> fields,
                                                   const config::Provider& settings,
                                                   remote::HttpClient& client);

// The grant that a provider's tokens leave behind.
Grant refresh_grant(const Tokens& tokens);

// The standing of somebody about whom there was no good answer.
Standing unknown_standing(const Error& error);
Standing standing_after(const TokenFailure& failure);

// The standing of somebody who is there, as far as what is demanded goes.
Standing standing_of(const config::Provider& settings, Claims claims);

// Returns a clear no.
Standing lost(std::string detail);

}  // namespace latchkey::provider
