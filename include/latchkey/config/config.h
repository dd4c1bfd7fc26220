// The whole configuration as checked values: what stands here can be used without another look.
// Read by config::load; conf/latchkey.toml explains every key to the person who writes the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/audit.h"
#include "latchkey/config/device.h"
#include "latchkey/config/docker.h"
#include "latchkey/config/ldap.h"
#include "latchkey/config/membership.h"
#include "latchkey/config/metrics.h"
#include "latchkey/config/pages.h"
#include "latchkey/config/provider.h"
#include "latchkey/config/user_token.h"
#include "latchkey/config/vouching.h"
#include "latchkey/model/issued_credential.h"

namespace latchkey::config {

// One name people reach us by. `name` is canonical (lower case, no final dot, no port) and may
// begin with `*.`, which stands for exactly one label. `port` is what a browser must be sent to, if
// not the scheme's own.
struct SiteHost {
  std::string name;
  std::optional<std::uint16_t> port;
};

struct Site {
  std::string url;  // scheme://host[:port], canonical, without a path
  bool https = false;  // the scheme of `url`
  std::vector<SiteHost> hosts;  // at least the host of `url`, which is the first
  std::string realm = "nexus-proxy";
  std::string title = "latchkey";  // what pages call the place
  bool enforce_https = false;
  bool allow_http = false;  // an http `url` need not be loopback; an http issuer always must
};

// [[host]]: what differs for one of site.hosts.
struct Host {
  std::string name;  // as in SiteHost::name
  bool browser = true;        // false: nobody browses here, the browser class becomes a program's
  bool enforce_https = true;  // false: exempt from site.enforce_https
};

// [paths]: where the responder's own pages live. All begin with `/` and are canonical.
struct Paths {
  std::string login = "/oauth/login";
  std::string callback = "/oauth/callback";
  std::string logout = "/oauth/logout";
  std::string backchannel_logout = "/oauth/backchannel-logout";
  std::string credentials = "/cli/credentials";
  std::string device = "/oauth/device";
  std::string whoami = "/whoami";
  std::string jwks = "/.well-known/jwks.json";
  std::string docker_token = "/docker/token";
  std::string healthz = "/healthz";
  std::string readyz = "/readyz";
  std::string metrics = "/metrics";
  bool operator==(const Paths&) const = default;
};

enum class Journal { kWal, kDelete };

struct Store {
  std::string path;  // absolute; from url = "sqlite:PATH", relative to the configuration file
  Journal journal = Journal::kWal;
  bool operator==(const Store&) const = default;
};

struct Session {
  Seconds idle = std::chrono::hours(8);
  Seconds absolute = std::chrono::days(7);
  bool operator==(const Session&) const = default;
};

struct Credential {
  std::chrono::days lifetime{365};      // when nobody says otherwise
  std::chrono::days lifetime_max{365};  // what a person may ask for
  std::uint32_t per_user_max = 100;     // live credentials of one person
  model::TokenForm form = model::TokenForm::kSigned;  // when nobody says otherwise
  Seconds remind = std::chrono::days(14);           // before the end, pages and answers say so
  Seconds rotate_overlap = std::chrono::hours(24);  // how long a replaced one is still good
  std::string key_directory;            // absolute; default: `keys` beside the store
  std::vector<std::string> git_paths;   // below these `read` may fetch with git
  bool operator==(const Credential&) const = default;
};

struct Local {
  std::string users_file;  // absolute, htpasswd format; empty: no local users
  bool basic = false;      // local passwords are taken as Basic by the authorizer too
};

inline constexpr const char* kGroupsOfRules = "rules";

// [application]: what stands behind the web server. A preset fills in keys of other sections that
// the file leaves open.
struct Application {
  std::string preset;                   // empty: none
  std::vector<std::string> open_paths;  // need no sign-in; they become the first rules
  bool operator==(const Application&) const = default;
};

// [legacy]: the tokens of a nexus-proxy that was here before. They have no record.
struct Legacy {
  std::string public_key_file;  // PEM, absolute; empty: none are taken
  TimePoint until{};            // none are taken from then on
  std::vector<std::string> audiences;      // one must be in the token; never empty
  std::vector<std::string> denied_users;   // as in the token
  std::vector<std::string> denied_tokens;  // SHA-256 of the whole token, 64 hexadecimal digits
  bool operator==(const Legacy&) const = default;
};

// [identity]: the names under which the facts about a person leave us.
struct IdentityNames {
  std::string user = "X-Forwarded-User";
  std::string groups = "X-Forwarded-Groups";
  std::string mail = "X-Forwarded-Mail";
  std::string display_name = "X-Forwarded-DisplayName";
  std::string user_variable = "REMOTE_USER";
  std::string groups_variable = "REMOTE_GROUPS";
  std::string mail_variable = "REMOTE_MAIL";
  std::string display_name_variable = "REMOTE_DISPLAY_NAME";
  std::string delimiter = "|";  // one to four printable characters
  std::uint32_t header_bytes_max = 4096;
  // Which groups leave us: empty: all; kGroupsOfRules: those that a [[rule]] names; else those that
  // this RE2 matches as a whole.
  std::string groups_filter;
  bool operator==(const IdentityNames&) const = default;
};

struct Health {
  std::vector<std::string> user_agents;  // RE2, case-insensitive, unanchored; each compiles
  std::string path = "/";
  bool operator==(const Health&) const = default;
};

enum class Challenge { kDocker, kBasic, kBrowser };
enum class EncodedSlash { kRefuse, kKeep };
enum class AuthorizationUse { kLatchkey, kApplication };
enum class CrossSite { kRefuse, kAllow };

// [[path]]: the longest prefix that matches at a segment's border decides each setting it names;
// what it leaves open comes from the next shorter one, and in the end from the built-in classes
// (/v2 is docker, /repository is basic, the rest is browser).
struct Path {
  std::string prefix;  // canonical, begins with `/`
  std::optional<Challenge> challenge;
  std::optional<AuthorizationUse> authorization;
  std::optional<EncodedSlash> encoded_slash;
  std::optional<CrossSite> cross_site;
};

// [cache]: what may be remembered between requests.
struct Cache {
  Seconds seconds{0};               // the web server may keep an approval so long; 0: never
  std::uint32_t signatures = 4096;  // token texts per worker whose signature was found valid
  bool operator==(const Cache&) const = default;
};

enum class Who {
  kAnyone,         // nobody needs to sign in
  kAuthenticated,  // everybody who is signed in
  kListed,         // one of the lists below must name them
  kNobody,
};

// [[rule]]: the first whose hosts, paths and methods match decides. Empty lists of these match all.
struct Rule {
  std::vector<std::string> hosts;    // canonical, `*.` as in SiteHost
  std::vector<std::string> paths;    // prefixes at a segment's border; `*` stands for one segment
  std::vector<std::string> methods;  // exact
  Who who = Who::kNobody;
  std::vector<std::string> users;         // exact
  std::vector<std::string> groups;        // exact
  std::vector<std::string> mails;         // lower case; verified mails only
  std::vector<std::string> mail_domains;  // lower case, equality with the part after `@`
  std::optional<Seconds> membership_age;  // whom it lets in was confirmed at most so long ago
  std::uint32_t line = 0;                 // in the configuration file, for `explain`
  bool of_open_paths = false;             // made of application.open_paths, not written as a rule
};

enum class LogFormat { kText, kJson };
enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct Log {
  LogFormat format = LogFormat::kText;
  LogLevel level = LogLevel::kInfo;
  std::string file;  // empty: standard error
};

struct Pool {
  std::vector<std::string> authorizer_sockets;  // `unix:PATH`, `127.0.0.1:PORT`, `[::1]:PORT`
  std::vector<std::string> responder_sockets;
  std::uint32_t authorizer_workers = 0;  // 0: one per processor, at least two
  std::uint32_t responder_workers = 4;
  std::string user;          // become this user when started as root; empty: stay
  std::string group;
  std::string socket_group;  // who else may connect to unix sockets; empty: the process's group
  std::uint32_t socket_mode = 0660;
  SecretString peer_secret;  // read from peer_secret_file; empty: none
  Seconds stuck_after{30};   // a worker busy for longer is ended and replaced
  Seconds drain{10};         // how long TERM waits for requests in hand
  std::uint32_t requests_per_worker = 1'000'000;  // then the worker retires

