"""Every file of examples/nginx starts as shipped and does its job: only paths, ports and names are replaced. latchkey's
configuration is this suite's here; the shipped ones run in tests/parts/shipped_examples_test.py."""
import re

import pytest

from tests.support.processes import wait_until
from tests.support.servers.nginx import EXAMPLES
from tests.webserver.conftest import CONFIGURATION

EXAMPLE_FILES = sorted(file.name for file in EXAMPLES.glob("*.conf"))


def host_of(text):
    return re.search(r"server_name (\S+);", text)[1]


@pytest.mark.parametrize("example", EXAMPLE_FILES)
def test_an_example_protects_its_application_as_shipped(own_stack, tmp_path, example):
    text = (EXAMPLES / example).read_text()
    host = host_of(text)
    configuration = CONFIGURATION.replace("nexus.example.com", host)
    if host == "registry.example.com":
        configuration = configuration.replace('who = "authenticated"', 'paths = ["/v2"]\nwho = "authenticated"')
    stack = own_stack(configuration=configuration, example=example,
                      replace={"/run/latchkey-decisions": tmp_path / "decisions", "/var/www/acme": tmp_path})
    site = stack.nginx.site(host)
    stack.nexus = site
    asked = "/v2/x" if host == "registry.example.com" else "/page"
    assert site.get(asked).status == 401
    issued = sign_in_and_issue(stack, site)
    seen = site.get(asked, basic=("alice", issued["password"]), fields=[("X-Forwarded-Groups", "evil")]).seen()
    assert seen["x-forwarded-user"] == ["alice"] and "x-forwarded-groups" not in seen and "authorization" not in seen
    if 80 in stack.nginx.ports:
        plain = stack.nginx.site(host, 80).get("/x")
        assert plain.status == 301 and plain.location == f"https://{host}/x"


