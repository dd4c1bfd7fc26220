"""Answers that latchkey never writes, from an authorizer that is broken: no server lets a request through for one,
although each of them by itself takes some of them for approvals."""
import contextlib
import socket
import struct
import threading
import time

import pytest

from tests.support.fake_fastcgi import (BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, WHOLE_HEADERS, WHOLE_VARIABLES,
                                        FakeFastcgi, answer_of, bound, params, record)
from tests.support.processes import wait_until
from tests.support.servers.apache import ApacheFcgidFront, ApacheFront
from tests.support.servers.caddy import CaddyFront
from tests.support.servers.haproxy import HaproxyFront
from tests.support.servers.lighttpd import LighttpdFront
from tests.support.servers.nginx import NginxFront
from tests.support.servers.shared_hosting import HtaccessFront

# What mod_fcgid starts in the authorizer's place: it answers everything with the file beside it, and counts.
SPAWNED = """#!/usr/bin/python3 -ES
import os, socket, struct
here = os.path.dirname(os.path.abspath(__file__))
listener = socket.socket(fileno=0)
while True:
    stream = listener.accept()[0].makefile("rwb")
    kind, size = 0, 1
    while (kind, size) != (4, 0):
        _, kind, _, size, padding = struct.unpack(">BBHHBx", stream.read(8))
        stream.read(size + padding)
    open(here + "/asked", "a").write("x")
    stream.write(open(here + "/answer", "rb").read())
    stream.close()
"""


class Spawned:
    """A mode whose authorizer is the program above, once it was stopped."""

    def stop_authorizer(self):
        assert self.nexus.get("/x").status == 401  # Apache has looked for the program by now
        super().stop_authorizer()
        for name, text in (("latchkey-authorizer", SPAWNED), ("asked", ""), ("answer", "")):
            (self.programs / name).write_text(text)
            (self.programs / name).chmod(0o777)

    @contextlib.contextmanager
    def broken(self, text, orderly):
        (self.programs / "answer").write_bytes(answer_of(text, orderly))
        before = (self.programs / "asked").stat().st_size
        yield
        assert (self.programs / "asked").stat().st_size > before


class FcgidBroken(Spawned, ApacheFcgidFront):
    @property
    def programs(self):
        return self.latchkey.programs


class HtaccessBroken(Spawned, HtaccessFront):
    @property
    def programs(self):
        return self.host.latchkey / "bin"


FRONTS = (NginxFront, LighttpdFront, CaddyFront, HaproxyFront, ApacheFront, FcgidBroken, HtaccessBroken)


def among(fronts):
    """For a test that only the first of FRONTS can be asked: those whose configuration says how long to wait, or where."""
    return pytest.mark.parametrize("server", fronts, ids=[front.name for front in fronts], indirect=True)


OUT_OF_ORDER = {403, 500, 502, 503, 504}

