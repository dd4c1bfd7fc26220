"""When something of ours breaks, nginx refuses, says so, and goes on by itself once it is mended."""
import contextlib
import os
import resource
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
from pathlib import Path

import pytest

from tests.support.processes import BIN, Part, only, run, wait_until
from tests.support.stack import Latchkey
from tests.support.web import Browser
from tests.webserver.conftest import CONFIGURATION, Stack


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


def workers_of(part):
    """The processes of a pool that keep the store open, without those that ended and are not reaped yet."""
    return {pid for pid in part.children() if Path(f"/proc/{pid}/exe").exists()}


class LimitedFiles(Stack):
    """No file of the pools may grow. Every account may say so of its processes, so this needs no rights."""

    said = "disk I/O error"

    def limit_files(self, size):
        for part in self.latchkey.parts.values():
            for pid in (part.process.pid, *part.children()):
                hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))

    def take_away(self):
        self.limit_files(os.stat(f"{self.latchkey.database}-wal").st_size)

    def give_back(self):
        self.limit_files(resource.RLIM_INFINITY)


class FullDisk(Stack):
    """The store has a small file system of its own, which somebody fills."""

    said = "database or disk is full"

    def make_latchkey(self, configuration, workers):
        latchkey = super().make_latchkey(configuration, workers)
        self.disk = latchkey.database.parent
        self.disk.mkdir()
        made = run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "latchkey-test", self.disk])
        if made.returncode != 0:
            pytest.skip(f"this account may not mount: {made.stdout}")
        return latchkey

    def stop(self):
        super().stop()
        run(["umount", self.disk], check=True)

    def take_away(self):
        with open(self.disk / "ballast", "wb", buffering=0) as ballast, pytest.raises(OSError, match="No space left"):
            while True:
                ballast.write(bytes(4096))

    def give_back(self):
        (self.disk / "ballast").unlink()


class ReadOnlyFiles(Stack):
    """The pools may read the store's files and change none. Root may always, so they run as somebody else."""

    said = "attempt to write a readonly database"

    def fill_latchkey(self):
        super().fill_latchkey()
        if os.geteuid() != 0:
            return
        for path in (self.directory, self.latchkey.directory, *self.latchkey.directory.rglob("*")):
            shutil.chown(path, "nobody")
        with open(self.latchkey.file, "a") as file:
            file.write('\n[pool]\nuser = "nobody"\n')

    def allow(self, file_mode, directory_mode):
        for path in self.latchkey.database.parent.glob("latchkey.db*"):
            path.chmod(file_mode)
        self.latchkey.database.parent.chmod(directory_mode)

    def take_away(self):
        self.allow(0o400, 0o500)
        # What is open for writing stays so: the pools get processes that open it now.
        for part in self.latchkey.parts.values():
            before = workers_of(part)
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda p=part, b=before: len(workers_of(p)) == len(b) and not workers_of(p) & b, "other workers")

    def give_back(self):
        self.allow(0o600, 0o700)


@pytest.fixture
def open_directory():
    """A directory that other accounts reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("kind", [LimitedFiles, FullDisk, ReadOnlyFiles])
def test_a_store_that_takes_no_write_decides_and_answers_503_to_the_rest_c18_n21(open_directory, own_stack, kind):
    stack = own_stack(kind=kind, directory=open_directory / "stack")
    site = stack.nexus
    issued, cookie = stack.fresh_account("alice"), stack.sign_in("alice")
    same = [("Sec-Fetch-Site", "same-origin")]
    ours = f"/cli/credentials/{issued['id']}"
    login, logout = Browser(site), Browser(site)
    login.open(site.origin + "/page")
    logout.jar = {"nexus.example.com": dict([cookie.split("=", 1)])}
    logout.open(site.origin + "/oauth/logout")

    stack.take_away()
    pids = {name: workers_of(part) for name, part in stack.latchkey.parts.items()}
    for _ in range(8):  # more often than there are workers, and one's failure must not harm what it is asked next
        made = site.get("/cli/credentials", cookie=cookie)
        ended = site.ask("DELETE", ours, cookie=cookie, fields=same)
        for reply in (made, ended):
            assert reply.status == 503 and reply.get("Retry-After"), reply
            assert reply.get("Content-Type") == "application/problem+json" and reply.text.count("eyJ") == 0, reply
        assert ready(stack, issued, cookie), "what was to be ended is alive, and what can be read is decided"
    page = site.browse("/cli/credentials", cookie=cookie)
    assert page.status == 200 and issued["id"] in page.text, "what was made is still shown"
    login.submit("password", username="bob", password="bob-pw")
    assert login.reply.status == 503 and "Not possible right now" in login.reply.text, login.reply
    assert login.reply.get("Retry-After") and "__Host-latchkey" not in login.jar["nexus.example.com"], login.reply
    logout.submit()
    assert logout.reply.status == 503 and "Not possible right now" in logout.reply.text, logout.reply
    assert "__Host-latchkey" in logout.jar["nexus.example.com"] and ready(stack, issued, cookie)
    assert stack.said in stack.latchkey.log_text(), stack.latchkey.log_text()

    stack.give_back()
    wait_until(lambda: site.get("/cli/credentials", cookie=cookie).status == 200, "issuing")
    assert {name: workers_of(part) for name, part in stack.latchkey.parts.items()} == pids, "nothing was started anew"
    assert ready(stack, issued, cookie)
    bob = stack.sign_in("bob")
    assert site.get("/x", cookie=bob).status == 200
    assert site.ask("DELETE", ours, cookie=cookie, fields=same).status == 204
    assert site.get("/x", bearer=issued["password"]).status == 401
    logout.open(site.origin + "/oauth/logout")
    assert logout.submit().status == 200 and site.get("/x", cookie=cookie).status == 401
    with contextlib.closing(sqlite3.connect(stack.latchkey.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


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


def taken(socket_path):
    """How many connections to a unix socket were accepted: one that waits for that has no inode yet."""
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    return sum(1 for row in rows if row[-1] == str(socket_path) and row[5] == "03" and row[6] != "0")


def test_a_stuck_worker_is_replaced_and_the_others_serve(own_stack):
    stack = own_stack(configuration=CONFIGURATION + '\n[pool]\nstuck_after = "1s"\n')
    issued = stack.fresh_account("alice")
    authorizer = stack.latchkey.parts["authorizer"]
    victim, other = authorizer.children()

    def serves():
        return stack.nexus.get("/x", bearer=issued["password"]).status == 200
    with socket.socket(socket.AF_UNIX) as peer:
        with only(victim, authorizer):
            peer.connect(str(stack.latchkey.authorizer_socket))
            peer.sendall(b"\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00")  # and no parameters
            wait_until(lambda: taken(stack.latchkey.authorizer_socket) == 1, "the worker taking a request")
            os.kill(victim, signal.SIGSTOP)
        assert all(serves() for _ in range(4))
        wait_until(lambda: f"worker_stuck pid={victim} " in authorizer.log_text(), "the worker being missed", alive=authorizer)
        peer.settimeout(20)
        assert peer.recv(100) == b"", "who was with it is told nothing, which no web server takes for approval"
    wait_until(lambda: len(workers_of(authorizer)) == 2 and victim not in workers_of(authorizer), "another worker")
    assert other in workers_of(authorizer) and authorizer.log_text().count("worker_stuck") == 1
    for pid in workers_of(authorizer):
        with only(pid, authorizer):
            assert serves(), "the new one, too"


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
