// What a client certificate says of its holder. Whether it is genuine was judged by the web server
// in the TLS handshake; here it is only read.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::crypto {

// The parts of the subject's alternative name that can name a person.
struct AlternativeNames {
  std::vector<std::string> mails;
  std::vector<std::string> dns;
  std::vector<std::string> uris;
  std::vector<std::string> upns;  // user principal names, as smart cards for Windows have them
};

// All texts are UTF-8 as OpenSSL converts them, and may hold any byte that the authority wrote.
struct CertificateFacts {
  std::vector<std::pair<std::string, std::string>> subject;  // `CN` and its value, and so on
  std::string subject_text;                                  // RFC 4514, with everything escaped
  std::string issuer_text;
  AlternativeNames names;
  TimePoint not_before{};
  TimePoint not_after{};  // good until and including this second
};

inline constexpr std::size_t kCertificateBytesMax = 16 * 1024;  // of its text

// Reads one certificate in PEM.
//
// Input:   `pem`, any bytes: with its line breaks, or with a tab or blank behind or instead of
//          each, as nginx, Apache and lighttpd hand it on.
// Errors:  kMalformed: over kCertificateBytesMax, no PEM, more than one certificate, or no
//          certificate; a value that is no text.
Result<CertificateFacts> read_certificate(std::string_view pem);

}  // namespace latchkey::crypto
