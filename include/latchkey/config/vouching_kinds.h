// The words for the web server's two kinds of proof: what their accounts have as provider, and by
// which [ldap] providers names them.
#pragma once

namespace latchkey::config {

inline constexpr const char* kCertificateKind = "certificate";
inline constexpr const char* kRemoteUserKind = "remote-user";

}  // namespace latchkey::config
