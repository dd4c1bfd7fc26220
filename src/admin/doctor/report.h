// What `latchkey doctor` can find, and the report it finds it for. A finding is one fault at one
// place, with everything that showed it; what it means and what to change stands in tables.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "admin/verbs.h"

namespace latchkey::admin::doctor {

enum class Severity { kNote, kWarning, kCritical };
enum class Server { kUnknown, kNginx, kApache, kLighttpd, kCaddy, kHaproxy };

enum class Fault {
  // who is let in
  kUnprotected,
  kUnprotectedMethod,
  kOpenedByPath,
  kOpenedByField,
  kOpenedByHost,
  kUpgradeTunnel,
  kServedFile,
  kHealthPassedOn,
  // who the application believes it is talking to
  kIdentityPassed,
  kIdentityLookalike,
  kIdentityMissing,
  kIdentityEmpty,
  kIdentityDropped,
  kWhoamiWrong,
  kCredentialPassed,
  kCookiePassed,
  kUpgradePassed,
  // what strangers are answered
  kNotAsked,
  kBroken,
  kHostDisagrees,
  kUnknownHost,
  kForeignLocation,
  kChallengeCount,
  kChallengeClass,
  kCacheable,
  kIdentityShown,
  kCheckReachable,
  kPagesUnreachable,
  kSignInBroken,
  kSignInUnavailable,
  kCookieFlags,
  kHealthRefused,
  kTraceEcho,
  // how they get here
  kUnreachable,
  kUnanswered,
  kOpenHttp,
  kHttpChallenges,
  kHttpStays,
  kHttpNotProbed,
  kNoHsts,
  kForeignSite,
  // what could not be looked at
  kCredentialRefused,
  kNoCredential,
  kNoMirror,
  kNothingProtected,
  kWildcardHost,
  // this machine
  kAuthorizerOutside,
  kFileReadable,
  kFileWritable,
  kFileForeign,
  kSocketOpen,
  kSocketAbsent,
};

// The name is for programs; the sentences say what is wrong and how bad it is.
struct Description {
  Fault fault;
  std::string_view name;
  Severity severity;
  std::string_view what;
  std::string_view harm;
};

const Description& description_of(Fault fault);
std::string_view name_of(Severity severity);

struct Finding {
  Fault fault = Fault::kUnreachable;
  std::string where;              // an origin, or `this machine`
  Server server = Server::kUnknown;
  std::vector<std::string> seen;  // requests, field names or files
};

// Recognises the web server by its Server field, or by a name of --server.
Server server_of(std::string_view field);
std::string_view name_of(Server server);

// Returns: the lines to change, for a person to copy; the first says where they belong.
std::vector<std::string> advice_for(const Finding& finding);

class Report {
 public:
  // Adds what was seen to the finding of that fault and place, or makes one.
  void add(Fault fault, const std::string& where, std::string seen);

  // Findings that are added from now on are of this server.
  void is_about(Server server) { server_ = server; }
  Server server() const { return server_; }

  bool has(Fault fault, std::string_view where) const;

  // The worst first; else in the order they were found.
  std::vector<Finding> sorted() const;

  void count_probe() { ++probes_; }
  std::uint32_t probes() const { return probes_; }

 private:
  std::vector<Finding> findings_;
  Server server_ = Server::kUnknown;
  std::uint32_t probes_ = 0;
};

// Prints it. Returns kGood if nothing is worse than a note, else kFailed.
Status print(const Report& report, Form form, std::ostream& out);

}  // namespace latchkey::admin::doctor
