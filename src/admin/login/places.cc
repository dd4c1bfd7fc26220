#include "places.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "latchkey/base/joined.h"
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

std::string configured_docker_helper(const std::string& authority) {
  std::ifstream file(docker_config_file());
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const Result<wire::Json> json = wire::Json::parse(text, kDockerConfigBytesMax);
  if (!json) return {};
  const Result<wire::Json> helpers = json->object("credHelpers");
  if (helpers && helpers->has(authority)) return helpers->string(authority).value_or("");
  return json->string("credsStore").value_or("");
}

Error ended_with(const std::vector<std::string>& command, int status) {
  return {ErrorCode::kUnavailable, joined(command, " ") + " ended with " + std::to_string(status)};
}

Outcome tell(const std::vector<std::string>& command, std::string input) {
  const Result<Ran> ran = run_program(command, input);
  wipe(input);
  if (!ran) return std::unexpected(ran.error());
  if (ran->status != 0) return std::unexpected(ended_with(command, ran->status));
  return {};
}

// Spec: "Credential helper protocol" of the docker CLI's manual.
class DockerHelper final : public Place {
 public:
  explicit DockerHelper(const std::string& helper) : program_("docker-credential-" + helper) {}

  std::string name() const override { return program_; }

  Outcome put(const LoginSite& site, const KeptCredential& credential) const override {
    wire::JsonObject object;
    object.add("ServerURL", site.authority)
        .add("Username", credential.user_name)
        .add("Secret", credential.secret.reveal());
    return tell({program_, "store"}, object.text());
  }

  Result<std::optional<KeptCredential>> find(const LoginSite& site) const override {
    LK_TRY(const Ran ran, run_program({program_, "get"}, site.authority));
    const std::string_view text = ran.out.reveal();
    // Helpers say so with status 1, as they say everything else that goes wrong.
    if (ran.status != 0 && text.find("credentials not found") != std::string_view::npos) {
      return std::nullopt;
    }
    if (ran.status != 0) return std::unexpected(ended_with({program_, "get"}, ran.status));
    LK_TRY(const wire::Json json, wire::Json::parse(text, kProgramOutputMax));
    LK_TRY(const std::string secret, json.string("Secret"));
    return KeptCredential{json.string("Username").value_or(""), SecretString(secret)};
  }

  Outcome remove(const LoginSite& site, const KeptCredential&) const override {
    return tell({program_, "erase"}, site.authority);
  }

 private:
  std::string program_;
};

// Spec: git-credential(1).
class GitHelper final : public Place {
 public:
  // git asks its helpers by itself; without one `git credential approve` does nothing at all.
  static bool is_configured(const LoginSite& site) {
    const Result<Ran> ran = run_program(
        {"git", "config", "--get-urlmatch", "credential.helper", site.origin}, {});
    return ran && ran->status == 0 && ran->out.size() > 1;
  }

  std::string name() const override { return "git's credential helper"; }

  Outcome put(const LoginSite& site, const KeptCredential& credential) const override {
    return tell({"git", "credential", "approve"}, description(site, &credential));
  }

  Result<std::optional<KeptCredential>> find(const LoginSite& site) const override {
    // It would ask the person for what no helper has.
    LK_TRY(const Ran ran, run_program({"env", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=",
                                       "SSH_ASKPASS=", "git", "credential", "fill"},
                                      description(site, nullptr), Complaints::kHide));
    if (ran.status != 0) return std::nullopt;
    return KeptCredential{std::string(value_of(ran.out.reveal(), "username=")),
                          SecretString(value_of(ran.out.reveal(), "password="))};
  }

  Outcome remove(const LoginSite& site, const KeptCredential& credential) const override {
    return tell({"git", "credential", "reject"}, description(site, &credential));
  }

 private:
  static std::string description(const LoginSite& site, const KeptCredential* credential) {
    std::string text = "protocol=" + site.origin.substr(0, site.origin.find(':')) +
                       "\nhost=" + site.authority + "\n";
    if (credential != nullptr) {
      text += "username=" + credential->user_name +
              "\npassword=" + std::string(credential->secret.reveal()) + "\n";
    }
    return text + "\n";
  }

  static std::string_view value_of(std::string_view text, std::string_view mark) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = text.substr(begin, end - begin);
      if (line.starts_with(mark)) return line.substr(mark.size());
      begin = end + 1;
    }
    return {};
  }
};

class OurFile final : public Place {
 public:
  explicit OurFile(Keyring keyring) : keyring_(std::move(keyring)) {}

  std::string name() const override { return keyring_.file(); }

  Outcome put(const LoginSite& site, const KeptCredential& credential) const override {
    return keyring_.put(site.authority, {credential.user_name, credential.secret.copy()});
  }

  Result<std::optional<KeptCredential>> find(const LoginSite& site) const override {
    LK_TRY(Kept kept, keyring_.read());
    const auto found = kept.find(site.authority);
    if (found == kept.end()) return std::nullopt;
    return std::move(found->second);
  }

  Outcome remove(const LoginSite& site, const KeptCredential&) const override {
    Outcome removed = keyring_.remove(site.authority);
    // docker's or git's helper may have been ourselves, and quicker.
    if (!removed && removed.error().code == ErrorCode::kNotFound) return {};
    return removed;
  }

 private:
  Keyring keyring_;
};

}  // namespace

std::vector<std::unique_ptr<Place>> places_of_tools(const LoginSite& site,
                                                    const std::string& docker_helper) {
  std::vector<std::unique_ptr<Place>> places;
  const std::string helper =
      docker_helper.empty() ? configured_docker_helper(site.authority) : docker_helper;
  if (!helper.empty()) places.push_back(std::make_unique<DockerHelper>(helper));
  if (GitHelper::is_configured(site)) places.push_back(std::make_unique<GitHelper>());
  return places;
}

Result<std::unique_ptr<Place>> our_place() {
  LK_TRY(Keyring keyring, Keyring::of_this_person());
  return std::make_unique<OurFile>(std::move(keyring));
}

}  // namespace latchkey::admin
