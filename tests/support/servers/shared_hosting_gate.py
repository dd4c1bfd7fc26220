"""Shared hosting without mod_fcgid as a mode of the suite: static files behind a CGI program, the gate."""
import functools
from urllib.parse import unquote

from tests.support.application import Request
from tests.support.servers.front import HOSTS
from tests.support.servers.shared_hosting import HtaccessFront
from tests.support.spoofed import SPELLINGS, SPOOFED
from tests.support.web import Site

# The customer's files: each says which address it has.
FILES_TYPE = "text/x-of-the-customer"
FILES = ("/x", "/page", "/secret", "/some/page", "/a%20b", "/public/x", "/public/page", "/public/spoofed", "/public/stuck",
         "/admin/x", "/admin/refused", "/refused", "/repository/x", "/repository/refused", "/repository/maven/x.jar",
         "/repository/a%20b/%7Euser", "/v2/x", "/v2/index.html", "/service/refused", "/index.html", "/deep/page",
         "/written", "/killed", "/stuck", "/gone")


class CustomersFiles:
    """The customer's files as the "application": `requests` are those that a client was given, seen where they arrive."""

    def __init__(self):
        self.requests = []

    def asked_for(self, word):
        return [request for request in self.requests if word in request.target]

    def clear(self):
        self.requests.clear()

    def stop(self):
        pass


class WatchedSite(Site):
    """Notes each answer that is a file of the customer's, known by a type that nothing else has."""

    def __init__(self, files, *arguments, **how):
        super().__init__(*arguments, **how)
        self.files = files

    def raw(self, data, method="GET", timeout=30):
        reply = super().raw(data, method, timeout)
        if reply.status < 300 and (reply.get("Content-Type") or "").startswith(FILES_TYPE):
            verb, target, _ = data.split(b"\r\n", 1)[0].decode().split(" ", 2)
            self.files.requests.append(Request(verb, target, []))
        return reply


# What the gate shows where there is no application that could learn or take anything.

def serves_the_file_and_tells_it_nothing(front, session=None, credential=None):
    """Everybody who may gets the file as it lies there, whatever fields came along, and nobody else does."""
    session, credential = session or front.sign_in("alice"), credential or front.fresh_account("alice")
    token = credential["password"]
    planted = [(spell(name), "evil") for spell in SPELLINGS.values() for name in SPOOFED[:3]]
    ways = ({"cookie": f"theme=dark; {session}"}, {"bearer": token}, {"basic": ("alice", token)}, {"basic": ("token", token)})
    for way in ways:
        for fields in ([], planted, [("Connection", "X-Forwarded-User, Cookie")]):
            reply = front.nexus.get("/some/page?q=1", fields=fields, **way)
            assert reply.status == 200 and reply.text == "GET /some/page\n", (way, reply)
            assert reply.get("Cache-Control") == "private" and "alice" not in str(reply.fields), reply
    front.application.clear()
    for spell in SPELLINGS.values():
        refused = front.nexus.get("/some/page?q=1", fields=[(spell(name), "evil") for name in SPOOFED])
        assert refused.status in (400, 401), refused
    assert front.application.requests == []


def serves_files_under_each_host_name(front, credential):
    for name in HOSTS:
        site = front.server.site(name)
        front.application.clear()
        assert site.get("/v2/x").status == 401 and front.application.requests == [], name
        assert site.get("/v2/x", basic=("alice", credential["password"])).text == "GET /v2/x\n", name


def serves_the_file_of_any_query(front, credential):
    for target in ("/a%20b?x=%2F%00&y=//..", "/a%20b?", "/a%20b?a=1;b=2&c=%C3%A9"):
        reply = front.nexus.get(target, bearer=credential["password"])
        assert reply.status == 200 and reply.text == "GET /a%20b\n", (target, reply)


