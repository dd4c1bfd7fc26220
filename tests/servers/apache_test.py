"""What only Apache can be asked: its examples as shipped, local applications, and the ways it could be fooled."""
import re
import subprocess

import pytest

from tests.servers.broken_answers_test import FcgidBroken
from tests.support.doctor import assert_nothing_to_mend
from tests.support.fake_fastcgi import FakeFastcgi
from tests.support.people import PeopleAuthority
from tests.support.processes import program
from tests.support.servers.apache import EXAMPLES, PEER_SECRET, ApacheFcgidFront, ApacheFront, PeerSecret
from tests.support.servers.front import CONFIGURATION
from tests.support.stack import users_file

CGI = """#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
printf 'GET /x\\n'
env | sed 's/=/: /'
"""


EXAMPLE_NAMES = sorted(file.name for file in EXAMPLES.glob("*.conf"))
HOSTS = CONFIGURATION.replace('"docker.example.com",', '"docker.example.com", "app.example.com",', 1)


class ApacheWithSecret(PeerSecret, ApacheFront):
    pass


@pytest.fixture(scope="module")
def apache(tmp_path_factory):
    made = ApacheWithSecret(tmp_path_factory.mktemp("apache"), configuration=HOSTS)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def token(apache):
    return apache.fresh_account("alice")["password"]


def test_plain_http_only_leads_to_https_and_serves_the_certificate_challenge(apache):
    place = apache.run / "acme/.well-known/acme-challenge"
    place.mkdir(parents=True)
    (place / "token").write_text("token.thumbprint")
    (apache.run / "acme/secret").write_text("nobody asked for this")
    server = apache.started("nexus", directory="plain", replace={"/var/www/acme": apache.run / "acme"})
    plain = server.site("nexus.example.com", 80)
    moved = plain.get("/x?a=%2Fb")
    assert moved.status == 301 and moved.location == "https://nexus.example.com/x?a=%2Fb", moved
    assert plain.get("/.well-known/acme-challenge/token").text == "token.thumbprint"
    for other in ("/secret", "/.well-known/acme-challenge/../../secret", "/.well-known/acme-challenge/%2e%2e/%2e%2e/secret"):
        reply = plain.get(other)
        assert reply.status == 301 and "nobody asked" not in reply.text, (other, reply)


@pytest.fixture(scope="module", params=["apache", "fcgid"])
def local(request):
    """A front with a CGI of Apache's own on app.example.com, and that site. Returns (front, Site, alice's credential)."""
    front = request.getfixturevalue(request.param)
    front.tls.server("app.example.com")
    scripts, site = front.run / "cgi-bin", front.run / "www"
    scripts.mkdir()
    site.mkdir()
    (scripts / "show").write_text(CGI)
    (scripts / "show").chmod(0o755)
    (scripts / "leads").write_text("#!/bin/sh\nprintf 'Location: /page.html\\n\\n'\n")
    (scripts / "leads").chmod(0o755)
    (site / "page.html").write_text("a page of the site")
    (site / "led").mkdir()
    (site / "places").mkdir()
    (site / "places/index.html").write_text("an index of the site")
    server = front.started("local-application", replace={
        "/usr/lib/cgi-bin/": f"{scripts}/", "/var/www/app": site,
        "protect-local.conf\n    </Location>": "protect-local.conf\n    </Location>\n<Files index.html>\nSetEnv a b\n</Files>\n<Location /closed>\n"
        "Require all denied\nErrorDocument 403 /cgi-bin/show\n</Location>\n<Location /led/>\nDirectoryIndex /cgi-bin/show\n</Location>\n"})
    return front, server.site("app.example.com"), front.fresh_account("alice")["password"]


