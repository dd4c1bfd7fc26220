"""When something of ours breaks, nginx refuses, says so, and goes on by itself once it is mended."""
import os
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
from pathlib import Path

import pytest

from tests.support.processes import BIN, Part, wait_until
from tests.support.stack import Latchkey


def ready(stack, issued, cookie):
    """True when both kinds of decision work."""
    return stack.nexus.get("/x", bearer=issued["password"]).status == 200 and stack.nexus.get("/x", cookie=cookie).status == 200


def broken(stack, issued, cookie):
    """What a client sees of the trouble: 503 with a time to come back, for a program and a person."""
    for reply in (stack.nexus.get("/x", bearer=issued["password"]), stack.nexus.browse("/x", cookie=cookie),
                  stack.nexus.get("/v2/", bearer=issued["password"])):
        assert reply.status == 503 and reply.get("Retry-After"), reply
    assert stack.nexus.get("/public/x").status == 200  # nobody has to be known there


def test_a_locked_store_is_a_503_until_it_is_free_c18(own_stack):
    stack = own_stack()
    issued, cookie = stack.fresh_account("alice"), stack.sign_in("alice")
    lock = sqlite3.connect(stack.latchkey.database, isolation_level=None)
    lock.execute("PRAGMA journal_mode").fetchone()
    lock.execute("BEGIN EXCLUSIVE")
    # In WAL mode readers go on; what writes has to wait and then says so.
    assert ready(stack, issued, cookie)
    reply = stack.nexus.get("/cli/credentials", cookie=cookie)
    assert reply.status == 503 and reply.get("Retry-After"), reply
    lock.execute("ROLLBACK")
    lock.close()
    assert stack.nexus.get("/cli/credentials", cookie=cookie).status == 200


def test_a_missing_store_refuses_and_comes_back_with_nothing_lost_c18(own_stack):
    # Each worker finds out for itself within a second: with one, its first refusal says that it has.
    stack = own_stack(workers=1)
    issued, cookie = stack.fresh_account("alice"), stack.sign_in("alice")
    state, away = stack.latchkey.database.parent, stack.latchkey.directory / "away"
    state.rename(away)
    wait_until(lambda: stack.nexus.get("/x", bearer=issued["password"]).status == 503, "the refusal")
    wait_until(lambda: stack.nexus.get("/x", cookie=cookie).status == 503, "the refusal")
    broken(stack, issued, cookie)
    assert not stack.latchkey.database.exists()  # it is never made by looking for it
    away.rename(state)
    wait_until(lambda: ready(stack, issued, cookie), "the recovery")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who made the store and gives root away")
def test_a_store_of_root_is_told_at_the_start_with_what_to_do(tmp_path):
    # The way to it is open to everybody, as to /var/lib; what is below is root's alone.
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        latchkey = Latchkey(directory / "etc", '[site]\nurl = "http://127.0.0.1:1"\n[store]\nurl = "sqlite:%s/state/latchkey.db"\n'
                            '[local]\nusers_file = "users"\n' % directory)
        (directory / "etc/users").write_text("")
        latchkey.admin("init")
        with open(latchkey.file, "a") as file:
            file.write('[pool]\nuser = "nobody"\n')
        pool = Part("authorizer", [BIN / "latchkey-authorizer", "--config", latchkey.file, "--workers", 2, "--socket",
                                   f"unix:{tmp_path}/s"], tmp_path)
        try:
            pool.ready_when_logged("pool_started").ready_on(tmp_path / "s")
            told = [line for line in pool.log_text().splitlines() if "store_unusable" in line]
            assert len(told) == 1, pool.log_text()
            assert f"belongs to root, but the pool runs as nobody: `chown -R nobody {directory}/state`" in told[0], told
        finally:
            pool.stop()


def test_a_corrupt_store_refuses_and_a_restored_one_serves_again_c18(own_stack):
    stack = own_stack()
    issued, cookie = stack.fresh_account("alice"), stack.sign_in("alice")
    backup = stack.latchkey.directory / "backup.db"
    stack.latchkey.admin("store", "backup", backup)
    for file in stack.latchkey.database.parent.glob("latchkey.db*"):
        with open(file, "r+b") as broken_file:
            size = os.fstat(broken_file.fileno()).st_size
            broken_file.write(os.urandom(size))
    wait_until(lambda: stack.nexus.get("/x", bearer=issued["password"]).status == 503, "the refusal")
    wait_until(lambda: stack.nexus.get("/x", cookie=cookie).status == 503, "the refusal")
    for file in stack.latchkey.database.parent.glob("latchkey.db*"):
        file.unlink()
    shutil.copy(backup, stack.latchkey.database)
    stack.latchkey.database.chmod(0o600)
    wait_until(lambda: ready(stack, issued, cookie), "the recovery")


def test_a_read_only_store_still_decides_and_refuses_to_issue_c18_n21(own_stack):
    stack = own_stack()
    issued, cookie = stack.fresh_account("alice"), stack.sign_in("alice")
    # root may write anywhere, so the trouble is made with SQLite's own means: no page may be added.
    fill = sqlite3.connect(stack.latchkey.database)
    trigger = "CREATE TRIGGER full BEFORE INSERT ON credential BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    fill.execute(trigger)
    fill.commit()
    assert ready(stack, issued, cookie)
    reply = stack.nexus.get("/cli/credentials", cookie=cookie)
    assert reply.status == 503 and "password" not in reply.text.lower().replace("passwords", ""), reply
    fill.execute("DROP TRIGGER full")
    fill.commit()
    fill.close()
    assert stack.nexus.get("/cli/credentials", cookie=cookie).status == 200


