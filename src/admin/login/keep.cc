#include "keep.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "keyring.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"
#include "program.h"

namespace latchkey::admin {
namespace {

constexpr std::size_t kDockerConfigBytesMax = std::size_t{1} << 20;

std::string docker_config_file() {
  const char* const directory = std::getenv("DOCKER_CONFIG");
  if (directory != nullptr && *directory != '\0') return std::string(directory) + "/config.json";
  const char* const home = std::getenv("HOME");
  return home == nullptr ? std::string() : std::string(home) + "/.docker/config.json";
}

Outcome run_helper(const std::vector<std::string>& command, std::string input) {
  const Result<Ran> ran = run_program(command, input);
  wipe(input);
  if (!ran) return std::unexpected(ran.error());
  if (ran->status == 0) return {};
  std::string name;
  for (const std::string& word : command) name += (name.empty() ? "" : " ") + word;
  return fail(ErrorCode::kUnavailable, name + " ended with " + std::to_string(ran->status));
}

Outcome tell_docker(const std::string& helper, const LoginSite& site, const LoginGrant& grant) {
  wire::JsonObject object;
  object.add("ServerURL", site.authority)
      .add("Username", grant.user_name)
      .add("Secret", grant.token.reveal());
  return run_helper({"docker-credential-" + helper, "store"}, object.text());
}

// git asks its helpers by itself; without one `git credential approve` does nothing at all.
bool git_has_helper(const LoginSite& site) {
  const Result<Ran> ran = run_program(
      {"git", "config", "--get-urlmatch", "credential.helper", site.origin}, {});
  return ran && ran->status == 0 && ran->out.size() > 1;
}

Outcome tell_git(const LoginSite& site, const LoginGrant& grant) {
  const std::string scheme = site.origin.substr(0, site.origin.find(':'));
  return run_helper({"git", "credential", "approve"},
                    "protocol=" + scheme + "\nhost=" + site.authority +
                        "\nusername=" + grant.user_name +
                        "\npassword=" + std::string(grant.token.reveal()) + "\n\n");
}

void note(KeptAt& kept, const std::string& place, const Outcome& outcome) {
  if (outcome) kept.places.push_back(place);
  else kept.troubles.push_back(place + ": " + outcome.error().detail);
}

}  // namespace

std::string configured_docker_helper(const std::string& authority) {
  std::ifstream file(docker_config_file());
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const Result<wire::Json> json = wire::Json::parse(text, kDockerConfigBytesMax);
  if (!json) return {};
  const Result<wire::Json> helpers = json->object("credHelpers");
  if (helpers && helpers->has(authority)) return helpers->string(authority).value_or("");
  return json->string("credsStore").value_or("");
}

Result<KeptAt> keep(const LoginSite& site, const LoginGrant& grant,
                    const std::string& docker_helper) {
  KeptAt kept;
  const std::string helper =
      docker_helper.empty() ? configured_docker_helper(site.authority) : docker_helper;
  if (!helper.empty()) {
    note(kept, "docker-credential-" + helper, tell_docker(helper, site, grant));
  }
  if (git_has_helper(site)) note(kept, "git's credential helper", tell_git(site, grant));
  if (!kept.places.empty()) return kept;
  LK_TRY(const Keyring keyring, Keyring::of_this_person());
  LK_CHECK(keyring.put(site.authority, {grant.user_name, grant.token.copy()}));
  kept.places.push_back(keyring.file());
  kept.in_our_file = true;
  return kept;
}

}  // namespace latchkey::admin
