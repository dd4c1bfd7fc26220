"""What only lighttpd can: start latchkey itself, run its pages as CGI, and name the user to a CGI or FastCGI application
on this machine."""
import os
import signal

import pytest

from tests.support.doctor import assert_nothing_to_mend
from tests.support.fake_fastcgi import FakeFastcgi
from tests.support.processes import wait_until
from tests.support.servers.lighttpd import LighttpdSpawnedFront, processes
from tests.support.stack import sign_in_locally

SHOW = '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nexec env\n'


@pytest.fixture(scope="module")
def lighttpd(tmp_path_factory):
    """examples/lighttpd/nexus-spawned.conf as shipped."""
    made = LighttpdSpawnedFront(tmp_path_factory.mktemp("spawned"), example="nexus-spawned.conf")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def credential(lighttpd):
    return lighttpd.fresh_account("alice")


def environment(reply):
    """What a CGI program saw: {name: value}. Needs an answer of it."""
    assert reply.status == 200, reply
    return dict(line.split("=", 1) for line in reply.text.splitlines() if "=" in line)


def test_what_lighttpd_started_it_starts_again(lighttpd, credential):
    lighttpd.application.clear()
    for pool in ("latchkey-authorizer", "latchkey-responder"):
        before = set(processes(lighttpd.server.part.process.pid, pool))
        assert len(before) == 4, before
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda p=pool, b=before: len(set(processes(lighttpd.server.part.process.pid, p)) - b) == 4, "new ones")
        wait_until(lambda: lighttpd.nexus.get("/x").status == 401, "the authorizer")
        wait_until(lambda: lighttpd.nexus.get("/healthz").status == 200, "the responder")
    assert lighttpd.application.requests == []


@pytest.fixture(scope="module")
def cgi(lighttpd):
    """The site of examples/lighttpd/nexus-cgi.conf as shipped."""
    return lighttpd.started("nexus-cgi").site("nexus.example.com")


def test_the_pages_run_as_cgi(lighttpd, cgi):
    site = cgi
    browser = sign_in_locally(site, "bob", "bob-pw", rd="/deep/page?x=1&y=%2F")
    assert browser.reply.text.splitlines()[0] == "GET /deep/page?x=1&y=%2F", browser.reply
    cookie = f"__Host-latchkey={browser.jar['nexus.example.com']['__Host-latchkey']}"
    lighttpd.application.clear()
    for target, status in (("/oauth/logout", 200), ("/cli/credentials", 200), ("/whoami", 200), ("/healthz", 200),
                           ("/service/rest/wonderland/authenticate", 405), ("/nexus/service/local/usertoken/authenticate", 405),
                           ("/.well-known/jwks.json", 200), ("/readyz", 200), ("/metrics", 200), ("/oauth/nothing", 404)):
        assert site.browse(target, cookie=cookie).status == status, target
    assert lighttpd.application.requests == []


def test_a_cgi_takes_no_argument_from_the_query_c15(cgi):
    for query in ("--version", "--config=/etc/passwd", "--help", "--check+--config+/etc/passwd", "-h"):
        reply = cgi.browse(f"/oauth/login?{query}")
        assert reply.status == 200 and 'name="password"' in reply.text, (query, reply)


def test_a_proxy_field_is_no_setting_of_a_cgi_c14(cgi):
    for name in ("Proxy", "Https-Proxy", "LATCHKEY-CONFIG", "Latchkey--Site--Url", "Gateway-Interface"):
        reply = cgi.browse("/oauth/login", fields=[(name, "http://evil.test:1/")])
        assert reply.status == 200 and "evil" not in reply.text, (name, reply)


@pytest.fixture(scope="module")
def local(lighttpd, tmp_path_factory):
    """The front of examples/lighttpd/cgi-application.conf as shipped, with a program that shows what it was told, and of
    the same with a FastCGI application instead. Returns (Site, the FastCGI application)."""
    root = tmp_path_factory.mktemp("application")
    for program in (root / "show.cgi", root / "admin/show.cgi"):
        program.parent.mkdir(exist_ok=True)
        program.write_text(SHOW)
        program.chmod(0o755)
    application = FakeFastcgi(root / "app.sock", "Status: 200\r\nContent-Type: text/plain\r\n\r\nfrom FastCGI")
    also = f'fastcgi.server := latchkey_ask + ( "/app/" => (( "socket" => "{root}/app.sock", "check-local" => "disable" )) )\n'
    server = lighttpd.started("cgi-application", replace={
        "application.example.com": "nexus.example.com", "/var/www/application": root,
        'include "latchkey/protect.conf"\n': f'include "latchkey/protect.conf"\n{also}'})
    yield server.site("nexus.example.com"), application
    application.stop()


