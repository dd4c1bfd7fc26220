"""When the authorizer fails, no request gets through, and all is well again when it is back."""
import contextlib
import threading
from concurrent import futures

from tests.support.processes import wait_until
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


def test_authorizer_stuck(front, credential):
    """while the authorizer takes requests and says nothing, they wait or fail, and none gets through"""
    with front.stuck_authorizer():
        front.application.clear()
        for target in ("/stuck", "/public/stuck"):
            request = f"GET {target} HTTP/1.1\r\nHost: nexus.example.com\r\nConnection: close\r\n\r\n"
            with connect(front.nexus.port, front.nexus.host, front.nexus.ca, timeout=0.7) as sock:
                sock.sendall(request.encode())
                answer = b""
                with contextlib.suppress(TimeoutError):
                    answer = sock.recv(65536)
                assert not answer or int(answer.split(b" ")[1]) in front.out_of_order, answer
        assert front.application.requests == []
    assert_served(front, credential)


def test_authorizer_killed_while_answering(front, credential):
    """when processes of the authorizer are killed while they answer, requests fail or are refused, and none gets through"""
    front.application.clear()
    stop, statuses = threading.Event(), []

    def ask():
        while not stop.is_set():
            statuses.append(front.nexus.get("/killed").status)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    [thread.start() for thread in threads]
    try:
        for _ in range(6):
            before = len(statuses)
            front.kill_worker()
            wait_until(lambda b=before: len(statuses) > b + 12, "answers")
    finally:
        stop.set()
        [thread.join() for thread in threads]
    assert 401 in statuses and set(statuses) <= {401, *front.out_of_order}, set(statuses)
    assert front.application.asked_for("/killed") == []
    assert_served(front, credential)


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
