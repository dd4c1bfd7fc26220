#include "latchkey/model/proof.h"

#include <array>

namespace latchkey::model {

std::span<const Proof> all_proofs() {
  static constexpr std::array kAll{Proof::kSession,     Proof::kJwt,         Proof::kUserToken,
                                   Proof::kPassword,    Proof::kCertificate, Proof::kRemoteUser,
                                   Proof::kDockerToken, Proof::kAnonymous};
  return kAll;
}

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

bool is_ambient(Proof proof) {
  switch (proof) {
    case Proof::kSession:
    case Proof::kCertificate:
    case Proof::kRemoteUser: return true;
    case Proof::kJwt:
    case Proof::kUserToken:
    case Proof::kPassword:
    case Proof::kDockerToken:
    case Proof::kAnonymous: return false;
  }
  return true;
}

}  // namespace latchkey::model
