// What to change, per fault and web server. A line with `%` is written once for each thing that was
// seen. Server::kUnknown is for every server that has no entry of its own.
#include <algorithm>
#include <array>
#include <utility>

#include "report.h"

namespace latchkey::admin::doctor {
namespace {

using enum Fault;
constexpr Server kAny = Server::kUnknown;
constexpr Server kNginx = Server::kNginx;
constexpr Server kApache = Server::kApache;
constexpr Server kLighttpd = Server::kLighttpd;
constexpr Server kCaddy = Server::kCaddy;
constexpr Server kHaproxy = Server::kHaproxy;

struct Advice {
  Fault fault;
  Server server;
  std::string_view lines;
};

constexpr std::string_view kNginxProtect =
    "nginx, in each location that passes to the application, before proxy_pass, and no `satisfy "
    "any` beside it:\n"
    "include latchkey/protect.conf;";
constexpr std::string_view kApacheProtect =
    "Apache, in the <Location> of each application (`Require all granted` below would skip it):\n"
    "Include latchkey/protect.conf";
constexpr std::string_view kLighttpdProtect =
    "lighttpd: mod_fastcgi comes before mod_proxy in server.modules, to which lighttpd.conf and "
    "all of conf-enabled/ add one after the other. Let nothing load mod_proxy above this line:\n"
    "include \"latchkey/modules.conf\"\n"
    "in latchkey_ask, or nobody is asked:\n"
    "\"check-local\" => \"disable\",\n"
    "once, behind everything else:\n"
    "include \"latchkey/protect.conf\"\n"
    "in a condition behind that one which sets fastcgi.server for itself, instead of what it "
    "says:\n"
    "fastcgi.server            = latchkey_ask\n"
    "magnet.attract-raw-url-to = ( \"/etc/lighttpd/latchkey/identity.lua\" )";
constexpr std::string_view kLighttpdCondition =
    "lighttpd, in the condition that opens the path, instead of its own fastcgi.server and magnet "
    "lines; let a [[rule]] open the path:\n"
    "fastcgi.server            = latchkey_ask\n"
    "magnet.attract-raw-url-to = ( \"/etc/lighttpd/latchkey/identity.lua\" )";
constexpr std::string_view kCaddyProtect =
    "Caddy, in the same route, before each reverse_proxy to an application:\n"
    "import latchkey_ask";
constexpr std::string_view kHaproxyProtect =
    "HAProxy, first in each backend that leads to an application:\n"
    "http-request lua.latchkey\n"
    "http-request deny deny_status 503 unless { var(txn.latchkey_approved) -m bool }";
constexpr std::string_view kNginxPages =
    "nginx, in the server { }:\ninclude latchkey/server.conf;";
constexpr std::string_view kApachePages =
    "Apache, in the <VirtualHost>, behind every <Location>:\nInclude latchkey/pages.conf";
constexpr std::string_view kCaddyPages =
    "Caddy, in the site, before handle { }:\nimport latchkey_pages";
constexpr std::string_view kHaproxyChallenge =
    "HAProxy: no http-response or http-after-response line that changes WWW-Authenticate, and no "
    "http-request auth.";
constexpr std::string_view kHaproxyPages =
    "HAProxy, in the frontend, before every other use_backend:\n"
    "use_backend latchkey_pages if { path_beg /oauth/ /cli/credentials } || "
    "{ path /whoami /docker/token /healthz /readyz /.well-known/jwks.json }";
constexpr std::string_view kHaproxyProbe =
    "HAProxy, in the frontend, and no other line that looks at User-Agent:\n"
    "http-request return status 200 hdr Cache-Control no-store if { path / } "
    "{ req.hdr(User-Agent) -m reg -i GoogleHC|kube-probe }";
constexpr std::string_view kAnyProtect =
    "Let the web server ask latchkey there, as the files of examples/ do.";

constexpr Advice kAdvice[] = {
    {kUnprotected, kNginx, kNginxProtect},
    {kUnprotected, kApache, kApacheProtect},
    {kUnprotected, kLighttpd, kLighttpdProtect},
    {kUnprotected, kCaddy, kCaddyProtect},
    {kUnprotected, kHaproxy, kHaproxyProtect},
    {kUnprotected, kAny, kAnyProtect},
    {kOpenHttp, kNginx,
     "nginx, in the server { } that listens on port 80, instead of proxy_pass:\n"
     "return 301 https://NAME$request_uri;"},
    {kOpenHttp, kApache, "Apache, in <VirtualHost *:80>:\nRedirect permanent / https://NAME/"},
    {kOpenHttp, kLighttpd,
     "lighttpd, in $HTTP[\"scheme\"] == \"http\" { }:\n"
     "url.redirect = ( \"\" => \"https://NAME${url.path}${qsa}\" )"},
    {kOpenHttp, kCaddy, "Caddy redirects by itself: remove the site of http://NAME."},
    {kOpenHttp, kHaproxy,
     "HAProxy, first in the frontend:\n"
     "http-request redirect location https://NAME%[capture.req.uri] code 301 unless { ssl_fc }"},
    {kOpenHttp, kAny, "Redirect http:// to https:// in the web server."},
    {kUnprotectedMethod, kNginx,
     "nginx: remove `if ($request_method ...)` and limit_except from that location; auth_request "
     "asks for every method."},
    {kUnprotectedMethod, kApache,
     "Apache: write `Require` outside of <Limit> and <LimitExcept>, which name single methods."},
    {kUnprotectedMethod, kHaproxy,
     "HAProxy: remove `if { method ... }` from these lines, and what leads to other backends:\n"
     "http-request lua.latchkey\n"
     "http-request deny deny_status 503 unless { var(txn.latchkey_approved) -m bool }"},
    {kUnprotectedMethod, kAny, "Let the web server ask latchkey for every method."},
    {kOpenedByPath, kNginx,
     "nginx: an open location passes the path on as it was sent. Let the rules open the path "
     "instead of the web server:\ninclude latchkey/protect.conf;"},
    {kOpenedByPath, kApache,
     "Apache, in the <Location> that is open, instead of its lines with Auth and Require; let a "
     "[[rule]] open the path:\nInclude latchkey/protect.conf"},
    {kOpenedByPath, kLighttpd, kLighttpdCondition},
    {kOpenedByPath, kHaproxy, kHaproxyProtect},
    {kOpenedByPath, kAny,
     "Let the web server ask latchkey for every path, and open paths by a [[rule]] with "
     "who = \"anyone\"."},
    {kOpenedByField, kAny,
     "Remove from the web server's configuration what branches on that field; only latchkey and "
     "its [[rule]]s decide."},
    {kOpenedByHost, kNginx,
     "nginx, in the server { } with default_server, which is for all other names, in each of its "
     "locations instead of proxy_pass:\n"
     "include latchkey/protect.conf;\n"
     "try_files /.none =400;"},
    {kOpenedByHost, kApache,
     "Apache, in the first <VirtualHost>, which is for all other names, instead of what leads to "
     "an application:\n"
     "Include latchkey/host.conf\n<Location \"/\">\nInclude latchkey/protect.conf\n</Location>\n"
     "Include latchkey/pages.conf"},
    {kOpenedByHost, kHaproxy, kHaproxyProtect},
    {kOpenedByHost, kAny, "Let a host that is not configured be refused by a default site."},
    {kUpgradeTunnel, kNginx,
     "nginx: only WebSocket may be upgraded:\n"
     "proxy_set_header Upgrade $latchkey_upgrade;\n"
     "proxy_set_header Connection $latchkey_connection;"},
    {kUpgradeTunnel, kApache,
     "Apache: only WebSocket may be upgraded:\nRequestHeader unset Upgrade "
     "\"expr=%{HTTP:Upgrade} !~ m#^websocket$#i\""},
    {kUpgradeTunnel, kLighttpd,
     "lighttpd, in proxy.header:\n\"upgrade\" => \"disable\"   # or only for WebSocket's paths"},
    {kUpgradeTunnel, kCaddy,
     "Caddy, before the application:\n@plain not header_regexp Upgrade (?i)^websocket$\n"
     "request_header @plain -Upgrade\nrequest_header @plain -Connection"},
    {kUpgradeTunnel, kHaproxy,
     "HAProxy: latchkey.lua removes it, as shipped; without that, after http-request "
     "lua.latchkey:\n"
     "http-request del-header Upgrade unless { req.hdr(Upgrade) -i websocket }"},
    {kUpgradeTunnel, kAny, "Pass Upgrade on for WebSocket only."},
    {kServedFile, kNginx,
     "nginx: move it out of every document root (`root`, `alias`), remove the location, make new "
     "keys (latchkey key rotate, latchkey key retire) and new passwords."},
    {kServedFile, kAny,
     "Move store, keys, users and configuration out of the document root, make new keys (latchkey "
     "key rotate, latchkey key retire) and new passwords."},
    {kHealthPassedOn, kHaproxy, kHaproxyProbe},
    {kHealthPassedOn, kAny,
     "Remove the User-Agent from the web server's conditions: [health] in latchkey.toml knows it, "
     "and latchkey's answer never reaches the application."},
    {kHealthRefused, kNginx, "nginx:\nerror_page 401 = @latchkey_refused;"},
    {kHealthRefused, kHaproxy, kHaproxyProbe},
    {kHealthRefused, kAny,
     "Take the condition for health probes from the example for this server."},
    {kIdentityPassed, kNginx,
     "nginx, in the location that passes to the application (lines in a location cancel those of "
     "the levels above):\n"
     "include latchkey/protect.conf;\n"
     "nginx, below it, for a name that protect.conf does not have (what replaces another name of "
     "[identity]: the end of examples/nginx/README.md):\n"
     "proxy_set_header % @;"},
    {kIdentityPassed, kApache,
     "Apache, in the <VirtualHost>, before ProxyPass:\n"
     "Include latchkey/host.conf\n"
     "RequestHeader unset % early"},
    {kIdentityPassed, kLighttpd,
     "lighttpd: take identity.lua as shipped, which clears it and is named in protect.conf; for a "
     "name that it does not set itself, in lighttpd.conf:\n"
     "setenv.set-request-header += ( \"%\" => \"\" )"},
    {kIdentityPassed, kCaddy, "Caddy, first in the route:\nimport latchkey_ask\nrequest_header -%"},
    {kIdentityPassed, kHaproxy,
     "HAProxy: latchkey.lua removes it, as shipped; without that, before http-request "
     "lua.latchkey:\n"
     "http-request del-header %"},
    {kIdentityPassed, kAny, "Remove before the identity is set: %"},
    {kIdentityMissing, kNginx, "nginx:\ninclude latchkey/protect.conf;"},
    {kIdentityMissing, kApache,
     "Apache:\nRequestHeader set X-Forwarded-User \"expr=%{reqenv:REMOTE_USER}\" "
     "\"expr=-n reqenv('REMOTE_USER')\""},
    {kIdentityMissing, kLighttpd,
     "lighttpd, where fastcgi.server is latchkey_ask:\n"
     "magnet.attract-raw-url-to = ( \"/etc/lighttpd/latchkey/identity.lua\" )"},
    {kIdentityMissing, kCaddy,
     "Caddy, in the approval's handle_response:\n"
     "request_header X-Forwarded-User {rp.header.X-Forwarded-User}"},
    {kIdentityMissing, kHaproxy,
     "HAProxy: latchkey.lua sets it, as shipped; no line after http-request lua.latchkey may take "
     "it away."},
    {kIdentityMissing, kAny, "Hand the identity on as the example for this server does."},
    {kIdentityEmpty, kApache,
     "Apache, at the end of each line that sets the identity: env=NAME, and after them\n"
     "RequestHeader unset % \"expr=-z %{HTTP:%}\""},
    {kIdentityEmpty, kAny, "Leave a field out when its value is empty: %"},
    {kIdentityDropped, kApache,
     "Apache, in the <VirtualHost>; only the words that concern a connection may stay:\n"
     "RequestHeader edit* Connection "
     "\"(?i)(?:^|,)\\s*(?!(?:close|keep-alive|upgrade)\\s*(?:,|$))[^,\\s][^,]*\" \"\" early"},
    {kIdentityDropped, kAny, "Clear the names of the identity out of the client's Connection."},
    {kWhoamiWrong, kAny,
     "Nothing of LATCHKEY_* and REMOTE_* may be set from a request field; compare the parameters "
     "with those of the example."},
    {kCredentialPassed, kNginx, "nginx:\nproxy_set_header Authorization \"\";"},
    {kCredentialPassed, kApache,
     "Apache, in the protected section:\n"
     "RequestHeader unset Authorization env=!latchkey_keep_authorization"},
    {kCredentialPassed, kLighttpd, "lighttpd: identity.lua removes it, after the check."},
    {kCredentialPassed, kCaddy, "Caddy, after the check:\nrequest_header -Authorization"},
    {kCredentialPassed, kHaproxy,
     "HAProxy: latchkey.lua removes it, as shipped; without that, after http-request "
     "lua.latchkey:\n"
     "http-request del-header Authorization"},
    {kCredentialPassed, kAny, "Remove Authorization after the check, before the application."},
    {kCookiePassed, kNginx, "nginx:\nproxy_set_header Cookie $latchkey_cookies;"},
    {kCookiePassed, kApache,
     "Apache, in the protected section:\n"
     "RequestHeader edit* Cookie \"(?:^|[;,])\\s*(?:__Host-)?latchkey(?:-login)?=[^;,]*\" \"\" "
     "env=!latchkey_keep_cookie"},
    {kCookiePassed, kHaproxy,
     "HAProxy: take latchkey.lua as shipped, which cuts them out:\n"
     "lua-load /etc/haproxy/latchkey/latchkey.lua"},
    {kCookiePassed, kAny, "Cut latchkey's cookies out of Cookie after the check."},
    {kBroken, kAny,
     "Start both pools, and let the web server's group connect: [pool] socket_group. Programs that "
     "the web server or fcgiwrap starts need LATCHKEY_CONFIG, and read what it names."},
    {kHostDisagrees, kNginx, "nginx, in params.conf:\nfastcgi_param LATCHKEY_HOST $host;"},
    {kHostDisagrees, kAny, "Give latchkey the host that the web server chose, and the Host field."},
    {kUnknownHost, kNginx,
     "nginx, in params.conf, and no line for HTTP_HOST:\nfastcgi_param LATCHKEY_HOST $host;"},
    {kUnknownHost, kAny, "Give latchkey the host that was asked for, not a constant."},
    {kForeignLocation, kNginx,
     "nginx: write the name instead of $host:\n"
     "return 301 https://NAME$request_uri;"},
    {kForeignLocation, kApache,
     "Apache: write the name instead of %{HTTP_HOST} or a path alone:\n"
     "Redirect permanent / https://NAME/"},
    {kForeignLocation, kHaproxy,
     "HAProxy: write the name instead of %[req.hdr(host)]:\n"
     "http-request redirect location https://NAME%[capture.req.uri] code 301 unless { ssl_fc }"},
    {kForeignLocation, kAny, "Build redirects from the configured name, not from Host."},
    {kChallengeCount, kNginx,
     "nginx: no add_header WWW-Authenticate, and\nerror_page 401 = @latchkey_refused;"},
    {kChallengeCount, kApache,
     "Apache, in the protected section, with mod_fcgid:\nErrorDocument 401 \"/.latchkey/refused\"\n"
     "Apache with mod_authnz_fcgi; Basic would add a challenge of its own:\nAuthType latchkey"},
    {kChallengeCount, kHaproxy, kHaproxyChallenge},
    {kChallengeCount, kAny, "Pass latchkey's refusal on as it is."},
    {kChallengeClass, kNginx, "nginx:\nerror_page 401 = @latchkey_refused;"},
    {kChallengeClass, kApache,
     "Apache: no ErrorDocument 401 but latchkey's own, and AuthType other than Basic."},
    {kChallengeClass, kHaproxy, kHaproxyChallenge},
    {kChallengeClass, kAny, "Pass latchkey's refusal on as it is; see [[path]] challenge."},
    {kCacheable, kNginx,
     "nginx: no fastcgi_hide_header Cache-Control, and no `expires` that reaches refusals."},
    {kCacheable, kApache,
     "Apache: no Header line and no ExpiresActive that changes Cache-Control."},
    {kCacheable, kHaproxy,
     "HAProxy: no http-response or http-after-response line that changes Cache-Control."},
    {kCacheable, kAny, "Leave Cache-Control of latchkey's answers as it is."},
    {kIdentityShown, kNginx, "nginx: remove the add_header line, or:\nproxy_hide_header %;"},
    {kIdentityShown, kApache, "Apache:\nHeader always unset %"},
    {kIdentityShown, kLighttpd, "lighttpd:\nsetenv.set-response-header += ( \"%\" => \"\" )"},
    {kIdentityShown, kCaddy, "Caddy:\nheader -%"},
    {kIdentityShown, kHaproxy, "HAProxy, in the frontend:\nhttp-after-response del-header %"},
    {kIdentityShown, kAny, "Remove from answers: %"},
    {kCheckReachable, kNginx, "nginx, in the location of the check:\ninternal;"},
    {kCheckReachable, kAny, "Let the check be asked by the web server only."},
    {kPagesUnreachable, kNginx, kNginxPages},
    {kPagesUnreachable, kApache, kApachePages},
    {kPagesUnreachable, kLighttpd, kLighttpdProtect},
    {kPagesUnreachable, kCaddy, kCaddyPages},
    {kPagesUnreachable, kHaproxy, kHaproxyPages},
    {kPagesUnreachable, kAny, "Pass latchkey's own paths to the responder, without the check."},
    {kSignInBroken, kNginx, kNginxPages},
    {kSignInBroken, kApache, kApachePages},
    {kSignInBroken, kLighttpd, kLighttpdProtect},
    {kSignInBroken, kCaddy, kCaddyPages},
    {kSignInBroken, kHaproxy, kHaproxyPages},
    {kSignInUnavailable, kAny,
     "Nothing in the web server: see whether this machine reaches the issuer of each [[provider]], "
     "and what the responder's log says of it."},
    {kSignInBroken, kAny, "Pass /oauth/ to the responder, without the check."},
    {kCookieFlags, kAny,
     "Let nothing rewrite Set-Cookie, and let [site] url begin with https:// as people see it."},
    {kTraceEcho, kApache, "Apache, in the main configuration:\nTraceEnable off"},
    {kTraceEcho, kAny, "Switch TRACE off."},
    {kUnreachable, kAny,
     "See DNS, certificate and firewall, or use --connect HOST:PORT and --ca FILE."},
    {kHttpStays, kNginx,
     "nginx, in the server { } of port 80:\nreturn 301 https://NAME$request_uri;"},
    {kNoHsts, kNginx,
     "nginx, in the server { }:\n"
     "add_header Strict-Transport-Security \"max-age=31536000\" always;"},
    {kNoHsts, kApache,
     "Apache:\nHeader always set Strict-Transport-Security \"max-age=31536000\""},
    {kNoHsts, kLighttpd,
     "lighttpd:\nsetenv.add-response-header = ( \"Strict-Transport-Security\" => "
     "\"max-age=31536000\" )"},
    {kNoHsts, kCaddy, "Caddy:\nheader Strict-Transport-Security \"max-age=31536000\""},
    {kNoHsts, kHaproxy,
     "HAProxy, in the frontend:\n"
     "http-after-response set-header Strict-Transport-Security max-age=31536000"},
    {kForeignSite, kAny, "latchkey.toml, in [site]: add the host to `hosts`."},
    {kCredentialRefused, kApache, "Apache, in the protected section:\nCGIPassAuth On"},
    {kCredentialRefused, kHaproxy, "HAProxy, in fcgi-app latchkey:\npass-header Authorization"},
    {kCredentialRefused, kAny,
     "Pass Authorization to latchkey, and see whether the rules let the user in."},
    {kAuthorizerOutside, kAny,
     "latchkey.toml, in [pool], and stop what forwards the port:\n"
     "authorizer_sockets = [\"unix:/run/latchkey/authorizer.sock\"]"},
    {kFileReadable, kAny, "chmod go-rwx %"},
    {kFileWritable, kAny, "chmod go-w %"},
    {kFileForeign, kAny, "chown latchkey %"},
    {kSocketOpen, kAny, "chmod o-rwx %\nlatchkey.toml, in [pool]:\nsocket_mode = \"0660\""},
};

// What follows the name in nginx: the variable that protect.conf fills, or nothing.
std::string nginx_value(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kKnown = {{
      {"X-Forwarded-User", "$latchkey_user"},
      {"X-Forwarded-Groups", "$latchkey_groups"},
      {"X-Forwarded-Mail", "$latchkey_mail"},
      {"X-Forwarded-DisplayName", "$latchkey_display_name"},
  }};
  for (const auto& [known, variable] : kKnown) {
    if (known == name) return std::string(variable);
  }
  return "\"\"";
}

// Apache's `%{...}` and HAProxy's `%[...]` are no places to fill in.
bool is_place(std::string_view line, std::size_t at) {
  if (line[at] != '%') return false;
  return at + 1 == line.size() || (line[at + 1] != '{' && line[at + 1] != '[');
}

bool has_place(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_place(line, i)) return true;
  }
  return false;
}

