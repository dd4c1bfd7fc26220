#include "latchkey/model/proof.h"

namespace latchkey::model {

std::string_view name_of(Proof proof) {
  switch (proof) {
    case Proof::kSession: return "session";
    case Proof::kJwt: return "jwt";
    case Proof::kUserToken: return "user-token";
    case Proof::kPassword: return "password";
    case Proof::kCertificate: return "certificate";
    case Proof::kRemoteUser: return "remote-user";
    case Proof::kDockerToken: return "docker-token";
    case Proof::kAnonymous: return "anonymous";
  }
  return "anonymous";
}

}  // namespace latchkey::model
