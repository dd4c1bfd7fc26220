"""Mistakes that people make in a web server's configuration, for `latchkey doctor` to find: each breaks the files
of an example in one way, and says what must be found."""
import dataclasses
import re


def is_prose(line):
    """True for a line that the doctor prints to say where the lines of configuration belong."""
    return re.match(r"(?:nginx|Apache|lighttpd|Caddy|HAProxy)\b|in a |once, |in latchkey_ask", line) is not None


@dataclasses.dataclass
class Plant:
    """One mistake. `edits` are (file, old, new) on the localised example; an empty `old` appends. `fault` and
    `severity` must be found, `seen` among what showed it, `advice` in the lines to change. `mend` are edits that put
    the printed lines where their words say: `@advice@` becomes all lines of configuration, `@advice:BEGINNING@` those
    that begin so, `@all:BEGINNING@` those of all findings. Afterwards nothing must be found."""

    name: str
    edits: list
    fault: str
    severity: str
    seen: str = ""
    advice: str = ""
    mend: list = ()

    def break_files(self, directory, words):
        """Applies the edits below `directory`. `words` fills in {port} and the like."""
        self.edit(directory, words, self.edits)

    def mend_files(self, directory, words, findings):
        """Applies `mend` with the lines that the doctor printed: {fault: lines}."""
        def chosen(match):
            printed = findings[self.fault] if match[1] == "advice" else sum(findings.values(), [])
            some = [line for line in dict.fromkeys(printed)
                    if line.startswith((match[2] or "").lstrip(":")) and not is_prose(line)]
            assert some, f"{self.name}: no line for {match[0]} in {printed}"
            return "\n".join(some).replace("NAME", "nexus.example.com")
        self.edit(directory, words, [(name, old, re.sub(r"@(advice|all)(:[^@]*)?@", chosen, new)) for name, old, new in self.mend])

    def edit(self, directory, words, edits):
        for name, old, new in edits:
            file = directory / name
            text = file.read_text()
            for word, value in words.items():
                old, new = old.replace(f"@{word}@", str(value)), new.replace(f"@{word}@", str(value))
            assert old in text, f"{self.name}: {name} has no {old!r}"
            file.write_text(text.replace(old, new) if old else text + new)


PROTECT = "latchkey/protect.conf"
IDENTITY = "latchkey/identity.conf"
LOCATIONS = "latchkey/locations.conf"
SITE = "site.conf"
SERVER = "include latchkey/server.conf;"
DEFAULT = "include latchkey/protect.conf;\n        try_files /.none =400;"
OPEN = "proxy_pass http://127.0.0.1:@application@;"
SET_COOKIE = ("fastcgi_pass latchkey_responder;\nfastcgi_hide_header Set-Cookie;\n"
              "add_header Set-Cookie $planted_cookie always;\n")
# The variables that latchkey/http.conf looks at have to be there.
SAID_BY_HAND = "".join(f"auth_request_set $latchkey_{name} $upstream_http_{field};\n" for name, field in (
    ("reason", "x_latchkey_reason"), ("auth", "x_latchkey_auth"), ("user", "x_forwarded_user")))

