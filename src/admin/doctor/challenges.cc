// What a stranger is answered: the one challenge that its kind of client understands, never kept by
// a cache, never with fields that are none of its business.
#include <algorithm>

#include "examination.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/form.h"

namespace latchkey::admin::doctor {
namespace {

using config::Challenge;

// Apache joins several challenges into one line.
bool is_one(const std::vector<std::string>& challenges) {
  if (challenges.size() != 1) return false;
  return !challenges.front().contains(", Basic ") && !challenges.front().contains(", Bearer ");
}

// A refusal that latchkey has written: by its challenge, or by the way to its sign-in.
void look_at_refusal(Examination& examination, const Probe& probe, const remote::RawReply& reply) {
  const std::string asked = text_of(probe);
  look_for_leaks(examination, reply);
  look_at_location(examination, probe, reply);
  const std::vector<std::string> challenges = reply.all("WWW-Authenticate");
  if (reply.status == 401 && !is_one(challenges)) {
    examination.found(Fault::kChallengeCount,
                      asked + " (" + std::to_string(challenges.size()) + " lines)");
  }
  if (!reply.first("Cache-Control").contains("no-store")) {
    examination.found(Fault::kCacheable, text_of(probe, reply));
  }
}

void expect(Examination& examination, bool good, const Probe& probe, const std::string& client,
            const remote::RawReply& reply, const std::string& wanted) {
  if (good) return;
  const std::string challenge = reply.first("WWW-Authenticate");
  examination.found(Fault::kChallengeClass,
                    text_of(probe) + " (" + client + " got " + std::to_string(reply.status) + " " +
                        (challenge.empty() ? "without a challenge" : challenge) + ", not " +
                        wanted + ")");
}

bool challenges_with(const remote::RawReply& reply, std::string_view scheme) {
  return reply.status == 401 && reply.first("WWW-Authenticate").starts_with(scheme);
}

void ask_as_program(Examination& examination, const std::string& path, Challenge kind) {
  const Probe probe{.target = path};
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  look_at_refusal(examination, probe, *reply);
  if (kind == Challenge::kDocker) {
    const bool good = (challenges_with(*reply, "Basic ") || challenges_with(*reply, "Bearer ")) &&
                      reply->first("Docker-Distribution-Api-Version") == "registry/2.0";
    expect(examination, good, probe, "docker", *reply, "401 with registry/2.0");
    return;
  }
  expect(examination, challenges_with(*reply, "Basic realm="), probe, "a program", *reply,
         "401 Basic");
}

// People are led to the sign-in, and from there back to exactly what they asked for.
void ask_as_browser(Examination& examination, const std::string& path, Challenge kind) {
  const std::string target = path + "?latchkey=1%202&b=%26";
  const Probe probe = browsing(target);
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  look_at_refusal(examination, probe, *reply);
  if (kind != Challenge::kBrowser) return;
  const config::Hosts hosts(examination.config);
  const std::string wanted = hosts.origin_of(examination.site.host()) +
                             examination.config.paths.login + "?rd=" + wire::url_encode(target);
  expect(examination, reply->status == 302 && reply->first("Location") == wanted, probe,
         "a browser", *reply, "302 to the sign-in and back");
}

void ask_as_script(Examination& examination, const std::string& path) {
  const Probe probe{.target = path,
                    .fields = {{"Accept", "*/*"}, {"Sec-Fetch-Mode", "cors"}}};
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  look_at_refusal(examination, probe, *reply);
  expect(examination, challenges_with(*reply, "Bearer "), probe, "a script", *reply, "401 Bearer");
}

bool is_answered_by_us(Examination& examination, const std::string& path) {
  const auto reply = examination.site.ask({.target = path});
  if (!reply) return false;
  const Verdict verdict = examination.verdict(*reply);
  return verdict == Verdict::kSignIn ||
         (verdict == Verdict::kRefused &&
          !is_servers_refusal(examination.report.server(), *reply));
}

bool begins_with(const std::string& name, std::string_view begin) {
  return wire::equal_ignoring_case(std::string_view(name).substr(0, begin.size()), begin);
}

}  // namespace

void look_for_leaks(Examination& examination, const remote::RawReply& reply) {
  const config::IdentityNames& names = examination.config.identity;
  for (const remote::Field& field : reply.fields) {
    const auto is = [&](const std::string& name) {
      return wire::equal_ignoring_case(field.name, name);
    };
    const bool ours = begins_with(field.name, "Variable-") ||
                      begins_with(field.name, "X-Latchkey-") ||
                      begins_with(field.name, "X-Forwarded-");
    const bool named = is(names.user) || is(names.groups) || is(names.mail) ||
                       is(names.display_name);
    if (ours || named) examination.found(Fault::kIdentityShown, field.name);
  }
}

void probe_challenges(Examination& examination) {
  const std::string invented = "/latchkey-doctor-" + examination.nonce;
  for (const std::string& path :
       {examination.places.base, std::string("/v2/"), "/repository" + invented}) {
    const std::vector<std::string>& closed = examination.places.closed;
    if (std::ranges::find(closed, path) == closed.end()) continue;
    if (!is_answered_by_us(examination, path)) continue;
    const Challenge kind = examination.policy.settings(examination.site.host(), path).challenge;
    ask_as_program(examination, path, kind);
    ask_as_browser(examination, path, kind);
    if (kind == Challenge::kBrowser) ask_as_script(examination, path);
  }
}

}  // namespace latchkey::admin::doctor
