"""GitHub, GitLab, Google and local users side by side, through nginx and the real HTTP client; the services are
imitations that answer in the documented shapes (tests/support/oauth_services.py)."""
import json
import signal
import sqlite3
import subprocess
import time

import pytest

from tests.parts.conftest import SECRET, PlainStack
from tests.support.oauth_services import GitHub, GitLab, Google, Refusal, base64url
from tests.support.processes import run, wait_until
from tests.support.web import Browser, Site

CONFIGURATION = """
[[provider]]
name = "github"
title = "GitHub"
type = "github"
issuer = "{github}"
client_id = "rp"
client_secret_file = "{dir}/client.secret"
allowed_organizations = ["Acme"]
timeout = "1s"

[[provider]]
name = "gitlab"
title = "GitLab"
type = "gitlab"
issuer = "{gitlab}"
client_id = "rp"
client_secret_file = "{dir}/client.secret"
allowed_groups = ["acme/platform"]

[[provider]]
name = "google"
title = "Google"
type = "google"
issuer = "{google}"
api_url = "{google}"
client_id = "rp"
client_secret_file = "{dir}/client.secret"
hosted_domains = ["example.test"]
allowed_organizations = ["42"]

[local]
users_file = "{dir}/users"

[legacy]
public_key_file = "{keys}/old.pub"
until = "2999-01-01"
audiences = ["nexus.example"]
"""


class World:
    """All services, and one latchkey in front of the demo application that knows them all."""

    def __init__(self, directory):
        self.github, self.gitlab, self.google = GitHub(), GitLab(directory), Google(directory)
        self.reset()
        self.old_key = directory / "old.pem"
        run(["openssl", "genrsa", "-out", self.old_key, "2048"], check=True)
        run(["openssl", "rsa", "-in", self.old_key, "-pubout", "-out", directory / "old.pub"], check=True)
        text = CONFIGURATION.replace("{keys}", str(directory))
        for name in ("github", "gitlab", "google"):
            text = text.replace("{%s}" % name, getattr(self, name).origin)
        self.stack = PlainStack(directory, text, secret=SECRET, users={"carol": "carol-pw"})
        self.site = self.stack.site

    def reset(self):
        self.github.people = {
            "Ann": {"id": 1001, "name": "Ann Example", "mails": [("ann@example.test", True)], "orgs": ["acme", "other"],
                    "teams": ["acme:platform"]},
            "eve": {"id": 1002, "orgs": ["other"]}}
        self.gitlab.people = {
            "ben": {"sub": "77", "mail": "ben@example.test", "groups": ["acme", "acme/platform"]},
            "Ann": {"sub": "78", "mail": "ann@elsewhere.test", "groups": ["acme/platform"]},
            "eve": {"sub": "79", "mail": "eve@example.test", "groups": ["acme/platforms"]}}
        self.google.people = {
            "dan@example.test": {"sub": "1111", "hd": "example.test", "organizations": ["7", "42"]},
            "eve@example.test": {"sub": "2222", "hd": "example.test", "organizations": ["7"]},
            "mallory@gmail.test": {"sub": "3333", "organizations": ["42"]}}
        for service in (self.github, self.gitlab, self.google):
            service.faults, service.page_size = {}, 100

    def sign_in(self, name, visitor, page="/"):
        service = getattr(self, name)
        service.visitor = visitor
        browser = Browser(self.site, Site("127.0.0.1", service.port))
        browser.open(f"{self.site.origin}/oauth/login?provider={name}&rd={page}")
        return browser

    def credential(self, browser):
        return json.loads(self.site.get("/cli/credentials", cookie=browser.cookies("127.0.0.1")).text)["password"]

    def old_token(self, uid):
        """A token as nexus-proxy signed it, which stands in no record here."""
        now = int(time.time())
        claims = {"uid": uid, "iat": now, "exp": now + 31536000, "aud": ["nexus.example"]}
        text = ".".join(base64url(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "RS256"}, claims))
        made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.old_key], input=text.encode(), check=True,
                              capture_output=True)
        return f"{text}.{base64url(made.stdout)}"

    def store(self, statement, *values):
        with sqlite3.connect(self.stack.latchkey.database, timeout=10) as database:
            return database.execute(statement, values).fetchall()

    def refresh(self, user):
        done = self.stack.latchkey.admin("user", "refresh", user, check=False)
        return done.returncode, done.stdout + done.stderr

    def stop(self):
        self.stack.stop()
        for service in (self.github, self.gitlab, self.google):
            service.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("services"))
    yield made
    made.stop()