NGINX = [
    Plant("a_location_without_the_include", [(SITE, SERVER, f"{SERVER}\n    location /v2/ {{ {OPEN} }}")],
          "unprotected", "critical", "GET /v2/ (200)", "include latchkey/protect.conf;",
          mend=[(SITE, "location /v2/ { ", "location /v2/ { @advice@ ")]),
    Plant("satisfy_any", [(PROTECT, "auth_request /.latchkey/check;", "satisfy any; allow all; auth_request /.latchkey/check;"),
                          (PROTECT, "proxy_bind $latchkey_from;", "")],
          "unprotected", "critical", "GET / (200)", "include latchkey/protect.conf;"),
    Plant("static_files_from_the_application", [(SITE, SERVER, f"{SERVER}\n    location ~ \\.(png|js|css)$ {{ {OPEN} }}")],
          "unprotected", "critical", ".png (200)", "include latchkey/protect.conf;",
          mend=[(SITE, "|css)$ { ", "|css)$ { @advice@ ")]),
    Plant("an_application_that_says_not_found", [
        (SITE, SERVER, f"{SERVER}\n    location /api {{ default_type text/plain; return 404 'no such thing'; }}\n"
         "    location /repository { default_type text/plain; return 404 'no such thing'; }")],
          "not_asked", "warning", "GET /repository/ (404)", "include latchkey/protect.conf;"),
    Plant("a_method_that_is_not_asked_about", [
        (PROTECT, "", "error_page 418 = @open;\nif ($request_method = PROPFIND) { return 418; }\n"),
        (SITE, SERVER, f"{SERVER}\n    location @open {{ {OPEN} }}")],
        "unprotected_method", "critical", "PROPFIND", "if ($request_method"),
    Plant("a_public_place_opened_by_the_web_server", [(SITE, SERVER, f"{SERVER}\n    location /public/ {{ {OPEN} }}")],
          "opened_by_path", "critical", "/public/..;/", "include latchkey/protect.conf;",
          mend=[(SITE, "location /public/ { ", "location /public/ { @advice@ ")]),
    Plant("a_field_of_an_inner_proxy_opens", [
        (PROTECT, "", "error_page 418 = @open;\nif ($http_x_original_url) { return 418; }\n"),
        (SITE, SERVER, f"{SERVER}\n    location @open {{ {OPEN} }}")],
        "opened_by_field", "critical", "X-Original-URL", "[[rule]]"),
    Plant("a_name_that_anybody_can_send_opens", [
        (PROTECT, "", "error_page 418 = @open;\nif ($http_x_forwarded_user) { return 418; }\n"),
        (SITE, SERVER, f"{SERVER}\n    location @open {{ {OPEN} }}")],
        "opened_by_field", "critical", "X-Forwarded-User: admin", "[[rule]]"),
    Plant("another_proxys_name_opens", [
        (PROTECT, "", "error_page 418 = @open;\nif ($http_remote_user = admin) { return 418; }\n"),
        (SITE, SERVER, f"{SERVER}\n    location @open {{ {OPEN} }}")],
        "opened_by_field", "critical", "Remote-User: admin", "[[rule]]"),
    Plant("the_local_network_is_believed_by_its_field", [
        (PROTECT, "", "error_page 418 = @open;\nif ($http_x_forwarded_for = 127.0.0.1) { return 418; }\n"),
        (SITE, SERVER, f"{SERVER}\n    location @open {{ {OPEN} }}")],
        "opened_by_field", "critical", "X-Forwarded-For", "[[rule]]"),
    Plant("a_health_probe_goes_to_the_application", [
        (PROTECT, "", "error_page 418 = @open;\nif ($http_user_agent ~ GoogleHC) { return 418; }\n"),
        (SITE, SERVER, f"{SERVER}\n    location @open {{ {OPEN} }}")],
        "health_passed_on", "critical", "as GoogleHC", "[health]"),
    Plant("the_default_site_is_the_application", [(SITE, DEFAULT, OPEN)],
          "opened_by_host", "critical", "latchkey-doctor.invalid", "default_server",
          mend=[(SITE, f"location / {{\n        {OPEN}", "location / {\n        @advice@")]),
    Plant("latchkey_is_told_what_the_client_says", [
        ("latchkey/params.conf", "LATCHKEY_HOST    $host;", "LATCHKEY_HOST    $http_host;"),
        (SITE, "listen 127.0.0.1:@https@ ssl default_server;\n    server_name _;",
         "listen 127.0.0.1:@https@ ssl;\n    server_name _;")],
        "host_disagrees", "warning", "http", "LATCHKEY_HOST $host;",
          mend=[("latchkey/params.conf", "fastcgi_param LATCHKEY_HOST    $http_host;", "@advice@")]),
    Plant("latchkey_is_told_a_constant", [
        ("latchkey/params.conf", "LATCHKEY_HOST    $host;",
         "LATCHKEY_HOST    nexus.example.com;\nfastcgi_param HTTP_HOST nexus.example.com;"),
        (SITE, "listen 127.0.0.1:@https@ ssl default_server;\n    server_name _;",
         "listen 127.0.0.1:@https@ ssl;\n    server_name _;")],
        "unknown_host", "warning", "latchkey-doctor.invalid", "LATCHKEY_HOST $host;",
          mend=[("latchkey/params.conf", "fastcgi_param LATCHKEY_HOST    nexus.example.com;\nfastcgi_param HTTP_HOST nexus.example.com;",
                 "@advice@")]),
    Plant("a_redirect_to_the_clients_host", [(SITE, DEFAULT, "return 301 https://$host$request_uri;")],
          "foreign_location", "warning", "latchkey-doctor.invalid", "$request_uri;",
          mend=[(SITE, "return 301 https://$host$request_uri;", "@advice@")]),
    Plant("a_redirect_of_the_root_alone_to_the_clients_host", [
        (SITE, DEFAULT, f"{DEFAULT}\n    }}\n    location = / {{\n        return 301 https://$host/ui/;")],
          "foreign_location", "warning", "GET / (https://latchkey-doctor.invalid/ui/)", "$request_uri;",
          mend=[(SITE, "return 301 https://$host/ui/;", "@advice@")]),
    Plant("the_identity_is_not_replaced", [(PROTECT, "proxy_set_header X-Forwarded-User        $latchkey_user;", "")],
          "identity_passed", "critical", "X-Forwarded-User", "proxy_set_header X-Forwarded-User $latchkey_user;",
          mend=[(PROTECT, "", "@advice:proxy_set_header@\n")]),
    Plant("underscores_are_let_in", [
        (PROTECT, 'proxy_set_header X_Forwarded_User               "";', ""),
        (SITE, SERVER, f"underscores_in_headers on;\n{SERVER}")],
        "identity_passed", "critical", "X_Forwarded_User", 'proxy_set_header X_Forwarded_User "";',
          mend=[(PROTECT, "", "@all:proxy_set_header@\n")]),
    Plant("mixed_spellings_are_let_in", [(SITE, SERVER, f"underscores_in_headers on;\n{SERVER}")],
          "identity_lookalike", "warning", "X-Forwarded_User", 'proxy_set_header X-Forwarded_User "";',
          mend=[(PROTECT, "", "@advice:proxy_set_header@\n")]),
    Plant("another_proxys_name_is_let_in", [(PROTECT, 'proxy_set_header X-Auth-Request-User            "";', "")],
          "identity_lookalike", "warning", "X-Auth-Request-User", 'proxy_set_header X-Auth-Request-User "";',
          mend=[(PROTECT, "", "@advice:proxy_set_header@\n")]),
    Plant("a_line_in_the_location_cancels_those_above", [
        (SITE, "include latchkey/protect.conf;", "auth_request /.latchkey/check; error_page 401 = @latchkey_refused;\n"
         f"{SAID_BY_HAND}proxy_set_header Host $http_host;")],
        "identity_passed", "critical", "X-Forwarded-Groups", "include latchkey/protect.conf;",
          mend=[(SITE, "auth_request /.latchkey/check; error_page 401 = @latchkey_refused;\n"
                 f"{SAID_BY_HAND}proxy_set_header Host $http_host;", "@advice:include@")]),
    Plant("the_application_is_told_nothing", [
        (PROTECT, "X-Forwarded-User        $latchkey_user;", 'X-Forwarded-User        "";')],
          "identity_missing", "warning", "GET /", "include latchkey/protect.conf;"),
    Plant("the_credential_is_passed_on", [(PROTECT, 'proxy_set_header Authorization "";', "")],
          "credential_passed", "warning", "GET /", 'proxy_set_header Authorization "";',
          mend=[(PROTECT, "", "@advice@\n")]),
    Plant("the_cookies_are_passed_on", [(PROTECT, "proxy_set_header Cookie        $latchkey_cookies;", "")],
          "cookie_passed", "warning", "GET /", "proxy_set_header Cookie $latchkey_cookies;",
          mend=[(PROTECT, "", "@advice@\n")]),
    Plant("every_upgrade_is_passed_on", [
        (PROTECT, "", "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\n")],
        "upgrade_passed", "warning", "GET /latchkey-doctor-", "proxy_set_header Upgrade $latchkey_upgrade;",
          mend=[(PROTECT, "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\n", "@advice@")]),
    Plant("the_refusal_is_not_rendered", [(PROTECT, "error_page 401 = @latchkey_refused;", "")],
          "challenge_count", "warning", "(0 lines)", "error_page 401 = @latchkey_refused;",
          mend=[(PROTECT, "", "@advice:error_page@\n")]),
    Plant("a_challenge_too_many", [
        (LOCATIONS, "fastcgi_param LATCHKEY_MODE refused;",
         "fastcgi_param LATCHKEY_MODE refused; add_header WWW-Authenticate 'Basic realm=\"x\"' always;")],
          "challenge_count", "warning", "(2 lines)", "error_page 401"),
    Plant("an_error_page_for_docker", [(PROTECT, "error_page 401 = @latchkey_refused;", "error_page 401 /oauth/login;")],
          "challenge_class", "warning", "/v2/", "error_page 401 = @latchkey_refused;",
          mend=[(PROTECT, "error_page 401 /oauth/login;", "@advice@")]),
    Plant("refusals_may_be_cached", [
        (LOCATIONS, "fastcgi_param LATCHKEY_MODE refused;",
         "fastcgi_param LATCHKEY_MODE refused; fastcgi_hide_header Cache-Control;")],
          "cacheable", "warning", "(401)", "Cache-Control"),
    Plant("the_identity_is_shown_to_the_client", [(PROTECT, "", "add_header X-Forwarded-User $latchkey_user always;\n")],
          "identity_shown", "warning", "X-Forwarded-User", "proxy_hide_header X-Forwarded-User;"),
    Plant("the_check_can_be_asked", [("latchkey/server.conf", "internal;", "")],
          "check_reachable", "warning", "/.latchkey/check", "internal;",
          mend=[("latchkey/server.conf", "location = /.latchkey/check {", "location = /.latchkey/check {\n@advice@")]),
    Plant("the_sign_in_needs_a_sign_in", [(LOCATIONS, "location /oauth/ { include latchkey/responder.conf; }", "")],
          "sign_in_broken", "warning", "/oauth/login", "include latchkey/server.conf;"),
    Plant("the_keys_are_the_applications", [
        (LOCATIONS, "location = /.well-known/jwks.json { include latchkey/responder.conf; }", "")],
          "pages_unreachable", "warning", "jwks.json", "include latchkey/server.conf;"),
    Plant("a_cookie_without_its_flags", [
        ("latchkey/responder.conf", "fastcgi_pass latchkey_responder;", SET_COOKIE),
        ("latchkey/http.conf", "",
         'map $upstream_http_set_cookie $planted_cookie { default ""; "~^(?<planted>[^;]+)" $planted; }\n')],
        "cookie_flags", "warning", "without HttpOnly", "Set-Cookie"),
    Plant("the_application_over_plain_http", [
        (SITE, "", f"server {{ listen 127.0.0.1:@http@; server_name nexus.example.com; location / {{ {OPEN} }} }}\n")],
        "open_http", "critical", "http://nexus.example.com", "return 301 https://",
          mend=[(SITE, f"server_name nexus.example.com; location / {{ {OPEN} }}", "server_name nexus.example.com; @advice@")]),
    Plant("a_password_over_plain_http", [
        (SITE, "", "server { listen 127.0.0.1:@http@; server_name nexus.example.com; default_type text/plain;\n"
         "add_header WWW-Authenticate 'Basic realm=\"x\"' always; return 401 'who?'; }\n")],
        "http_challenges", "warning", "(401)", "return 301 https://",
          mend=[(SITE, "add_header WWW-Authenticate 'Basic realm=\"x\"' always; return 401 'who?';", "@advice@")]),
    Plant("the_store_is_served", [
        (SITE, SERVER, f"{SERVER}\n    location /state/ {{ root @latchkey@; }}")],
        "served_file", "critical", "GET /state/latchkey.db", "document root"),
    Plant("the_users_file_is_served", [
        (SITE, SERVER, f"{SERVER}\n    location = /users {{ root @latchkey@; }}")],
        "served_file", "critical", "GET /users", "document root"),
    Plant("the_authorizer_cannot_be_asked", [("latchkey/http.conf", "authorizer.sock", "nobody.sock")],
          "broken", "warning", "GET / (500)", "socket_group"),
    Plant("the_authorization_field_does_not_arrive", [
        ("latchkey/params.conf", "", 'fastcgi_param HTTP_AUTHORIZATION "";\n')],
        "credential_refused", "warning", "GET /whoami", "Authorization"),
]

