// Latchkey's own pages behind the web server: they are there, and the check is not; the sign-in's
// cookie leaves as it was made; health probes end at latchkey; http:// leads to https://.
#include <algorithm>

#include "examination.h"
#include "latchkey/config/cookie_names.h"
#include "latchkey/wire/chars.h"

namespace latchkey::admin::doctor {
namespace {

std::vector<std::string> attributes_of(const std::string& cookie) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= cookie.size();) {
    const std::size_t end = std::min(cookie.find(';', begin), cookie.size());
    std::string part = cookie.substr(begin, end - begin);
    part.erase(0, part.find_first_not_of(' '));
    parts.push_back(wire::to_lower(part));
    begin = end + 1;
  }
  return parts;
}

// Spec: RFC 6265bis section 4.1; `__Host-` asks for Secure, Path=/ and no Domain.
void look_at_cookie(Examination& examination, const std::string& cookie) {
  const std::vector<std::string> parts = attributes_of(cookie);
  const std::string name = parts.front().substr(0, parts.front().find('='));
  const auto missing = [&](const std::string& what) {
    examination.found(Fault::kCookieFlags, name + " (" + what + ")");
  };
  const auto has = [&](const char* attribute) {
    return std::ranges::find(parts, attribute) != parts.end();
  };
  if (examination.site.https() && !name.starts_with("__host-")) {
    missing("without __Host-: site.url is not https");
  }
  if (examination.site.https() && !has("secure")) missing("without Secure");
  if (!has("httponly")) missing("without HttpOnly");
  if (!has("path=/")) missing("without Path=/");
  if (!has("samesite=lax") && !has("samesite=strict") && !has("samesite=none")) {
    missing("without SameSite");
  }
  if (std::ranges::any_of(parts, [](const auto& part) { return part.starts_with("domain="); })) {
    missing("with Domain");
  }
}

bool is_login_cookie(const std::string& cookie) {
  return cookie.starts_with(config::kHttpsCookies.session) ||
         cookie.starts_with(config::kHttpCookies.session);
}

// A User-Agent that the configuration takes for a health probe; empty if none can be made up.
std::string health_agent(const Examination& examination) {
  std::vector<std::string> tries{"GoogleHC/1.0", "kube-probe/1.0", "ELB-HealthChecker/2.0"};
  for (const std::string& pattern : examination.config.health.user_agents) {
    std::string plain;
    for (const char c : pattern) {
      if (c != '^' && c != '$' && c != '\\') plain += c;
    }
    tries.push_back(std::move(plain));
  }
  model::CanonicalRequest request;
  request.host = examination.site.host();
  request.method = "GET";
  request.path = examination.config.health.path;
  for (const std::string& agent : tries) {
    model::ClientHints hints;
    hints.user_agent = agent;
    if (examination.policy.is_health(request, hints)) return agent;
  }
  return {};
}

// The word that latchkey's page about a failure asks people to quote; empty for others' pages.
std::string word_of(const remote::RawReply& reply) {
  constexpr std::string_view kBefore = "quote this word: <code>";
  const std::size_t before = reply.body.find(kBefore);
  if (reply.status < 500 || before == std::string::npos) return {};
  const std::size_t begin = before + kBefore.size();
  return reply.body.substr(begin, reply.body.find('<', begin) - begin);
}

void expect_page(Examination& examination, const std::string& path, std::string_view mark) {
  const Probe probe{.target = path};
  const auto reply = examination.site.ask(probe);
  if (!reply || (reply->status == 200 && reply->body.contains(mark))) return;
  examination.found(Fault::kPagesUnreachable, text_of(probe, *reply));
}

}  // namespace

