"""Membership at a real OpenID Connect provider: who leaves there is out here at the next request after the next
question, in browsers and in programs, while nobody is slowed down by asking."""
import json
import signal
import sqlite3
import statistics
import time

import pytest

from tests.parts.backends import REGISTRY_LOCATION, start_registry
from tests.parts.conftest import OIDC, SECRET, OpenIdProvider, PlainStack
from tests.parts.oidc_test import sign_in
from tests.support.processes import BIN, Part, free_port, program, run, wait_until

NGINX = """
include latchkey/http.conf;
server {
    listen 80;
    client_max_body_size 0;
    include latchkey/server.conf;
{registry}    location / {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8081;
    }
}
"""

MEMBERSHIP = """membership = "oidc"

[membership]
every = "1m"
grace = "10m"
"""


class Membership:
    """A provider that is asked again, latchkey, a Docker registry behind it."""

    def __init__(self, directory):
        self.directory = directory
        port, registry = free_port(), free_port()
        self.provider = OpenIdProvider(directory, port).start()
        self.stack = PlainStack(directory, OIDC.replace("{issuer}", self.provider.issuer) + MEMBERSHIP,
                                NGINX.replace("{registry}", REGISTRY_LOCATION), ports={5000: registry}, port=port, secret=SECRET)
        self.registry = start_registry(directory, registry)
        self.site, self.latchkey = self.stack.site, self.stack.latchkey
        self.host = f"127.0.0.1:{port}"

    def member(self, user="alice"):
        """Signs in. Returns the two ways in: (cookie, credential)."""
        self.provider.change(**{user: {"disabled": False}})
        cookie = sign_in(self.provider, self.stack, user).cookies("127.0.0.1")
        issued = self.site.get("/cli/credentials", cookie=cookie)
        return {"cookie": cookie}, {"bearer": json.loads(issued.text)["password"]}

    def database(self, statement, *values):
        with sqlite3.connect(self.latchkey.database, timeout=10) as database:
            return database.execute(statement, values).fetchall()

    def make_due(self):
        """Lets the time for the next question come for everybody."""
        self.database("UPDATE membership SET due = 0")

    def statuses(self, ways, path="/x", times=6):
        """Asked again and again, so that every worker answers."""
        return {self.site.get(path, **way).status for way in ways for _ in range(times)}

    def refresh(self, user="alice"):
        done = self.latchkey.admin("user", "refresh", user, check=False)
        return done.returncode, done.stdout + done.stderr

    def state(self, user="alice"):
        return self.latchkey.admin_json("user", "show", user)

    def stop(self):
        self.registry.stop()
        self.stack.stop()
        self.provider.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    made = Membership(tmp_path_factory.mktemp("membership"))
    yield made
    made.stop()


@pytest.fixture
def members(shared):
    yield shared
    shared.provider.fault()
    shared.provider.change(alice={"disabled": False, "groups": ["dev", "ops"]})


def test_the_housekeeper_ends_who_was_disabled_and_docker_says_so_n18(members, tmp_path):
    ways = members.member()
    password = ways[1]["bearer"]

    def skopeo(*arguments):
        return run([program("skopeo"), *arguments], tmp_path, REGISTRY_AUTH_FILE=tmp_path / "auth.json", HOME=tmp_path)

    # With a login of its own the client keeps those of the test in this file, whatever helpers the machine has.
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker/config.json").write_text('{"auths": {"elsewhere.test": {"auth": "YTpi"}}}')

    def docker_login():
        return run([program("docker"), "--config", tmp_path / "docker", "login", "-u", "alice", "--password-stdin", members.host],
                   tmp_path, text_input=password, HOME=tmp_path)
    assert skopeo("login", "--tls-verify=false", "-u", "alice", "-p", password, members.host).returncode == 0
    assert docker_login().returncode == 0
    members.provider.change(alice={"disabled": True})
    assert members.statuses(ways) == {200}  # nobody has asked yet
    members.make_due()
    members.latchkey.parts["responder"].send(signal.SIGHUP)  # its housekeeper begins a round
    wait_until(lambda: members.state()["membership"] == "lost", "the end of the membership", 40)
    assert members.statuses(ways) == {401}
    refused = skopeo("list-tags", "--tls-verify=false", f"docker://{members.host}/demo/hello")
    assert refused.returncode != 0 and "unauthorized" in refused.stdout.lower(), refused.stdout
    login = docker_login()
    assert login.returncode != 0 and "unauthorized" in login.stdout.lower(), login.stdout
    assert "invalid_grant" in members.state()["last_answer"]


