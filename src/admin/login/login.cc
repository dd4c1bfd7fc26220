// `latchkey login URL`: signs a developer's machine in, with no configuration and no store of
// latchkey's on it.
#include <unistd.h>

#include <array>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "admin/opened.h"
#include "admin/verbs.h"
#include "device_flow.h"
#include "helpers.h"
#include "latchkey/base/slow_gate.h"
#include "places.h"
#include "site_revoke.h"

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

// The tools' own helpers take it; our file does where there is none, or none works.
class Keeper {
 public:
  Keeper(const LoginSite& site, const std::string& docker_helper)
      : site_(site), tools_(places_of_tools(site, docker_helper)) {}

  // Looks, before anybody is asked for anything, whether it could be kept. Errors: kUnavailable.
  Outcome check() const {
    if (!tools_.empty()) return {};
    LK_TRY(const Keyring ours, Keyring::of_this_person());
    return ours.check();
  }

  // Errors: kUnavailable: it is kept nowhere.
  Outcome keep(const KeptCredential& credential, const World& world) const {
    bool taken = false;
    for (const std::unique_ptr<Place>& place : tools_) {
      const Outcome put = place->put(site_, credential);
      if (put) world.out << "Kept in " << place->name() << ".\n";
      else world.err << "latchkey: " << place->name() << ": " << put.error().detail << '\n';
      taken = taken || put.has_value();
    }
    if (taken) return {};
    LK_TRY(const std::unique_ptr<Place> ours, our_place());
    LK_CHECK(ours->put(site_, credential));
    world.out << "Kept in " << ours->name() << ".\n";
    tell_of_our_file(site_, world);
    return {};
  }

 private:
  const LoginSite& site_;
  std::vector<std::unique_ptr<Place>> tools_;
};

// What nobody has must not stay good for a year.
int end_unkept(remote::HttpClient& client, const RevokeDesk& desk, const LoginGrant& grant,
               const Error& why, const World& world) {
  const Outcome revoked = revoke_at(client, desk, grant.token);
  if (revoked) {
    return complain(world, kFailed,
                    "login: it could be kept nowhere, and is revoked again: " + why.detail);
  }
  return complain(world, kFailed,
                  "login: it could be kept nowhere: " + why.detail +
                      "\nlatchkey: nor could it be revoked: " + revoked.error().detail +
                      "\nlatchkey: revoke credential " + grant.id + " at " + desk.origin +
                      desk.path);
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
  const Keeper keeper(*site, options.docker_helper);
  if (const Outcome good = keeper.check(); !good) return failed(world, "login", good.error());
  OpenSlowGate gate;
  const auto client = remote::make_curl_client(gate);
  const Result<LoginGrant> grant =
      log_in_by_device(*client, question, world,
                       [](Seconds pause) { std::this_thread::sleep_for(pause); });
  if (!grant) return failed(world, "login", grant.error());
  world.out << "Signed in at " << site->origin << " as " << grant->user_name << " until "
            << grant->expires << ".\n";
  const Outcome kept = keeper.keep({grant->user_name, grant->token.copy()}, world);
  if (kept) return kGood;
  return end_unkept(*client, {site->origin, options.credentials_path, options.ca_file}, *grant,
                    kept.error(), world);
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