void probe_pages(Examination& examination) {
  const config::Paths& paths = examination.config.paths;
  expect_page(examination, paths.jwks, "\"keys\"");
  expect_page(examination, paths.healthz, "ok");
  const Probe whoami{.target = paths.whoami};
  if (const auto reply = examination.site.ask(whoami); reply && reply->status != 401) {
    examination.found(Fault::kPagesUnreachable, text_of(whoami, *reply));
  }
  // Not found, or refused like everything else; the bare refusal of the check names its reason.
  const Probe check{.target = "/.latchkey/check"};
  if (const auto reply = examination.site.ask(check)) {
    const bool through = examination.verdict(*reply) == Verdict::kLetThrough;
    if (through || reply->has("X-Latchkey-Reason")) {
      examination.found(Fault::kCheckReachable, text_of(check, *reply));
    }
  }
  if (!examination.site.https()) return;
  const Probe base{.target = examination.places.base};
  const auto reply = examination.site.ask(base);
  if (reply && !reply->has("Strict-Transport-Security")) {
    examination.found(Fault::kNoHsts, text_of(base));
  }
}

void probe_sign_in(Examination& examination) {
  const config::Hosts hosts(examination.config);
  if (!hosts.browser(examination.site.host())) return;
  const Probe probe = browsing(examination.config.paths.login + "?rd=/");
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  const bool form = reply->status == 200 && reply->body.contains("<form");
  const bool provider = reply->status == 302 &&
                        examination.verdict(*reply) == Verdict::kElsewhere;
  std::vector<std::string> cookies = reply->all("Set-Cookie");
  std::erase_if(cookies, [](const std::string& cookie) { return !is_login_cookie(cookie); });
  if (const std::string word = word_of(*reply); !word.empty()) {
    examination.found(Fault::kSignInUnavailable, text_of(probe, *reply) + " " + word);
    return;
  }
  if (!form && !provider) {
    examination.found(Fault::kSignInBroken, text_of(probe, *reply));
    return;
  }
  if (cookies.empty()) examination.found(Fault::kCookieFlags, "the sign-in's cookie (missing)");
  for (const std::string& cookie : cookies) look_at_cookie(examination, cookie);
}

void probe_health(Examination& examination) {
  const std::string agent = health_agent(examination);
  if (agent.empty()) return;
  const std::vector<remote::Field> fields{{"User-Agent", agent}};
  const Probe probe{.target = examination.config.health.path, .fields = fields};
  if (const auto reply = examination.site.ask(probe)) {
    const std::string shown = text_of(probe, *reply) + " as " + agent;
    if (reply->status != 200) {
      examination.found(Fault::kHealthRefused, shown);
    } else if (!reply->body.empty() || reply->has("Set-Cookie")) {
      examination.found(Fault::kHealthPassedOn, shown);
    }
  }
  // On any other path it is a stranger like others.
  const Probe other{.target = examination.places.base, .fields = fields};
  if (const auto reply = examination.site.ask(other);
      reply && examination.verdict(*reply) == Verdict::kLetThrough) {
    examination.found(Fault::kHealthPassedOn, text_of(other, *reply) + " as " + agent);
  }
}

void probe_plain_http(Examination& examination, Site& plain) {
  const Probe probe{.target = examination.places.base};
  const Result<remote::RawReply> reply = plain.try_ask(probe);
  // Nobody listens there: nothing can go wrong.
  if (!reply || reply->status == 0) return;
  const std::string shown =
      "GET " + plain.origin() + probe.target + " (" + std::to_string(reply->status) + ")";
  const Verdict verdict = examination.verdict(*reply);
  const bool leads_to_https = reply->first("Location").starts_with("https://");
  if (verdict == Verdict::kLetThrough) {
    examination.found(Fault::kOpenHttp, shown);
  } else if (reply->status == 401 || (verdict == Verdict::kSignIn && !leads_to_https)) {
    examination.found(Fault::kHttpChallenges, shown);
  } else if (reply->status < 300 || reply->status >= 400 || !leads_to_https) {
    const bool enforced = config::Hosts(examination.config).enforces_https(plain.host());
    if (enforced) examination.found(Fault::kHttpStays, shown);
  }
  look_at_location(examination, probe, *reply);
}

}  // namespace latchkey::admin::doctor
