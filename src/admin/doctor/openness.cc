// Is latchkey asked at all: for every address that the rules protect, every method, and an Upgrade.
#include <array>

#include "examination.h"

namespace latchkey::admin::doctor {
namespace {

// A way to a page of latchkey's own shows nobody anything, whoever points it out.
bool leads_to_own_page(const Examination& examination, const remote::RawReply& reply) {
  const std::string location = reply.first("Location");
  return leads_home(config::Hosts(examination.config), location) &&
         is_own_page(examination.config.paths, path_of_location(location));
}

// How good an address is to knock at.
enum class Base { kNone, kServersRefusal, kHealthProbes, kReal, kInvented };

// Judges one answer to a stranger.
Base look_at(Examination& examination, const Probe& probe, const remote::RawReply& reply) {
  switch (examination.verdict(reply)) {
    case Verdict::kLetThrough:
      examination.found(Fault::kUnprotected, text_of(probe, reply));
      return Base::kNone;
    case Verdict::kElsewhere:
      if (!is_servers_own(examination.report.server(), reply) &&
          !leads_to_own_page(examination, reply)) {
        examination.found(Fault::kNotAsked, text_of(probe, reply));
      }
      return Base::kNone;
    case Verdict::kBroken:
    case Verdict::kSilent:
      examination.found(Fault::kBroken, text_of(probe, reply));
      return Base::kNone;
    case Verdict::kRefused:
      if (is_servers_refusal(examination.report.server(), reply)) return Base::kServersRefusal;
      [[fallthrough]];
    case Verdict::kSignIn:
      if (probe.target == examination.config.health.path) return Base::kHealthProbes;
      return probe.target.contains(examination.nonce) ? Base::kInvented : Base::kReal;
  }
  return Base::kNone;
}

}  // namespace

Probe browsing(std::string target) {
  return Probe{.target = std::move(target),
               .fields = {{"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"},
                          {"Sec-Fetch-Mode", "navigate"},
                          {"Sec-Fetch-Site", "none"},
                          {"Sec-Fetch-Dest", "document"}}};
}

std::vector<remote::Field> upgrading() {
  return {{"Connection", "Upgrade, HTTP2-Settings"},
          {"Upgrade", "h2c"},
          {"HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"}};
}

Probe signed_in(const Examination& examination, std::string target) {
  LK_ASSERT(examination.credential != nullptr);
  return Probe{.target = std::move(target),
               .fields = {{"Authorization",
                           "Bearer " + std::string(examination.credential->token.reveal())}}};
}

void look_at_location(Examination& examination, const Probe& probe,
                      const remote::RawReply& reply) {
  const std::string location = reply.first("Location");
  if (leads_home(config::Hosts(examination.config), location)) return;
  examination.found(Fault::kForeignLocation, text_of(probe) + " (" + location + ")");
}

void probe_openness(Examination& examination) {
  std::string base;
  Base best = Base::kNone;
  for (const std::string& path : examination.places.closed) {
    const Probe probe{.target = path};
    const auto reply = examination.site.ask(probe);
    const Base found = reply ? look_at(examination, probe, *reply) : Base::kNone;
    if (found <= best) continue;
    best = found;
    base = path;
  }
  if (examination.places.closed.empty()) {
    examination.found(Fault::kNothingProtected, "all rules name `anyone`");
  }
  examination.places.base = base;
}

// Only methods that change nothing, should the application get them.
void probe_methods(Examination& examination) {
  constexpr std::array<const char*, 6> kMethods = {"HEAD", "OPTIONS", "PROPFIND",
                                                   "TRACE", "get",     "LATCHKEY"};
  for (const char* const method : kMethods) {
    const Probe probe{.target = examination.places.base, .method = method};
    const Stranger stranger = stranger_at(examination.config, examination.policy,
                                          examination.site, method, probe.target);
    if (stranger == Stranger::kAllowed) continue;
    const auto reply = examination.site.ask(probe);
    if (!reply || examination.verdict(*reply) != Verdict::kLetThrough) continue;
    const bool echo = reply->first("Content-Type").starts_with("message/http");
    examination.found(echo ? Fault::kTraceEcho : Fault::kUnprotectedMethod, text_of(probe, *reply));
  }
}

// Strangers first, where the rules let them in as well: a tunnel needs no page that is there.
void probe_upgrade(Examination& examination) {
  std::vector<std::string> targets = examination.places.open;
  if (targets.size() > 3) targets.resize(3);
  targets.push_back(examination.places.base);
  for (const std::string& target : targets) {
    const Probe probe{.target = target, .fields = upgrading()};
    const auto reply = examination.site.ask(probe);
    if (reply && reply->status == 101) {
      examination.found(Fault::kUpgradeTunnel, text_of(probe, *reply));
    }
  }
}

}  // namespace latchkey::admin::doctor
