#include "nexus_proxy.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "latchkey/config/toml_string.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/number.h"
#include "latchkey/wire/time.h"

namespace latchkey::admin {
namespace {

using config::toml_string;

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kWeek = 7 * 86'400;

// The variables whose values are written into the configuration.
const std::set<std::string_view> kNames = {
    "NEXUS_HTTP_HOST",  "NEXUS_DOCKER_HOST", "CLIENT_ID", "ORGANIZATION_ID", "NEXUS_RUT_HEADER",
    "ALLOWED_USER_AGENTS_ON_ROOT_REGEX"};

// The variables that are true or false.
constexpr const char* kSwitches[] = {"CLOUD_IAM_AUTH_ENABLED", "ENFORCE_HTTPS",
                                     "JWT_REQUIRES_MEMBERSHIP_VERIFICATION"};

// The others that it, or the Java below it, knew.
const std::set<std::string_view> kOtherNames = {"AUTH_CACHE_TTL",
                                                "BIND_HOST",
                                                "BIND_PORT",
                                                "CLIENT_SECRET",
                                                "JAVA_TOOL_OPTIONS",
                                                "KEYSTORE_PASS",
                                                "KEYSTORE_PATH",
                                                "LOG_LEVEL",
                                                "REDIRECT_URL",
                                                "SESSION_TTL",
                                                "TLS_CERT_PK12_PASS",
                                                "TLS_CERT_PK12_PATH",
                                                "TLS_ENABLED",
                                                "UPSTREAM_DOCKER_PORT",
                                                "UPSTREAM_HOST",
                                                "UPSTREAM_HTTP_PORT"};

// Writes the configuration line by line from one set of variables.
class Writer {
 public:
  explicit Writer(const Variables& variables) : variables_(variables) {}

  Result<Migration> write(const std::string& until) {
    for (const auto& [name, value] : variables_) {
      if (kNames.contains(name) && std::ranges::any_of(value, wire::is_control)) {
        return fail(ErrorCode::kMalformed, name + " holds a control character");
      }
    }
    LK_CHECK(check_switches());
    if (!until.empty() && !wire::parse_rfc3339(until + "T00:00:00Z")) {
      return fail(ErrorCode::kMalformed,
                  "--until is `" + until + "`; write a day as in 2027-06-30");
    }
    if (get("NEXUS_HTTP_HOST").empty()) {
      return fail(ErrorCode::kNotFound, "NEXUS_HTTP_HOST is not set, so nobody can tell how people "
                                        "reach the site");
    }
    LK_TRY(http_, host_of("NEXUS_HTTP_HOST"));
    LK_TRY(docker_, host_of("NEXUS_DOCKER_HOST"));
    line("# Written by `latchkey migrate nexus-proxy`. All keys: conf/latchkey.toml.");
    hosts();
    line("[application]\npreset = \"nexus\"\n");
    line("[store]\nurl = \"sqlite:/var/lib/latchkey/latchkey.db\"\n");
    line("[pool]  # as the web server's files in examples/ have them");
    line("authorizer_sockets = [\"unix:/run/latchkey/authorizer.sock\"]");
    line("responder_sockets = [\"unix:/run/latchkey/responder.sock\"]");
    line(std::string("user = \"") + kServiceUser + "\"\ngroup = \"" + kServiceUser + "\"");
    line("socket_group = \"www-data\"\n");
    note("[pool] is for nginx on this machine; take it from your web server's .toml in examples/");
    session();
    who_signs_in();
    identity();
    if (!until.empty()) {
      line("# The one-year tokens of nexus-proxy are taken until that day. They have no record:");
      line("# `latchkey user disable` and the lists denied_users and denied_tokens end one before");
      line("# its own date.");
      line(std::string("[legacy]\npublic_key_file = \"") + kOldKeyFile + "\"\nuntil = " +
           toml_string(until));
      line("audiences = " + audiences() + "\n");
    }
    note_the_rest();
    return Migration{std::move(text_), std::move(notes_), std::move(warnings_)};
  }

 private:
  std::string get(const std::string& name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? "" : found->second;
  }
  bool on(const std::string& name) const { return wire::to_lower(get(name)) == "true"; }

  // What is neither was `false` to nexus-proxy. Here it is a slip of the pen, and it would open the
  // site to everybody.
  Outcome check_switches() const {
    for (const char* const name : kSwitches) {
      const std::string value = wire::to_lower(get(name));
      if (!variables_.contains(name) || value == "true" || value == "false") continue;
      return fail(ErrorCode::kMalformed,
                  std::string(name) + " is `" + get(name) + "`; write true or false");
    }
    return {};
  }

  void line(const std::string& text) { text_ += text + "\n"; }
  void note(std::string text) { notes_.push_back(std::move(text)); }