def test_a_store_gone_at_the_start_is_no_reason_to_let_anybody_in(own_stack):
    stack = own_stack()
    issued = stack.fresh_account("alice")
    stack.latchkey.stop()
    state = stack.latchkey.database.parent
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 500
    for file in list(state.glob("latchkey.db*")):
        file.rename(stack.latchkey.directory / file.name)
    stack.latchkey.start("authorizer")
    wait_until(lambda: stack.nexus.get("/x", bearer=issued["password"]).status == 503, "the refusal")
    for file in list(stack.latchkey.directory.glob("latchkey.db*")):
        file.rename(state / file.name)
    wait_until(lambda: stack.nexus.get("/x", bearer=issued["password"]).status == 200, "the recovery")


def test_nginx_refuses_while_the_authorizer_is_down_and_serves_when_it_is_back(own_stack):
    stack = own_stack()
    issued = stack.fresh_account("alice")
    stack.latchkey.stop("authorizer")
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 500
    assert stack.nexus.get("/public/x").status == 500
    stack.latchkey.start("authorizer")
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200


def test_a_worker_killed_while_answering_never_lets_a_request_through(own_stack):
    stack = own_stack()
    authorizer = stack.latchkey.parts["authorizer"]
    stop, statuses = threading.Event(), []

    def ask():
        while not stop.is_set():
            statuses.append(stack.nexus.get("/x").status)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    [t.start() for t in threads]
    for _ in range(8):
        before = len(statuses)
        os.kill(authorizer.children()[0], signal.SIGKILL)
        wait_until(lambda b=before: len(statuses) > b + 20, "answers")
    stop.set()
    [t.join() for t in threads]
    # What nginx says depends on where the killed one was: not yet reached, asked, or in the words of the refusal.
    assert 401 in statuses and set(statuses) <= {401, 500, 502, 504}, set(statuses)
    wait_until(lambda: stack.nexus.get("/x").status == 401, "the pool healing itself")


def test_a_stuck_worker_is_replaced_and_the_others_serve(own_stack):
    from tests.webserver.conftest import CONFIGURATION
    stack = own_stack(configuration=CONFIGURATION + '\n[pool]\nstuck_after = "2s"\n')
    issued = stack.fresh_account("alice")
    authorizer = stack.latchkey.parts["authorizer"]
    victim = authorizer.children()[0]
    os.kill(victim, signal.SIGSTOP)
    results = []
    threads = [threading.Thread(target=lambda: results.append(stack.nexus.get("/x", bearer=issued["password"]).status))
               for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    # One may have been taken by the stopped worker: it is refused, all others are answered.
    assert results.count(200) >= 7 and set(results) <= {200, 500, 504}, results
    os.kill(victim, signal.SIGCONT)


def test_peers_that_stall_trickle_or_stay_cannot_hold_the_workers_c12(own_stack):
    stack = own_stack()
    issued = stack.fresh_account("alice")
    held = []
    for _ in range(6):
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(stack.latchkey.authorizer_socket))
        held.append(peer)
    for number, peer in enumerate(held):
        begin = b"\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01" + (b"\x01" if number % 2 else b"\x00") + b"\x00" * 5
        peer.sendall(b"" if number % 3 == 0 else begin)
    wait_until(lambda: stack.nexus.get("/x", bearer=issued["password"]).status == 200, "an answer beside them", 30)
    for peer in held:
        peer.close()
    authorizer = stack.latchkey.parts["authorizer"]
    stalled = socket.socket(socket.AF_UNIX)
    stalled.connect(str(stack.latchkey.authorizer_socket))
    assert authorizer.stop(20) == 0, authorizer.log_text()
    stalled.close()
    assert not stack.latchkey.authorizer_socket.exists()


def test_term_leaves_no_process_and_no_socket(own_stack):
    stack = own_stack()
    parts = dict(stack.latchkey.parts)
    children = {name: part.children() for name, part in parts.items()}
    for name, part in parts.items():
        assert part.stop() == 0, part.log_text()
        for pid in children[name]:
            assert not os.path.exists(f"/proc/{pid}")
    assert not stack.latchkey.authorizer_socket.exists() and not stack.latchkey.responder_socket.exists()


def test_no_process_of_the_pools_leaves_a_core_of_its_secrets_c25(stack):
    for part in stack.latchkey.parts.values():
        for pid in (part.process.pid, *part.children()):
            with open(f"/proc/{pid}/limits") as limits, open(f"/proc/{pid}/status") as status:
                core = next(line.split() for line in limits if line.startswith("Max core file size"))
                assert core[4:6] == ["0", "0"] and "NoNewPrivs:\t1\n" in status.read(), (part.name, pid)


def test_the_authorizer_pool_links_no_curl_and_waits_for_no_network():
    import subprocess
    from tests.support.processes import BIN
    linked = subprocess.run(["ldd", BIN / "latchkey-authorizer"], capture_output=True, text=True, check=True).stdout
    assert "libcurl" not in linked and "libldap" not in linked
