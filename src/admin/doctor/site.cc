#include "site.h"

#include <algorithm>

#include "latchkey/base/secret_string.h"

namespace latchkey::admin::doctor {
namespace {

constexpr int kFailuresMax = 3;

std::string bytes_of(const Probe& probe, const std::string& authority) {
  std::string bytes = probe.method + " " + probe.target + " HTTP/1.1\r\n";
  const std::vector<std::string> own{authority};
  for (const std::string& host : probe.hosts.value_or(own)) bytes += "Host: " + host + "\r\n";
  bool connection = false;
  for (const remote::Field& field : probe.fields) {
    bytes += field.name + ": " + field.value + "\r\n";
    connection = connection || field.name == "Connection";
  }
  if (!connection) bytes += "Connection: close\r\n";
  return bytes + "\r\n";
}

std::string without_port(const std::string& authority) {
  const std::size_t colon = authority.rfind(':');
  const bool port = colon != std::string::npos && !authority.ends_with(']');
  return port ? authority.substr(0, colon) : authority;
}

std::string_view servers_mark(Server server) {
  switch (server) {
    case Server::kNginx: return "<hr><center>";
    case Server::kApache: return "</title>\n</head><body>\n<h1>";
    case Server::kLighttpd: return "<h1>404 Not Found</h1>";
    case Server::kCaddy:
    case Server::kHaproxy:
    case Server::kUnknown: break;
  }
  return {};
}

bool is_haproxys_page(const remote::RawReply& reply) {
  const std::string begin = "<html><body><h1>" + std::to_string(reply.status) + " ";
  return reply.body.starts_with(begin) && reply.body.ends_with("\n</body></html>\n");
}

}  // namespace

std::string text_of(const Probe& probe) { return probe.method + " " + probe.target; }

std::string text_of(const Probe& probe, const remote::RawReply& reply) {
  return text_of(probe) + " (" + std::to_string(reply.status) + ")";
}

Site::Site(remote::Prober& prober, remote::Endpoint endpoint, Report& report,
           Interrupted interrupted)
    : prober_(prober),
      endpoint_(std::move(endpoint)),
      report_(report),
      interrupted_(std::move(interrupted)) {
  authority_ = endpoint_.origin.substr(endpoint_.origin.find("//") + 2);
  host_ = without_port(authority_);
}

Result<remote::RawReply> Site::try_ask(const Probe& probe) {
  if (interrupted_()) return fail(ErrorCode::kUnavailable, "interrupted");
  if (failures_ >= kFailuresMax) {
    return fail(ErrorCode::kUnavailable, "not sent: the probes before it got no answer");
  }
  report_.count_probe();
  std::string bytes = bytes_of(probe, authority_);
  Result<remote::RawReply> reply = prober_.exchange(
      endpoint_, bytes, probe.method == "HEAD" ? remote::Body::kNone : remote::Body::kExpected);
  wipe(bytes);
  failures_ = reply ? 0 : failures_ + 1;
  return reply;
}

std::optional<remote::RawReply> Site::ask(const Probe& probe) {
  Result<remote::RawReply> reply = try_ask(probe);
  if (reply) return *std::move(reply);
  report_.add(Fault::kUnanswered, origin(), text_of(probe) + " (" + reply.error().detail + ")");
  return std::nullopt;
}

Verdict judge(const remote::RawReply& reply, std::string_view login_path) {
  const int status = reply.status;
  if (status == 0) return Verdict::kSilent;
  if (status == 101 || (status >= 200 && status < 300)) return Verdict::kLetThrough;
  if (status >= 300 && status < 400) {
    const bool sign_in = path_of_location(reply.first("Location")) == login_path;
    return sign_in ? Verdict::kSignIn : Verdict::kElsewhere;
  }
  if (status == 404 || status == 405 || status == 410 || status == 501) return Verdict::kElsewhere;
  return status >= 500 ? Verdict::kBroken : Verdict::kRefused;
}

bool is_servers_own(Server server, const remote::RawReply& reply) {
  if (server == Server::kCaddy) return reply.body.empty();
  if (server == Server::kHaproxy) return is_haproxys_page(reply);
  const std::string_view mark = servers_mark(server);
  return !mark.empty() && reply.body.contains(mark);
}

bool is_servers_refusal(Server server, const remote::RawReply& reply) {
  return reply.status == 403 && is_servers_own(server, reply);
}

bool is_own_page(const config::Paths& paths, std::string_view path) {
  const std::string* const own[] = {&paths.login,   &paths.callback, &paths.logout,
                                    &paths.backchannel_logout,       &paths.credentials,
                                    &paths.whoami,  &paths.jwks,     &paths.docker_token,
                                    &paths.healthz, &paths.readyz};
  return std::ranges::any_of(own, [&](const std::string* page) { return *page == path; });
}

std::string_view path_of_location(std::string_view location) {
  if (const std::size_t slashes = location.find("://"); slashes != std::string_view::npos) {
    location.remove_prefix(slashes + 3);
    location.remove_prefix(std::min(location.find('/'), location.size()));
  }
  return location.substr(0, location.find('?'));
}

bool leads_home(const config::Hosts& hosts, std::string_view location) {
  const std::size_t slashes = location.find("//");
  // Without an authority, or with one in the query only.
  if (slashes == std::string_view::npos || slashes > location.find_first_of("?#")) return true;
  if (slashes > 0 && location[slashes - 1] != ':') return true;
  location.remove_prefix(slashes + 2);
  const std::string authority(location.substr(0, location.find_first_of("/?#")));
  return hosts.has(without_port(authority));
}

}  // namespace latchkey::admin::doctor