  // Returns what the variable names; no host at all if it is not set.
  Result<wire::Authority> host_of(const std::string& name) const {
    const std::string text = get(name);
    if (text.empty()) return wire::Authority{};
    Result<wire::Authority> host = wire::parse_authority(text);
    if (!host) {
      return fail(ErrorCode::kMalformed, name + " is no host name: " + host.error().detail);
    }
    return host;
  }

  bool docker_is_another() const {
    return !docker_.host.empty() && docker_.host != http_.host;
  }

  // The old tokens name their hosts as the variables did, with a port where those had one.
  std::string audiences() const {
    const std::string docker = get("NEXUS_DOCKER_HOST");
    std::string list = toml_string(get("NEXUS_HTTP_HOST"));
    if (!docker.empty() && docker != get("NEXUS_HTTP_HOST")) list += ", " + toml_string(docker);
    return "[" + list + "]";
  }

  void hosts() {
    line("[site]\nurl = " + toml_string("https://" + get("NEXUS_HTTP_HOST")));
    line("hosts = [" + toml_string(get("NEXUS_HTTP_HOST")) +
         (docker_is_another() ? ", " + toml_string(get("NEXUS_DOCKER_HOST")) : "") + "]");
    if (on("ENFORCE_HTTPS")) line("enforce_https = true");
    line("");
    if (!docker_is_another()) {
      if (docker_.port && docker_.port != http_.port) {
        note("NEXUS_DOCKER_HOST=" + get("NEXUS_DOCKER_HOST") + " is the same host on another port: "
             "latchkey tells hosts apart by their names alone, so both get the same answers");
      }
      return;
    }
    // A port belongs to where browsers are sent, which is said above, and not to the name.
    line("[[host]]\nname = " + toml_string(docker_.host) + "\nbrowser = false");
    if (on("ENFORCE_HTTPS")) line("enforce_https = false  # nexus-proxy took plain http there");
    line("");
  }

  // Its times are milliseconds. Returns seconds as a duration of ours, within a minute and a week;
  // nullopt for what is no number.
  std::optional<std::string> duration_of(const std::string& name) const {
    const std::string text = get(name);
    const auto milliseconds = wire::read_number<std::int64_t>(text);
    if (!milliseconds) return std::nullopt;
    const std::int64_t seconds = std::clamp(*milliseconds / 1000, kMinute, kWeek);
    return "\"" + std::to_string(seconds) + "s\"";
  }

  // A session never ended while it was used.
  void session() {
    const std::optional<std::string> idle = duration_of("SESSION_TTL");
    if (!idle) return;
    line("[session]\nidle = " + *idle + "\n");
    note("a session now also ends after [session] absolute (7 days) however much it is used");
  }

  void who_signs_in() {
    if (!on("CLOUD_IAM_AUTH_ENABLED")) {
      line("# CLOUD_IAM_AUTH_ENABLED was off: nobody needs to sign in.");
      const bool set = variables_.contains("CLOUD_IAM_AUTH_ENABLED");
      warnings_.push_back("CLOUD_IAM_AUTH_ENABLED is " +
                          std::string(set ? "not true" : "not set") +
                          ": nobody needs to sign in until you take the [[rule]] with "
                          "`who = \"anyone\"` out");
      line("[[rule]]\nwho = \"anyone\"\n");
      line(std::string("[local]\nusers_file = \"") + kUsersFile + "\"\n");
      return;
    }
    line("[[provider]]\nname = \"google\"\ntitle = \"Google\"\ntype = \"google\"");
    line("client_id = " + toml_string(get("CLIENT_ID")));
    line(std::string("client_secret_file = \"") + kClientSecretFile + "\"");
    organization();
    membership();
    note("register https://" + get("NEXUS_HTTP_HOST") +
         "/oauth/callback at Google as redirect URI, and the same for each other host");
  }

  void organization() {
    const std::string number = get("ORGANIZATION_ID");
    if (!number.empty() && std::ranges::all_of(number, wire::is_digit)) {
      line("allowed_organizations = [" + toml_string(number) + "]");
      return;
    }
    warnings_.push_back("ORGANIZATION_ID " +
                        std::string(number.empty() ? "is not set" : "is no number") +
                        ": everybody with an account at Google may come in until you write "
                        "allowed_organizations or hosted_domains");
  }

  // Unset meant `false` in its code and `true` in its image: the safe one is taken.
  void membership() {
    line("\n[membership]");
    if (const auto every = duration_of("AUTH_CACHE_TTL")) line("every = " + *every);
    if (wire::to_lower(get("JWT_REQUIRES_MEMBERSHIP_VERIFICATION")) == "false") {
      line("credentials = false");
      note("JWT_REQUIRES_MEMBERSHIP_VERIFICATION was false: credentials outlive the membership; "
           "take `credentials = false` out to end that");
    }
    line("");
  }

