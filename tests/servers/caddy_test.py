"""What only Caddy does by itself: HTTP/2, which its clients get without asking, and answers for unknown hosts."""
import pytest

from tests.support.processes import run
from tests.support.servers.caddy import CaddyFront
from tests.support.web import connect


@pytest.fixture(scope="module")
def caddy(tmp_path_factory):
    made = CaddyFront(tmp_path_factory.mktemp("caddy"))
    yield made
    made.stop()


def over_http2(caddy, target, *arguments):
    """Asks with curl over HTTP/2. Returns (status, body)."""
    site = caddy.nexus
    done = run(["curl", "-sS", "--http2", "--cacert", site.ca, "--resolve", f"nexus.example.com:{site.port}:127.0.0.1",
                "-w", "\n%{http_version} %{http_code}", *arguments, f"https://nexus.example.com:{site.port}{target}"], timeout=30)
    body, _, end = done.stdout.rpartition("\n")
    assert end.startswith("2 "), done.stdout
    return int(end.split()[1]), body


def test_over_http2_each_request_is_judged_as_over_http1(caddy, tmp_path):
    token = caddy.fresh_account("alice")["password"]
    spoofed = ["-H", "X-Forwarded-User: evil", "-H", "X_Forwarded_User: evil", "-H", "X-Latchkey-Auth: evil", "-H", "Remote.User: evil"]
    status, body = over_http2(caddy, "/x?a=%2F", "-H", f"Authorization: Bearer {token}", *spoofed)
    assert status == 200 and "X-Forwarded-User: alice" in body and "evil" not in body and "Authorization" not in body
    status, body = over_http2(caddy, "/x", "-H", f"Cookie: a=1; {caddy.sign_in('bob')}; b=2", *spoofed)
    assert status == 200 and "X-Forwarded-User: bob" in body and "Cookie: a=1; b=2\n" in body and "evil" not in body
    caddy.application.clear()
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    for arguments in ([], spoofed, ["-H", "Host: evil.test"], ["-H", "Authorization: Bearer x.y.z"], ["-T", tmp_path / "large"]):
        status, body = over_http2(caddy, "/repository/x", *arguments)
        assert status == (400 if "Host: evil.test" in arguments else 401), (arguments, status, body)
    assert caddy.application.requests == []
    status, _ = over_http2(caddy, "/repository/x", "-T", tmp_path / "large", "-H", f"Authorization: Bearer {token}")
    assert status == 200 and caddy.application.requests[0].body_bytes == 3_000_000


def test_of_two_upgrades_only_websocket_reaches_the_application(caddy):
    # A tunnel for h2c would lead to the application unasked.
    cookie = caddy.sign_in("alice")
    caddy.application.clear()
    for order in (("h2c", "websocket"), ("websocket", "h2c")):
        head = ["GET /x HTTP/1.1", "Host: nexus.example.com", "Origin: https://nexus.example.com",
                "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk", *(f"Upgrade: {word}" for word in order),
                f"Cookie: {cookie}", "", ""]
        # An application that takes the WebSocket keeps the connection open; its first bytes are enough.
        with connect(caddy.nexus.port, caddy.nexus.host, caddy.nexus.ca) as sock:
            sock.sendall("\r\n".join(head).encode())
            assert sock.recv(12).startswith(b"HTTP/1.1 ")
    assert len(caddy.application.requests) == 2
    for request in caddy.application.requests:
        assert [value for name, value in request.fields if name == "Upgrade"] == ["websocket"], request.fields


def test_a_host_name_of_nobody_reaches_no_application(caddy):
    token = caddy.fresh_account("alice")["password"]
    caddy.application.clear()
    for host in ("evil.test", "127.0.0.1", "localhost", "nexus.example.com.evil.test"):
        assert caddy.nexus.get("/x", host=host, bearer=token).status == 400, host
    assert caddy.application.requests == []


def test_a_probe_of_the_registrys_host_is_answered_and_not_led_to_a_page(caddy):
    site = caddy.site("docker-registry", "registry.example.com")
    assert site.get("/").location == "/cli/credentials"
    probe = site.get("/", fields=[("User-Agent", "GoogleHC/1.0")])
    assert probe.status == 200 and probe.body == b"" and probe.location is None, probe