def test_a_cgi_application_finds_the_user_in_remote_user(lighttpd, local, credential):
    site, _ = local
    cookie = lighttpd.sign_in("alice")
    lighttpd.change_account("alice", group_names="dev\nops", mail="alice@example.com", mail_verified=1)
    seen = environment(site.get("/show.cgi/path?x=%2F", cookie=f"a=1; {cookie}", fields=[
        ("Remote-User", "evil"), ("X_Forwarded_User", "evil"), ("X-Remote-User", "evil"), ("REMOTE_USER", "evil"),
        ("Remote~User", "evil"), ("X~Forwarded~Groups", "evil"), ("X!Forwarded|User", "evil")]))
    assert seen["REMOTE_USER"] == "alice" and seen["REMOTE_GROUPS"] == "dev|ops" and seen["REMOTE_MAIL"] == "alice@example.com"
    assert seen["LATCHKEY_AUTH"] == "session" and seen["HTTP_X_FORWARDED_USER"] == "alice"
    assert seen["HTTP_COOKIE"] == "a=1" and seen["QUERY_STRING"] == "x=%2F" and "evil" not in str(seen)
    seen = environment(site.get("/show.cgi", bearer=credential["password"]))
    assert seen["REMOTE_USER"] == "alice" and "HTTP_AUTHORIZATION" not in seen
    nobody = environment(site.get("/public/../show.cgi/public", bearer=credential["password"], fields=[("Remote_User", "evil")]))
    assert nobody["REMOTE_USER"] == "alice" and "evil" not in str(nobody)


def test_a_cgi_application_is_not_run_for_who_may_not(local, credential):
    site, application = local
    assert site.get("/show.cgi").status == 401 and site.get("/show.cgi", bearer="x.y.z").status == 401
    assert site.get("/admin/show.cgi", bearer=credential["password"]).status == 403
    assert site.get("/public%2f..%2fshow.cgi").status == 400
    before = application.asked
    assert site.get("/app/x").status == 401 and application.asked == before


def test_a_fastcgi_application_behind_latchkey_ask_finds_the_user(local, credential):
    site, application = local
    reply = site.get("/app/x", bearer=credential["password"], fields=[("X-Forwarded-User", "evil"), ("Remote_User", "evil")])
    assert reply.status == 200 and reply.text == "from FastCGI", reply
    seen = application.params
    assert seen["REMOTE_USER"] == "alice" and seen["LATCHKEY_AUTH"] == "jwt" and seen["HTTP_X_FORWARDED_USER"] == "alice"
    assert seen["LATCHKEY_CREDENTIAL"] == credential["id"] and "HTTP_AUTHORIZATION" not in seen and "evil" not in str(seen)


def test_the_challenge_for_certificates_stays_open_over_plain_http(lighttpd, tmp_path):
    place = tmp_path / "acme/.well-known/acme-challenge"
    place.mkdir(parents=True)
    (place / "token").write_text("token.thumbprint")
    (tmp_path / "acme/secret").write_text("nobody asked for this")
    plain = lighttpd.started("nexus", replace={"/var/www/acme": tmp_path / "acme"}).site("nexus.example.com", 80)
    assert plain.get("/.well-known/acme-challenge/token").text == "token.thumbprint"
    for other in ("/secret", "/.well-known/acme-challenge/../../secret", "/.well-known/acme-challenge/%2e%2e/%2e%2e/secret",
                  "/.well-known/acme-challenge/..%2f..%2fsecret", "/.well-known/acme-challenge/"):
        reply = plain.get(other)
        listing = other.endswith("/acme-challenge/")
        assert reply.status == (403 if listing else 301) and "nobody asked" not in reply.text, (other, reply)


def test_the_doctor_finds_nothing_to_mend_in_the_examples_of_lighttpd_alone(lighttpd, cgi, local, credential):
    for site in (lighttpd.nexus, cgi, local[0]):
        assert_nothing_to_mend(lighttpd, site)