def test_an_upgrade_to_cleartext_http2_opens_no_tunnel_to_jenkins(own_stack):
    """What speaks h2c behind nginx would take a second request from the client, unasked and with any identity."""
    stack = own_stack(configuration=CONFIGURATION.replace("nexus.example.com", "jenkins.example.com"), example="jenkins.conf")
    site = stack.nginx.site("jenkins.example.com")
    for protocol, passed_on in [("h2c", None), ("websocket, h2c", None), ("TLS/1.0", None), ("WebSocket", ["websocket"])]:
        fields = [("Upgrade", protocol), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"), ("Connection", "Upgrade, HTTP2-Settings")]
        seen = site.get("/public/x", fields=fields).seen()
        assert seen.get("upgrade") == passed_on, (protocol, seen)
        assert "upgrade" in seen.get("connection", []) or passed_on is None, (protocol, seen)


def sign_in_and_issue(stack, site):
    from tests.support.web import Browser
    browser = Browser(site)
    browser.open(f"{site.origin}/oauth/login?rd=/cli/credentials")
    browser.submit("password", username="alice", password="alice-pw")
    assert browser.reply.status == 200, browser.reply
    return stack.latchkey.issue("alice")


def test_a_remembered_decision_is_forgotten_in_time_and_never_anothers(own_stack, tmp_path):
    stack = own_stack(configuration=CONFIGURATION + "\n[cache]\nseconds = 1\n", example="nexus-cached.conf",
                      replace={"/run/latchkey-decisions": tmp_path / "decisions"})
    alice, bob = stack.sign_in("alice"), stack.fresh_account("bob")
    for _ in range(3):
        assert stack.nexus.get("/x", cookie=alice).seen()["x-forwarded-user"] == ["alice"]
        assert stack.nexus.get("/x", basic=("bob", bob["password"])).seen()["x-forwarded-user"] == ["bob"]
        assert stack.nexus.get("/x").status == 401
        assert stack.nexus.get("/admin", cookie=alice).status == 403
        # nginx trims the field, so it is the same request.
        assert stack.nexus.get("/x", cookie=alice + "\t").seen()["x-forwarded-user"] == ["alice"]
    # What a request writes is in its body, which is no part of what nginx compares.
    for method, asked in (("GET", 1), ("POST", 3), ("PUT", 3), ("DELETE", 3)):
        for _ in range(3):
            assert stack.nexus.ask(method, f"/counted-{method}", basic=("bob", bob["password"])).status == 200
        wait_until(lambda m=method, n=asked: stack.latchkey.log_text().count(f"/counted-{m}") == n, "the decisions")
    # A separator inside a field cannot make one request look like another.
    crafted = stack.nexus.get("/y", cookie=f"a=1\\n{alice}")
    assert crafted.status == 401, crafted
    # The host of an absolute target is another one than that of the Host field, which alone is what was asked before.
    target = "https://docker.example.com/x"
    assert stack.nexus.get(target, cookie=alice).status == 400
    stack.latchkey.admin("credential", "revoke", bob["id"])
    wait_until(lambda: stack.nexus.get("/x", basic=("bob", bob["password"])).status == 401, "the end of what was remembered", 10)


def test_the_challenge_for_certificates_stays_open_over_plain_http(own_stack, tmp_path):
    place = tmp_path / "acme/.well-known/acme-challenge"
    place.mkdir(parents=True)
    (place / "token").write_text("token.thumbprint")
    (tmp_path / "acme/secret").write_text("nobody asked for this")
    stack = own_stack(example="nexus.conf", replace={"/var/www/acme": tmp_path / "acme"})
    plain = stack.nginx.site("nexus.example.com", 80)
    assert plain.get("/.well-known/acme-challenge/token").text == "token.thumbprint"
    for other in ("/secret", "/.well-known/acme-challenge/../../secret", "/.well-known/acme-challenge/%2e%2e/%2e%2e/secret"):
        reply = plain.get(other)
        assert reply.status == 301 and "nobody asked" not in reply.text, (other, reply)


def test_remembered_answers_equal_those_asked_anew_n9(own_stack, tmp_path):
    import random

    from tests.support.servers.nginx import Nginx
    stack = own_stack(configuration=CONFIGURATION + "\n[cache]\nseconds = 30\n", example="nexus-cached.conf",
                      replace={"/run/latchkey-decisions": tmp_path / "decisions"})
    anew = Nginx(tmp_path / "anew", stack.latchkey, "nexus-two-hosts.conf", stack.tls, ports=stack.application_ports).start()
    alice, bob, root = (stack.fresh_account(user) for user in ("alice", "bob", "root"))
    ways = [{}, {"bearer": "x.y.z"}, {"cookie": stack.sign_in("alice")}, {"cookie": stack.sign_in("bob")},
            {"bearer": alice["password"]}, {"basic": ("bob", bob["password"])}, {"basic": ("alice", bob["password"])},
            {"basic": ("root", root["password"])}, {"basic": ("bob", bob["password"]), "cookie": stack.sign_in("alice")}]
    targets = ["/x", "/x?a", "/admin/x", "/public/x", "/repository/m/private/a", "/repository/%2fx", "/admin/../x", "/v2/", "/ws"]
    fields = [[], [("Origin", "https://evil.test")], [("Upgrade", "websocket")], [("User-Agent", "GoogleHC")],
              [("Upgrade", "websocket"), ("Origin", "https://nexus.example.com")], [("Sec-Fetch-Mode", "cors")]]
    dice = random.Random(9)
    sites = stack.nginx.site("nexus.example.com"), anew.site("nexus.example.com")

    def answer(site, method, target, extra, way):
        reply = site.ask(method, target, fields=extra, **way)
        known = reply.seen() if reply.status == 200 and reply.body and method != "HEAD" else {}
        return reply.status, reply.location, reply.get("WWW-Authenticate"), {
            name: value for name, value in known.items() if name.startswith("x-")}
    try:
        for _ in range(400):
            asked = (dice.choice(("GET", "GET", "GET", "HEAD", "DELETE")), dice.choice(targets), dice.choice(fields), dice.choice(ways))
            remembered, fresh = (answer(site, *asked) for site in sites)
            assert remembered == fresh, asked
        assert any((tmp_path / "decisions").rglob("*")), "nothing was remembered"
    finally:
        anew.stop()
