#!/usr/bin/env python3
"""What a decision costs, measured side by side in one run on loopback, and whether memory stays where it is.

usage: run.py bench|soak        environment: BENCH_SECONDS per case and round (2), BENCH_ROUNDS (5),
                                BENCH_ROWS (1 = also with 100,000 sessions and a million credentials)
Only ratios within one run mean anything; the machine is shared with wrk and nginx. Each round is compared with the
null of the same round, and the medians of all rounds are shown.
"""
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.processes import BIN, Part, clean_environment, free_port, program  # noqa: E402
from tests.support.servers.nginx import EXAMPLES  # noqa: E402
from tests.support.stack import Latchkey, sign_in_locally, users_file  # noqa: E402
from tests.support.web import Site  # noqa: E402
from tests.bench.servers import OTHERS  # noqa: E402

SECONDS = float(os.environ.get("BENCH_SECONDS", 2))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 5))
ROWS = os.environ.get("BENCH_ROWS", "1") == "1"
WORKERS = max(2, len(os.sched_getaffinity(0)))  # what the authorizer takes by itself
TOKENS = 4096

CONFIGURATION = """
[site]
url = "http://127.0.0.1:{port}"
[store]
url = "sqlite:{dir}/state/latchkey.db"
[local]
users_file = "{dir}/users"
[credential]
per_user_max = 100000
[user_token]
enabled = true
[cache]
signatures = 1024
[pool]
requests_per_worker = 1000000000
[docker]
token_hosts = ["127.0.0.1"]
lifetime = "1h"
[[rule]]
who = "authenticated"
"""

NGINX = """
daemon off; {user} pid {dir}/nginx.pid; error_log {dir}/error.log error; worker_processes 2;
events {{ worker_connections 1024; }}
http {{
    access_log off; client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    include latchkey/http.conf;
    upstream null {{ server unix:{dir}/null.sock; }}
    server {{
        listen 127.0.0.1:{port};
        root {dir}/www;
        include latchkey/server.conf;
        include latchkey/user-tokens.conf;
        location = /.bench/204 {{ internal; return 204; }}
        location = /.bench/null {{
            internal; fastcgi_pass null; fastcgi_pass_request_body off; include latchkey/params.conf;
            fastcgi_param LATCHKEY_MODE check; fastcgi_buffer_size 16k; fastcgi_buffers 4 16k;
        }}
        location /limit/ {{ auth_request /.bench/204; try_files /file =404; }}
        location /null/ {{ auth_request /.bench/null; {facts} try_files /file =404; }}
        location /latchkey/ {{ auth_request /.latchkey/check; auth_request_set $latchkey_reason $upstream_http_x_latchkey_reason; {facts} try_files /file =404; }}
        location /v2/ {{ auth_request /.latchkey/check; auth_request_set $latchkey_reason $upstream_http_x_latchkey_reason; {facts} try_files /file =404; }}
    }}
}}
"""
# As protect.conf has them.
FACTS = "".join(f"auth_request_set $latchkey_{name} $upstream_http_{field}; " for name, field in {
    "user": "x_forwarded_user", "groups": "x_forwarded_groups", "mail": "x_forwarded_mail",
    "display_name": "x_forwarded_displayname", "auth": "x_latchkey_auth", "credential": "x_latchkey_credential"}.items())


def nanoseconds(pids):
    """CPU time of these processes so far, user and system."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        except FileNotFoundError:
            pass
    return total


def private_kib(pid):
    """What only this process holds in memory."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"Private_(?:Clean|Dirty): +(\d+) kB", text))


def wrk(url, seconds, header=None, credentials=None, connections=32):
    """One run of wrk. Returns requests/s, p50 and p99 in milliseconds, requests, answers that are no 2xx or 3xx."""
    command = [program("wrk"), "-t2", f"-c{connections}", f"-d{round(seconds)}s", "--latency"]
    if header:
        command += ["-H", header]
    if credentials:
        command += ["-s", str(ROOT / "tests/bench/credentials.lua")]
    text = subprocess.run([*command, url], capture_output=True, text=True, check=True,
                          env=clean_environment(CREDENTIALS=credentials or "")).stdout
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}

    def share(percent):
        found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", text)
        return float(found[1]) * unit[found[2]]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    errors = re.search(r"Socket errors: (.*)", text)
    requests = int(re.search(r"(\d+) requests in", text)[1])
    # Apache's event module closes idle kept connections when its threads are busy, and wrk was about to use one.
    lost = re.search(r"Socket errors: connect 0, read (\d+), write 0, timeout 0", text)
    assert not errors or (lost and int(lost[1]) <= requests / 1000), errors[0]
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), share(50), share(99),
            requests, int(refused[1]) if refused else 0)