HOST = "latchkey/host.conf"
FIRST_SITE = ("    Include latchkey/host.conf\n    <Location \"/\">\n        Include latchkey/protect.conf\n    </Location>\n"
              "    Include latchkey/pages.conf\n</VirtualHost>\n")
NEXT_SITE = "\n<VirtualHost 127.0.0.1:@https@>\n    ServerName nexus.example.com"
APACHE = [
    Plant("nobody_is_asked", [(PROTECT, "Require valid-user", "Require all granted")],
          "unprotected", "critical", "GET / (200)", "Include latchkey/protect.conf"),
    Plant("a_place_that_is_granted_to_all", [
        (SITE, "Include latchkey/pages.conf", "Include latchkey/pages.conf\n<Location \"/v2/\">\n"
         "AuthType None\nAuthnzFcgiCheckAuthnProvider None\nRequire all granted\n</Location>")],
          "unprotected", "critical", "GET /v2/ (200)", "Include latchkey/protect.conf",
          mend=[(SITE, "AuthType None\nAuthnzFcgiCheckAuthnProvider None\nRequire all granted", "@advice@")]),
    Plant("the_authorization_field_does_not_arrive", [
        ("latchkey/pages.conf", "CGIPassAuth On", ""), (PROTECT, "CGIPassAuth On", "")],
          "credential_refused", "warning", "GET /whoami", "CGIPassAuth On",
          mend=[(PROTECT, "AuthName latchkey", "AuthName latchkey\n@advice@")]),
    Plant("an_identity_that_is_not_unset", [
        ("latchkey/spoofed.conf", "RequestHeader unset X-Forwarded-Groups early\n", ""),
        (PROTECT, "Require not env latchkey_spoofed", "")],
        "identity_passed", "critical", "X-Forwarded-Groups", "RequestHeader unset X-Forwarded-Groups early",
          mend=[("latchkey/spoofed.conf", "", "@all:RequestHeader@\n")]),
    Plant("a_public_place_opened_by_the_web_server", [
        (SITE, "Include latchkey/pages.conf", "Include latchkey/pages.conf\n<Location \"/public/\">\n"
         "AuthType None\nAuthnzFcgiCheckAuthnProvider None\nRequire all granted\n</Location>")],
          "opened_by_path", "critical", "/public/..%2f", "Include latchkey/protect.conf",
          mend=[(SITE, "AuthType None\nAuthnzFcgiCheckAuthnProvider None\nRequire all granted", "@advice@")]),
    Plant("the_default_site_is_the_application", [(SITE, f"{FIRST_SITE}{NEXT_SITE}", (
        "    ProxyPass \"/\" \"http://127.0.0.1:@application@/\"\n    <Location \"/\">\n        Require all granted\n"
        f"    </Location>\n</VirtualHost>\n{NEXT_SITE}"))],
          "opened_by_host", "critical", "latchkey-doctor.invalid", "Include latchkey/protect.conf",
          mend=[(SITE, "    ProxyPass \"/\" \"http://127.0.0.1:@application@/\"\n    <Location \"/\">\n        Require all granted\n"
                 "    </Location>\n", "@advice@\n")]),
    Plant("a_redirect_of_the_root_alone_to_the_clients_host", [
        (SITE, "    ServerName other.invalid", "    ServerName other.invalid\n    RewriteEngine On\n"
         "    RewriteRule \"^/$\" \"https://%{HTTP_HOST}/ui/\" [R=301,L]")],
          "foreign_location", "warning", "GET / (https://latchkey-doctor.invalid/ui/)", "https://NAME/",
          mend=[(SITE, "    RewriteRule \"^/$\" \"https://%{HTTP_HOST}/ui/\" [R=301,L]", "@advice@")]),
    Plant("the_cookies_are_passed_on", [(IDENTITY, "RequestHeader edit* Cookie", "#")],
          "cookie_passed", "warning", "GET /", "latchkey_keep_cookie", mend=[(IDENTITY, "", "@advice@\n")]),
    Plant("the_application_is_told_nothing", [(IDENTITY, "RequestHeader set X-Forwarded-User ", "#")],
          "identity_missing", "warning", "GET /", "reqenv:REMOTE_USER", mend=[(IDENTITY, "", "@advice@\n")]),
    Plant("an_unknown_fact_is_sent_empty", [(IDENTITY, "\"expr=-n reqenv('REMOTE_MAIL')\"", "")],
          "identity_empty", "warning", "X-Forwarded-Mail", "expr=-z %{HTTP:X-Forwarded-Mail}",
          mend=[(IDENTITY, "", "@advice:RequestHeader@\n")]),
    Plant("connection_takes_the_identity_away", [(HOST, "RequestHeader edit* Connection", "#")],
          "identity_dropped", "warning", "Connection: X-Forwarded-User", "Connection",
          mend=[(HOST, "", "@advice@\n")]),
    Plant("the_credential_is_passed_on", [(IDENTITY, "RequestHeader unset Authorization env=!latchkey_keep_authorization", "")],
          "credential_passed", "warning", "GET /", "RequestHeader unset Authorization",
          mend=[(IDENTITY, "", "@advice@\n")]),
    Plant("the_identity_is_shown_to_the_client", [(PROTECT, "", 'Header always set X-Forwarded-User "%{REMOTE_USER}e"\n')],
          "identity_shown", "warning", "X-Forwarded-User", "Header always unset X-Forwarded-User"),
]

