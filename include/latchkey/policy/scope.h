// What a credential is for. Scopes only narrow: a credential without any may do what its owner may.
//
//   read            GET, HEAD, OPTIONS and PROPFIND without an Upgrade, nothing else
//   host:NAME       on that host; several of these: on any of them
//   path:/PREFIX    on that path and below, at a segment's border; several: on any of them; never
//                   where the path was sent with a semicolon, which applications read differently
//
// Every kind that is named must hold. A word that is none of these fits no request, so that a scope
// which a later version wrote never widens what this one allows.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "latchkey/base/result.h"
#include "latchkey/model/auth_query.h"

namespace latchkey::policy {

constexpr std::size_t kScopesMax = 16;
constexpr std::size_t kScopeBytesMax = 512;

// Looks at one scope before a credential is issued with it.
//
// Errors:  kMalformed: none of the forms above, or over the limit. The detail says what would be
//          right.
Outcome check_scope(std::string_view scope);

// Returns: true if a credential with these scopes is for this request.
bool scopes_permit(std::span<const std::string> scopes, const model::AuthQuery& query);

}  // namespace latchkey::policy
