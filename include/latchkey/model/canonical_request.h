// The one reading of a request that rules, logs, scopes, refusals and `explain` share.
#pragma once

#include <string>

namespace latchkey::model {

enum class Scheme { kHttp, kHttps };

// Made by dialect/, from the variables the web server computed and nothing a client can name.
struct CanonicalRequest {
  Scheme scheme = Scheme::kHttp;
  std::string host;    // lower case, no port, no final dot; IPv6 in brackets
  std::string method;  // as sent; compared byte by byte
  // Decoded once, without dot segments and empty segments, beginning with `/`. An encoded slash
  // that was kept stands as the three bytes `%2F` and separates nothing.
  std::string path;
  bool has_encoded_slash = false;  // refused later unless the [[path]] says "keep"
  std::string query;   // raw, without the `?`; never part of a rule
  std::string target;  // the raw origin-form target as sent, for the way back after sign-in
};

}  // namespace latchkey::model