  // How long all outbound calls of one request may take together. The rest is for reading it and
  // for the page that says what went wrong, which a worker that is ended never sends.
  std::chrono::milliseconds calls_max() const {
    return std::chrono::milliseconds(stuck_after) * 2 / 3;
  }
};

// A file whose content is a secret. It is known by name even where its content is not read.
struct SecretFile {
  std::string key;   // of the configuration, for example "provider.client_secret_file"
  std::string path;  // absolute
};

struct Config {
  std::string file;  // absolute path of the file it came from
  std::vector<SecretFile> secret_files;
  Site site;
  std::vector<Host> hosts;
  Paths paths;
  Store store;
  Session session;
  Credential credential;
  Audit audit;
  Metrics metrics;
  Device device;
  Pages pages;
  UserToken user_token;
  std::vector<Provider> providers;
  Membership membership;
  Docker docker;
  Local local;
  Application application;
  Legacy legacy;
  Certificate certificate;
  RemoteUser remote_user;
  std::optional<Ldap> ldap;  // nullopt: there is no directory
  IdentityNames identity;
  Health health;
  Cache cache;
  std::vector<Path> path_settings;
  std::vector<Rule> rules;  // never empty: no [[rule]] at all means everybody who is signed in
  Log log;
  Pool pool;
};

}  // namespace latchkey::config