class Bench:
    def __init__(self, directory):
        self.directory = directory
        shutil.rmtree(directory, ignore_errors=True)
        (directory / "www").mkdir(parents=True)
        (directory / "www/file").write_text("x" * 200)
        self.port = free_port()
        self.latchkey = Latchkey(directory, CONFIGURATION.replace("{port}", str(self.port)), WORKERS)
        users_file(directory / "users", alice="alice-pw")
        self.latchkey.admin("init")
        self.null = Part("null", [BIN.parent / "bench/null_authorizer", directory / "null.sock", WORKERS], directory)
        self.null.ready_on(directory / "null.sock")
        self.tcp, self.null_tcp, self.latchkey_tcp = {}, None, None
        began = time.monotonic()
        self.latchkey.start()
        self.write_nginx()
        self.nginx = Part("nginx", [program("nginx"), "-p", directory / "nginx", "-c", directory / "nginx/nginx.conf"], directory)
        self.nginx.ready_on(self.port)
        self.site = Site("127.0.0.1", self.port)
        self.start_ms = (time.monotonic() - began) * 1000
        self.prepare()

    def write_nginx(self):
        (self.directory / "nginx/latchkey").mkdir(parents=True)
        for file in (EXAMPLES / "latchkey").glob("*.conf"):
            text = file.read_text().replace("/run/latchkey/", f"{self.directory}/")
            (self.directory / "nginx/latchkey" / file.name).write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (self.directory / "nginx/nginx.conf").write_text(
            NGINX.format(dir=self.directory, port=self.port, user=user, facts=FACTS))

    def prepare(self):
        self.cookie = sign_in_locally(self.site, "alice", "alice-pw", rd="/oauth/login").cookies("127.0.0.1")
        issue = [BIN.parent / "bench/issue_tokens", self.latchkey.file, "alice", str(TOKENS // 2)]
        halves = [subprocess.Popen(issue, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        made = "".join(half.communicate()[0] for half in halves)
        assert made.count("\n") == TOKENS, "the tokens could not be issued"
        self.tokens = self.directory / "tokens"
        self.tokens.write_text("".join(f"Authorization: Bearer {token}\n" for token in made.split()))
        self.sessions = self.directory / "sessions"
        self.known = made.split("\n")[0]
        revoked = self.latchkey.issue("alice")
        self.latchkey.admin("credential", "revoke", revoked["id"])
        self.revoked = revoked["password"]
        docker = self.site.get("/docker/token?service=127.0.0.1&scope=repository:bench:pull", bearer=self.known)
        self.docker = json.loads(docker.text)["token"]
        pair = json.loads(self.site.get("/service/rest/internal/current-user/user-token", cookie=self.cookie).text)
        self.pair = b64encode(f"{pair['nameCode']}:{pair['passCode']}".encode()).decode()

    def listen_on_tcp(self):
        """Starts the null and latchkey once more on ports, for Apache, which knows no unix sockets."""
        self.tcp = {"null": free_port(), "latchkey": free_port()}
        self.null_tcp = Part("null-tcp", [BIN.parent / "bench/null_authorizer", self.tcp["null"], WORKERS], self.directory)
        self.latchkey_tcp = Part("latchkey-tcp", [BIN / "latchkey-authorizer", "--config", self.latchkey.file, "--workers",
                                                  WORKERS, "--socket", f"127.0.0.1:{self.tcp['latchkey']}"], self.directory)
        self.null_tcp.ready_on(self.tcp["null"])
        self.latchkey_tcp.ready_on(self.tcp["latchkey"])

    def measure_behind(self, kind):
        """The main cases behind another web server. Returns what measure() does."""
        server = kind(self)
        tcp = kind.name == "apache"
        null, workers = (self.null_tcp.children, self.latchkey_tcp.children) if tcp else (self.null.children, self.workers)
        cases = {name: (path + "file", options, null if name == "null" else workers, refused)
                 for name, (path, options, _, refused) in self.cases().items() if name not in ("limit-204", "docker-token")}
        try:
            return self.measure(cases, server.port)
        finally:
            server.stop()

    def stop(self):
        for part in (self.null_tcp, self.latchkey_tcp):
            if part:
                part.stop()
        self.nginx.stop()
        self.latchkey.stop()
        self.null.stop()

    def workers(self):
        return self.latchkey.parts["authorizer"].children()

    def cases(self, suffix=""):
        """name -> (path, options of wrk, processes to charge, whether everything must be refused)"""
        everything = {
            "limit-204": ("/limit/", {}, lambda: [], False),
            "null": ("/null/", {"header": "Cookie: sid=good"}, self.null.children, False),
            "session": ("/latchkey/", {"header": f"Cookie: {self.cookie}"}, self.workers, False),
            "jwt-known": ("/latchkey/", {"header": f"Authorization: Bearer {self.known}"}, self.workers, False),
            "jwt-new": ("/latchkey/", {"credentials": str(self.tokens)}, self.workers, False),
            "docker-token": ("/v2/bench/manifests/1", {"header": f"Authorization: Bearer {self.docker}"}, self.workers, False),
            "jwt-revoked": ("/latchkey/", {"header": f"Authorization: Bearer {self.revoked}"}, self.workers, True),
            "user-token": ("/latchkey/", {"header": f"Authorization: Basic {self.pair}"}, self.workers, False),
        }
        if not suffix:
            return everything
        # Each session is somebody else's, and is read from the store when its turn comes again.
        everything["sessions"] = ("/latchkey/", {"credentials": str(self.sessions)}, self.workers, False)
        return {name + (suffix if name != "null" else ""): everything[name]
                for name in ("null", "session", "jwt-known", "jwt-new", "docker-token", "user-token", "sessions")}

    def measure(self, cases, port=None):
        """Runs all cases round after round, so that a noisy minute hits all of them. Returns the rounds per case."""
        seen = {name: [] for name in cases}
        for _ in range(ROUNDS):
            for name, (path, options, pids, refused) in cases.items():
                seen[name].append(self.measure_once(name, f"http://127.0.0.1:{port or self.port}{path}", options, pids, refused))
        return seen

    def measure_once(self, name, url, options, pids, refused):
        """Returns requests/s, microseconds of CPU per request, p50 and p99 in milliseconds."""
        while True:
            charged = pids()
            before = nanoseconds(charged)
            rps, p50, p99, requests, bad = wrk(url, SECONDS, **options)
            assert bad == (requests if refused else 0), f"{name}: {bad} of {requests} were refused"
            if pids() == charged:  # a worker that was replaced took its figures with it
                return rps, (nanoseconds(charged) - before) / 1000 / requests, p50, p99

    def fill(self):
        """A hundred thousand live sessions and a million credentials of ten thousand other people. Writes down TOKENS
        of the sessions for wrk."""
        database = sqlite3.connect(self.latchkey.database)
        people = [uuid_of(f"account{number}") for number in range(10_000)]
        fields = []

        def copies(table, count, change):
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            model = dict(zip(columns, database.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()))
            marks = ",".join("?" * len(columns))
            rows = ({**model, **change(number)}.values() for number in range(count))
            with database:
                database.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", map(tuple, rows))

        def session(number):
            token = urlsafe_b64encode(sha256(f"session{number}".encode()).digest()).decode().rstrip("=")
            if number < TOKENS:
                fields.append(f"Cookie: latchkey={token}\n")
            return {"token_hash": sha256(token.encode()).digest(), "id": uuid_of(token), "account": people[number % len(people)]}

        copies("account", len(people), lambda number: {
            "id": people[number], "issuer": "https://id.example", "provider": "idp", "subject": f"person{number}",
            "user_name": f"person{number}", "local_digest": None})
        copies("session", 100_000, session)
        copies("credential", 1_000_000, lambda number: {"id": uuid_of(f"credential{number}"), "account": people[number % len(people)]})
        database.close()
        self.sessions.write_text("".join(fields))


def uuid_of(text):
    h = sha256(text.encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-7{h[13:16]}-8{h[17:20]}-{h[20:32]}"


def table(figures, server="nginx"):
    rows = []
    for name, rounds in figures.items():
        rps, cpu, p50, p99 = (statistics.median(column) for column in zip(*rounds))
        pairs = list(zip(rounds, figures["null"]))
        ratio = statistics.median(mine[0] / null[0] for mine, null in pairs)
        over = statistics.median(mine[1] - null[1] for mine, null in pairs)
        rows.append({"server": server, "case": name, "rps": round(rps), "ratio_to_null": round(ratio, 3),
                     "cpu_us": round(cpu, 1), "cpu_us_over_null": round(over, 1) if name != "limit-204" else 0.0,
                     "p50_ms": round(p50, 3), "p99_ms": round(p99, 3)})
    return rows


def show(rows):
    print(f"{'server':10}{'case':18}{'rps':>9}{'to null':>9}{'cpu us':>9}{'over null':>11}{'p50 ms':>9}{'p99 ms':>9}")
    for row in rows:
        print(f"{row['server']:10}{row['case']:18}{row['rps']:>9}{row['ratio_to_null']:>9.3f}{row['cpu_us']:>9.1f}"
              f"{row['cpu_us_over_null']:>11.1f}{row['p50_ms']:>9.3f}{row['p99_ms']:>9.3f}", flush=True)


def cold_cgi_ms(bench):
    """Median time of one authorizer process from nothing to its answer, as CGI."""
    environment = clean_environment(
        GATEWAY_INTERFACE="CGI/1.1", REQUEST_METHOD="GET", REQUEST_URI="/x", LATCHKEY_MODE="check", LATCHKEY_SCHEME="http",
        HTTP_HOST=f"127.0.0.1:{bench.port}", HTTP_COOKIE=bench.cookie, REMOTE_ADDR="127.0.0.1",
        LATCHKEY_CONFIG=bench.latchkey.file)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        done = subprocess.run([BIN / "latchkey-authorizer"], env=environment, capture_output=True, stdin=subprocess.DEVNULL)
        times.append((time.perf_counter() - began) * 1000)
        assert b"Status: 200" in done.stdout, (done.stdout, done.stderr)
    return statistics.median(times)


def run_bench():
    bench = Bench(ROOT / "build/bench-run")
    try:
        rows = table(bench.measure(bench.cases()))
        show(rows)
        if ROWS:
            bench.fill()
            more = table(bench.measure(bench.cases("-large")))[1:]
            show(more)
            rows += more
        bench.listen_on_tcp()
        for kind in OTHERS:
            more = table(bench.measure_behind(kind), kind.name)
            show(more)
            rows += more
        (ROOT / "build/bench.json").write_text(json.dumps(rows, indent=1) + "\n")
        idle = [private_kib(pid) / 1024 for pid in bench.workers()]
        print(f"private memory of a worker: {max(idle):.1f} MiB; cold CGI answer: {cold_cgi_ms(bench):.1f} ms; "
              f"both pools and nginx from start to answering: {bench.start_ms:.0f} ms")
    finally:
        bench.stop()


def run_soak():
    """A million requests of every kind in turn fill what is bounded; by three million more the same workers may not have
    grown. The allocator gives memory back when it likes, so that the least of the later readings counts."""
    bench = Bench(ROOT / "build/bench-run")
    try:
        kinds = [case for name, case in bench.cases().items() if name not in ("limit-204", "null")]
        done, early, late, workers = 0, [], [], sorted(bench.workers())
        while done < 4_000_000:
            for path, options, _, _ in kinds:
                done += wrk(f"http://127.0.0.1:{bench.port}{path}", 4, **options)[3]
            assert sorted(bench.workers()) == workers, "a worker was replaced, and with it what it held"
            held = max(private_kib(pid) for pid in workers)
            (early if done < 2_000_000 else late).append(held)
            print(f"{done:>9} requests, private memory of the largest worker {held} KiB", flush=True)
        assert min(late) <= max(early) + 256, f"a worker grew from {max(early)} to {min(late)} KiB"
        print(f"no growth: {max(early)} KiB in the first two million requests, {min(late)} KiB after {done}")
    finally:
        bench.stop()


if __name__ == "__main__":
    {"bench": run_bench, "soak": run_soak}[sys.argv[1]]()