LUA = "latchkey/identity.lua"
LIGHTTPD = [
    Plant("a_proxy_that_is_loaded_before_fastcgi", [
        ("lighttpd.conf", 'server.modules        = ( "mod_indexfile"', 'server.modules        = ( "mod_proxy", "mod_indexfile"')],
        "unprotected", "critical", "GET / (200)", 'include "latchkey/modules.conf"'),
    Plant("a_check_for_a_local_file", [
        ("latchkey/sockets.conf", '"authorizer",\n    "check-local"     => "disable",', '"authorizer",')],
        "unprotected", "critical", "GET / (200)", '"check-local" => "disable"',
          mend=[("latchkey/sockets.conf", '"authorizer",', '"authorizer",\n@advice:"check-local"@')]),
    Plant("an_exception_that_asks_nobody", [
        (PROTECT, "", '\n$HTTP["url"] =~ "^/v2/" {\n    fastcgi.server = ()\n    magnet.attract-raw-url-to = ()\n}\n')],
          "unprotected", "critical", "GET /v2/ (200)", 'include "latchkey/protect.conf"',
          mend=[(PROTECT, "fastcgi.server = ()\n    magnet.attract-raw-url-to = ()", "@advice:fastcgi.server@\n@advice:magnet@")]),
    Plant("a_public_place_opened_by_the_web_server", [
        (PROTECT, "", '\n$HTTP["url"] =~ "^/public/" {\n    fastcgi.server = ()\n    magnet.attract-raw-url-to = ()\n}\n')],
          "opened_by_path", "critical", "/public/..", "fastcgi.server            = latchkey_ask",
          mend=[(PROTECT, "fastcgi.server = ()\n    magnet.attract-raw-url-to = ()", "@advice@")]),
    Plant("the_script_does_not_run", [
        (PROTECT, 'magnet.attract-raw-url-to = ( "@directory@/latchkey/identity.lua" )\n', "")],
          "identity_missing", "warning", "GET /", "/latchkey/identity.lua", mend=[(PROTECT, "", "@advice@\n")]),
    Plant("what_a_client_brings_stays", [(LUA, "clear_what_the_client_brought()\n\nif said", "if said")],
          "identity_passed", "critical", "X_Forwarded_User", "X_Forwarded_User",
          mend=[("lighttpd.conf", "", "@all:setenv@\n")]),
    Plant("the_credential_is_passed_on", [(LUA, 'field["Authorization"] = ""', 'field["X-Nothing"] = ""')],
          "credential_passed", "warning", "GET /", "identity.lua"),
    Plant("the_cookies_are_passed_on", [(LUA, 'field["Cookie"] = cookies_of_the_application(field["Cookie"] or "")', "")],
          "cookie_passed", "warning", "GET /", "Cookie"),
]

