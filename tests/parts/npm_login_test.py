"""npm's own commands for people against verdaccio behind latchkey: login in the browser, whoami, logout, and the old
login by name and password. verdaccio knows none of these people."""
import json

import pytest

from tests.parts.repositories import Repositories
from tests.support.processes import NODE_MODULES, ROOT, clean_environment, program, run
from tests.support.terminal import Terminal


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    made = Repositories(tmp_path_factory.mktemp("npm-login"))
    yield made
    made.stop()


class Npm:
    """npm of one person, with a home of its own."""

    def __init__(self, repositories, home):
        self.registry, self.home = f"127.0.0.1:{repositories.npm_port}", home
        self.file = home / ".npmrc"
        self.file.write_text(f"registry=http://{self.registry}/\n")
        self.environment = {"HOME": home, "npm_config_cache": home / "cache", "npm_config_userconfig": self.file,
                            "npm_config_update_notifier": "false", "npm_config_fetch_retries": "0", "npm_config_browser": "false",
                            "npm_config_audit": "false", "npm_config_fund": "false"}

    def run(self, *arguments, directory=None):
        return run([program("npm"), *arguments], directory or self.home, **self.environment)

    def on_a_terminal(self, *arguments):
        return Terminal([program("npm"), *arguments], self.home, clean_environment(**self.environment))

    def token(self):
        mark = f"//{self.registry}/:_authToken="
        return next((line.removeprefix(mark) for line in self.file.read_text().splitlines() if line.startswith(mark)), None)


def decide(url, decision, tmp_path):
    """A person opens the address in Chromium, signs in and decides. Returns what they saw."""
    done = run([program("node"), ROOT / "tests/parts/grant.mjs", url, "alice", "alice-pw", decision, tmp_path / "grant.png"],
               tmp_path, HOME=tmp_path, PARTS=NODE_MODULES.parent, CHROMIUM=program("chromium"))
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout.strip().splitlines()[-1])


def log_in(npm, decision, tmp_path):
    """`npm login` and a decision in the browser. Returns (npm's Terminal, what the person saw)."""
    terminal = npm.on_a_terminal("login")
    try:
        url = terminal.expect(r"(http://\S+/oauth/device\?code=\S+)\s")[1]
        seen = decide(url, decision, tmp_path)
        assert url.endswith(f"?code={seen['code']}") and "npm" in seen["asks"] and "alice" in seen["asks"]
        terminal.end()
        return terminal, seen
    finally:
        terminal.stop()


def test_npm_logs_in_by_browser_publishes_and_logs_out(repositories, tmp_path):
    npm = Npm(repositories, tmp_path)
    terminal, seen = log_in(npm, "approve", tmp_path)
    token = npm.token()
    assert terminal.status == 0 and "Done" in seen["told"] and token, terminal.text
    assert npm.run("whoami").stdout.strip().endswith("alice")
    package = tmp_path / "package"
    package.mkdir()
    (package / "package.json").write_text('{"name": "@lab/by-browser", "version": "1.0.0"}')
    published = npm.run("publish", directory=package)
    assert published.returncode == 0, published.stdout
    assert npm.run("view", "@lab/by-browser", "version").stdout.strip().endswith("1.0.0")
    left = npm.run("logout")
    assert left.returncode == 0 and npm.token() is None, left.stdout
    assert repositories.site.get("/x", bearer=token).status == 401
    for log in (repositories.latchkey.log_text(), (repositories.nginx.directory / "access.log").read_text()):
        assert token not in log


def test_npm_gets_no_token_when_the_login_is_refused(repositories, tmp_path):
    npm = Npm(repositories, tmp_path)
    terminal, seen = log_in(npm, "deny", tmp_path)
    assert terminal.status != 0 and "Refused" in seen["told"], terminal.text
    assert npm.token() is None and "Username" not in terminal.text


def test_npms_old_login_takes_a_credential_and_no_persons_password(repositories, tmp_path):
    credential = repositories.credential()["password"]
    for password, status in (("alice-pw", 1), (credential, 0)):
        npm = Npm(repositories, tmp_path)
        terminal = npm.on_a_terminal("login", "--auth-type=legacy")
        try:
            for question, answer in (("Username:", "alice"), ("Password:", password)):
                terminal.expect(question)
                terminal.type(answer + "\r")
            assert terminal.end() == status, terminal.text
        finally:
            terminal.stop()
        assert npm.token() == (credential if status == 0 else None), terminal.text
        assert "alice-pw" not in npm.file.read_text()


def test_npms_addresses_below_a_path_and_what_they_refuse(repositories):
    site, credential = repositories.site, repositories.credential()
    begun = json.loads(site.ask("POST", "/repository/npm/-/v1/login", body=b"{}").text)
    assert begun["loginUrl"].startswith(f"{site.origin}/oauth/device?code=")
    done = begun["doneUrl"].removeprefix(site.origin)
    waiting = site.get(done)
    assert waiting.status == 202 and waiting.get("Retry-After") == "2"
    assert site.get(done[:-1]).status == 404 and site.get(done.split("?")[0]).status == 404
    assert site.get("/repository/npm/-/whoami").status == 401
    assert json.loads(site.get("/repository/npm/-/whoami", bearer=credential["password"]).text) == {"username": "alice"}
    # A token that is none is what npm wants gone already; one that is somebody's is gone afterwards.
    assert site.ask("DELETE", "/repository/npm/-/user/token/nothing").status == 200
    assert site.get("/x", bearer=credential["password"]).status == 200
    assert site.ask("DELETE", f"/repository/npm/-/user/token/{credential['password']}").status == 200
    assert site.get("/x", bearer=credential["password"]).status == 401
