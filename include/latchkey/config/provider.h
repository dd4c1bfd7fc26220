// [[provider]]: a place where people sign in, and what is demanded of those who come from there.
#pragma once

#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::config {

enum class ProviderType {
  kOidc,    // any OpenID Connect provider
  kGithub,  // OAuth 2.0 and GitHub's own API
  kGitlab,  // OpenID Connect as GitLab speaks it
  kGoogle,  // OpenID Connect, hosted domains, and organisations by the Resource Manager API
};

// How it is found out, without the person's browser, whether somebody still belongs here.
enum class Verifier {
  kNone,    // never: what was true at sign-in stays true
  kOidc,    // the refresh token is redeemed, and userinfo asked
  kGithub,  // user, organisations and teams are asked with the access token
  kGoogle,  // as kOidc, and the organisations are asked
  kLdap,    // the directory is, which [ldap] does by itself
};

// Whether it is the provider that is asked, for which something has to be kept from the sign-in.
constexpr bool asks_provider(Verifier verifier) {
  return verifier != Verifier::kNone && verifier != Verifier::kLdap;
}

struct Provider {
  std::string name;   // [a-z0-9-], unique; part of no URL but the login's `provider` parameter
  std::string title;  // what the sign-in page calls it
  ProviderType type = ProviderType::kOidc;
  std::string issuer;   // exactly as the provider writes it; for GitHub, where people sign in
  std::string api_url;  // of kGithub and kGoogle, without a final slash; else empty
  std::string client_id;
  SecretString client_secret;  // read from client_secret_file
  std::vector<std::string> scopes{"openid", "profile", "email"};
  std::string username_claim = "preferred_username";  // claims are OpenID Connect's: not of kGithub
  std::string groups_claim = "groups";
  std::string mail_claim = "email";
  std::string name_claim = "name";
  bool trust_mail = false;  // rules by mail apply although `email_verified` is missing
  std::vector<std::string> algorithms{"RS256", "ES256", "PS256", "EdDSA"};  // of ID tokens
  std::string prompt;   // passed on as it is, for example "consent"
  std::string ca_file;  // trust these instead of the machine's authorities
  Seconds timeout{10};  // of one call to the provider, in all
  // Who may come: of each list that is not empty, one entry must be the person's.
  std::vector<std::string> allowed_organizations;  // kGithub: login names; kGoogle: numbers
  std::vector<std::string> allowed_teams;          // kGithub: `organization:team`
  std::vector<std::string> allowed_groups;         // kOidc, kGitlab
  std::vector<std::string> hosted_domains;         // kGoogle; lower case
  Verifier membership = Verifier::kNone;
};

// The settings of a provider of that type whose file says nothing: addresses, scopes, claims.
Provider provider_of_type(ProviderType type);

}  // namespace latchkey::config