CADDY_FILE = "latchkey/latchkey.caddy"
CADDY = [
    Plant("a_route_that_asks_nobody", [
        ("Caddyfile", "\timport latchkey_user_tokens\n", "\timport latchkey_user_tokens\n\thandle /v2/* {\n\t\troute {\n"
         "\t\t\treverse_proxy 127.0.0.1:@application@\n\t\t}\n\t}\n")],
          "unprotected", "critical", "GET /v2/ (200)", "import latchkey_ask",
          mend=[("Caddyfile", "\thandle /v2/* {\n\t\troute {\n", "\thandle /v2/* {\n\t\troute {\n@advice@\n")]),
    Plant("the_credential_is_passed_on", [(CADDY_FILE, "request_header @latchkey_credential -Authorization", "")],
          "credential_passed", "warning", "GET /", "request_header -Authorization",
          mend=[(CADDY_FILE, "\t@latchkey_credential not", "@advice@\n\t@latchkey_credential not")]),
    Plant("every_upgrade_is_passed_on", [
        (CADDY_FILE, "\trequest_header @latchkey_plain -Upgrade\n\trequest_header @latchkey_plain -Connection\n", "")],
          "upgrade_passed", "warning", "GET /latchkey-doctor-", "request_header @plain -Upgrade",
          mend=[(CADDY_FILE, "\t@latchkey_credential not", "@advice@\n\t@latchkey_credential not")]),
    Plant("underscores_are_let_in", [(CADDY_FILE, "\trequest_header -*_*\n", "")],
          "identity_passed", "critical", "X_Forwarded_User", "request_header -X_Forwarded_User",
          mend=[(CADDY_FILE, "(latchkey_ask) {\n", "(latchkey_ask) {\n@all:request_header@\n")]),
    Plant("another_proxys_name_is_let_in", [(CADDY_FILE, "\trequest_header -X-Auth-Request-*\n", "")],
          "identity_lookalike", "warning", "X-Auth-Request-User", "request_header -X-Auth-Request-User",
          mend=[(CADDY_FILE, "(latchkey_ask) {\n", "(latchkey_ask) {\n@advice:request_header@\n")]),
]

