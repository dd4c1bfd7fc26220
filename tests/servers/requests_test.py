"""Requests of every kind pass unchanged for those who may, and not at all for the others."""
import base64
import contextlib
import json
import os

from tests.support.stack import sign_in_locally
from tests.support.web import Reply, connect, read_reply

LARGE = 50 * 1024 * 1024


def test_head(front, credential):
    """HEAD is allowed and refused like GET, without a body"""
    front.application.clear()
    reply = front.nexus.ask("HEAD", "/x", bearer=credential["password"])
    assert reply.status == 200 and reply.body == b"" and [r.method for r in front.application.requests] == ["HEAD"]
    assert front.nexus.ask("HEAD", "/repository/x").status == 401
    assert len(front.application.requests) == 1


FORMS = ("application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=b", "application/octet-stream, application/x-www-form-urlencoded")


def test_upload_with_a_form(front, credential):
    """POST that begins a registry's upload with a form, in which a layer of another repository may be named, is refused"""
    front.application.clear()
    for form in FORMS:
        reply = front.nexus.ask("POST", "/v2/team/blobs/uploads/", bearer=credential["password"],
                                body=b"mount=sha256:0&from=secret/x", fields=[("Content-Type", form)])
        assert reply.status == 400, (form, reply)
    assert not front.application.requests
    if front.cannot("upload_with_a_form"):
        return
    begun = front.nexus.ask("POST", "/v2/team/blobs/uploads/", bearer=credential["password"],
                            body=b"layer", fields=[("Content-Type", "application/octet-stream")])
    assert begun.status == 200 and [r.method for r in front.application.requests] == ["POST"]


def begin_upload(site, target, fields):
    """Sends the head of a PUT of 50 MB, as Maven and Docker do: with `Expect`, the body follows only when it is asked
    for. Returns the socket and whether it was."""
    head = "\r\n".join([f"PUT {target} HTTP/1.1", f"Host: {site.authority}", f"Content-Length: {LARGE}", *fields, "", ""])
    sock = connect(site.port, site.host, site.ca, timeout=60)
    sock.sendall(head.encode())
    if not any(field.startswith("Expect") for field in fields):
        return sock, True
    answer = sock.recv(12)
    if answer != b"HTTP/1.1 100":
        return _Prefixed(sock, answer), False
    while not answer.endswith(b"\r\n\r\n"):
        answer += sock.recv(1)
    return sock, True


class _Prefixed:
    """A socket of which some bytes were read already."""

    def __init__(self, sock, data):
        self.sock, self.data = sock, data

    def recv(self, size):
        data, self.data = self.data, b""
        return data or self.sock.recv(size)

    def close(self):
        self.sock.close()


