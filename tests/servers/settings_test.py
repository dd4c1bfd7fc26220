"""What the READMEs of lighttpd, Caddy and HAProxy say beside the question itself: an application with tokens of its own, a
balancer in front, and plain http."""
import pytest

from tests.support.servers.caddy import CaddyFront
from tests.support.servers.haproxy import HaproxyFront
from tests.support.servers.lighttpd import LighttpdFront

LINES = {
    LighttpdFront: ('include "latchkey/protect.conf"\n',
                    '$HTTP["url"] =~ "^/api(/|$)" { setenv.add-environment = ( "LATCHKEY_AUTHORIZATION" => "application" ) }\n'),
    CaddyFront: ("import latchkey_ask\n", "vars /api/* latchkey_authorization application\n"),
    HaproxyFront: ("http-request lua.latchkey\n",
                   "http-request set-var(txn.latchkey_authorization) str(application) if { path_beg /api/ }\n"),
}


@pytest.fixture(scope="module", params=LINES, ids=[front.name for front in LINES])
def server(request, tmp_path_factory):
    before, line = LINES[request.param]
    made = request.param(tmp_path_factory.mktemp(f"own-{request.param.name}"), replace={before: f"{line}    {before}"})
    yield made
    made.stop()


def test_an_application_keeps_its_own_tokens_where_it_says_so(server):
    credential = server.fresh_account("alice")["password"]
    own = [("Authorization", "Bearer of-the-application")]
    assert server.nexus.get("/api/x", fields=own).seen()["authorization"] == ["Bearer of-the-application"]
    assert server.nexus.get("/api/x", fields=own, cookie=server.sign_in("bob")).seen()["x-forwarded-user"] == ["bob"]
    server.application.clear()
    assert server.nexus.get("/apix", fields=own).status == 401 and server.application.requests == []
    for target in ("/x", "/public/x", "/public/api/x"):
        assert "authorization" not in server.nexus.get(target, bearer=credential).seen(), target


def test_plain_http_leads_to_https_and_nowhere_else(server):
    plain = server.server.site("nexus.example.com", 80)
    server.application.clear()
    reply = plain.get("/x/a%2Fb?y=%2F", fields=[("X-Forwarded-User", "evil"), ("X-Forwarded-Proto", "https")])
    assert reply.status in (301, 308) and reply.location.startswith("https://nexus.example.com"), reply
    assert reply.location.endswith("/x/a%2Fb?y=%2F")
    assert server.server.site("docker.example.com", 80).get("/v2/").location.startswith("https://docker.example.com")
    for target in ("//evil.test/", "/\\evil.test", "/%0d%0aSet-Cookie:%20a=b", "/@evil.test"):
        reply = plain.get(target)
        assert reply.status == 400 or reply.location.startswith("https://nexus.example.com") and not reply.get("Set-Cookie"), target
        assert reply.status == 400 or not reply.location.startswith("https://nexus.example.com."), target
    assert server.application.requests == []


# What the READMEs of lighttpd and Caddy say to change where a balancer in front ends TLS. Here the test is the balancer.
BEHIND_A_BALANCER = {
    LighttpdFront: {'include "latchkey/modules.conf"': 'server.modules += ( "mod_extforward" )\n'
                    'extforward.forwarder = ( "127.0.0.1" => "trust" )\ninclude "latchkey/modules.conf"'},
    CaddyFront: {"nexus.example.com {": "http://nexus.example.com {", "\ttls /": "\t# tls /",
                 "LATCHKEY_SCHEME {http.request.scheme}": "LATCHKEY_SCHEME https",
                 "\treverse_proxy 127.0.0.1:PORT": "\treverse_proxy 127.0.0.1:PORT {\nheader_up X-Forwarded-Proto https\n}"},
}


@pytest.mark.parametrize("mode", BEHIND_A_BALANCER, ids=[front.name for front in BEHIND_A_BALANCER])
def test_behind_a_balancer_that_ends_tls_the_application_learns_of_https(tmp_path, mode):
    front = mode(tmp_path)
    try:
        token, port = front.fresh_account("alice")["password"], str(front.application.port)
        replace = {old.replace("PORT", port): new.replace("PORT", port) for old, new in BEHIND_A_BALANCER[mode].items()}
        site = front.started("nexus", replace=replace).site("nexus.example.com", 80)
        said = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.7")]
        seen = site.get("/x", bearer=token, fields=[*said, ("X-Forwarded-User", "root")]).seen()
        assert seen["x-forwarded-proto"] == ["https"] and seen["x-forwarded-user"] == ["alice"]
        led = site.browse("/x", fields=said)
        assert led.status == 302 and led.location == "https://nexus.example.com/oauth/login?rd=%2Fx"
        assert site.get("/whoami", bearer=token, fields=said).status == 200
        if mode is LighttpdFront:  # whose script takes the field out, and puts in what the balancer said
            assert "192.0.2.7" in front.latchkey.log_text()
            assert site.get("/x", bearer=token).location == "https://nexus.example.com/x"
    finally:
        front.stop()
