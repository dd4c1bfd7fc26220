#include "latchkey/crypto/client_authorities.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "file.h"
#include "latchkey/base/handle.h"
#include "openssl.h"
#include "parsed_certificate.h"

namespace latchkey::crypto {
namespace {

using Trusted = Handle<X509_STORE, X509_STORE_free>;
using Verification = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;

constexpr FileRules kBundle{
    .forbidden = 0022, .bytes_max = std::size_t{1} << 20, .links = Links::kFollow};

// The end of PEM is an error to OpenSSL, too; every other one is a certificate that is none.
bool ended_well() {
  const unsigned long error = ERR_peek_last_error();
  const bool well =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  forget_openssl_errors();
  return well;
}

Result<TimePoint> end_of(const STACK_OF(X509) * chain) {
  TimePoint end = TimePoint::max();
  for (int at = 0; at < sk_X509_num(chain); ++at) {
    LK_TRY(const TimePoint one, time_of(X509_get0_notAfter(sk_X509_value(chain, at))));
    end = std::min(end, one);
  }
  return end;
}

}  // namespace

struct ClientAuthorities::Store {
  Trusted trusted;
};

Result<ClientAuthorities> ClientAuthorities::load(const std::string& file) {
  LK_TRY(const SecretString text, read_file(AT_FDCWD, file, kBundle));
  const std::string_view pem = text.reveal();
  const Bio memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto store = std::make_shared<Store>(Trusted(X509_STORE_new()));
  LK_ASSERT(memory != nullptr && store->trusted != nullptr);
  int count = 0;
  ERR_clear_error();
  while (const ParsedCertificate one{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)}) {
    LK_ASSERT(X509_STORE_add_cert(store->trusted.get(), one.get()) == 1);
    ++count;
  }
  if (!ended_well() || count == 0) {
    return fail(ErrorCode::kMalformed, file + ": must be a file of certificates in PEM");
  }
  return ClientAuthorities(std::move(store));
}

Result<TimePoint> ClientAuthorities::verify(std::string_view pem, TimePoint now) const {
  LK_TRY(const ParsedCertificate certificate, parse_certificate(pem));
  const Verification context(X509_STORE_CTX_new());
  LK_ASSERT(context != nullptr);
  LK_ASSERT(X509_STORE_CTX_init(context.get(), store_->trusted.get(), certificate.get(),
                                nullptr) == 1);
  X509_VERIFY_PARAM* const how = X509_STORE_CTX_get0_param(context.get());
  LK_ASSERT(X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT) == 1);
  LK_ASSERT(X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN) == 1);
  X509_VERIFY_PARAM_set_time(how, to_unix(now));
  if (!succeeded(X509_verify_cert(context.get()))) {
    const int error = X509_STORE_CTX_get_error(context.get());
    forget_openssl_errors();
    return fail(ErrorCode::kRefused, X509_verify_cert_error_string(error));
  }
  return end_of(X509_STORE_CTX_get0_chain(context.get()));
}

}  // namespace latchkey::crypto