def test_large_upload(front, credential):
    """PUT with 50 MB passes, with `Expect: 100-continue` and without"""
    for number, expect in enumerate(([], ["Expect: 100-continue"])):
        front.application.clear()
        sock, asked = begin_upload(front.nexus, f"/repository/up/{number}", [f"Authorization: Bearer {credential['password']}", *expect])
        with contextlib.closing(sock):
            assert asked
            for _ in range(LARGE // 65536):
                sock.sendall(b"x" * 65536)
            reply = read_reply(sock)
        assert reply.status == 200, reply
        assert [(r.method, r.body_bytes) for r in front.application.requests] == [("PUT", LARGE)]


def test_large_upload_refused(front):
    """PUT with 50 MB without a credential is refused with 401: with `Expect: 100-continue` before the body is sent"""
    front.application.clear()
    sock, asked = begin_upload(front.nexus, "/repository/up/refused", ["Expect: 100-continue"])
    with contextlib.closing(sock):
        assert asked == front.cannot("large_upload_refused")
        if asked:  # nginx needs a piece of it, with fcgiwrap all
            for _ in range(LARGE // 65536 if front.name == "nginx-fcgiwrap" else 1):
                sock.sendall(b"x" * 65536)
        assert read_reply(sock).status == 401
    sock, _ = begin_upload(front.nexus, "/repository/up/refused", [])
    with contextlib.closing(sock):
        with contextlib.suppress(OSError):  # the server may answer and close before the end
            for _ in range(LARGE // 65536):
                sock.sendall(b"x" * 65536)
        with contextlib.suppress(OSError):
            assert read_reply(sock).status in (0, 401)
    assert front.application.requests == []


def test_chunked_upload(front, credential):
    """an upload without a length, as Docker sends its layers, passes with a credential"""
    front.application.clear()
    with connect(front.nexus.port, front.nexus.host, front.nexus.ca, timeout=60) as sock:
        sock.sendall(f"PATCH /v2/a/blobs/uploads/1 HTTP/1.1\r\nHost: {front.nexus.authority}\r\nAuthorization: Bearer "
                     f"{credential['password']}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode())
        for _ in range(32):
            sock.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        sock.sendall(b"0\r\n\r\n")
        assert read_reply(sock).status == 200
    assert [request.method for request in front.application.requests] == ["PATCH"]
    # Counted with what encodes it, where the server does not make one piece of it.
    assert 32 * 65536 <= front.application.requests[0].body_bytes < 33 * 65536


def test_kept_connection(front, credential):
    """on a kept connection each request is judged by itself: who is let through first lends nothing to the next"""
    with connect(front.nexus.port, front.nexus.host, front.nexus.ca) as sock:
        def ask(target, *fields):
            sock.sendall("\r\n".join([f"GET {target} HTTP/1.1", f"Host: {front.nexus.authority}", *fields, "", ""]).encode())
            return read_reply(sock)
        for _ in range(2):
            own, everybodys = ask("/x", f"Authorization: Bearer {credential['password']}"), ask("/public/x")
            assert [reply.text.splitlines()[0] for reply in (own, everybodys)] == ["GET /x", "GET /public/x"]
            assert front.serves_files or own.seen()["x-forwarded-user"] == ["alice"]
            assert "x-forwarded-user" not in everybodys.seen()
        refused = ask("/repository/x")
        assert refused.status == 401, refused


def test_webdav_methods(front, credential):
    """the methods of WebDAV and later ones pass with a credential and are refused without"""
    for method in ("PROPFIND", "PROPPATCH", "MKCOL", "REPORT", "LOCK", "PATCH", "DELETE", "OPTIONS"):
        front.application.clear()
        assert front.nexus.ask(method, "/repository/dav").status == 401, method
        assert front.application.requests == []
        reply = front.nexus.ask(method, "/repository/dav", bearer=credential["password"])
        assert reply.status == 200 and reply.text.startswith(f"{method} /repository/dav"), (method, reply)


def open_websocket(site, target, *fields):
    """Returns (answer, socket) of a WebSocket opening."""
    key = base64.b64encode(os.urandom(16)).decode()
    sock = connect(site.port, site.host, site.ca, timeout=10)
    sock.sendall("\r\n".join([f"GET {target} HTTP/1.1", f"Host: {site.authority}", "Upgrade: websocket", "Connection: Upgrade",
                              f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *fields, "", ""]).encode())
    head = b""
    while b"\r\n\r\n" not in head and (piece := sock.recv(1)):
        head += piece
    status = int(head.split(b" ")[1]) if head else 0
    return Reply(status, [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")[1:] if ": " in line], b""), sock


def test_websocket(front, credential):
    """a WebSocket is opened with a credential (jenkins example) and carries bytes both ways; without one it is refused"""
    site = front.site("jenkins", "jenkins.example.com")
    front.application.clear()
    reply, sock = open_websocket(site, "/ws-refused")
    sock.close()
    assert reply.status == 401 and front.application.requests == [], reply
    reply, sock = open_websocket(site, "/ws-open", f"Authorization: Bearer {credential['password']}")
    with sock:
        if front.cannot("websocket"):
            assert reply.status != 101, reply
            return
        assert reply.status == 101 and reply.get("Upgrade").lower() == "websocket", reply
        for text in (b"\x81\x05hello", b"x" * 10_000):
            sock.sendall(text)
            echoed = b""
            while len(echoed) < len(text):
                echoed += sock.recv(65536)
            assert echoed == text
    seen = {name.lower(): value for name, value in front.application.requests[0].fields}
    assert seen["x-forwarded-user"] == "alice" and "authorization" not in seen


def test_no_tunnel_for_other_protocols(front):
    """an upgrade to cleartext HTTP/2 opens no tunnel to the application, through which nobody would be asked"""
    site = front.site("jenkins", "jenkins.example.com")
    for protocol in ("h2c", "websocket, h2c", "TLS/1.0"):
        front.application.clear()
        reply = site.get("/git/notifyCommit", fields=[("Upgrade", protocol), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"),
                                                      ("Connection", "Upgrade, HTTP2-Settings")])
        assert reply.status != 101, reply
        for request in front.application.requests:
            names = {name.lower(): value for name, value in request.fields}
            assert "upgrade" not in names and "http2-settings" not in names.get("connection", "").lower(), names


def test_health_probe(front):
    """a health probe gets an empty 200 without a cookie and is not passed on; its user agent opens no other path"""
    for agent in ("GoogleHC/1.0", "xx Kube-Probe/1.27 yy"):
        for method in ("GET", "HEAD"):
            front.application.clear()
            reply = front.nexus.ask(method, "/", fields=[("User-Agent", agent)])
            assert reply.status == 200 and reply.body == b"" and reply.get("Set-Cookie") is None, reply
            assert front.application.requests == []
        assert front.nexus.get("/", fields=[("User-Agent", agent)], host="10.0.0.1").status == 200
        for target in ("/refused", "/v2/", "/admin", "/index.html"):
            assert front.nexus.get(target, fields=[("User-Agent", agent)]).status == 401, target
        assert front.application.requests == []
    assert front.nexus.get("/", fields=[("User-Agent", "ELB-HealthChecker/2.0")]).status == 401


def test_sign_in_and_back(front):
    """a person signs in and returns to the page first asked, with its query string"""
    browser = sign_in_locally(front.nexus, "bob", "bob-pw", rd="/deep/page?x=1&y=%2F&z=a%20b")
    page = "/deep/page" if front.serves_files else "/deep/page?x=1&y=%2F&z=a%20b"
    assert browser.url.endswith("/deep/page?x=1&y=%2F&z=a%20b")
    assert browser.reply.status == 200 and browser.reply.text.splitlines()[0] == f"GET {page}"
    assert {"__Host-latchkey"} <= set(browser.jar["nexus.example.com"])
    assert front.serves_files or browser.reply.seen()["x-forwarded-user"] == ["bob"]


def test_latchkeys_own_pages(front, session):
    """sign-in, sign-out, credentials, /whoami, keys and health pages are latchkey's and never the application's"""
    front.application.clear()
    for target, status in (("/oauth/login?rd=/x", 200), ("/oauth/logout", 200), ("/cli/credentials", 200), ("/oauth/device", 200), ("/whoami", 200),
                           ("/.well-known/jwks.json", 200), ("/docker/token", 400), ("/healthz", 200), ("/readyz", 200), ("/metrics", 200),
                           ("/oauth/nothing", 404)):
        assert front.nexus.browse(target, cookie=session).status == status, target
    made = front.nexus.ask("POST", "/cli/credentials", cookie=session, body=b'{"label": "ci", "lifetime": 7}', fields=[
        ("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")])
    assert made.status == 201, made
    assert front.application.requests == []


def test_npm_login(front, session):
    """npm's questions about people (web login, whoami, logout) are latchkey's and never the application's"""
    if front.cannot("npm_login"):
        assert front.nexus.ask("POST", "/repository/npm/-/v1/login", body=b"{}").status in (401, 403, 404, 405)
        return
    front.application.clear()
    mine = json.loads(front.nexus.get("/cli/credentials", cookie=session).text)["password"]
    for registry in ("", "/repository/npm"):
        begun = front.nexus.ask("POST", f"{registry}/-/v1/login", body=b"{}", fields=[("Content-Type", "application/json")])
        done = json.loads(begun.text)["doneUrl"].removeprefix(front.nexus.origin)
        assert front.nexus.get(done).status == 202, begun
        assert json.loads(front.nexus.get(f"{registry}/-/whoami", bearer=mine).text) == {"username": "alice"}
    assert front.nexus.get("/repository/npm/-/whoami").status == 401
    assert front.nexus.ask("DELETE", f"/repository/npm/-/user/token/{mine}").status == 200
    assert front.nexus.get("/repository/npm/-/whoami", bearer=mine).status == 401
    assert front.application.requests == []
    log = front.server.directory / "access.log"
    seen = log.read_text() if log.exists() else ""
    assert mine not in seen and done not in seen


def test_encoded_slash(front, credential):
    """an encoded slash reaches the application as it was sent where it is kept, and is refused elsewhere"""
    for target in ("/repository/npm/@scope%2fname", "/repository/npm/@scope%2Fname?x=%2F", "/repository/a%20b/%7Euser"):
        reply = front.nexus.get(target, bearer=credential["password"])
        if "%2f" in target.lower() and front.cannot("encoded_slash"):
            assert reply.status == 404 and front.application.asked_for("scope") == []
            continue
        assert reply.status == 200 and reply.text.splitlines()[0] == f"GET {target}", (target, reply)
    front.application.clear()
    for target in ("/job/a%2Fb", "/repository/x/%2e%2e%2fadmin", "/repository/x%2f..", "/a%5cb"):
        slash = "%2f" in target.lower() and front.cannot("encoded_slash")
        assert front.nexus.get(target, bearer=credential["password"]).status == (404 if slash else 400), target
    assert front.application.requests == []


def test_the_query_arrives_as_sent(front, credential):
    """path and query reach the application byte by byte as they were sent"""
    for target in ("/a%20b?x=%2F%00&y=//..", "/x?", "/x?a=1;b=2&c=%C3%A9", "/%7Euser"):
        reply = front.nexus.get(target, bearer=credential["password"])
        assert reply.status == 200 and reply.text.splitlines()[0] == f"GET {target}", (target, reply)
