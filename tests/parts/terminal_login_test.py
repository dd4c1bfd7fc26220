"""`latchkey login` on a developer's machine: the real docker and git then use what it got, from their own helpers or
from latchkey itself, and lose it by revocation."""
import json
import os
import stat

import pytest

from tests.parts.docker_test import oci_layout
from tests.parts.repositories import Repositories
from tests.support.processes import BIN, clean_environment, program, run
from tests.support.stack import sign_in_locally
from tests.support.terminal import Terminal


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    made = Repositories(tmp_path_factory.mktemp("terminal-login"))
    bare = made.directory / "files/repository/raw/hello.git"
    work = made.directory / "work"
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.test"]
    for command in (["git", "init", "-q", work], ["git", "-C", work, *identity, "commit", "-q", "--allow-empty", "-m", "hello"],
                    ["git", "clone", "-q", "--bare", work, bare], ["git", "-C", bare, "update-server-info"]):
        run(command, check=True)
    oci_layout(made.directory / "image")
    run([program("skopeo"), "copy", "--dest-tls-verify=false", f"oci:{made.directory / 'image'}:latest",
         f"docker://127.0.0.1:{made.registry_port}/hello:latest"], check=True)
    yield made
    made.stop()


class Developer:
    """One person's machine: a home, a PATH with latchkey's helpers in it, docker and git."""

    def __init__(self, repositories, home):
        self.site, self.home, self.repositories = repositories.site, home, repositories
        self.bin = home / "bin"
        self.bin.mkdir()
        for name in ("latchkey", "docker-credential-latchkey", "git-credential-latchkey"):
            (self.bin / name).symlink_to(BIN / "latchkey")
        self.environment = {"HOME": home, "PATH": f"{self.bin}:{os.environ['PATH']}", "DOCKER_CONFIG": home / ".docker",
                            "XDG_DATA_HOME": home / "data", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
                            "GNUPGHOME": home / "gnupg", "PASSWORD_STORE_DIR": home / "pass"}
        (home / ".docker").mkdir()

    def run(self, *command, text_input=None):
        return run(command, self.home, text_input=text_input, **self.environment)

    def configure_docker(self, **configuration):
        (self.home / ".docker/config.json").write_text(json.dumps(configuration))

    def log_in(self, *options, decision="approve"):
        """`latchkey login` and the decision on its page. Returns the Terminal, ended."""
        terminal = Terminal([self.bin / "latchkey", "login", self.site.origin, *options], self.home,
                            clean_environment(**self.environment))
        try:
            url = terminal.expect(r"(http://\S+/oauth/device\?code=\S+)\s")[1]
            code = terminal.expect(r"code: (\S+)\s")[1]
            browser = sign_in_locally(self.site, "alice", "alice-pw", rd=url.removeprefix(self.site.origin))
            assert code in browser.reply.text
            browser.submit("decision", decision=decision, scope="")
            terminal.end()
            return terminal
        finally:
            terminal.stop()

    def pulls(self):
        """Whether the docker command reads an image's manifest; it needs no engine for that."""
        return self.run("docker", "manifest", "inspect", "--insecure", f"{self.repositories.host}/hello").returncode == 0

    def clones(self, target):
        cloned = self.run("git", "clone", "-q", f"{self.site.origin}/repository/raw/hello.git", self.home / target)
        assert cloned.returncode == 0 or "Authentication failed" in cloned.stdout or "could not read" in cloned.stdout, cloned.stdout
        return cloned.returncode == 0

    def revoke(self):
        """The person revokes the newest credential."""
        owned = self.repositories.latchkey.admin_json("credential", "list", "--user", "alice")
        self.repositories.latchkey.admin("credential", "revoke", owned[-1]["id"])


def test_docker_and_git_ask_latchkey_itself(repositories, tmp_path):
    developer = Developer(repositories, tmp_path)
    assert not developer.pulls() and not developer.clones("before")
    terminal = developer.log_in("--label", "anna's laptop")
    file = tmp_path / "data/latchkey/credentials.json"
    kept = json.loads(file.read_text())[repositories.host]
    assert terminal.status == 0 and kept["secret"] not in terminal.text and str(file) in terminal.text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    developer.configure_docker(credHelpers={repositories.host: "latchkey"})
    developer.run("git", "config", "--global", "credential.helper", "latchkey")
    assert developer.pulls() and developer.clones("first")
    newest = repositories.latchkey.admin_json("credential", "list", "--user", "alice")[-1]
    assert newest["label"] == "anna's laptop"
    developer.revoke()
    assert not developer.pulls() and not developer.clones("second")
    # git told its helper that it was refused; docker does so on `docker logout`.
    assert json.loads(file.read_text()) == {}
    file.chmod(0o644)
    assert "chmod 600" in developer.run("docker-credential-latchkey", "get", text_input=repositories.host).stdout


