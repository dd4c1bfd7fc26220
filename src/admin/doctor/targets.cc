// Other spellings of a request for the same thing: of its path, of its host, and the fields with
// which proxies tell each other about a request that was another one before.
#include <algorithm>

#include "examination.h"
#include "spoofs.h"
#include "latchkey/config/cookie_names.h"

namespace latchkey::admin::doctor {
namespace {

constexpr const char* kStrangeHost = "latchkey-doctor.invalid";
using Hosts = std::vector<std::string>;
constexpr std::size_t kOpenPlacesMax = 6;  // each is the start of a dozen detours

std::string seen(const Probe& probe, const std::string& how, const remote::RawReply& reply) {
  return text_of(probe) + " (" + how + (how.empty() ? "" : ": ") + std::to_string(reply.status) +
         ")";
}

std::string joined(const Hosts& hosts) {
  std::string text = "Host";
  for (const std::string& host : hosts) text += " " + (host.empty() ? "(empty)" : host);
  return hosts.empty() ? "no Host" : text;
}

// Detours from a place that is open to one that is not.
std::vector<std::string> detours(const std::string& from, const std::string& base) {
  std::vector<std::string> all;
  const std::string start = from.ends_with('/') ? from.substr(0, from.size() - 1) : from;
  for (const char* up : {"/..", "/%2e%2e", "/.%2e", "/..;", "/..;x=1", "/%252e%252e", "/..%5c"}) {
    all.push_back(std::string(start).append(up).append(base));
  }
  all.push_back(start + "/..%2f" + base.substr(1));
  all.push_back(start + "%2f.." + base);
  all.push_back(start + ";/.." + base);
  all.push_back(start + "%00/.." + base);
  all.push_back(start + "#/.." + base);
  return all;
}

std::vector<std::string> spellings(const std::string& base) {
  const std::string rest = base.substr(1);
  const unsigned char first = static_cast<unsigned char>(rest.empty() ? 'x' : rest.front());
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string encoded = std::string("/%") + kHex[first >> 4] + kHex[first & 15] +
                              (rest.empty() ? rest : rest.substr(1));
  return {"/" + base,   "/." + base,   "/%2e" + base, "/;" + base,  "/%2f" + rest, encoded,
          base + "/.",  base + "//",   base + ";x=1", base + "%2f", base + "%20",  base + "%00",
          base + "?",   base + "%3f",  base + "#x",   base + "%",   base + "%zz",  "/\\" + rest,
          base + "\\"};
}

// Places where the web server asks nobody: latchkey's own pages, and what the rules open.
std::vector<std::string> open_places(const Examination& examination) {
  const config::Paths& paths = examination.config.paths;
  std::vector<std::string> open{paths.login, paths.healthz, "/.well-known/acme-challenge"};
  for (const std::string& path : examination.places.open) {
    const bool invented = path.contains(examination.nonce);
    if (!invented && open.size() < kOpenPlacesMax) open.push_back(path);
  }
  return open;
}

}  // namespace

void probe_targets(Examination& examination) {
  std::vector<std::string> targets = spellings(examination.places.base);
  for (const std::string& from : open_places(examination)) {
    for (std::string& detour : detours(from, examination.places.base)) {
      targets.push_back(std::move(detour));
    }
  }
  for (const std::string& target : targets) {
    const Stranger stranger = stranger_at(examination.config, examination.policy,
                                          examination.site, "GET", target);
    if (stranger == Stranger::kAllowed) continue;
    const Probe probe{.target = target};
    const auto reply = examination.site.ask(probe);
    if (reply && examination.verdict(*reply) == Verdict::kLetThrough) {
      examination.found(Fault::kOpenedByPath, text_of(probe, *reply));
    }
  }
}

namespace {

// What a host that is wrong in some way may be answered.
enum class Duty { kNotServed, kRefusedAsWrong };

// `path`: of the target, which may also name a host.
void knock(Examination& examination, const std::string& path, Probe probe, Duty duty,
           Fault taken) {
  probe.fields = browsing("").fields;
  const auto reply = examination.site.ask(probe);
  if (!reply) return;
  look_at_location(examination, probe, *reply);
  if (stranger_at(examination.config, examination.policy, examination.site, probe.method, path) ==
      Stranger::kAllowed) {
    return;
  }
  const Verdict verdict = examination.verdict(*reply);
  const std::string hosts = probe.hosts ? joined(*probe.hosts) : "";
  if (verdict == Verdict::kLetThrough) {
    examination.found(Fault::kOpenedByHost, seen(probe, hosts, *reply));
    return;
  }
  // Being asked to sign in means that latchkey found nothing wrong.
  const bool asked = verdict == Verdict::kSignIn || reply->status == 401;
  if (duty == Duty::kRefusedAsWrong && asked) {
    examination.found(taken, seen(probe, hosts, *reply));
  }
}

// Hosts that must not be taken for the one that is asked.
void knock_as_strange_host(Examination& examination, const std::string& path) {
  const std::string& own = examination.site.authority();
  const std::string scheme = examination.site.https() ? "https://" : "http://";
  knock(examination, path, {.target = path, .hosts = Hosts{kStrangeHost}}, Duty::kRefusedAsWrong,
        Fault::kUnknownHost);
  knock(examination, path, {.target = scheme + kStrangeHost + path}, Duty::kRefusedAsWrong,
        Fault::kHostDisagrees);
  for (const Hosts& two : {Hosts{own, kStrangeHost}, Hosts{kStrangeHost, own}}) {
    knock(examination, path, {.target = path, .hosts = two}, Duty::kRefusedAsWrong,
          Fault::kHostDisagrees);
  }
}

}  // namespace

void probe_hosts(Examination& examination) {
  const std::string& base = examination.places.base;
  const std::string& own = examination.site.authority();
  const std::string scheme = examination.site.https() ? "https://" : "http://";
  knock_as_strange_host(examination, base);
  // Redirects often stand at the root alone.
  if (base != "/") knock_as_strange_host(examination, "/");
  // A server may rightly take these for the host that is meant.
  knock(examination, base, {.target = scheme + own + base, .hosts = Hosts{kStrangeHost}},
        Duty::kNotServed, Fault::kHostDisagrees);
  for (const std::string& odd :
       {examination.site.host() + ".", own + "@" + kStrangeHost, own + "," + kStrangeHost,
        own + "/" + kStrangeHost, own + " " + kStrangeHost, std::string()}) {
    knock(examination, base, {.target = base, .hosts = Hosts{odd}}, Duty::kNotServed,
          Fault::kUnknownHost);
  }
  knock(examination, base, {.target = base, .hosts = Hosts{}}, Duty::kNotServed,
        Fault::kUnknownHost);
}

namespace {

// Returns the status of a page that answers a stranger who sends these fields, or nullopt.
std::optional<int> opened_by(Examination& examination, const std::vector<remote::Field>& fields) {
  Probe probe = browsing(examination.places.base);
  probe.fields.insert(probe.fields.end(), fields.begin(), fields.end());
  const auto reply = examination.site.ask(probe);
  if (!reply) return std::nullopt;
  look_at_location(examination, probe, *reply);
  if (examination.verdict(*reply) != Verdict::kLetThrough) return std::nullopt;
  return reply->status;
}

void open_by(Examination& examination, const std::vector<remote::Field>& fields) {
  if (const std::optional<int> status = opened_by(examination, fields)) {
    examination.found(Fault::kOpenedByField, fields.front().name + ": " + fields.front().value +
                                                 " (" + std::to_string(*status) + ")");
  }
}

// Somebody who says who they are, and proves nothing. The plain names go one by one: a server may
// refuse one of them, or only the odd spellings, and be opened by another.
void open_by_identity(Examination& examination) {
  std::vector<remote::Field> odd;
  for (const Spoof& spoof : spoofs_of(examination.config.identity, examination.nonce)) {
    const remote::Field field{spoof.name, "admin"};
    if (spoof.spelling == Spelling::kPlain) open_by(examination, {field});
    else odd.push_back(field);
  }
  for (std::size_t begin = 0; begin < odd.size(); begin += kFieldsPerProbe) {
    const std::size_t end = std::min(begin + kFieldsPerProbe, odd.size());
    const std::vector<remote::Field> some(odd.begin() + static_cast<std::ptrdiff_t>(begin),
                                          odd.begin() + static_cast<std::ptrdiff_t>(end));
    if (!opened_by(examination, some)) continue;
    for (const remote::Field& field : some) open_by(examination, {field});
  }
}

}  // namespace

void probe_fields(Examination& examination) {
  open_by_identity(examination);
  const std::string open = examination.places.open.empty() ? examination.config.paths.healthz
                                                           : examination.places.open.front();
  const std::vector<std::vector<remote::Field>> tries = {
      {{"X-Original-URL", open}},
      {{"X-Rewrite-URL", open}},
      {{"X-Original-URI", open}, {"X-Forwarded-Uri", open}, {"X-Forwarded-Prefix", open}},
      {{"X-Forwarded-Method", "OPTIONS"}, {"X-HTTP-Method-Override", "OPTIONS"}},
      {{"X-Forwarded-For", "127.0.0.1"}, {"X-Real-IP", "127.0.0.1"}, {"X-Client-IP", "127.0.0.1"}},
      {{"Forwarded", "for=127.0.0.1;host=" + std::string(kStrangeHost) + ";proto=https"}},
      {{"X-Forwarded-Host", kStrangeHost}, {"X-Host", kStrangeHost}},
      {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Scheme", "https"}},
      {{"LATCHKEY_MODE", "forward"}, {"LATCHKEY-MODE", "forward"}, {"Latchkey-User", "admin"}},
      {{"User-Agent", "GoogleHC/1.0"}},
      {{"User-Agent", "kube-probe/1.0"}},
      {{"User-Agent", "ELB-HealthChecker/2.0"}},
      {{"Referer", examination.site.origin() + "/"}, {"Origin", examination.site.origin()}},
      {{"X-Requested-With", "XMLHttpRequest"}, {"X-Internal", "1"}, {"X-Debug", "1"}},
      {{"Authorization", "Basic Og=="}},
      {{"Authorization", "Bearer"}},
      {{"Cookie", std::string(config::kHttpsCookies.session) + "=" + examination.nonce + "; " +
                      std::string(config::kHttpCookies.session) + "=" + examination.nonce}},
      {{"Connection", "close, Authorization, Cookie, X-Forwarded-User, X-Latchkey-Reason"}},
  };
  for (const std::vector<remote::Field>& fields : tries) open_by(examination, fields);
}

}  // namespace latchkey::admin::doctor