# What an answer is made of the whole one, and whether it ends in an orderly way.
ORDERLY, CUT = True, False
BROKEN = {
    "dies before a byte": (lambda whole: "", CUT),
    "dies after the status": (lambda whole: "Status: 200\r\n", CUT),
    "dies inside the header block": (lambda whole: whole[:whole.index("alice") + 2], CUT),
    "dies inside the last field": (lambda whole: whole[:-10], CUT),
    "dies inside a refusal": (lambda whole: "Status: 401\r\nWWW-Auth", CUT),
    "orderly but empty": (lambda whole: "", ORDERLY),
    "orderly, status only, not ended": (lambda whole: "Status: 200\r\n", ORDERLY),
    "orderly, status only": (lambda whole: "Status: 200\r\n\r\n", ORDERLY),
    "orderly, header block cut in the middle": (lambda whole: whole[:len(whole) // 2], ORDERLY),
    "orderly, header block not ended": (lambda whole: whole[:-2], ORDERLY),
    "orderly, refusal cut": (lambda whole: "Status: 401\r\nWWW-Auth", ORDERLY),
    "no status and no fact": (lambda whole: "Content-Type: text/plain\r\n\r\nhello", ORDERLY),
    "a body without fields": (lambda whole: "\r\nhello", ORDERLY),
    "Location without status": (lambda whole: "Location: https://elsewhere.test/\r\n\r\n", ORDERLY),
    "Location of this server without status": (lambda whole: "Location: /public/x\r\n\r\n", ORDERLY),
    "a status line instead of Status": (lambda whole: "HTTP/1.1 200 OK\r\n\r\n", ORDERLY),
    "a proof without a name": (lambda whole: whole.replace(": alice", ": "), ORDERLY),
    "a name without a proof": (lambda whole: whole.replace(": session", ": "), ORDERLY),
}


@pytest.fixture(scope="module", params=FRONTS, ids=[front.name for front in FRONTS])
def server(request, tmp_path_factory):
    """A server whose authorizer is down, and whose place a test takes."""
    sooner = {'"read-timeout"    => 5': '"read-timeout"    => 1', "read_timeout 5s": "read_timeout 1s", "SECONDS = 5": "SECONDS = 1"}
    how = {} if request.param is HtaccessBroken else {"replace": sooner}
    made = request.param(tmp_path_factory.mktemp(f"broken-{request.param.name}"), **how)
    made.whole = WHOLE_VARIABLES if request.param.name.startswith(("lighttpd", "apache")) else WHOLE_HEADERS
    made.place = made.latchkey.sockets["authorizer"]
    made.stop_authorizer()
    yield made
    made.stop()


def answered(server, text, orderly=True, **how):
    """Asks the server for a page while the authorizer answers everything with `text`. Returns the Reply."""
    server.application.clear()
    if isinstance(server, Spawned):
        with server.broken(text, orderly):
            return server.nexus.get("/x")
    fake = FakeFastcgi(server.place, text, orderly, **how)
    try:
        reply = server.nexus.get("/x")
        assert fake.asked == 1
        return reply
    finally:
        fake.stop()


def test_a_whole_answer_lets_through(server):
    reply = answered(server, server.whole)
    assert reply.seen()["x-forwarded-user"] == ["alice"] and reply.seen()["x-latchkey-auth"] == ["session"]
    anonymous = answered(server, server.whole.replace(": alice", ": ").replace(": session", ": anonymous"))
    assert "x-forwarded-user" not in anonymous.seen() and anonymous.seen()["x-latchkey-auth"] == ["anonymous"]


@pytest.mark.parametrize("case", BROKEN)
def test_no_broken_answer_lets_through_n1(server, case):
    make, orderly = BROKEN[case]
    if case == "dies inside the last field" and server.name == "caddy":
        # Caddy takes the fields before the break for the whole block: all facts have to be there, and they are told in
        # this order, so that what can be cut off unseen is the end of the credential's id.
        make = lambda whole: whole[:whole.index("X-Latchkey-Credential")]  # noqa: E731
    reply = answered(server, make(server.whole), orderly)
    assert reply.status in (OUT_OF_ORDER | {401} if server.name.startswith("apache") else OUT_OF_ORDER), reply
    assert server.application.requests == []


@pytest.mark.parametrize("status", ["204", "206", "100", "0", "abc", "2000"])
def test_only_status_200_lets_through(server, status):
    reply = answered(server, server.whole.replace("Status: 200", f"Status: {status}"))
    if server.name == "nginx" and status in ("204", "206", "2000"):
        # It takes each of these for a yes. Here somebody says so with all that latchkey alone says of a person.
        assert reply.seen()["x-forwarded-user"] == ["alice"]
        return
    assert server.application.requests == [], reply


def test_a_whole_answer_that_is_not_ended_is_whole_or_nothing(server):
    reply = answered(server, server.whole, orderly=False)
    for request in server.application.requests:
        assert ("X-Forwarded-User", "alice") in [(name.title(), value) for name, value in request.fields]
    assert server.application.requests or b"GET /x" not in reply.body


@among(FRONTS[:4])
def test_a_slow_authorizer_is_given_up(server):
    begun = time.monotonic()
    reply = answered(server, "", silent=True)
    assert reply.status in (500, 503, 504) and server.application.requests == [], reply
    assert time.monotonic() - begun < 15


@among(FRONTS[:5])
def test_without_a_socket_and_without_a_listener_nobody_gets_through(server):
    server.application.clear()
    assert server.nexus.get("/x").status in OUT_OF_ORDER
    with bound(server.place):
        assert server.nexus.get("/x").status in OUT_OF_ORDER
    if not isinstance(server.place, int):
        server.place.unlink()
    assert server.application.requests == []
    # Once it is back, all is well within seconds.
    fake = FakeFastcgi(server.place, server.whole)
    try:
        wait_until(lambda: server.nexus.get("/x").status == 200, "the recovery")
    finally:
        fake.stop()


@among(FRONTS[:4])
def test_a_full_backlog_lets_nobody_through(server):
    server.application.clear()
    with bound(server.place) as full:
        full.listen(1)
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(server.nexus.get("/x").status)) for _ in range(8)]
        [thread.start() for thread in threads]
        wait_until(lambda: len(statuses) >= 4, "those for whom there is no place")
        full.close()  # who waits for a place is given up, too
        [thread.join() for thread in threads]
    server.place.unlink()
    assert set(statuses) <= OUT_OF_ORDER and server.application.requests == [], statuses


@among(FRONTS[2:3])
def test_caddys_empty_stdin_may_come_after_the_answer(server):
    """Caddy writes its parameters, then its empty STDIN; where the second is refused it takes the answer for lost."""
    server.latchkey.start("authorizer")
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(10)
            peer.connect(str(server.latchkey.authorizer_socket))
            peer.sendall(record(BEGIN_REQUEST, struct.pack(">HB5x", 1, 0)) + record(PARAMS, params(
                LATCHKEY_MODE="forward", LATCHKEY_SCHEME="https", REQUEST_METHOD="GET", REQUEST_URI="/x",
                HTTP_HOST="nexus.example.com")) + record(PARAMS))
            answer = b""
            while len(answer) < 16 or answer[-15] != END_REQUEST:
                piece = peer.recv(65536)
                assert piece, answer
                answer += piece
            assert b"Status: 401" in answer
            peer.sendall(record(STDIN))
            assert peer.recv(1) == b""
    finally:
        server.latchkey.stop("authorizer")