def test_docker_and_git_ask_the_helpers_they_are_configured_with(repositories, tmp_path):
    developer = Developer(repositories, tmp_path)
    (tmp_path / "gnupg").mkdir(mode=0o700)
    made = developer.run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "anna", "default", "default")
    assert made.returncode == 0 and developer.run("pass", "init", "anna").returncode == 0, made.stdout
    try:
        developer.configure_docker(credsStore="pass")
        developer.run("git", "config", "--global", "credential.helper", f"store --file={tmp_path / 'git-credentials'}")
        terminal = developer.log_in("--scope", "read")
        assert terminal.status == 0 and "docker-credential-pass" in terminal.text and "git's" in terminal.text, terminal.text
        assert not (tmp_path / "data").exists()
        listed = json.loads(developer.run("docker-credential-pass", "list").stdout)
        assert listed == {repositories.host: "alice"}
        assert developer.pulls() and developer.clones("first")
        developer.revoke()
        assert not developer.pulls() and not developer.clones("second")
    finally:
        developer.run("gpgconf", "--kill", "gpg-agent")


def test_logout_revokes_what_any_tool_holds_and_takes_it_away(repositories, tmp_path):
    developer = Developer(repositories, tmp_path)
    origin, host = repositories.site.origin, repositories.host
    nothing = developer.run("latchkey", "logout", origin)
    assert nothing.returncode == 0 and "Nothing of" in nothing.stdout
    assert developer.log_in().status == 0
    file = tmp_path / "data/latchkey/credentials.json"
    kept = json.loads(file.read_text())[host]
    # What cannot be revoked is not forgotten either.
    failed = developer.run("latchkey", "logout", origin, "--path", "/nowhere")
    assert failed.returncode == 1 and "not revoked" in failed.stdout and json.loads(file.read_text())[host] == kept
    developer.configure_docker(credHelpers={host: "latchkey"})
    git_file = tmp_path / "git-credentials"
    developer.run("git", "config", "--global", "credential.helper", f"store --file={git_file}")
    assert developer.log_in().status == 0 and git_file.read_text()
    assert developer.pulls() and developer.clones("first")
    before = {one["id"] for one in repositories.latchkey.admin_json("credential", "list", "--user", "alice") if not one["revoked"]}
    ended = developer.run("latchkey", "logout", origin)
    assert ended.returncode == 0 and "git's" in ended.stdout and kept["secret"] not in ended.stdout, ended.stdout
    assert json.loads(file.read_text()) == {} and not git_file.read_text()
    assert not developer.pulls() and not developer.clones("second")
    after = {one["id"] for one in repositories.latchkey.admin_json("credential", "list", "--user", "alice") if not one["revoked"]}
    assert len(before - after) == 1  # the login before has stood in the file, but was replaced there
    # What is no credential of ours is not sent anywhere and stays.
    git_file.write_text(f"{origin.replace('://', '://alice:her-own-password@')}\n")
    assert "Nothing of" in developer.run("latchkey", "logout", origin).stdout and "her-own" in git_file.read_text()


def test_what_can_be_kept_nowhere_is_not_asked_for_and_does_not_stay_alive(repositories, tmp_path):
    developer = Developer(repositories, tmp_path)
    file = tmp_path / "data/latchkey/credentials.json"
    file.parent.mkdir(mode=0o700, parents=True)
    file.touch(mode=0o600)
    refused = developer.run("latchkey", "login", repositories.site.origin)
    assert refused.returncode == 1 and "damaged" in refused.stdout and "/oauth/device" not in refused.stdout

    def records():
        return {one["id"]: one["revoked"] for one in repositories.latchkey.admin_json("credential", "list", "--user", "alice")}
    before = records()
    helper = developer.bin / "docker-credential-broken"
    helper.write_text("#!/bin/sh\nexit 1\n")
    helper.chmod(0o700)
    terminal = developer.log_in("--docker-helper", "broken")
    assert terminal.status == 1 and "revoked again" in terminal.text and file.read_text() == "", terminal.text
    [made] = records().keys() - before.keys()
    assert records()[made]
    terminal = developer.log_in("--docker-helper", "broken", "--credentials-path", "/nowhere")
    [made] = {one for one, revoked in records().items() if not revoked} - before.keys()
    assert terminal.status == 1 and f"revoke credential {made}" in terminal.text, terminal.text


def test_a_no_and_a_wrong_address_leave_nothing_behind(repositories, tmp_path):
    developer = Developer(repositories, tmp_path)
    terminal = developer.log_in(decision="deny")
    assert terminal.status == 1 and "access_denied" in terminal.text
    for url, status in ((f"{repositories.site.origin}/path", 64), ("http://nexus.example.com", 64), ("nexus", 64),
                        ("http://127.0.0.1:1", 1)):
        assert developer.run("latchkey", "login", url).returncode == status, url
    assert not (tmp_path / "data").exists()
