// What a credential is for. Scopes only narrow: a credential without any may do what its owner may.
//
//   read              GET, HEAD, OPTIONS and PROPFIND without an Upgrade, and the posts of
//                     PostedReads; without this word a credential reads and writes
//   host:NAME         on that host
//   path:/PREFIX      on that path and below, at a segment's border; never where the path was sent
//                     with a semicolon, which applications read differently
//   repository:NAME   in that repository as Nexus and Docker lay it out: `/repository/NAME`,
//                     `/v2/NAME` and what is below both, and the question for the registry's
//                     version, `/v2/`; never the catalog, and no layer out of another repository
//   docker:ACTION     in a Docker registry, and for that action there: pull, push (most tools need
//                     pull, too), delete, catalog
//   from:NETWORK      from that address or network (CIDR), as the web server saw the peer
//
// Several of one kind: any of them; path and repository are one kind, the place. Every kind that is
// named must hold. A word that is none of these fits no request, so that a scope which a later
// version wrote never widens what this one allows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/model/auth_query.h"

namespace latchkey::policy {

constexpr std::string_view kReadScope = "read";
constexpr std::size_t kScopesMax = 16;  // beside `read`
constexpr std::size_t kScopeBytesMax = 512;

// Looks at one scope before a credential is issued with it.
//
// Errors:  kMalformed: none of the forms above, or over the limit. The detail says what would be
//          right.
Outcome check_scope(std::string_view scope);

// Where a POST changes nothing. Elsewhere the same address may be anything: an application that
// takes what follows its own path for a parameter would do what it was asked to.
struct PostedReads {
  std::vector<std::string> npm_registries{};  // roots of registries, whose audits are posted
  std::vector<std::string> git_paths{};       // git's fetch is, below these
};

// Returns: true if a credential with these scopes is for this request. The one such function, for
//          every kind of credential at every entrance.
bool scopes_permit(std::span<const std::string> scopes, const model::AuthQuery& query,
                   const PostedReads& posted_reads = {});

}  // namespace latchkey::policy
