// The fourth stage: may this identity do this here. Ordered rules, first match decides, no match is
// deny; and the settings of hosts and paths that the other stages are told by the flow.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/config/hosts.h"
#include "latchkey/model/auth_query.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/identity.h"

namespace latchkey::policy {

// What `[[path]]` and the built-in classes say of one path; nothing is left open.
struct PathSettings {
  config::Challenge challenge = config::Challenge::kBrowser;
  config::AuthorizationUse authorization = config::AuthorizationUse::kLatchkey;
  config::EncodedSlash encoded_slash = config::EncodedSlash::kRefuse;
  config::CrossSite cross_site = config::CrossSite::kRefuse;
  std::string token_service;  // of a registry that is entered by tokens; else empty

  bool operator==(const PathSettings&) const = default;
};

class Policy {
 public:
  // Errors:  kMalformed: a health pattern that RE2 does not take.
  static Result<Policy> from(const config::Config& config);
  Policy(Policy&&) noexcept;
  Policy& operator=(Policy&&) noexcept;
  ~Policy();

  // True for a configured User-Agent on exactly the configured path. Judged before all else, on any
  // host, scheme and method; it never lets a request through to the application.
  bool is_health(const model::CanonicalRequest& request, const model::ClientHints& hints) const;

  // Returns: the settings of the path on that host. Where nobody browses, the browser class is a
  //          program's, which is kBasic.
  PathSettings settings(std::string_view host, std::string_view path) const;

  // Looks at the request alone, before any credential: our host, https where it is enforced, no
  // encoded slash where it is not kept, or where the settings would be others without it.
  //
  // Errors:  a refusal with kUnknownHost, kHttpsRequired or kAmbiguousTarget.
  model::Step<void> admit(const model::CanonicalRequest& request,
                          const PathSettings& settings) const;

  // Decides. An anonymous identity is let in by a rule for anyone only. A path with a kept encoded
  // slash must be allowed in each of its readings.
  //
  // Returns: an approval of `identity`, or a refusal that names it; `rule` says which rule decided.
  model::Decision decide(const model::AuthQuery& query, const PathSettings& settings,
                         model::Identity identity) const;

  const config::Hosts& hosts() const;

 private:
  struct Parts;
  explicit Policy(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

// True if some rule or [[path]] depends on more of the path than `/`. Then a `;` in a path is
// refused, because applications differ in whether it ends a segment's name; else it is cut off.
bool depends_on_paths(const config::Config& config);

}  // namespace latchkey::policy
