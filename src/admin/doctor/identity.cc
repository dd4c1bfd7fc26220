// Who the application believes it is talking to. Every field that could name somebody is sent with
// a value of its own, so that a value in the answer tells which field has arrived.
#include <algorithm>
#include <functional>

#include "examination.h"
#include "spoofs.h"
#include "latchkey/config/cookie_names.h"
#include "latchkey/wire/json.h"

namespace latchkey::admin::doctor {
namespace {

constexpr std::size_t kWhoamiBytesMax = 64 * 1024;

// A page of the application that answers this visitor, and whether it shows what it received.
struct Mirror {
  std::string path;
  bool shows_fields = false;
};

using Visit = std::function<Probe(std::string)>;

std::optional<Mirror> find_mirror(Examination& examination, const std::vector<std::string>& paths,
                                  const Visit& visit) {
  std::optional<Mirror> found;
  const std::string mark = "mark" + examination.nonce + "x";
  for (const std::string& path : paths) {
    Probe probe = visit(path);
    probe.fields.push_back({"Doctor-Mark", mark});
    const auto reply = examination.site.ask(probe);
    if (!reply || reply->status < 200 || reply->status >= 300) continue;
    if (reply->body.contains(mark)) return Mirror{path, true};
    if (!found) found = Mirror{path, false};
  }
  return found;
}

void send_spoofs(Examination& examination, const std::string& path, const Visit& visit) {
  const std::vector<Spoof> spoofs =
      spoofs_of(examination.config.identity, examination.nonce);
  for (std::size_t begin = 0; begin < spoofs.size(); begin += kFieldsPerProbe) {
    Probe probe = visit(path);
    const std::size_t end = std::min(begin + kFieldsPerProbe, spoofs.size());
    for (std::size_t i = begin; i < end; ++i) {
      probe.fields.push_back({spoofs[i].name, spoofs[i].value});
    }
    const auto reply = examination.site.ask(probe);
    if (!reply) continue;
    for (std::size_t i = begin; i < end; ++i) {
      if (!reply->body.contains(spoofs[i].value)) continue;
      const bool exact = spoofs[i].configured && spoofs[i].spelling != Spelling::kMixed;
      examination.found(exact ? Fault::kIdentityPassed : Fault::kIdentityLookalike,
                        spoofs[i].name);
    }
  }
}

void look_for_empty_fields(Examination& examination, const std::string& path,
                           const std::string& body) {
  const config::IdentityNames& names = examination.config.identity;
  for (const std::string* name : {&names.user, &names.groups, &names.mail, &names.display_name}) {
    for (const std::string& value : mirrored(body, *name)) {
      if (value.empty()) {
        examination.found(Fault::kIdentityEmpty, *name + " (GET " + path + ")");
      }
    }
  }
}

bool names_owner(const Examination& examination, const std::string& body) {
  const config::IdentityNames& names = examination.config.identity;
  for (const std::string* name : {&names.user, &names.user_variable}) {
    const std::vector<std::string> values = mirrored(body, *name);
    if (std::ranges::find(values, examination.credential->owner) != values.end()) return true;
  }
  return false;
}

// What a mirror shows of a request that is signed in and has nothing odd about it.
void look_at_mirror(Examination& examination, const std::string& path) {
  Probe probe = signed_in(examination, path);
  const config::CookieNames& names = config::cookie_names(examination.config.site);
  const std::string session = "cookie" + examination.nonce + "x";
  probe.fields.push_back(
      {"Cookie", "a=1; " + std::string(names.session) + "=" + session + "; " +
                     std::string(names.login) + "=" + session + "; b=2"});
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  look_for_leaks(examination, *reply);
  look_for_empty_fields(examination, path, reply->body);
  if (!names_owner(examination, reply->body)) {
    examination.found(Fault::kIdentityMissing, text_of(probe));
  }
  if (reply->body.contains(session)) {
    examination.found(Fault::kCookiePassed, text_of(probe));
  }
  if (reply->body.contains(std::string(examination.credential->token.reveal()))) {
    examination.found(Fault::kCredentialPassed, text_of(probe));
  }
}

// Connection names fields that are for the next server only: a proxy may remove its own as well.
void drop_identity(Examination& examination, const std::string& path) {
  const config::IdentityNames& names = examination.config.identity;
  Probe probe = signed_in(examination, path);
  probe.fields.push_back({"Connection", "close, " + names.user + ", " + names.groups});
  const auto reply = examination.site.ask(probe);
  if (!reply || reply->status < 200 || reply->status >= 300) return;
  if (!names_owner(examination, reply->body)) {
    examination.found(Fault::kIdentityDropped, "Connection: " + names.user);
  }
}

void look_at_upgrade(Examination& examination) {
  const SecretString& token = examination.credential->upgrade_token;
  if (token.empty()) return;
  Probe probe{.target = "/latchkey-doctor-" + examination.nonce, .fields = upgrading()};
  probe.fields.insert(probe.fields.begin(),
                      {"Authorization", "Bearer " + std::string(token.reveal())});
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  if (reply->status == 101) examination.found(Fault::kUpgradeTunnel, text_of(probe));
  const std::vector<std::string> passed = mirrored(reply->body, "Upgrade");
  if (std::ranges::find(passed, "h2c") != passed.end()) {
    examination.found(Fault::kUpgradePassed, text_of(probe));
  }
}

bool is_ours(const Examination& examination, const std::string& path) {
  return examination.policy.settings(examination.site.host(), path).authorization ==
         config::AuthorizationUse::kLatchkey;
}

}  // namespace

void probe_whoami(Examination& examination) {
  const std::vector<Spoof> spoofs = spoofs_of(examination.config.identity, examination.nonce);
  Probe probe = signed_in(examination, examination.config.paths.whoami);
  for (std::size_t i = 0; i < std::min(spoofs.size(), kFieldsPerProbe); ++i) {
    probe.fields.push_back({spoofs[i].name, "admin"});
  }
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  look_for_leaks(examination, *reply);
  const Result<wire::Json> whoami = wire::Json::parse(reply->body, kWhoamiBytesMax);
  const Result<std::string> name =
      whoami ? whoami->string("username") : Result<std::string>(fail(ErrorCode::kMalformed, ""));
  if (!name || *name != examination.credential->owner) {
    examination.found(Fault::kWhoamiWrong,
                      text_of(probe) + " (" + (name ? *name : "no name") + ")");
  }
}

void probe_identity(Examination& examination) {
  // Strangers first: where the rules let them in, nobody may bring a name along either.
  const Visit as_stranger = [](std::string path) { return Probe{.target = std::move(path)}; };
  std::vector<std::string> open = examination.places.open;
  if (open.size() > 6) open.resize(6);
  const auto seen_by_strangers = find_mirror(examination, open, as_stranger);
  if (seen_by_strangers) {
    send_spoofs(examination, seen_by_strangers->path, as_stranger);
    const auto reply = examination.site.ask({.target = seen_by_strangers->path});
    if (reply && seen_by_strangers->shows_fields) {
      look_for_empty_fields(examination, seen_by_strangers->path, reply->body);
    }
  }
  if (examination.credential == nullptr) return;
  const Visit as_owner = [&](std::string path) { return signed_in(examination, std::move(path)); };
  std::vector<std::string> paths{examination.mirror, "/", examination.places.base};
  std::erase_if(paths, [&](const std::string& path) {
    return path.empty() || !is_ours(examination, path);
  });
  const auto mirror = find_mirror(examination, paths, as_owner);
  if (mirror) send_spoofs(examination, mirror->path, as_owner);
  if (!mirror || !mirror->shows_fields) {
    examination.found(Fault::kNoMirror,
                      mirror ? "GET " + mirror->path : "no page answers with 2xx");
    return;
  }
  look_at_mirror(examination, mirror->path);
  drop_identity(examination, mirror->path);
  look_at_upgrade(examination);
}

}  // namespace latchkey::admin::doctor