ASK = "    http-request lua.latchkey\n    http-request deny deny_status 503 unless { var(txn.latchkey_approved) -m bool }\n"
SCRIPT = "latchkey/latchkey.lua"
FRONTEND = "site.cfg"
HAPROXY = [
    Plant("a_backend_that_asks_nobody", [(FRONTEND, f"backend nexus\n{ASK}", "backend nexus\n")],
          "unprotected", "critical", "GET / (200)", "http-request lua.latchkey",
          mend=[(FRONTEND, "backend nexus\n    server", "backend nexus\n@advice@\n    server")]),
    Plant("static_files_from_a_backend_that_asks_nobody", [
        (FRONTEND, "    default_backend nexus\n",
         "    use_backend static if { path_end .png .js .css }\n    default_backend nexus\n"),
        (FRONTEND, "", "\nbackend static\n    server static 127.0.0.1:@application@\n")],
        "unprotected", "critical", ".png (200)", "http-request lua.latchkey",
          mend=[(FRONTEND, "\nbackend static\n", "\nbackend static\n@advice@\n")]),
    Plant("a_method_that_is_not_asked_about", [
        (FRONTEND, ASK, "    http-request lua.latchkey if !{ method PROPFIND }\n"
         "    http-request deny deny_status 503 if !{ method PROPFIND } !{ var(txn.latchkey_approved) -m bool }\n")],
        "unprotected_method", "critical", "PROPFIND", "if { method ... }",
          mend=[(FRONTEND, "    http-request lua.latchkey if !{ method PROPFIND }\n    http-request deny deny_status 503 if "
                 "!{ method PROPFIND } !{ var(txn.latchkey_approved) -m bool }\n", "@advice@\n")]),
    Plant("what_a_client_brings_stays", [(SCRIPT, "if is_refused(name) then", "if false then")],
          "identity_passed", "critical", "X_Forwarded_User", "http-request del-header X_Forwarded_User",
          mend=[(FRONTEND, ASK, f"@all:http-request del-header@\n{ASK}")]),
    Plant("the_identity_is_not_replaced", [(SCRIPT, "for _, fact in ipairs(FACTS) do set(http, fact, said[fact][1]) end", "")],
          "identity_missing", "warning", "GET /", "latchkey.lua"),
    Plant("the_credential_is_passed_on", [
        (FRONTEND, ASK, f"    http-request set-var(txn.latchkey_authorization) str(application)\n{ASK}")],
          "credential_passed", "warning", "GET /", "http-request del-header Authorization",
          mend=[(FRONTEND, ASK, f"{ASK}@advice@\n")]),
    Plant("the_sign_in_needs_a_sign_in", [(FRONTEND, "path_beg /oauth/ /cli/credentials", "path_beg /cli/credentials")],
          "sign_in_broken", "warning", "/oauth/login", "use_backend latchkey_pages",
          mend=[(FRONTEND, "    use_backend latchkey_pages if { path_beg /cli/credentials }",
                 "@advice@\n    use_backend latchkey_pages if { path_beg /cli/credentials }")]),
    Plant("the_authorization_field_does_not_arrive", [("latchkey/latchkey.cfg", "pass-header Authorization", "#")],
          "credential_refused", "warning", "GET /whoami", "pass-header Authorization",
          mend=[("latchkey/latchkey.cfg", "fcgi-app latchkey\n    docroot", "fcgi-app latchkey\n@advice@\n    docroot")]),
    Plant("the_application_over_plain_http", [
        (FRONTEND, "", "\nfrontend planted\n    bind 127.0.0.1:@http@\n    default_backend planted\n"
         "\nbackend planted\n    server planted 127.0.0.1:@application@\n")],
          "open_http", "critical", "http://nexus.example.com", "http-request redirect location",
          mend=[(FRONTEND, "frontend planted\n    bind 127.0.0.1:@http@\n", "frontend planted\n    bind 127.0.0.1:@http@\n@advice@\n")]),
]

