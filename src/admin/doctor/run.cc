// latchkey doctor: is the web server in front set up so that nobody gets past. Each idea is a file
// of its own in this folder; here they come one after the other.
#include "report.h"

#include <array>
#include <fstream>
#include <iterator>

#include "credential.h"
#include "examination.h"
#include "machine.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/hex.h"
#include "latchkey/wire/json.h"

namespace latchkey::admin {
namespace doctor {
namespace {

constexpr std::size_t kWhoamiBytesMax = 64 * 1024;

// What all sites of one run share.
struct Run {
  const Arguments& arguments;
  const config::Config& config;
  const policy::Policy& policy;
  remote::Prober& prober;
  Report& report;
  Badge* badge;  // nullptr: strangers' probes only
  const SignalsWait& signals;
  std::string nonce;
  std::string ca_pem;  // empty: the machine's authorities
};

remote::Endpoint endpoint_of(const Run& run, std::string origin, const std::string& connect) {
  remote::Endpoint endpoint;
  endpoint.origin = std::move(origin);
  endpoint.connect_to = connect;
  endpoint.ca_pem = run.ca_pem;
  return endpoint;
}

Site site_of(const Run& run, std::string origin, const std::string& connect) {
  return {run.prober, endpoint_of(run, std::move(origin), connect), run.report,
          [&signals = run.signals] { return signals.one_waits(); }};
}

// Asks who the credential's owner is. Errors: a finding, and nullptr.
const Credential* accepted(Run& run, Examination& examination) {
  if (run.badge == nullptr) {
    examination.found(Fault::kNoCredential, "no --user and no --credential-file");
    return nullptr;
  }
  Credential& credential = run.badge->credential();
  examination.credential = &credential;
  const Probe probe = signed_in(examination, run.config.paths.whoami);
  const auto reply = examination.site.ask(probe);
  if (!reply) return nullptr;
  const Result<wire::Json> whoami = wire::Json::parse(reply->body, kWhoamiBytesMax);
  if (reply->status != 200 || !whoami || !whoami->has("username")) {
    examination.found(Fault::kCredentialRefused, text_of(probe, *reply));
    return nullptr;
  }
  const Result<std::string> name = whoami->string("username");
  if (credential.owner.empty() && name) credential.owner = *name;
  return &credential;
}

void probe_as_stranger(Examination& examination) {
  if (examination.places.base.empty()) return;
  probe_methods(examination);
  probe_upgrade(examination);
  probe_targets(examination);
  probe_hosts(examination);
  probe_fields(examination);
  probe_challenges(examination);
}

void probe_http(Run& run, Examination& examination) {
  const DoctorOptions& options = run.arguments.doctor;
  if (!examination.site.https()) return;
  if (!options.connect.empty() && options.connect_http.empty()) {
    examination.found(Fault::kHttpNotProbed, "http://" + examination.site.host());
    return;
  }
  Site plain = site_of(run, "http://" + examination.site.host(), options.connect_http);
  probe_plain_http(examination, plain);
}

// An application's own Server field may get through; what latchkey answers has the web server's.
Server recognise(const Run& run, Site& site, const remote::RawReply& first) {
  const std::string& named = run.arguments.doctor.server;
  if (!named.empty()) return server_of(named);
  const Result<remote::RawReply> keys = site.try_ask({.target = run.config.paths.jwks});
  const Server server = keys ? server_of(keys->first("Server")) : Server::kUnknown;
  if (server != Server::kUnknown) return server;
  // HAProxy names itself nowhere, but its page for what is no request is like nobody else's.
  const Result<remote::RawReply> wrong = site.try_ask({.target = "/ /"});
  if (wrong && is_servers_own(Server::kHaproxy, *wrong)) return Server::kHaproxy;
  return server_of(first.first("Server"));
}

void examine(Run& run, const std::string& origin) {
  Site site = site_of(run, origin, run.arguments.doctor.connect);
  const Result<remote::RawReply> first = site.try_ask({.target = "/"});
  if (!first || first->status == 0) {
    const std::string why = first ? "closed without an answer" : first.error().detail;
    run.report.add(Fault::kUnreachable, origin, why);
    return;
  }
  run.report.is_about(recognise(run, site, *first));
  Examination examination{run.config, run.policy, site, run.report, run.nonce,
                          run.arguments.doctor.mirror};
  if (!config::Hosts(run.config).has(site.host())) {
    examination.found(Fault::kForeignSite, site.host());
  }
  examination.places =
      places_of(run.config, run.policy, site, run.nonce, run.arguments.doctor.paths);
  probe_openness(examination);
  probe_as_stranger(examination);
  probe_pages(examination);
  probe_sign_in(examination);
  probe_health(examination);
  probe_http(run, examination);
  examination.credential = accepted(run, examination);
  if (examination.credential != nullptr) probe_whoami(examination);
  probe_identity(examination);
  probe_served_files(examination);
}

// `scheme://host[:port]` of a URL; empty if it is none.
std::string origin_of(const std::string& url) {
  const std::size_t slashes = url.find("://");
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  if (!known) return {};
  std::string origin = wire::to_lower(url.substr(0, url.find_first_of("/?#", slashes + 3)));
  return origin.size() > slashes + 3 && !origin.contains('@') ? origin : std::string();
}

std::vector<std::string> origins_of(const std::string& url, const config::Config& config,
                                    Report& report) {
  if (!url.empty()) return {origin_of(url)};
  const config::Hosts hosts(config);
  std::vector<std::string> origins;
  for (const config::SiteHost& host : config.site.hosts) {
    if (host.name.starts_with("*.")) report.add(Fault::kWildcardHost, config.site.url, host.name);
    else origins.push_back(hosts.origin_of(host.name));
  }
  return origins;
}

std::vector<std::string> host_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const config::SiteHost& host : config.site.hosts) {
    // A scope names one host; where `*` is one of ours, none is named.
    if (host.name.starts_with("*.")) return {};
    names.push_back(host.name);
  }
  return names;
}

void look_at_machine(const Arguments& arguments, const config::Config& config, Report& report) {
  std::vector<std::string> sockets = config.pool.authorizer_sockets;
  const auto add = [&](const std::vector<std::string>& more) {
    sockets.insert(sockets.end(), more.begin(), more.end());
  };
  add(config.pool.responder_sockets);
  add(arguments.doctor.sockets);
  look_at_files(config, sockets, report);
  look_at_ports(sockets, arguments.doctor.outside, report);
}

// Read at once: later this process may be another user.
Or<std::string> authorities_of(const Arguments& arguments, const World& world) {
  const std::string& file = arguments.doctor.ca_file;
  if (file.empty()) return std::string();
  std::ifstream in(file);
  std::string pem((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in && !pem.empty()) return pem;
  return std::unexpected(complain(world, kFailed, file + ": cannot be read"));
}

// Not guessable, or an application could answer as if it had received a probe's fields.
std::string nonce_of(Random& random) {
  std::array<unsigned char, 8> bytes{};
  random.fill(bytes);
  return wire::hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// The credential, where one was asked for. Errors: the status, with a sentence printed.
Or<std::optional<Badge>> badge_of(const Arguments& arguments, const config::Config& config,
                                  const std::string& nonce, const World& world) {
  if (!arguments.doctor.credential_file.empty()) {
    return Badge::from_file(arguments.doctor.credential_file, world);
  }
  if (arguments.user.empty()) return std::nullopt;
  return Badge::issue(arguments, host_names(config), "/latchkey-doctor-" + nonce, world);
}

}  // namespace
}  // namespace doctor

int doctor_run(const Arguments& arguments, const World& world) {
  using namespace doctor;
  if (!arguments.url.empty() && origin_of(arguments.url).empty()) {
    return complain(world, kUsage, "doctor: a URL begins with https:// or http:// and a host");
  }
  Or<config::Config> config = read_configuration(arguments, world);
  if (!config) return config.error();
  const Result<policy::Policy> policy = policy::Policy::from(*config);
  if (!policy) return failed(world, "policy", policy.error());
  Or<std::string> ca_pem = authorities_of(arguments, world);
  if (!ca_pem) return ca_pem.error();
  Report report;
  // As root, while everything can be looked at; issuing makes this process the service's user.
  look_at_machine(arguments, *config, report);
  const std::string nonce = nonce_of(world.random);
  const SignalsWait signals;
  Or<std::optional<Badge>> badge = badge_of(arguments, *config, nonce, world);
  if (!badge) return badge.error();
  const std::unique_ptr<remote::Prober> prober = remote::make_curl_prober();
  Run run{arguments, *config, *policy, *prober, report,
          badge->has_value() ? &**badge : nullptr, signals, nonce, *ca_pem};
  for (const std::string& origin : origins_of(arguments.url, *config, report)) {
    examine(run, origin);
  }
  const int given_back = badge->has_value() ? (*badge)->give_back(world) : kGood;
  const Status status = print(report, arguments.form, world.out);
  return given_back != kGood ? given_back : status;
}

}  // namespace latchkey::admin
