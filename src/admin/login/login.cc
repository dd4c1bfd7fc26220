// `latchkey login URL`: signs a developer's machine in, with no configuration and no store of
// latchkey's on it.
#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

#include "admin/opened.h"
#include "admin/verbs.h"
#include "device_flow.h"
#include "helpers.h"
#include "latchkey/base/slow_gate.h"
#include "places.h"

namespace latchkey::admin {
namespace {

std::string name_of_this_machine() {
  std::array<char, 65> name{};  // HOST_NAME_MAX and the end
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "a computer";
}

void tell_of_our_file(const LoginSite& site, const World& world) {
  world.out << "Let the tools ask for it there:\n  git config --global credential." << site.origin
            << ".helper '!latchkey git-credential'\n  docker: \"credHelpers\": {\""
            << site.authority << "\": \"latchkey\"} in ~/.docker/config.json\n";
}

// Hands it to the tools' own helpers; to our file where there is none, or none works.
Outcome keep(const LoginSite& site, const KeptCredential& credential,
             const std::string& docker_helper, const World& world) {
  bool taken = false;
  for (const std::unique_ptr<Place>& place : places_of_tools(site, docker_helper)) {
    const Outcome put = place->put(site, credential);
    if (put) world.out << "Kept in " << place->name() << ".\n";
    else world.err << "latchkey: " << place->name() << ": " << put.error().detail << '\n';
    taken = taken || put.has_value();
  }
  if (taken) return {};
  LK_TRY(const std::unique_ptr<Place> ours, our_place());
  LK_CHECK(ours->put(site, credential));
  world.out << "Kept in " << ours->name() << ".\n";
  tell_of_our_file(site, world);
  return {};
}

}  // namespace

int login(const Arguments& arguments, const World& world) {
  const LoginOptions& options = arguments.login;
  const Result<LoginSite> site = read_login_site(arguments.url);
  if (!site) return complain(world, kUsage, site.error().detail);
  const LoginQuestion question{
      .site = *site,
      .path = options.path,
      .label = arguments.label.empty() ? "latchkey login on " + name_of_this_machine()
                                       : arguments.label,
      .scopes = arguments.scopes,
      .ca_file = options.ca_file};
  OpenSlowGate gate;
  const auto client = remote::make_curl_client(gate);
  const Result<LoginGrant> grant =
      log_in_by_device(*client, question, world,
                       [](Seconds pause) { std::this_thread::sleep_for(pause); });
  if (!grant) return failed(world, "login", grant.error());
  world.out << "Signed in at " << site->origin << " as " << grant->user_name << " until "
            << grant->expires << ".\n";
  const Outcome kept =
      keep(*site, {grant->user_name, grant->token.copy()}, options.docker_helper, world);
  if (!kept) return failed(world, "login", kept.error());
  return kGood;
}

int docker_credential(const Arguments& arguments, const World& world) {
  const Result<Keyring> keyring = Keyring::of_this_person();
  if (!keyring) return failed(world, "docker-credential", keyring.error());
  return docker_helper(*keyring, arguments.login.operation, world);
}

int git_credential(const Arguments& arguments, const World& world) {
  const Result<Keyring> keyring = Keyring::of_this_person();
  if (!keyring) return failed(world, "git-credential", keyring.error());
  return git_helper(*keyring, arguments.login.operation, world);
}

}  // namespace latchkey::admin
