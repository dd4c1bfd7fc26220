"""What each web server asks the authorizer on the examples as shipped, as seeds for tests/fuzz/canonical_request_fuzz.cc:
`make check` replays them. LATCHKEY_WRITE_SEEDS=1 writes them anew."""
import os
import re

import pytest

from tests.support.processes import BIN, ROOT
from tests.support.web import NAVIGATION

SEEDS = ROOT / "tests/corpus/canonical_request"
# What the fuzz target knows by other names: its hosts, and the one session that is alive there.
SESSION = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
# Of an environment: what a request puts there. The rest is the machine's.
OF_A_REQUEST = re.compile("HTTP_|HTTPS$|REQUEST_|SERVER_|REMOTE_|SCRIPT_|PATH_INFO|PATH_TRANSLATED|QUERY_|CONTENT_|CONTEXT_|"
                          "GATEWAY_|LATCHKEY_|REDIRECT_|DOCUMENT_|SSL_|AUTH_|FCGI_|UNIQUE_ID|latchkey_")
OF_THE_TESTS = ("LATCHKEY_BIN", "LATCHKEY_WRITE_SEEDS", "LATCHKEY_WRITE_TABLE")
WRITE = bool(os.environ.get("LATCHKEY_WRITE_SEEDS"))


def ask_program(server, _session, _token):
    server.site("nexus.example.com").get("/repository/a%20b/x.jar?q=%2F&r;s", fields=[
        ("X-Forwarded-User", "root"), ("Remote_User", "root")])


def ask_browser(server, session, _token):
    server.site("nexus.example.com").browse("/page?x=1", cookie=f"theme=dark; {session}; b=2", fields=[("Accept-Language", "de")])


def ask_upload(server, session, _token):
    server.site("nexus.example.com").ask("PUT", "/repository/m/x.jar", cookie=session, body=b"x" * 100, fields=[
        ("Origin", "https://nexus.example.com"), ("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/java-archive")])


def ask_docker(server, _session, token):
    server.site("docker.example.com").get("/v2/", basic=("alice", token), fields=[("User-Agent", "docker/27.0")])


def ask_websocket(server, _session, _token):
    server.site("nexus.example.com").get("/page", fields=[
        *NAVIGATION, ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")])


REQUESTS = {"program": ask_program, "browser": ask_browser, "upload": ask_upload, "docker": ask_docker, "websocket": ask_websocket}


def seed_of(question, front, server, session, token):
    """One question as the fuzz target reads it, the same on every machine and at every run."""
    lines = []
    for name, value in question["params"]:
        if not OF_A_REQUEST.match(name) or name in OF_THE_TESTS:
            continue
        for old, new in ((token["password"], "header.payload.signature"), (session.partition("=")[2], SESSION),
                         (str(server.directory), "/etc/server"), (str(getattr(front, "run", "/nonexistent")), "/run"),
                         (str(front.directory), "/srv"), (str(BIN), "/usr/local/bin"), ("latchkey-recorder", "latchkey-authorizer"),
                         (".example.com", ".example")):
            value = value.replace(old, new)
        value = re.sub(r"/tmp/latchkey-home-[^/]*", "/home/me", value)
        value = re.sub(r"(127\.0\.0\.1:)\d+", r"\g<1>8081", value)
        if name.endswith("AUTHORIZATION"):
            value = "Basic YTpi"
        if name.endswith("_PORT") or name in ("HTTP_HOST", "SERVER_NAME"):
            value = re.sub(r"\d{4,5}$", "8443", value)
        if name.startswith("SERVER_SO") or name.startswith("SERVER_SI"):
            value = re.sub(r"[\d.]+\d", "1.0", value)
        if "UNIQUE_ID" in name:
            value = "AAAAAAAAAAAAAAAAAAAAAAAAAAA"
        lines.append((name, f"{name}={value}\n"))
    # Caddy sends them in any order. Of two with one name the order counts, and stays.
    return f"{question['role']}\n" + "".join(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def names_in(seed):
    role, *lines = seed.splitlines()
    return role, sorted(line.partition("=")[0] for line in lines if "=" in line)


def test_each_server_asks_as_it_was_recorded_c12(front, session, credential):
    """what the web server asks the authorizer is what stands recorded in the corpus of the fuzz target"""
    asked = {}
    with front.recorded() as (server, questions):
        for name, ask in REQUESTS.items():
            questions()
            ask(server, session, credential["password"])
            for number, question in enumerate(questions(), 1):
                asked[f"{front.name}-{name}-{number}"] = seed_of(question, front, server, session, credential)
    for name in REQUESTS:
        assert any(seed.startswith(f"{front.name}-{name}-") for seed in asked), f"{name}: nothing was asked"
    assert f"HTTP_COOKIE=theme=dark; __Host-latchkey={SESSION}; b=2\n" in asked[f"{front.name}-browser-1"]
    here = {file.name for file in SEEDS.glob(f"{front.name}-*-?")
            if file.name.removeprefix(f"{front.name}-").split("-")[0] in REQUESTS}
    if WRITE:
        for name in here - set(asked):
            (SEEDS / name).unlink()
        for name, seed in asked.items():
            (SEEDS / name).write_text(seed, encoding="latin-1")
        return
    assert here == set(asked), "LATCHKEY_WRITE_SEEDS=1 writes them anew"
    for name, seed in asked.items():
        assert names_in((SEEDS / name).read_text(encoding="latin-1")) == names_in(seed), f"{name}: LATCHKEY_WRITE_SEEDS=1 writes it anew"