// `%` becomes the name of what was seen, `@` what follows that name in nginx.
std::string filled(std::string_view line, const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_place(line, i)) out += name;
    else if (line[i] == '@') out += nginx_value(name);
    else out += line[i];
  }
  return out;
}

void add_lines(const Finding& finding, std::string_view line, std::vector<std::string>& out) {
  if (!has_place(line)) {
    out.emplace_back(line);
    return;
  }
  for (const std::string& seen : finding.seen) {
    // `NAME (what was seen)`: the name alone is to be changed.
    const std::string subject = seen.substr(0, seen.find(" ("));
    out.push_back(filled(line, subject));
  }
}

}  // namespace

std::vector<std::string> advice_for(const Finding& finding) {
  // Some are mended by the same lines.
  Fault fault = finding.fault;
  if (fault == kNotAsked) fault = kUnprotected;
  if (fault == kIdentityLookalike) fault = kIdentityPassed;
  if (fault == kUpgradePassed) fault = kUpgradeTunnel;
  if (fault == kHttpChallenges) fault = kOpenHttp;
  const Advice* best = nullptr;
  for (const Advice& advice : kAdvice) {
    if (advice.fault != fault) continue;
    if (advice.server == finding.server) best = &advice;
    if (advice.server == kAny && best == nullptr) best = &advice;
  }
  std::vector<std::string> lines;
  if (best == nullptr) return lines;
  for (std::string_view rest = best->lines; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    add_lines(finding, rest.substr(0, end), lines);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace latchkey::admin::doctor
