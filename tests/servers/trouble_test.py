"""When the authorizer fails, no request gets through, and all is well again when it is back."""
import contextlib
import threading
from concurrent import futures
from pathlib import Path

from tests.support.processes import wait_until
from tests.support.servers.apache import ApacheFcgidFront
from tests.support.servers.nginx import NginxFcgiwrapFront
from tests.support.web import connect


def assert_served(front, credential):
    wait_until(lambda: front.nexus.get("/x", bearer=credential["password"]).status == 200, "the recovery")
    wait_until(lambda: front.nexus.get("/x").status == 401, "the recovery")


def test_authorizer_down(front, session, credential):
    """while the authorizer is down nobody gets through, not even to open pages; afterwards all is as before"""
    front.stop_authorizer()
    front.application.clear()
    ways = ({"bearer": credential["password"]}, {"cookie": session}, {})
    with futures.ThreadPoolExecutor(12) as clients:
        try:
            asked = {clients.submit(front.nexus.get, target, **way): (target, *way)
                     for way in ways for target in ("/x", "/public/x", "/admin", "/v2/")}
            answered, waiting = futures.wait(asked, timeout=30 if front.fails_at_once else 3)
            assert front.application.requests == []
            wrong = [(asked[one], one.result()) for one in answered if one.result().status not in front.out_of_order]
            assert not wrong
            assert not waiting or not front.fails_at_once, [asked[one] for one in waiting]
        finally:
            front.start_authorizer()
    assert_served(front, credential)


def asked_raw(front, target, *fields):
    """Sends a request and does not wait. Returns the socket."""
    sock = connect(front.nexus.port, front.nexus.host, front.nexus.ca, timeout=0.7)
    sock.sendall("\r\n".join([f"GET {target} HTTP/1.1", "Host: nexus.example.com", "Connection: close", *fields, "", ""]).encode())
    return sock


def status_of(sock, seconds):
    """Returns the status of the answer, 0 if the connection was closed without one, or None if nothing came in time."""
    sock.settimeout(seconds)
    try:
        answer = sock.recv(65536)
    except TimeoutError:
        return None
    return int(answer.split(b" ")[1]) if answer else 0


def told_users(front, word):
    """Returns all names of users that the application was told in requests for `word`."""
    return {value for request in front.application.asked_for(word) for name, value in request.fields
            if name.lower() == "x-forwarded-user"}


def test_authorizer_stuck(front, credential):
    """while the authorizer takes requests and says nothing, they wait or fail, and none gets through, then or later"""
    with contextlib.ExitStack() as open_ones:
        with front.stuck_authorizer():
            front.application.clear()
            waiting = {target: open_ones.enter_context(asked_raw(front, target, *fields)) for target, fields in (
                ("/stuck", ()), ("/public/stuck", ()), ("/x", (f"Authorization: Bearer {credential['password']}",)))}
            early = {target: status_of(sock, 0.7) for target, sock in waiting.items()}
            assert set(early.values()) <= {None, 0, *front.out_of_order}, early
            assert front.application.requests == []
        # What comes in the end: the server's own limit was reached, or the authorizer went on and said what it says.
        late = {target: status_of(sock, 60) if early[target] is None else early[target] for target, sock in waiting.items()}
        for target, said in (("/stuck", 401), ("/public/stuck", 200), ("/x", 200)):
            assert late[target] in {0, said, *front.out_of_order}, late
        assert [request for request in front.application.asked_for("/stuck") if "/public" not in request.target] == []
        assert told_users(front, "/public/stuck") == set() and told_users(front, "/x") <= {"alice"}
        assert front.serves_files or len(front.application.asked_for("/x")) == len(told_users(front, "/x")) == (late["/x"] == 200)
    assert_served(front, credential)


def is_gone(pid):
    """True if a process has ended, even if nobody has asked yet how."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    return True


def test_authorizer_killed_while_answering(front, credential):
    """when processes of the authorizer are killed while they answer, requests fail or are refused, and none gets through"""
    front.application.clear()
    stop, strangers, known = threading.Event(), [], []

    def ask(target, statuses, **way):
        while not stop.is_set():
            statuses.append(front.nexus.get(target, **way).status)
    threads = [threading.Thread(target=ask, args=("/killed", strangers)) for _ in range(3)]
    threads += [threading.Thread(target=ask, args=("/x", known), kwargs={"bearer": credential["password"]}) for _ in range(3)]
    [thread.start() for thread in threads]
    killed = []

    def one_is_killed():
        pid = front.kill_worker()
        killed.extend([pid] if pid else [])
        return pid
    try:
        for _ in range(6):
            before = len(strangers), len(known)
            wait_until(one_is_killed, "a process that can be killed")
            wait_until(lambda: is_gone(killed[-1]), "its end")
            wait_until(lambda b=before: len(strangers) > b[0] + 4 and len(known) > b[1] + 4, "answers")
    finally:
        stop.set()
        [thread.join() for thread in threads]
    assert len(killed) == len(set(killed)) == 6, killed
    assert 401 in strangers and set(strangers) <= {401, *front.out_of_order}, set(strangers)
    assert 200 in known and set(known) <= {200, *front.out_of_order}, set(known)
    assert front.application.asked_for("/killed") == []
    if not front.serves_files:
        arrived = front.application.asked_for("/x")
        assert len(arrived) >= known.count(200) and told_users(front, "/x") == {"alice"}
        assert all("x-forwarded-user" in {name.lower() for name, _ in request.fields} for request in arrived)
    assert_served(front, credential)


def test_fcgiwrap_itself_down_lets_nobody_through(tmp_path):
    front = NginxFcgiwrapFront(tmp_path)
    try:
        credential = front.fresh_account("alice")
        front.latchkey.stop("authorizer")
        front.application.clear()
        for way in ({}, {"bearer": credential["password"]}):
            assert {front.nexus.get(target, **way).status for target in ("/x", "/public/x")} <= front.out_of_order
        assert front.application.requests == []
        front.latchkey.start()
        assert_served(front, credential)
    finally:
        front.stop()


def test_a_program_that_hangs_is_given_up_by_mod_fcgid(tmp_path):
    limit = {"Include latchkey/global.conf": "FcgidIOTimeout 1\nInclude latchkey/global.conf"}
    front = ApacheFcgidFront(tmp_path, replace=limit)
    try:
        credential = front.fresh_account("alice")
        with front.stuck_authorizer():
            front.application.clear()
            with asked_raw(front, "/x", f"Authorization: Bearer {credential['password']}") as sock:
                assert status_of(sock, 60) in front.out_of_order
            assert front.application.requests == []
        assert_served(front, credential)
    finally:
        front.stop()


def test_store_gone(own_front):
    """while the store is missing everybody who has to be known is refused with 503; it comes back by itself"""
    front = own_front()
    credential = front.fresh_account("alice")
    state, away = front.latchkey.database.parent, front.latchkey.directory / "away"
    state.rename(away)
    front.application.clear()
    wait_until(lambda: front.nexus.get("/gone", bearer=credential["password"]).status == 503, "the refusal")
    away.rename(state)
    wait_until(lambda: front.nexus.get("/x", bearer=credential["password"]).status == 200, "the recovery")
