// One certificate as OpenSSL's object. Private to this folder.
#pragma once

#include <openssl/x509.h>

#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/handle.h"
#include "latchkey/base/result.h"

namespace latchkey::crypto {

using ParsedCertificate = Handle<X509, X509_free>;

// Input and errors are those of read_certificate.
Result<ParsedCertificate> parse_certificate(std::string_view pem);

// Errors: kMalformed: no time.
Result<TimePoint> time_of(const ASN1_TIME* time);

}  // namespace latchkey::crypto
