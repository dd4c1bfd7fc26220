// The authorities whose client certificates count here. A web server may trust others too, for
// another site of its own, and then says SUCCESS of theirs just the same.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::crypto {

class ClientAuthorities {
 public:
  // Reads a file of certificates in PEM: root authorities, or the intermediate ones that are meant.
  //
  // Errors: kUnavailable: it cannot be read; kRefused: no file, or others can write it; kMalformed:
  //         there is no certificate in it, or something that is none.
  static Result<ClientAuthorities> load(const std::string& file);

  // Verifies that one of the authorities signed this certificate for a TLS client. What stands
  // between them must be in the file, as web servers hand on the holder's certificate only.
  //
  // Input:   `pem`, as read_certificate takes it.
  // Returns: until when, and including which second, all of the chain is good.
  // Errors:  kMalformed: no certificate; kRefused: not signed by them, not for clients, or not now.
  Result<TimePoint> verify(std::string_view pem, TimePoint now) const;

 private:
  struct Store;
  explicit ClientAuthorities(std::shared_ptr<const Store> store) : store_(std::move(store)) {}

  std::shared_ptr<const Store> store_;
};

}  // namespace latchkey::crypto
