"""What other settings than those of the common stack do to a request, and what no setting can do."""
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.support.processes import BIN, clean_environment, program
from tests.support.stack import Latchkey, users_file
from tests.support.web import NAVIGATION
from tests.webserver.conftest import CONFIGURATION, Stack

RULES = """
[[rule]]
paths = ["/v2/_catalog"]
who = "nobody"

[[rule]]
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Both hosts are browsed, the registry's catalogue is closed, and the health expression is a bad one; HTTP/2."""
    text = (CONFIGURATION.replace("browser = false", "browser = true").replace("\n[[rule]]\n", RULES, 1)
            .replace('"GoogleHC"', '"^(a+)+$", "(x+x+)+y"'))
    made = Stack(tmp_path_factory.mktemp("settings"), configuration=text, replace={" ssl;": " ssl http2;"})
    yield made
    made.stop()


def test_two_hosts_at_once_are_each_led_to_their_own_sign_in_v7(other):
    wrong = []

    def ask(site):
        for _ in range(40):
            location = site.get("/page", fields=NAVIGATION).location
            if location != f"https://{site.host}/oauth/login?rd=%2Fpage":
                wrong.append((site.host, location))
    threads = [threading.Thread(target=ask, args=(site,)) for site in (other.nexus, other.docker) * 3]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert wrong == []


@pytest.mark.parametrize("target", ["/v2/_catalog", "/v2/_catalog/", "/v2/_catalog?n=999999999", "//v2/_catalog", "/v2//_catalog",
                                    "/v2/%5fcatalog", "/v2/x/../_catalog", "/v2/_catalog/x"])
def test_the_registrys_catalogue_is_closed_by_a_rule_in_every_spelling_d9(other, target):
    basic = ("root", other.fresh_account("root")["password"])
    reply = other.docker.get(target, basic=basic)
    assert reply.status == 403, reply
    assert other.docker.get("/v2/team/_catalogue", basic=basic).status == 200


def test_an_agent_made_for_backtracking_costs_no_time_c24(other):
    begin = time.monotonic()
    for agent in ("a" * 6000 + "!", "x" * 6000, "a" * 3000 + "x" * 3000):
        assert other.nexus.get("/", fields=[("User-Agent", agent)]).status == 401
    assert time.monotonic() - begin < 5
    assert other.nexus.get("/", fields=[("User-Agent", "aaaa")]).status == 200


def over_http2(stack, tmp_path, authority, *fields):
    """Returns the status of GET /x over HTTP/2 with this :authority."""
    port = stack.nginx.ports[443]
    done = subprocess.run([program("curl"), "-sS", "--http2", "--cacert", stack.tls.ca, "--connect-to", f"::127.0.0.1:{port}",
                           "-o", tmp_path / "out", "-w", "%{http_version} %{http_code}", "-H", f"Host: {authority}", *fields,
                           "https://nexus.example.com/x"], capture_output=True, text=True, timeout=30, env=clean_environment())
    version, status = done.stdout.split()
    assert version == "2", done
    return int(status)


def test_the_authority_of_http2_is_the_host(other, tmp_path):
    bearer = f"Authorization: Bearer {other.fresh_account('alice')['password']}"
    assert over_http2(other, tmp_path, "nexus.example.com", "-H", bearer) == 200
    assert (tmp_path / "out").read_text().startswith("GET /x")
    assert over_http2(other, tmp_path, "nexus.example.com") == 401
    for evil in ("evil.test", "nexus.example.com.evil.test"):
        assert over_http2(other, tmp_path, evil, "-H", bearer) == 400


def test_authentication_switched_off_is_one_rule_and_still_clears_identities(own_stack):
    text = CONFIGURATION[:CONFIGURATION.index("[[rule]]")] + '[[rule]]\nwho = "anyone"\n'
    stack = own_stack(configuration=text)
    for path in ("/", "/repository/x", "/admin", "/v2/"):
        reply = stack.nexus.browse(path, fields=[("X-Forwarded-User", "root"), ("X_Forwarded_User", "root")])
        seen = reply.seen()
        assert "root" not in str(seen) and seen["x-latchkey-auth"] == ["anonymous"]
        assert reply.get("Set-Cookie") is None


