// The fields that could tell an application who somebody is, in every spelling, and the reading of
// a page that shows the fields it received. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "latchkey/config/config.h"

namespace latchkey::admin::doctor {

inline constexpr std::size_t kFieldsPerProbe = 24;  // some servers take few or short header blocks

enum class Spelling { kPlain, kUnderscores, kMixed };

struct Spoof {
  std::string name;
  std::string value;        // its own, so that a value in an answer tells which field has arrived
  bool configured = false;  // the application is told who somebody is under that name
  Spelling spelling = Spelling::kPlain;
};

// Returns every name under which proxies hand on an identity, those of `names` first; with `-`,
// with `_`, and mixed, because applications take one for the other.
std::vector<Spoof> spoofs_of(const config::IdentityNames& names, const std::string& nonce);

// What a page shows under that name, in whatever way it writes a field (`Name: value`, a JSON
// member, HTTP_NAME=value). Empty values too.
std::vector<std::string> mirrored(const std::string& body, const std::string& name);

}  // namespace latchkey::admin::doctor
