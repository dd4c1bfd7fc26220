// [docker]: the hosts whose registry is entered by tokens of ours instead of by Basic.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"

namespace latchkey::config {

// How a token names the key that signed it.
enum class KeyIdForm {
  kLibtrust,    // as registries up to 2.8 look for it
  kThumbprint,  // RFC 7638, as registries from 3.0 on do
};

struct Docker {
  // Canonical, `*.` as in SiteHost, each of site.hosts. The name of the host is the name of the
  // service, so that a token of one registry is worthless at another.
  std::vector<std::string> token_hosts;
  Seconds lifetime = std::chrono::minutes(5);        // of an access token
  Seconds refresh_lifetime = std::chrono::days(90);  // 0: no refresh tokens are given
  KeyIdForm key_id = KeyIdForm::kLibtrust;
  bool operator==(const Docker&) const = default;

  // True if the registry on that host is entered by tokens.
  bool takes_tokens(std::string_view host) const;
};

}  // namespace latchkey::config