@pytest.fixture
def world(shared):
    shared.reset()
    return shared


def test_the_page_to_choose_from_keeps_the_way_back_and_needs_no_script(world):
    page = world.site.browse("/some/page?x=1")
    assert page.status == 302
    chosen = Browser(world.site)
    chosen.open(page.location)
    text = chosen.reply.text
    assert chosen.reply.status == 200 and "<script" not in text
    for name, title in (("github", "GitHub"), ("gitlab", "GitLab"), ("google", "Google")):
        assert f"provider={name}" in text and title in text
    assert 'name="password"' in text
    begun = world.site.browse("/oauth/login?provider=github&rd=%2Fsome%2Fpage%3Fx%3D1")
    assert begun.status == 302 and begun.location.startswith(world.github.origin + "/login/oauth/authorize?")
    assert world.site.browse("/oauth/login?provider=nobody").status == 400


def test_github_tells_name_mail_organizations_and_teams(world):
    seen = world.sign_in("github", "Ann", "/deep").reply.seen()
    assert seen["x-forwarded-user"] == ["Ann"] and seen["x-forwarded-mail"] == ["ann@example.test"]
    assert seen["x-forwarded-groups"] == ["acme|acme:platform"]
    assert seen["x-forwarded-displayname"] == ["Ann Example"]


def test_github_lists_are_read_to_the_last_page(world):
    world.github.page_size = 2
    world.github.people["Ann"]["orgs"] = [f"org{number}" for number in range(7)] + ["acme"]
    seen = world.sign_in("github", "Ann").reply.seen()
    assert seen["x-forwarded-groups"][0] == "acme|acme:platform"  # on the last page
    assert world.github.times_asked("/api/v3/user/orgs") >= 4


@pytest.mark.parametrize("name, visitor, why", [
    ("github", "eve", "organizations"), ("gitlab", "eve", "groups"), ("google", "eve@example.test", "organizations"),
    ("google", "mallory@gmail.test", "domains")])
def test_who_is_no_member_sees_a_page_and_no_loop_o7(world, name, visitor, why):
    browser = world.sign_in(name, visitor)
    assert browser.reply.status == 403 and why in browser.reply.text, browser.reply
    assert "latchkey" not in browser.jar["127.0.0.1"]
    assert world.store("SELECT count(*) FROM account WHERE user_name = ?", visitor) == [(0,)]


def test_gitlab_groups_come_from_userinfo(world):
    seen = world.sign_in("gitlab", "ben").reply.seen()
    assert seen["x-forwarded-user"] == ["ben"] and seen["x-forwarded-groups"] == ["acme/platform"]


def test_google_is_the_mail_address_of_a_hosted_domain_and_its_organizations_are_read_to_the_end(world):
    world.google.page_size = 1
    seen = world.sign_in("google", "dan@example.test").reply.seen()
    assert seen["x-forwarded-user"] == ["dan@example.test"]
    assert seen["x-forwarded-groups"] == ["organizations/7|organizations/42"]
    begun = [target for _, target in world.google.asked if target.startswith("/o/oauth2/v2/auth")][-1]
    assert "hd=example.test" in begun and "access_type=offline" in begun and "prompt=consent" in begun


def test_a_name_of_another_provider_is_a_conflict_and_never_a_merge_n18(world):
    ann = world.sign_in("github", "Ann")
    other = world.sign_in("gitlab", "Ann")
    assert other.reply.status == 403 and "taken" in other.reply.text, other.reply
    assert "latchkey" not in other.jar["127.0.0.1"]
    assert world.store("SELECT provider FROM account WHERE user_name = 'Ann'") == [("github",)]
    assert world.site.get("/x", cookie=ann.cookies("127.0.0.1")).seen()["x-forwarded-groups"] == ["acme|acme:platform"]


def test_a_login_name_that_changed_hands_is_another_person(world):
    world.sign_in("github", "Ann")
    world.github.people["Ann"]["id"] = 9999
    refused = world.sign_in("github", "Ann")
    assert refused.reply.status == 403 and "taken" in refused.reply.text
    assert world.store("SELECT subject FROM account WHERE user_name = 'Ann'") == [("1001",)]


@pytest.mark.parametrize("fault", [
    Refusal(401, {"message": "Bad credentials"}), Refusal(403, {"message": "API rate limit exceeded"}, **GitHub.LIMIT),
    Refusal(404), Refusal(500), b"garbage", b"{}", 1.5], ids=lambda fault: str(getattr(fault, "status", fault)))
