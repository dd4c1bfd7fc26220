#include "hints.h"

#include <algorithm>
#include <filesystem>
#include <span>

namespace latchkey::admin {
namespace {

namespace fs = std::filesystem;
using Hints = std::vector<std::string>;

// True if whatever the one list lets through, the other does, too. An empty one lets all through.
bool covers(const std::vector<std::string>& wide, const std::vector<std::string>& narrow) {
  return wide.empty() || (!narrow.empty() && std::ranges::all_of(narrow, [&](const auto& text) {
           return std::ranges::find(wide, text) != wide.end();
         }));
}

bool hides(const config::Rule& earlier, const config::Rule& later) {
  return covers(earlier.hosts, later.hosts) && covers(earlier.paths, later.paths) &&
         covers(earlier.methods, later.methods);
}

// The first match decides, also when it says no.
void add_dead_rules(const config::Config& config, Hints& hints) {
  const std::span<const config::Rule> rules = config.rules;
  for (std::size_t at = 1; at < rules.size(); ++at) {
    const std::span<const config::Rule> before = rules.first(at);
    const auto hider = std::ranges::find_if(
        before, [&](const config::Rule& earlier) { return hides(earlier, rules[at]); });
    if (hider == before.end() || rules[at].line == 0) continue;
    hints.push_back("line " + std::to_string(rules[at].line) +
                    ": this [[rule]] never decides, because the one of line " +
                    std::to_string(hider->line) +
                    " comes first and has all its requests; put the narrower one first");
  }
}

bool takes_anybody(const config::Provider& provider) {
  using enum config::ProviderType;
  if (provider.type != kGithub && provider.type != kGitlab) return false;
  return provider.allowed_organizations.empty() && provider.allowed_teams.empty() &&
         provider.allowed_groups.empty();
}

void add_open_providers(const config::Config& config, Hints& hints) {
  for (const config::Provider& provider : config.providers) {
    if (!takes_anybody(provider)) continue;
    const bool by_group = std::ranges::any_of(
        config.rules, [](const config::Rule& rule) { return !rule.groups.empty(); });
    hints.push_back("everybody who has an account at " + provider.issuer +
                    " can sign in by [[provider]] " + provider.name +
                    (by_group ? ", and found a group there of any name that no other has, also one "
                                "that a rule names"
                              : "") +
                    "; say in its allowed_* keys who belongs here");
  }
}

bool is_missing(const fs::path& directory) {
  std::error_code unknown;
  return fs::status(directory, unknown).type() == fs::file_type::not_found;
}

void add_missing_directories(const config::Config& config, Hints& hints) {
  constexpr std::string_view kUnix = "unix:";
  std::vector<fs::path> directories;
  for (const auto* sockets : {&config.pool.authorizer_sockets, &config.pool.responder_sockets}) {
    for (const std::string& socket : *sockets) {
      if (socket.starts_with(kUnix)) {
        directories.push_back(fs::path(socket.substr(kUnix.size())).parent_path());
      }
    }
  }
  if (!config.log.file.empty()) directories.push_back(fs::path(config.log.file).parent_path());
  std::ranges::sort(directories);
  const auto twice = std::ranges::unique(directories);
  directories.erase(twice.begin(), twice.end());
  for (const fs::path& directory : directories) {
    if (!is_missing(directory)) continue;
    hints.push_back(directory.string() +
                    " is not there: unless the service's manager makes it (systemd: "
                    "RuntimeDirectory, LogsDirectory), the pools cannot start");
  }
}

void add_ways_in(const config::Config& config, Hints& hints) {
  if (!config.site.https) {
    hints.emplace_back("site.url is http: right for tests on this machine, for nothing else");
  }
  const bool by_directory = config.ldap && config.ldap->sign_in;
  if (config.providers.empty() && config.local.users_file.empty() && !by_directory &&
      !config.certificate.enabled && !config.remote_user.enabled) {
    hints.emplace_back(
        "neither a [[provider]] nor [local] users_file nor [ldap] sign_in: nobody can sign in with "
        "a browser");
  }
}

}  // namespace

std::vector<std::string> hints_for(const config::Config& config) {
  Hints hints;
  add_ways_in(config, hints);
  add_open_providers(config, hints);
  add_dead_rules(config, hints);
  add_missing_directories(config, hints);
  return hints;
}

}  // namespace latchkey::admin
