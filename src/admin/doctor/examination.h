// The probes of one site. Each function is one idea, sends harmless requests and adds what it finds
// to the report. Those that run with a credential send nothing but GET.
#pragma once

#include "site.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::admin::doctor {

// A credential to probe with. `owner` is empty until /whoami has told it.
struct Credential {
  SecretString token;
  SecretString upgrade_token;  // for the one probe with Upgrade; may be empty
  std::string owner;
};

struct Examination {
  const config::Config& config;
  const policy::Policy& policy;
  Site& site;
  Report& report;
  std::string nonce;   // in every name and value that we invent
  std::string mirror;  // a page that shows the fields it received; empty: look for one
  const Credential* credential = nullptr;  // nullptr: none
  Places places{};

  Verdict verdict(const remote::RawReply& reply) const { return judge(reply, config.paths.login); }
  void found(Fault fault, std::string seen) { report.add(fault, site.origin(), std::move(seen)); }
};

// Returns a probe with the Accept and Sec-Fetch fields of somebody who types an address.
Probe browsing(std::string target);

// Returns the fields that ask for h2c, a tunnel in which no proxy sees the requests.
std::vector<remote::Field> upgrading();

// Returns a probe with the credential. `examination.credential` is set.
Probe signed_in(const Examination& examination, std::string target);

// Notes a Location that leads to a host which is none of ours.
void look_at_location(Examination& examination, const Probe& probe,
                      const remote::RawReply& reply);

// Notes fields in an answer that are for the application or the web server, not for the client.
void look_for_leaks(Examination& examination, const remote::RawReply& reply);

// Asks every protected address and method without a credential, and finds the one (`places.base`)
// at which the other probes knock. Nothing works without it.
void probe_openness(Examination& examination);
void probe_methods(Examination& examination);
void probe_upgrade(Examination& examination);

// Other spellings of the path, other hosts, fields that only a proxy should send.
void probe_targets(Examination& examination);
void probe_hosts(Examination& examination);
void probe_fields(Examination& examination);

// What strangers are answered.
void probe_challenges(Examination& examination);
void probe_pages(Examination& examination);
void probe_sign_in(Examination& examination);
void probe_health(Examination& examination);
void probe_served_files(Examination& examination);

// With the credential: who does latchkey, and who does the application, take us for.
void probe_whoami(Examination& examination);
void probe_identity(Examination& examination);

// The site's http:// address, for which `plain` was made.
void probe_plain_http(Examination& examination, Site& plain);

}  // namespace latchkey::admin::doctor