# By itself each of the first two is noticed by Apache, too, which then refuses everybody.
GRANTED = (PROTECT, 'Require expr "', 'Require all granted\n    # "')
FCGID = [
    Plant("nobody_is_asked", [(PROTECT, 'FcgidAccessChecker "', '# "'), GRANTED],
          "unprotected", "critical", "GET / (200)", "Include latchkey/protect.conf"),
    Plant("a_no_is_not_heeded", [(PROTECT, "FcgidAccessCheckerAuthoritative On", "FcgidAccessCheckerAuthoritative Off"), GRANTED],
          "unprotected", "critical", "GET / (200)", "Include latchkey/protect.conf"),
    Plant("an_identity_that_is_not_unset", [
        ("latchkey/spoofed.conf", "RequestHeader unset X_Forwarded_User early\n", ""),
        (PROTECT, "Require not env latchkey_spoofed", "")],
        "identity_passed", "critical", "X_Forwarded_User", "RequestHeader unset X_Forwarded_User early",
          mend=[("latchkey/spoofed.conf", "", "@all:RequestHeader@\n")]),
    Plant("the_refusal_is_not_rendered", [(PROTECT, 'ErrorDocument 401 "/.latchkey/refused"', "")],
          "challenge_count", "warning", "(0 lines)", "AuthType",
          mend=[(PROTECT, "", "@advice:ErrorDocument@\n")]),
    Plant("the_check_is_shown_to_the_client", [(IDENTITY, "Header always unset Variable-REMOTE_USER", "")],
          "identity_shown", "warning", "Variable-REMOTE_USER", "Header always unset Variable-REMOTE_USER",
          mend=[(IDENTITY, "", "@advice@\n")]),
]

CHECK = "latchkey/server-fcgiwrap.conf"
FCGIWRAP = [
    Plant("a_location_without_the_include", [(SITE, f"include {CHECK};", f"include {CHECK};\n    location /v2/ {{ {OPEN} }}")],
          "unprotected", "critical", "GET /v2/ (200)", "include latchkey/protect.conf;"),
    Plant("the_check_can_be_asked", [(CHECK, "internal;", "")],
          "check_reachable", "warning", "/.latchkey/check", "internal;"),
    Plant("the_programs_do_not_find_their_configuration", [
        ("latchkey/fcgiwrap.conf", "fastcgi_param LATCHKEY_CONFIG", "fastcgi_param NOTHING")],
          "broken", "warning", "GET / (500)", "LATCHKEY_CONFIG"),
]