def test_a_local_application_sees_remote_user_and_all_facts(local):
    front, site, token = local
    front.change_account("alice", group_names="dev\nops", mail="alice@example.com", mail_verified=1, display_name="Alice Example")
    evil = [("REMOTE_USER", "root"), ("Remote-User", "root"), ("REMOTE-USER", "root"), ("X-Forwarded-User", "root")]
    seen = site.get("/cgi-bin/show", bearer=token, fields=evil, cookie="theme=dark; __Host-latchkey=x; a=b").seen()
    assert seen["remote_user"] == ["alice"] and seen["remote_groups"] == ["dev|ops"]
    assert seen["remote_mail"] == ["alice@example.com"] and seen["remote_display_name"] == ["Alice Example"]
    assert seen["latchkey_auth"] == ["jwt"] and seen["latchkey_credential"][0]
    assert "root" not in str({k: v for k, v in seen.items() if "user" in k or "remote" in k})
    assert "http_authorization" not in seen and token not in str(seen)
    assert seen["http_cookie"] == ["theme=dark; a=b"]


def test_a_local_application_does_not_see_what_apache_proves_itself_with(local):
    """Whoever knows the secret can name anybody to the authorizer."""
    _, site, token = local
    for path in ("/cgi-bin/show", "/led/"):
        seen = site.get(path, bearer=token)
        assert seen.seen()["remote_user"] == ["alice"] and PEER_SECRET not in seen.text, path
    refused = site.get("/closed", bearer=token).text  # what a program writes for a refusal
    assert "REDIRECT_STATUS: 403" in refused and PEER_SECRET not in refused, refused


def test_a_local_application_is_not_asked_without_a_person(local):
    front, site, token = local
    assert site.get("/cgi-bin/show").status == 401
    assert site.get("/page.html", fields=[("Remote-User", "root")]).status == 401
    assert site.browse("/page.html").location.startswith("https://app.example.com/oauth/login?rd=")
    page = site.get("/page.html", bearer=token)
    assert page.text == "a page of the site" and "alice" not in str(page.fields)
    assert site.get("/places/", bearer=token).text == "an index of the site"
    led = site.get("/cgi-bin/leads", bearer=token)  # judged was the program's own address alone
    assert led.status in (401, 403) and "a page" not in led.text, led
    # Open for latchkey, but Apache would have nobody to name: it refuses instead of making somebody up.
    assert site.get("/public/x").status == (500 if front.name == "apache-authnz-fcgi" else 403)


def test_a_field_that_asks_apache_to_forget_fields_ends_no_process(apache, token):
    for value in ("x" * 7000, "," * 7000, "close," * 1000, ", " * 3000, "close, X-Forwarded-User", ",", ""):
        reply = apache.nexus.raw((f"GET /x HTTP/1.1\r\nHost: nexus.example.com\r\nAuthorization: Bearer {token}\r\n"
                                  f"Connection: {value}\r\n\r\n").encode())
        assert reply.status == 200 and reply.seen()["x-forwarded-user"] == ["alice"], value[:40]
    assert "exit signal" not in (apache.server.directory / "error.log").read_text()


def test_a_rewrite_to_a_page_of_latchkeys_opens_no_way_to_the_application(apache):
    """mod_rewrite changes the path after Apache chose a section for it, and before it chooses one again."""
    rules = "\n".join(f'RewriteRule "^/old{n}$" "{path}" [PT]' for n, path in enumerate(("/whoami", "/oauth/x", "/healthz")))
    server = apache.started("nexus-two-hosts", directory="rewritten", replace={
        "    ProxyPass \"/\"": f"    RewriteEngine On\n{rules}\n    ProxyPass \"/\""})
    site = server.site("nexus.example.com")
    apache.application.clear()
    for number in range(3):
        site.get(f"/old{number}")
    assert apache.application.requests == []


def test_the_health_path_of_the_server_is_no_way_in(apache):
    apache.application.clear()
    for target in ("/.latchkey/health", "/.latchkey/health/x", "/.latchkey/health?a", "/.latchkey/", "/.latchkey/healthz"):
        for agent in ("GoogleHC/1.0", "curl/8"):
            reply = apache.nexus.get(target, fields=[("User-Agent", agent)])
            assert reply.status == 401, (target, reply)
    # A name that Apache takes for a probe's and latchkey does not know.
    assert apache.nexus.get("/", fields=[("User-Agent", "Pingdom.com_bot")]).status == 401
    assert apache.application.requests == []


