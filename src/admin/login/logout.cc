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
#include "latchkey/wire/form.h"
#include "places.h"

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

// Spec: `POST /cli/credentials/revoke` of docs/credentials.md. It answers alike whether it was one.
Outcome revoke(remote::HttpClient& client, const LoginSite& site, const LogoutOptions& options,
               const SecretString& secret) {
  remote::HttpRequest request;
  request.method = remote::Method::kPost;
  request.url = site.origin + options.path + "/revoke";
  const std::vector<wire::FormField> fields{{"token", std::string(secret.reveal())}};
  request.form = SecretString(wire::form_encode(fields));
  request.cleartext = remote::Cleartext::kLoopbackOnly;
  request.ca_file = options.ca_file;
  const Result<remote::HttpResponse> response = client.send(request);
  if (!response) {
    return fail(response.error().code, site.origin + ": " + response.error().detail);
  }
  if (response->status == 200) return {};
  return fail(ErrorCode::kUnavailable,
              request.url + " answers " + std::to_string(response->status));
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
  const Outcome revoked = revoke(client, site, options, held.credential.secret);
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