def test_a_fault_of_github_ends_on_a_page_that_says_so_o15(world, fault):
    world.github.faults = {"/api/v3/user/orgs": fault}
    browser = world.sign_in("github", "Ann")
    assert browser.reply.status == 502 and "<h1" in browser.reply.text, browser.reply
    assert "latchkey" not in browser.jar["127.0.0.1"]


def test_a_github_member_who_leaves_loses_session_and_credential_at_the_next_request(world):
    browser = world.sign_in("github", "Ann")
    ways = [{"cookie": browser.cookies("127.0.0.1")}, {"bearer": world.credential(browser)}]
    assert world.refresh("Ann")[0] == 0
    world.github.people["Ann"]["teams"] = []
    assert world.refresh("Ann")[0] == 0
    assert world.site.get("/x", **ways[1]).seen()["x-forwarded-groups"] == ["acme"]
    world.github.people["Ann"]["orgs"] = ["other"]
    status, text = world.refresh("Ann")
    assert status == 0 and "no longer a member" in text, text
    for way in ways * 4:  # whichever worker answers
        assert world.site.get("/x", **way).status == 401
    shown = world.stack.latchkey.admin_json("user", "show", "Ann")
    assert shown["membership"] == "lost" and "organizations" in shown["last_answer"]


def test_a_revoked_github_token_ends_everything(world):
    cookie = world.sign_in("github", "Ann").cookies("127.0.0.1")
    world.github.tokens.clear()
    assert "no longer a member" in world.refresh("Ann")[1]
    assert world.site.get("/x", cookie=cookie).status == 401


def test_faults_of_github_end_nothing_within_the_grace(world):
    cookie = world.sign_in("github", "Ann").cookies("127.0.0.1")
    for fault in (Refusal(403, X_RateLimit_Reset="4000000000", **GitHub.LIMIT), Refusal(429, Retry_After="60"), Refusal(500),
                  b"garbage", 1.5):
        world.github.faults = {"/api/v3/user": fault}
        assert world.refresh("Ann")[0] == 1
        assert world.site.get("/x", cookie=cookie).status == 200, fault


def test_google_and_gitlab_members_are_asked_about_by_their_refresh_tokens(world):
    dan, ben = world.sign_in("google", "dan@example.test"), world.sign_in("gitlab", "ben")
    for _ in range(2):  # the token is good once; the second round needs the one that the first brought
        assert world.refresh("dan@example.test") == (0, "dan@example.test: confirmed by the provider\n")
        assert world.refresh("ben")[0] == 0
    world.google.people["dan@example.test"]["organizations"] = ["7"]
    world.gitlab.people["ben"]["gone"] = True
    assert "organizations" in world.refresh("dan@example.test")[1]
    assert "no longer a member" in world.refresh("ben")[1]
    for browser in (dan, ben):
        assert world.site.get("/x", cookie=browser.cookies("127.0.0.1")).status == 401


def test_an_old_token_of_nexus_proxy_ends_with_the_membership_too(world):
    world.google.people["eve@example.test"] = {**world.google.people["dan@example.test"], "sub": "of-eve",
                                               "mail": "eve@example.test"}
    world.sign_in("google", "eve@example.test")
    token = world.old_token("eve@example.test")
    assert world.site.get("/x", basic=("anything", token)).seen()["x-forwarded-user"] == ["eve@example.test"]
    world.store("DELETE FROM session")  # who holds nothing but an old token is asked about all the same
    world.store("UPDATE membership SET due = 0")
    world.google.people["eve@example.test"]["organizations"] = ["7"]
    world.stack.latchkey.parts["responder"].send(signal.SIGHUP)
    wait_until(lambda: world.site.get("/x", bearer=token).status == 401, "the end of the membership", 40)
    assert world.site.get("/x", basic=("anything", token)).status == 401


def test_grants_lie_sealed_in_the_store_m10(world):
    world.sign_in("gitlab", "ben")
    world.sign_in("github", "Ann")
    secrets = [token.encode() for service in (world.github, world.gitlab) for token in
               [*service.tokens, *service.refresh_tokens]]
    files = [file.read_bytes() for file in world.stack.latchkey.database.parent.iterdir() if file.is_file()]
    assert secrets and not [s for s in secrets if any(s in data for data in files)]
    assert not [s for s in secrets if s.decode() in world.stack.latchkey.log_text()]


def test_local_users_are_asked_about_by_nobody(world):
    world.stack.sign_in("carol", "carol-pw")
    status, text = world.refresh("carol")
    assert status == 1 and "no provider is asked" in text
    assert world.stack.latchkey.admin_json("user", "show", "carol")["membership"] is None
