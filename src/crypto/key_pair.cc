#include "key_pair.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "public_key.h"

namespace latchkey::crypto {

Result<KeyPair> generate_key_pair() {
  const EvpKey key = make_typable([] { return EvpKey(EVP_RSA_gen(kOwnKeyBits)); });
  if (key == nullptr) return openssl_failure("making an RSA key");
  // The private key's buffer is wiped when it is freed.
  const Bio private_bio(BIO_new(BIO_s_secmem()));
  const Bio public_bio(BIO_new(BIO_s_mem()));
  if (private_bio == nullptr || public_bio == nullptr ||
      !succeeded(PEM_write_bio_PKCS8PrivateKey(private_bio.get(), key.get(), nullptr, nullptr, 0,
                                               nullptr, nullptr)) ||
      !succeeded(PEM_write_bio_PUBKEY(public_bio.get(), key.get()))) {
    return openssl_failure("writing an RSA key");
  }
  KeyPair pair;
  pair.id = thumbprint(key.get());
  pair.private_pem = SecretString(content_of(private_bio.get()));
  pair.public_pem = content_of(public_bio.get());
  return pair;
}

}  // namespace latchkey::crypto
