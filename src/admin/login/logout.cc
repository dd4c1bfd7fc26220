// `latchkey logout URL`: revokes what the tools of this machine hold for a site, and takes it from
// them.
#include <utility>
#include <vector>

#include "admin/opened.h"
#include "admin/verbs.h"
#include "device_flow.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/remote/http_client.h"
#include "places.h"
#include "site_revoke.h"

namespace latchkey::admin {
namespace {

struct Held {
  std::unique_ptr<Place> place;
  KeptCredential credential;
};

// A password of another kind may lie there too, and is nothing that a logout should send anywhere.
bool looks_issued(std::string_view secret) {
  return crypto::is_short_token(secret) || secret.starts_with("eyJ");
}

// Returns what is held for the site, and tells of places that could not be asked.
std::vector<Held> all_held(const LoginSite& site, std::vector<std::unique_ptr<Place>> places,
                           const World& world, int& status) {
  std::vector<Held> all;
  for (std::unique_ptr<Place>& place : places) {
    Result<std::optional<KeptCredential>> found = place->find(site);
    if (!found) status = failed(world, place->name(), found.error());
    else if (*found && looks_issued((*found)->secret.reveal())) {
      all.push_back({std::move(place), *std::move(*found)});
    }
  }
  return all;
}

int end(remote::HttpClient& client, const LoginSite& site, const LogoutOptions& options,
        const Held& held, const World& world) {
  const Outcome revoked = revoke_at(client, {site.origin, options.path, options.ca_file},
                                    held.credential.secret);
  if (!revoked) {
    // Kept, so that it can be tried again: nobody could tell the site of it any more.
    return complain(world, kFailed,
                    "not revoked, and still in " + held.place->name() + ": " +
                        revoked.error().detail);
  }
  const Outcome removed = held.place->remove(site, held.credential);
  if (!removed) return failed(world, held.place->name(), removed.error());
  world.out << "Revoked, and removed from " << held.place->name() << ".\n";
  return kGood;
}

}  // namespace

int logout(const Arguments& arguments, const World& world) {
  const LogoutOptions& options = arguments.logout;
  const Result<LoginSite> site = read_login_site(arguments.url);
  if (!site) return complain(world, kUsage, site.error().detail);
  std::vector<std::unique_ptr<Place>> places = places_of_tools(*site, options.docker_helper);
  Result<std::unique_ptr<Place>> ours = our_place();
  if (ours) places.push_back(*std::move(ours));
  int status = kGood;
  const std::vector<Held> all = all_held(*site, std::move(places), world, status);
  if (all.empty() && status == kGood) {
    world.out << "Nothing of " << site->origin << " is kept on this machine.\n";
  }
  OpenSlowGate gate;
  const auto client = remote::make_curl_client(gate);
  for (const Held& held : all) {
    if (end(*client, *site, options, held, world) != kGood) status = kFailed;
  }
  return status;
}

}  // namespace latchkey::admin