def test_a_group_that_is_taken_away_is_gone_at_the_next_request_a3_d10(members):
    ways = members.member()
    assert members.statuses(ways, "/dev-only") == {200}
    members.provider.change(alice={"groups": ["ops"]})
    assert members.refresh() == (0, "alice: confirmed by the provider\n")
    assert members.statuses(ways, "/dev-only") == {403} and members.statuses(ways) == {200}


def test_tokens_rotate_and_a_reused_one_ends_everything_o15(members):
    ways = members.member()
    stolen = members.database("SELECT sealed_grant FROM membership")
    for _ in range(3):
        assert members.refresh()[0] == 0
    assert members.database("SELECT sealed_grant FROM membership") != stolen
    # Somebody puts an old copy of the store back: to the provider its token is a replay.
    members.database("UPDATE membership SET sealed_grant = ?", stolen[0][0])
    status, text = members.refresh()
    assert status == 0 and "no longer a member" in text, text
    assert members.statuses(ways) == {401}


def test_a_token_that_a_lost_answer_replaced_costs_a_sign_in_and_no_credential(members):
    ways = members.member()
    old = members.database("SELECT sealed_grant FROM membership")[0][0]
    assert members.refresh()[0] == 0
    # What a crash or a time-out leaves: the token was sent, and the one that came for it is not here.
    members.database("UPDATE membership SET sealed_grant = ?, maybe_spent = 1", old)
    status, text = members.refresh()
    assert status == 1 and "got lost" in text, text
    assert members.statuses(ways) == {200}
    assert members.state()["ask_next"] is None and members.state()["counts_until"] is not None
    members.member()
    assert members.refresh()[0] == 0 and members.statuses(ways[1:]) == {200}


def test_a_restart_in_between_needs_no_browser_visit(members):
    ways = members.member()
    members.latchkey.stop()
    members.database("UPDATE membership SET due = 0, asked = 1")
    members.latchkey.start()
    wait_until(lambda: members.database("SELECT asked FROM membership") > [(1,)], "a question after the restart", 40)
    assert members.state()["membership"] == "member"
    assert members.statuses(ways) == {200}


def test_an_unreachable_provider_counts_within_the_grace_and_not_beyond_o15(members):
    ways = members.member()
    members.provider.fault({"path": "/token", "status": 503, "count": 99})
    assert members.refresh()[0] == 1
    assert members.statuses(ways) == {200}
    assert "503" in members.state()["last_answer"]
    members.database("UPDATE account SET member_until = unixepoch() WHERE user_name = 'alice'")  # the grace has passed
    assert members.statuses(ways) == {401}
    page = members.site.browse("/x", **ways[0])
    assert page.status == 302 and "/oauth/login?rd=" in page.location
    told = members.latchkey.admin_json("explain", "--user", "alice", "--path", "/x")
    assert told["allowed"] is False and told["reason"] == "membership_unconfirmed"
    members.provider.fault()
    assert members.refresh()[0] == 0
    assert members.statuses(ways) == {200}  # the very same session and credential


def test_a_hanging_provider_slows_no_decision_and_ends_nothing_c21(members):
    ways = members.member()
    members.provider.fault({"path": "/token", "delay_ms": 5000, "count": 1})
    members.make_due()
    members.provider.log()
    members.latchkey.restart()
    wait_until(lambda: any(asked["path"] == "/token" for asked in members.provider.log()), "the question", 40)
    times = []
    for _ in range(100):
        before = time.monotonic()
        assert members.site.get("/x", **ways[1]).status == 200
        times.append(time.monotonic() - before)
    assert statistics.median(times) < 1, times  # the provider would take longer
    wait_until(lambda: members.state()["membership"] == "unknown", "the end of waiting", 20)
    assert members.statuses(ways) == {200}
    assert members.refresh()[0] == 0 and members.state()["membership"] == "member"


def test_cron_asks_where_no_pool_does(members):
    ways = members.member()
    members.latchkey.stop("responder")
    try:
        members.make_due()
        assert "membership company: asked about 1, confirmed 1, lost 0, unanswered 0\n" in members.latchkey.admin("housekeep")
        members.provider.change(alice={"disabled": True})
        members.make_due()
        assert "asked about 1, confirmed 0, lost 1" in members.latchkey.admin("housekeep")
        assert members.statuses(ways) == {401}
    finally:
        members.latchkey.start("responder")


def test_one_refresh_at_a_time_however_many_ask(members):
    ways = members.member()
    members.provider.log()
    members.make_due()
    started = [Part(f"refresh-{n}", [BIN / "latchkey", "--config", members.latchkey.file, "user", "refresh", "alice"],
                    members.directory) for n in range(6)]
    for part in started:
        part.process.wait(30)
    assert members.statuses(ways) == {200}
    assert members.state()["membership"] == "member"