def takes_nothing_but_get_and_head(front, credential):
    front.application.clear()
    for method in ("PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PROPPATCH", "MKCOL", "REPORT", "LOCK"):
        for body in (None, b"x" * 100_000):
            reply = front.nexus.ask(method, "/repository/x", bearer=credential["password"], body=body)
            assert reply.status == 405 and reply.get("Allow") == "GET, HEAD", (method, reply)
            assert front.nexus.ask(method, "/repository/x", body=body).status == 401, method
    chunked = front.nexus.raw((f"PATCH /v2/x HTTP/1.1\r\nHost: {front.nexus.authority}\r\nAuthorization: Bearer "
                               f"{credential['password']}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                               "4\r\nbody\r\n0\r\n\r\n").encode())
    assert chunked.status == 405, chunked
    assert front.application.requests == []


def refuses_the_probe(front):
    for agent in ("GoogleHC/1.0", "xx Kube-Probe/1.27 yy"):
        front.application.clear()
        assert front.nexus.get("/", fields=[("User-Agent", agent)]).status == 403
        for target in ("/refused", "/v2/", "/admin/x", "/index.html"):
            assert front.nexus.get(target, fields=[("User-Agent", agent)]).status in (302, 401), target
        assert front.application.requests == []
        assert front.nexus.get("/healthz", fields=[("User-Agent", agent)]).status == 200


NO_APPLICATION = "there are the server's own files only: whoever may gets them unchanged, and no application learns who that is"
NO_WRITING = ("the gate leads to files, and a file can be read only: every method but GET and HEAD is 405 with a credential, and "
              "401 without")


class HtaccessCgiFront(HtaccessFront):
    """mod_cgi alone: each file is led to by a CGI program, the gate."""

    name = "apache-htaccess-cgi"
    variant = "htaccess-mod_cgi"
    fails_at_once = True
    serves_files = True
    out_of_order = frozenset({403, 500, 502, 503, 504})  # the lock itself says 403, and the gate is what it leads to then
    instead = {
        **dict.fromkeys(("allowed_by_a_session_with_all_facts", "allowed_by_a_credential", "empty_facts_are_absent",
                         "credential_and_cookie_stay_here", "large_groups", "spoofed_fields_with_a_session",
                         "spoofed_fields_with_a_credential", "spoofed_fields_on_an_open_page", "spoofed_families",
                         "connection_cannot_remove_an_identity"), serves_the_file_and_tells_it_nothing),
        "the_example_of_each_application": serves_files_under_each_host_name,
        "the_query_arrives_as_sent": serves_the_file_of_any_query,
        **dict.fromkeys(("large_upload", "chunked_upload", "webdav_methods", "upload_with_a_form"), takes_nothing_but_get_and_head),
        "health_probe": refuses_the_probe,
    }
    reasons = {
        **dict.fromkeys(instead, NO_APPLICATION),
        **dict.fromkeys(("large_upload", "chunked_upload", "webdav_methods"), NO_WRITING),
        "health_probe": "the gate's 200 is for what it leads to a file for: a probe of `/` gets 403, and 200 from `/healthz`",
        "the_doctor_finds_nothing_to_mend": "it warns of the health probe of `/`, see there, and of nothing else",
        "websocket": HtaccessFront.reasons["websocket"],
        "user_tokens": HtaccessFront.reasons["user_tokens"],
        "npm_login": HtaccessFront.reasons["npm_login"],
        "encoded_slash": HtaccessFront.reasons["encoded_slash"],
    }

    def make_latchkey(self, configuration, workers):
        latchkey = super().make_latchkey(configuration, workers)
        for target in FILES:
            self.host.put(f"public_html{unquote(target)}", f"GET {target}\n")
        rules = self.host.home / "public_html/.htaccess"
        self.host.put("public_html/.htaccess", f"{rules.read_text()}ForceType {FILES_TYPE}\n")
        return latchkey

    def application_class(self, _directory):
        return CustomersFiles()

    def started(self, application, **how):
        server = super().started(application, **how)
        server.site_class = functools.partial(WatchedSite, self.application)
        return server