def test_a_token_of_another_site_with_the_same_keys_and_store_is_refused_d13_m31(own_stack):
    stack = own_stack()
    issued = stack.fresh_account("alice")
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200
    stack.latchkey.stop()
    moved = CONFIGURATION.replace('url = "https://nexus.example.com"', 'url = "https://docker.example.com"')
    stack.latchkey.configure(moved)
    stack.latchkey.start()
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 401
    assert stack.nexus.get("/x", basic=("alice", issued["password"])).status == 401
    assert stack.nexus.get("/x", bearer=stack.latchkey.issue("alice")["password"]).status == 200


PROVIDER = """
[[provider]]
name = "company"
type = "oidc"
issuer = "https://idp.example.com"
client_id = "rp"
client_secret_file = "{dir}/client.secret"
"""


SWITCHES = ["insecure_skip_verify = true", "skip_nonce = true", "insecure_oidc_skip_nonce = true", "tls_verify = false",
            "skip_issuer_verification = true", "verify = false", "pkce = false", "state = false", "debug = true",
            "skip_audience = true", 'algorithms = ["none"]', 'algorithms = ["HS256"]', "allow_unverified_email = true",
            "insecure = true"]


def test_no_switch_turns_a_verification_off_n13(tmp_path):
    (tmp_path / "client.secret").write_text("a-client-secret-of-some-length")
    (tmp_path / "client.secret").chmod(0o600)
    good = CONFIGURATION + PROVIDER
    latchkey = Latchkey(tmp_path, good)
    (tmp_path / "users").touch(0o600)
    latchkey.admin("init")
    latchkey.admin("check")
    for switch in SWITCHES:
        word = re.match(r"\w+", switch)[0]
        for text in (good + switch + "\n", good.replace("[log]\n", f"[log]\n{switch}\n")):
            latchkey.configure(text)
            done = latchkey.admin("check", check=False)
            assert done.returncode == 78 and word in done.stderr + done.stdout, (text, done)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read what the service cannot")
def test_a_check_by_root_sees_what_the_service_cannot_read():
    def check(text=CONFIGURATION + PROVIDER):
        latchkey.configure(text)
        shutil.chown(latchkey.file, "www-data")
        return latchkey.admin("check", check=False)
    directory = Path(tempfile.mkdtemp(prefix="latchkey-check-"))
    try:
        latchkey = Latchkey(directory, CONFIGURATION)
        directory.chmod(0o755)
        secret = directory / "client.secret"
        secret.write_text("a-client-secret-of-some-length")
        users = users_file(directory / "users", alice="alice-pw")
        latchkey.admin("init")
        for path in (directory / "state", *(directory / "state").rglob("*"), users):
            shutil.chown(path, "www-data")
        secret.chmod(0o600)
        done = check()
        assert done.returncode == 78 and f"{secret} cannot be opened: Permission denied" in done.stderr, done
        assert "this was read as www-data, who owns the store's directory" in done.stderr
        shutil.chown(secret, "www-data")
        done = check()
        assert done.returncode == 0 and "user: www-data, who owns the store's directory" in done.stdout, done
        done = check(CONFIGURATION + '\n[pool]\nuser = "nobody"\n')
        assert done.returncode == 1 and f"`chown -R nobody {directory}/state`" in done.stdout, done
    finally:
        shutil.rmtree(directory)


def test_the_query_of_a_cgi_is_no_command_line_c15(tmp_path):
    latchkey = Latchkey(tmp_path / "latchkey", CONFIGURATION)
    users_file(latchkey.directory / "users", alice="alice-pw")
    latchkey.admin("init")
    evil = tmp_path / "evil.toml"
    evil.write_text("[site]\nurl = 'https://evil.test'\n")
    request = {"GATEWAY_INTERFACE": "CGI/1.1", "LATCHKEY_CONFIG": latchkey.file, "REQUEST_METHOD": "GET",
               "REQUEST_URI": "/healthz?x", "REQUEST_SCHEME": "https", "HTTP_HOST": "nexus.example.com",
               "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1"}
    for arguments in ([f"--config={evil}"], ["--config", evil], ["--check"], ["--version"], ["--help"], ["-h"]):
        done = subprocess.run([BIN / "latchkey-responder", *arguments], input="", text=True, capture_output=True,
                              timeout=60, env=clean_environment(**request))
        assert done.returncode == 0 and done.stdout.startswith("Status: 200"), done
        assert "evil" not in done.stdout + done.stderr