def test_every_local_account_may_ask_the_authorizer_and_learns_nothing(apache):
    """The port is on loopback only."""
    port = apache.latchkey.sockets["authorizer"]
    shown = subprocess.run(["ss", "-Hltn", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
    assert shown.split()[3] == f"127.0.0.1:{port}", shown


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_includes_what_makes_it_safe_in_the_right_order(name):
    text = (EXAMPLES / name).read_text()
    for host in re.findall(r"<VirtualHost \*:443>(.*?)</VirtualHost>", text, re.S):
        places = [host.index("Include latchkey/host.conf"), *(m.start() for m in re.finditer(r"ProxyPass|DocumentRoot", host)),
                  host.index("Include latchkey/protect"), host.index("Include latchkey/pages.conf")]
        assert places == sorted(places), name


@pytest.fixture(scope="module")
def fcgid(tmp_path_factory):
    made = ApacheFcgidFront(tmp_path_factory.mktemp("fcgid"), configuration=HOSTS)
    yield made
    made.stop()


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_is_good_with_the_files_of_mod_fcgid_too(fcgid, name):
    PeopleAuthority(fcgid.tls.directory)
    for host in set(re.findall(r"tls/(\S+)\.crt", (EXAMPLES / name).read_text())) - {"people-ca"}:
        fcgid.tls.server(host)
    made = fcgid.make_server(name.removesuffix(".conf"), directory=f"tested-{name}", modules=("auth_gssapi",))
    done = subprocess.run([program("apache2"), "-t", "-f", made.directory / "apache.conf"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_mod_fcgids_authenticator_takes_credentials_and_nothing_else(fcgid):
    """protect-basic.conf: Apache asks for Basic itself, and latchkey judges the password."""
    issued, cookie = fcgid.fresh_account("alice"), fcgid.sign_in("alice")
    server = fcgid.started("nexus-two-hosts", directory="basic", replace={
        "Include latchkey/protect.conf": "Include latchkey/protect-basic.conf"})
    site = server.site("nexus.example.com")
    for user in ("alice", "token"):
        seen = site.get("/x", basic=(user, issued["password"]), fields=[("X-Forwarded-User", "root")]).seen()
        assert seen["x-forwarded-user"] == ["alice"] and seen["x-latchkey-auth"] == ["jwt"] and "authorization" not in seen
    fcgid.application.clear()
    for way in ({}, {"cookie": cookie}, {"basic": ("bob", issued["password"])}, {"basic": ("alice", "alice-pw")},
                {"bearer": issued["password"]}, {"basic": ("alice", issued["password"] + "x")}):
        reply = site.browse("/public/x", **way)
        assert reply.status == 401 and reply.get("WWW-Authenticate") == 'Basic realm="nexus-proxy"', (way, reply)
    fcgid.latchkey.admin("credential", "revoke", issued["id"])
    assert site.get("/x", basic=("alice", issued["password"])).status == 401
    assert fcgid.application.requests == []


@pytest.mark.parametrize("mode", [ApacheFront, FcgidBroken])
def test_latchkey_judges_whom_apache_knows(mode, tmp_path):
    """protect-remote-user.conf: Apache checks the password, the authorizer phase whether that person may come."""
    secret = tmp_path / "peer.secret"
    secret.write_text("apache-and-latchkey-know-it-0123456789")
    secret.chmod(0o600)
    vouched = CONFIGURATION + "\n[remote_user]\nenabled = true\n"
    if mode is ApacheFront:
        vouched = vouched.replace("[store]", f'[pool]\npeer_secret_file = "{secret}"\n[store]')
    made = mode(tmp_path / "site", configuration=vouched)
    try:
        people = made.run / "people"
        users_file(people, ann="ann-pw", root="root-pw")
        people.chmod(0o644)
        site = made.started("nexus", directory="remote-user", replace={"Include latchkey/protect.conf": (
            f'SetEnvIf Request_URI "^" LATCHKEY_PEER_SECRET={secret.read_text()}\n'
            f"AuthType Basic\nAuthName people\nAuthBasicProvider file\nAuthUserFile {people}\n"
            "Include latchkey/protect-remote-user.conf")}).site("nexus.example.com")
        ann, root = ("ann", "ann-pw"), ("root", "root-pw")
        spoofed = [("X-Forwarded-User", "root"), ("Remote-User", "root"), ("X-Latchkey-Auth", "session")]
        for name, pair in {"ann": ann, "root": root}.items():
            seen = site.get("/x", basic=pair, fields=spoofed).seen()
            assert seen["x-forwarded-user"] == [name] and seen["x-latchkey-auth"] == ["remote-user"] and "authorization" not in seen
        assert site.get("/admin/x", basic=root).status == 200
        assert site.get("/healthz").status == 200
        made.application.clear()
        for target, pair in (("/x", None), ("/public/x", None), ("/x", ("ann", "wrong")), ("/x", ("nobody", "ann-pw")), ("/admin/x", ann)):
            reply = site.get(target, basic=pair, fields=spoofed)
            assert reply.status in (401, 403), (target, pair, reply)
        made.latchkey.admin("user", "disable", "ann")
        assert site.get("/x", basic=ann).status in (401, 403)
        made.stop_authorizer()
        assert site.get("/x", basic=root).status in (401, 403, 500, 503)
        no_status = "Content-Type: text/plain\r\n\r\nhello"
        if mode is ApacheFront:
            broken = FakeFastcgi(made.latchkey.sockets["authorizer"], no_status)
            assert site.get("/x", basic=root).status == 401 and broken.asked == 1
            broken.stop()
        else:
            with made.broken(no_status, orderly=True):
                assert site.get("/x", basic=root).status == 403
        assert made.application.requests == []
    finally:
        made.stop()


def test_the_place_of_refusals_is_no_way_in(fcgid):
    fcgid.application.clear()
    for target in ("/.latchkey/refused", "/.latchkey/refused/x", "/.latchkey/refusedx", "/.latchkey/"):
        for fields in ([], [("X-Latchkey-Reason", "allowed")], [("User-Agent", "GoogleHC/1.0")]):
            reply = fcgid.nexus.get(target, fields=fields)
            assert reply.status == 401, (target, fields, reply)
    assert fcgid.application.requests == []


def test_programs_that_apache_starts_end_with_it(tmp_path):
    made = ApacheFcgidFront(tmp_path)
    try:
        assert made.nexus.get("/x").status == 401
        started = made.authorizer_pids()
    finally:
        made.stop()
    assert started and made.authorizer_pids() == []


@pytest.mark.parametrize("which", ["apache", "fcgid"])
def test_what_only_resembles_a_page_of_latchkeys_is_no_way_to_the_application(which, request):
    """What is opened without a question must be exactly what is not passed on to the application."""
    front = request.getfixturevalue(which)
    front.application.clear()
    for page in ("/oauth/", "/oauth", "/cli/credentials", "/whoami", "/.well-known/jwks.json", "/healthz", "/readyz", "/metrics",
                 "/.latchkey/health", "/.latchkey/refused"):
        for target in (page + "x", page + "/x", page + "/../x", page + "%2fx", page + "%2f..%2fx", page + ";x", page + "/%2e%2e/x",
                       "/" + page, page.upper(), page + ".", page + "%20", "/x/.." + page + "x", "//x/../" + page + "x"):
            front.nexus.get(target)
            assert front.application.requests == [], target


def test_the_doctor_finds_nothing_to_mend_at_a_local_application(local):
    """Apache serves it, so no page can show the fields of a request."""
    front, site, _ = local
    findings = assert_nothing_to_mend(front, site)
    assert {fault for fault, _ in findings} <= {"no_hsts", "no_mirror"}
