#include "helpers.h"

#include <iterator>
#include <string_view>
#include <utility>

#include "admin/opened.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"

namespace latchkey::admin {
namespace {

constexpr std::size_t kInputBytesMax = 64 * 1024;
// docker and the containers library compare this sentence.
constexpr const char* kDockerNotFound = "credentials not found in native keychain";

std::string all_of(std::istream& in) {
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.size() > kInputBytesMax) text.clear();
  return text;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

int docker_failed(const World& world, const Error& error) {
  world.out << (error.code == ErrorCode::kNotFound ? kDockerNotFound : error.detail) << '\n';
  return kFailed;
}

int docker_get(const Keyring& keyring, const World& world) {
  const std::string address = trimmed(all_of(world.in));
  const Result<Kept> kept = keyring.read();
  if (!kept) return docker_failed(world, kept.error());
  const auto found = kept->find(authority_of(address));
  if (found == kept->end()) return docker_failed(world, {ErrorCode::kNotFound, ""});
  world.out << wire::JsonObject()
                   .add("ServerURL", address)
                   .add("Username", found->second.user_name)
                   .add("Secret", found->second.secret.reveal())
                   .text()
            << '\n';
  return kGood;
}

int docker_store(const Keyring& keyring, const World& world) {
  const Result<wire::Json> json = wire::Json::parse(all_of(world.in), kInputBytesMax);
  const auto member = [&](std::string_view name) {
    return json ? json->string(name).value_or("") : std::string();
  };
  const std::string address = member("ServerURL");
  SecretString secret(member("Secret"));
  if (address.empty() || secret.empty()) {
    return docker_failed(world, {ErrorCode::kMalformed, "ServerURL and Secret are needed"});
  }
  const Outcome put = keyring.put(authority_of(address), {member("Username"), std::move(secret)});
  return put ? kGood : docker_failed(world, put.error());
}

int docker_erase(const Keyring& keyring, const World& world) {
  const Outcome removed = keyring.remove(authority_of(trimmed(all_of(world.in))));
  return removed ? kGood : docker_failed(world, removed.error());
}

int docker_list(const Keyring& keyring, const World& world) {
  const Result<Kept> kept = keyring.read();
  if (!kept) return docker_failed(world, kept.error());
  wire::JsonObject object;
  for (const auto& [authority, credential] : *kept) object.add(authority, credential.user_name);
  world.out << object.text() << '\n';
  return kGood;
}

// What git says of the place it wants to reach.
struct GitQuestion {
  std::string protocol;
  std::string host;
  std::string user_name;
  SecretString password;
};

GitQuestion read_git_question(std::istream& in) {
  GitQuestion question;
  for (std::string line; std::getline(in, line) && !line.empty();) {
    const std::string_view value = std::string_view(line).substr(line.find('=') + 1);
    if (line.starts_with("protocol=")) question.protocol = value;
    if (line.starts_with("host=")) question.host = wire::to_lower(value);
    if (line.starts_with("username=")) question.user_name = value;
    if (line.starts_with("password=")) question.password = SecretString(value);
    wipe(line);
  }
  return question;
}

// A submodule's address or a redirect may lead git to http://, where everybody on the way can read.
bool is_safe(const GitQuestion& question) {
  if (question.protocol == "https") return true;
  return question.protocol == "http" && remote::is_loopback_http("http://" + question.host);
}

int git_get(const Keyring& keyring, const GitQuestion& question, const World& world) {
  if (!is_safe(question)) return kGood;
  const Result<Kept> kept = keyring.read();
  if (!kept) return failed(world, "git-credential", kept.error());
  const auto found = kept->find(question.host);
  // Silence: git asks the next helper, or the person.
  if (found == kept->end()) return kGood;
  const KeptCredential& credential = found->second;
  if (!question.user_name.empty() && question.user_name != credential.user_name) return kGood;
  world.out << "username=" << credential.user_name << "\npassword=" << credential.secret.reveal()
            << '\n';
  return kGood;
}

// git tells every helper what it used; what is no login of ours is kept as well, as it was asked.
int git_store(const Keyring& keyring, GitQuestion question, const World& world) {
  if (!is_safe(question) || question.host.empty() || question.password.empty()) return kGood;
  const Outcome put = keyring.put(question.host,
                                  {std::move(question.user_name), std::move(question.password)});
  return put ? kGood : failed(world, "git-credential", put.error());
}

// Only what was refused: git erases with the password that it tried, which may be an older one.
int git_erase(const Keyring& keyring, const GitQuestion& question, const World& world) {
  const Result<Kept> kept = keyring.read();
  if (!kept) return failed(world, "git-credential", kept.error());
  const auto found = kept->find(question.host);
  if (found == kept->end()) return kGood;
  const bool another = !question.password.empty() &&
                       question.password.reveal() != found->second.secret.reveal();
  if (another) return kGood;
  const Outcome removed = keyring.remove(question.host);
  return removed ? kGood : failed(world, "git-credential", removed.error());
}

}  // namespace

int docker_helper(const Keyring& keyring, const std::string& verb, const World& world) {
  if (verb == "get") return docker_get(keyring, world);
  if (verb == "store") return docker_store(keyring, world);
  if (verb == "erase") return docker_erase(keyring, world);
  if (verb == "list") return docker_list(keyring, world);
  world.out << "there are: get, store, erase, list\n";
  return kUsage;
}

int git_helper(const Keyring& keyring, const std::string& verb, const World& world) {
  GitQuestion question = read_git_question(world.in);
  if (verb == "get") return git_get(keyring, question, world);
  if (verb == "store") return git_store(keyring, std::move(question), world);
  if (verb == "erase") return git_erase(keyring, question, world);
  return kGood;
}

}  // namespace latchkey::admin
