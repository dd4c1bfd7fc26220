// One host of the web server under examination: how it is asked, what an answer means, and which of
// its addresses the rules protect.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report.h"
#include "latchkey/config/config.h"
#include "latchkey/config/hosts.h"
#include "latchkey/policy/policy.h"
#include "latchkey/remote/probe.h"

namespace latchkey::admin::doctor {

// One harmless request. `hosts` are the Host fields; absent: the one that belongs there.
struct Probe {
  std::string target = "/";
  std::string method = "GET";
  std::vector<remote::Field> fields{};
  std::optional<std::vector<std::string>> hosts{};
};

// `METHOD TARGET`, for a finding. Fields are left out: one of them may be a credential.
std::string text_of(const Probe& probe);
// The same with the status it was answered with.
std::string text_of(const Probe& probe, const remote::RawReply& reply);

class Site {
 public:
  // `interrupted` tells that the administrator wants an end: then nothing more is asked.
  using Interrupted = std::function<bool()>;

  // The prober and the report outlive the site.
  Site(remote::Prober& prober, remote::Endpoint endpoint, Report& report, Interrupted interrupted);

  const std::string& origin() const { return endpoint_.origin; }
  bool https() const { return endpoint_.origin.starts_with("https:"); }
  // Of the origin: with its port, and without.
  const std::string& authority() const { return authority_; }
  const std::string& host() const { return host_; }

  // Asks. Errors: as Prober::exchange; kUnavailable at once when the last ones got no answer,
  // so that a site that has died does not keep the run for an hour.
  Result<remote::RawReply> try_ask(const Probe& probe);

  // Asks; a failure becomes a finding, because a probe that was not made has found nothing.
  std::optional<remote::RawReply> ask(const Probe& probe);

 private:
  remote::Prober& prober_;
  remote::Endpoint endpoint_;
  Report& report_;
  Interrupted interrupted_;
  int failures_ = 0;  // one after the other
  std::string authority_;
  std::string host_;
};

enum class Verdict {
  kLetThrough,  // 2xx, or 101
  kRefused,     // 400, 401, 403, 421 and the like
  kSignIn,      // a redirect to the sign-in page
  kElsewhere,   // another redirect, not found: nobody said no
  kBroken,      // 5xx
  kSilent,      // closed without an answer
};

Verdict judge(const remote::RawReply& reply, std::string_view login_path);

// True for the web server's own error page or redirect, behind which there is no application.
bool is_servers_own(Server server, const remote::RawReply& reply);

// True for a refusal that the web server made up by itself, as where it has nothing. A 401 is none:
// it may be latchkey's, and come out wrong.
bool is_servers_refusal(Server server, const remote::RawReply& reply);

// True for the path of one of latchkey's own pages.
bool is_own_page(const config::Paths& paths, std::string_view path);

// `path` of an absolute or relative URL, without the query.
std::string_view path_of_location(std::string_view location);

// True if a Location stays on our hosts, or is relative.
bool leads_home(const config::Hosts& hosts, std::string_view location);

// What the rules say to somebody unknown.
enum class Stranger { kAllowed, kRefused };
Stranger stranger_at(const config::Config& config, const policy::Policy& policy, const Site& site,
                     std::string_view method, const std::string& target);

// Addresses of one host, as the rules have them.
struct Places {
  std::string base;                 // protected, and nothing is there; empty: none
  std::vector<std::string> closed;  // strangers are refused; `base` among them
  std::vector<std::string> open;    // strangers are let in
};

// Input: `nonce` makes names that no application has; `more`, what the administrator named.
Places places_of(const config::Config& config, const policy::Policy& policy, const Site& site,
                 const std::string& nonce, const std::vector<std::string>& more);

}  // namespace latchkey::admin::doctor
