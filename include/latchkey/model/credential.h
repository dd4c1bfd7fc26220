// What a request presents as proof of a person, before anybody has looked whether it is true.
// Made by credential/, judged by identity/.
#pragma once

#include <string>
#include <variant>

#include "latchkey/base/secret_string.h"

namespace latchkey::model {

// Nothing at all. That is no error: a rule may let anyone in.
struct NoCredential {};

// The value of the session cookie.
struct SessionCookie {
  SecretString token;
};

// User name and password of Basic. The password may be a signed token; that is for identity/ to
// see.
struct BasicPair {
  std::string user;  // may be empty
  SecretString password;
};

// The token of Bearer.
struct BearerToken {
  SecretString token;
};

// The token of Bearer at a registry that is entered by tokens, made by our token server.
struct DockerToken {
  SecretString token;
  std::string service;  // the registry that was asked
};

// What our token server gave to ask for such tokens later, and is shown now.
struct DockerRefreshToken {
  SecretString token;
  std::string service;  // the registry that the new token is to be for
};

// A client certificate that the web server has verified, in its words: any bytes. Made by dialect/
// only where the configuration says that this web server sets these variables, and where nobody
// else can reach us.
struct ClientCertificate {
  std::string pem;      // SSL_CLIENT_CERT; empty where the web server does not hand it on
  std::string subject;  // SSL_CLIENT_S_DN; looked at only without the certificate itself
  std::string issuer;   // SSL_CLIENT_I_DN; likewise
};

// Whom the web server has authenticated by its own means, in its words; made as above.
struct RemoteUser {
  std::string name;
  std::string groups;  // as one text; these three are empty where no variable is configured
  std::string mail;
  std::string display_name;
};

using Credential = std::variant<NoCredential, SessionCookie, BasicPair, BearerToken, DockerToken,
                                DockerRefreshToken, ClientCertificate, RemoteUser>;

}  // namespace latchkey::model