  void identity() {
    if (variables_.contains("NEXUS_RUT_HEADER")) {
      const std::string header = get("NEXUS_RUT_HEADER");
      if (header.empty()) {
        note("NEXUS_RUT_HEADER was empty: take the identity's lines out of the web server's file");
      } else if (header != "X-Forwarded-User") {
        line("[identity]\nuser = " + toml_string(header) + "\n");
        note("the web server's example names X-Forwarded-User; write " + header + " there");
      }
    }
    const std::string agents = get("ALLOWED_USER_AGENTS_ON_ROOT_REGEX");
    if (!agents.empty()) line("[health]\nuser_agents = [" + toml_string(agents) + "]\n");
    const std::string level = wire::to_lower(get("LOG_LEVEL"));
    for (const std::string_view known : {"debug", "info", "warn", "error"}) {
      if (level == known) line("[log]\nlevel = " + toml_string(level) + "\n");
    }
  }

  void note_the_rest() {
    for (const char* const name : {"UPSTREAM_HOST", "UPSTREAM_HTTP_PORT", "UPSTREAM_DOCKER_PORT",
                                   "BIND_HOST", "BIND_PORT", "TLS_ENABLED"}) {
      if (!get(name).empty()) {
        note(std::string(name) + "=" + get(name) + " is the web server's part now; see examples/");
      }
    }
  }

  const Variables& variables_;
  wire::Authority http_;
  wire::Authority docker_;
  std::string text_;
  std::vector<std::string> notes_;
  std::vector<std::string> warnings_;
};

// Takes `export ` off, which shells want and systemd's files do not have.
std::string_view name_of(std::string_view written) {
  constexpr std::string_view kExport = "export";
  written = wire::trim_blanks(written);
  const bool exported = written.starts_with(kExport) && written.size() > kExport.size() &&
                        (written[kExport.size()] == ' ' || written[kExport.size()] == '\t');
  return exported ? wire::trim_blanks(written.substr(kExport.size())) : written;
}

bool nothing_or_comment(std::string_view rest) {
  const std::string_view shown = wire::trim_blanks(rest);
  return shown.empty() || (shown.size() < rest.size() && shown.starts_with('#'));
}

// Returns what stands between the quotes that `written` begins with; nullopt if they do not close,
// or if more follows. As in a shell a backslash counts between double quotes only.
std::optional<std::string> between_quotes(std::string_view written) {
  const char quote = written.front();
  std::string value;
  for (std::size_t at = 1; at < written.size(); ++at) {
    if (written[at] == quote) {
      return nothing_or_comment(written.substr(at + 1)) ? std::optional(value) : std::nullopt;
    }
    const bool escapes = quote == '"' && written[at] == '\\' && at + 1 < written.size() &&
                         std::string_view("\"\\$`").contains(written[at + 1]);
    if (escapes) ++at;
    value += written[at];
  }
  return std::nullopt;
}

// Returns the value without its quotes, the blanks around it and a comment behind a blank.
std::optional<std::string> value_of(std::string_view written) {
  const std::string_view shown = wire::trim_blanks(written);
  if (shown.starts_with('"') || shown.starts_with('\'')) return between_quotes(shown);
  for (std::size_t at = 1; at < written.size(); ++at) {
    const bool behind_blank = written[at - 1] == ' ' || written[at - 1] == '\t';
    if (written[at] == '#' && behind_blank) {
      return std::string(wire::trim_blanks(written.substr(0, at)));
    }
  }
  return std::string(shown);
}

}  // namespace

Result<Variables> parse_environment_file(const std::string& text) {
  Variables variables;
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    const std::string_view written = wire::trim_blanks(line);
    if (written.empty() || written.starts_with('#')) continue;
    const std::size_t equals = written.find('=');
    const std::string name(name_of(written.substr(0, equals)));
    if (equals == std::string_view::npos || name.empty() ||
        name.find_first_of(" \t") != name.npos) {
      return fail(ErrorCode::kMalformed, "line " + std::to_string(number) + " is no NAME=VALUE");
    }
    std::optional<std::string> value = value_of(written.substr(equals + 1));
    if (!value) {
      return fail(ErrorCode::kMalformed,
                  "line " + std::to_string(number) + ": the quotes around the value of " + name +
                      " must stand at its beginning and its end");
    }
    variables[name] = *std::move(value);
  }
  return variables;
}

std::vector<std::string> unknown_names(const Variables& variables) {
  std::vector<std::string> unknown;
  for (const auto& [name, value] : variables) {
    if (kNames.contains(name) || kOtherNames.contains(name)) continue;
    if (std::ranges::find(kSwitches, name) == std::end(kSwitches)) unknown.push_back(name);
  }
  return unknown;
}

Result<Migration> migrate(const Variables& variables, const std::string& until) {
  return Writer(variables).write(until);
}

}  // namespace latchkey::admin
