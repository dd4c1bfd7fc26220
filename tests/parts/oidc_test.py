"""Signing in at a real OpenID Connect provider, through nginx: the way there and back, what is learned, how it
ends, and what happens while the provider is ill."""
import concurrent.futures
import json
import re
import socket
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.parts.conftest import OIDC, SECRET, OpenIdProvider, PlainStack
from tests.parts.npm_login_test import decide
from tests.support.processes import BIN, clean_environment, free_port, wait_until
from tests.support.terminal import Terminal
from tests.support.web import Browser, Site


def browser_for(provider, stack):
    return Browser(stack.site, Site("localhost", provider.port))


def sign_in(provider, stack, user="alice", page="/"):
    browser = browser_for(provider, stack)
    browser.open(stack.site.origin + page)
    browser.submit("username", username=user, password=f"{user}-pw", login="1")
    return browser


def test_a_person_signs_in_and_sees_the_page_first_asked_as_themself(provider_and_stack):
    provider, stack = provider_and_stack
    browser = sign_in(provider, stack, page="/some/page?x=1&y=%2F")
    seen = browser.reply.seen()
    assert browser.reply.text.splitlines()[0] == "GET /some/page?x=1&y=%2F"
    assert seen["x-forwarded-user"] == ["alice"]
    assert seen["x-forwarded-groups"] == ["dev|ops"]
    assert seen["x-forwarded-mail"] == ["alice@example.test"]
    assert seen["x-forwarded-displayname"] == ["Alice Example"]
    assert seen["x-latchkey-auth"] == ["session"]


def test_the_authorization_request_carries_state_nonce_and_pkce_o21_n37(provider_and_stack):
    provider, stack = provider_and_stack
    reply = stack.site.browse("/oauth/login?rd=%2Fx")
    assert reply.status == 302
    query = parse_qs(urlsplit(reply.location).query)
    assert query["response_type"] == ["code"] and query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [f"{stack.site.origin}/oauth/callback"]
    assert len(query["state"][0]) >= 32 and len(query["nonce"][0]) >= 22 and len(query["code_challenge"][0]) == 43
    again = parse_qs(urlsplit(stack.site.browse("/oauth/login").location).query)
    for fresh in ("state", "nonce", "code_challenge"):
        assert again[fresh] != query[fresh]


def test_the_person_fetches_a_credential_uses_it_and_groups_decide(provider_and_stack):
    provider, stack = provider_and_stack
    browser = sign_in(provider, stack)
    issued = json.loads(stack.site.get("/cli/credentials", cookie=browser.cookies("127.0.0.1")).text)
    assert issued["username"] == "alice"
    seen = stack.site.get("/dev-only", basic=("alice", issued["password"])).seen()
    assert seen["x-forwarded-groups"] == ["dev|ops"]
    bob = sign_in(provider, stack, "bob")
    assert stack.site.get("/dev-only", cookie=bob.cookies("127.0.0.1")).status == 403


def test_a_program_gets_its_credential_by_a_sign_in_at_the_provider(provider_and_stack, tmp_path):
    """The way leads back from another site: Chromium itself decides which cookies go along with it."""
    provider, stack = provider_and_stack
    provider.log()
    terminal = Terminal([BIN / "latchkey", "login", stack.site.origin], tmp_path,
                        clean_environment(HOME=tmp_path, XDG_DATA_HOME=tmp_path, DOCKER_CONFIG=tmp_path, GIT_CONFIG_NOSYSTEM="1"))
    try:
        url = terminal.expect(r"(http://\S+/oauth/device\?code=\S+)\s")[1]
        seen = decide(url, "approve", tmp_path)
        assert seen["url"] == url == f"{stack.site.origin}/oauth/device?code={seen['code']}" and "alice" in seen["asks"]
        assert terminal.end() == 0, terminal.text
    finally:
        terminal.stop()
    assert [asked["path"] for asked in provider.log()].count("/token") == 1
    kept = json.loads((tmp_path / "latchkey/credentials.json").read_text())[f"127.0.0.1:{stack.port}"]
    assert stack.site.get("/x", basic=(kept["username"], kept["secret"])).seen()["x-forwarded-user"] == ["alice"]


def test_groups_changed_at_the_provider_count_from_the_next_sign_in_a3_d10_n33(provider_and_stack):
    provider, stack = provider_and_stack
    browser = sign_in(provider, stack)
    old, issued = browser.cookies("127.0.0.1"), json.loads(stack.site.get(
        "/cli/credentials", cookie=browser.cookies("127.0.0.1")).text)

    def statuses(*ways):
        return [stack.site.get("/dev-only", **way).status for way in ways]
    assert statuses({"cookie": old}, {"bearer": issued["password"]}) == [200, 200]
    provider.change(alice={"groups": ["ops"]})
    try:
        now = sign_in(provider, stack).cookies("127.0.0.1")
        # Not only for the new session: for everything of that person.
        assert statuses({"cookie": now}, {"cookie": old}, {"bearer": issued["password"]}) == [403, 403, 403]
    finally:
        provider.change(alice={"groups": ["dev", "ops"]})
    sign_in(provider, stack)
    assert statuses({"bearer": issued["password"]}) == [200]


def test_no_address_that_a_client_names_is_ever_called_l9(provider_and_stack):
    provider, stack = provider_and_stack
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        address = quote(f"http://127.0.0.1:{listener.getsockname()[1]}/x", safe="")
        login = sign_in(provider, stack).cookies("127.0.0.1")
        for name in ("request_uri", "rd", "target_link_uri", "iss", "redirect_uri", "jwks_uri", "url", "provider", "logo_uri",
                     "post_logout_redirect_uri", "sector_identifier_uri"):
            for path in ("/oauth/login", "/oauth/callback", "/oauth/logout", "/cli/credentials", "/whoami", "/x"):
                stack.site.browse(f"{path}?{name}={address}", cookie=login)
            stack.site.ask("POST", "/oauth/backchannel-logout", body=f"logout_token=x&{name}={address}".encode(),
                           fields=[("Content-Type", "application/x-www-form-urlencoded")])
        with pytest.raises(TimeoutError):
            listener.accept()


def test_several_tabs_sign_in_at_once(provider_and_stack):
    provider, stack = provider_and_stack
    browser = browser_for(provider, stack)
    tabs = []
    for number in range(5):
        page = browser.open(f"{stack.site.origin}/tab/{number}?of=5")
        assert "username" in page.text
        # The provider has one interaction per cookie jar, so each tab has one of its own there.
        tabs.append((browser.form("username"), browser.jar.pop("localhost")))
    assert len([name for name in browser.jar["127.0.0.1"] if "login" in name]) == 1
    sessions = set()
    for number in (1, 3, 4, 0):  # an early one, one in the middle, the last, and one from before them all
        (browser.url, fields), browser.jar["localhost"] = tabs[number]
        browser.open(browser.url, "POST", {**fields, "username": "alice", "password": "alice-pw", "login": "1"})
        assert browser.url == f"{stack.site.origin}/tab/{number}?of=5", browser.history
        assert browser.reply.text.splitlines()[0] == f"GET /tab/{number}?of=5"
        assert browser.reply.seen()["x-forwarded-user"] == ["alice"]
        sessions.add(browser.jar["127.0.0.1"]["latchkey"])
    assert len(sessions) == 4, "each sign-in made a session of its own"


def test_a_state_makes_one_session_and_only_in_its_own_browser_o1(provider_and_stack):
    provider, stack = provider_and_stack
    browser = browser_for(provider, stack)
    browser.open(stack.site.origin + "/x")
    action, fields = browser.form("username")
    # Walk to the callback without following it.
    reply, url = browser.step("POST", action, {**fields, "username": "alice", "password": "alice-pw", "login": "1"}), action
    while not (reply.location or "").startswith(stack.site.origin):
        from urllib.parse import urljoin
        url = urljoin(url, reply.location)
        reply = browser.step("GET", url)
    callback = reply.location[len(stack.site.origin):]
    provider.log()

    stranger = stack.site.browse(callback)
    assert stranger.status == 400 and "not begun in this browser" in stranger.text, stranger
    assert not any("latchkey=" in c for c in stranger.all("Set-Cookie"))
    login_cookie = browser.cookies("127.0.0.1")
    for broken, status in ((re.sub(r"state=[^&]*", "state=", callback), 400), (re.sub(r"[?&]state=[^&]*", "?a=b", callback), 400),
                           (re.sub(r"state=([^&]*)", r"state=\1A", callback), 400), (callback + "&state=x", 400),
                           (callback + "&code=x", 400), (re.sub(r"iss=[^&]*", "iss=http%3A%2F%2Fevil.test", callback), 502),
                           (re.sub(r"&iss=[^&]*", "", callback), 502)):
        refused = stack.site.browse(broken, cookie=login_cookie)
        assert refused.status == status and "<h1" in refused.text, (broken, refused)
    assert not [asked for asked in provider.log() if asked["path"] == "/token"]

    first = stack.site.browse(callback, cookie=login_cookie)
    assert first.status == 302 and first.location == f"{stack.site.origin}/x", first
    provider.log()
    second = stack.site.browse(callback, cookie=login_cookie)
    assert second.status == 400 and "used already" in second.text, second
    assert not [asked for asked in provider.log() if asked["path"] == "/token"]


def test_saying_no_at_the_provider_ends_on_a_page_that_explains(provider_and_stack):
    provider, stack = provider_and_stack
    browser = browser_for(provider, stack)
    browser.open(stack.site.origin + "/x")
    browser.submit("username", cancel="1", username="", password="")
    assert browser.reply.status == 403 and "You were not signed in" in browser.reply.text, browser.reply


def test_signing_in_again_makes_a_new_session_and_ends_the_old_one_m23_n23(provider_and_stack):
    provider, stack = provider_and_stack
    browser = browser_for(provider, stack)
    other_tab = browser.step("GET", stack.site.origin + "/oauth/login?rd=/x").location
    browser.open(stack.site.origin + "/")
    browser.submit("username", username="alice", password="alice-pw", login="1")
    first = browser.cookies("127.0.0.1")
    assert stack.site.get("/x", cookie=first).status == 200
    browser.open(other_tab)
    second = browser.cookies("127.0.0.1")
    assert browser.url == stack.site.origin + "/x" and second != first, browser.history
    assert stack.site.get("/x", cookie=first).status == 401
    assert stack.site.get("/x", cookie=second).status == 200
    chosen = stack.site.browse("/x", cookie="latchkey=chosen-by-an-attacker")
    assert chosen.status == 302 and "chosen-by-an-attacker" not in str(chosen.fields)


def test_logging_out_ends_it_here_and_at_the_provider_m5(provider_and_stack):
    provider, stack = provider_and_stack
    browser = sign_in(provider, stack)
    cookie = browser.cookies("127.0.0.1")
    browser.open(stack.site.origin + "/oauth/logout?rd=https%3A%2F%2Fevil.test%2F")
    assert stack.site.get("/x", cookie=cookie).status == 200  # GET only asks
    browser.submit()
    assert stack.site.get("/x", cookie=cookie).status == 401
    assert "/session/end" in browser.url, browser.history
    assert not any("evil.test" in url for method, url, status in browser.history if "/oauth/logout?" not in url)
    browser.submit("xsrf", logout="yes")
    assert browser.url.startswith(stack.site.origin), browser.history
    assert browser.reply.status == 200 and "signed out" in browser.reply.text.lower(), (browser.url, browser.reply.text)


def test_the_providers_back_channel_logout_ends_sessions_and_not_credentials(provider_and_stack):
    provider, stack = provider_and_stack
    one, two = sign_in(provider, stack), sign_in(provider, stack)
    issued = json.loads(stack.site.get("/cli/credentials", cookie=one.cookies("127.0.0.1")).text)
    ending = one.cookies("127.0.0.1")
    # The person signs out at the provider itself; our site is not asked by the browser at all.
    one.open(provider.issuer + "/session/end")
    one.submit("xsrf", logout="yes")
    wait_until(lambda: stack.site.get("/x", cookie=ending).status == 401, "the end of the session")
    assert stack.site.get("/x", cookie=two.cookies("127.0.0.1")).status == 200
    assert stack.site.get("/x", bearer=issued["password"]).status == 200


def test_a_forged_logout_token_ends_nothing_m26(provider_and_stack):
    provider, stack = provider_and_stack
    browser = sign_in(provider, stack)
    cookie = browser.cookies("127.0.0.1")
    for token in ("", "x.y.z", "eyJhbGciOiJub25lIn0.e30.", "a" * 9000):
        reply = stack.site.ask("POST", "/oauth/backchannel-logout", body=f"logout_token={token}".encode(),
                               fields=[("Content-Type", "application/x-www-form-urlencoded")])
        assert reply.status == 400 and reply.get("Cache-Control") == "no-store", reply
    assert stack.site.get("/oauth/backchannel-logout").status == 405
    assert stack.site.get("/x", cookie=cookie).status == 200


def faulty(provider, stack, *faults):
    provider.fault(*faults)
    try:
        return sign_in(provider, stack)
    finally:
        provider.fault()


def test_a_provider_that_fails_ends_on_a_page_that_says_so_o15(provider_and_stack):
    provider, stack = provider_and_stack
    for fault in ({"path": "/token", "status": 503}, {"path": "/token", "status": 500}, {"path": "/token", "reset": True},
                  {"path": "/token", "delay_ms": 8000}):
        browser = faulty(provider, stack, fault)
        assert browser.reply.status == 502, (fault, browser.reply)
        assert "<h1" in browser.reply.text and not any(c == "latchkey" for c in browser.jar["127.0.0.1"])
    assert sign_in(provider, stack).reply.status == 200


def test_a_hanging_provider_does_not_slow_decisions_c21(provider_and_stack):
    provider, stack = provider_and_stack
    cookie = sign_in(provider, stack).cookies("127.0.0.1")
    provider.fault({"path": "/token", "delay_ms": 6000, "count": 8})
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        hanging = [pool.submit(sign_in, provider, stack) for _ in range(4)]
        for _ in range(200):
            assert stack.site.get("/x", cookie=cookie).status == 200
        assert stack.site.get("/v2/").status == 401
        assert stack.site.get("/healthz").status == 200  # half of the responders stay free
        statuses = [one.result().reply.status for one in hanging]
        # One of the two responders waits in vain; whoever comes meanwhile is sent away. A slow machine may begin the
        # last sign-in after the first has ended, so their numbers are not fixed.
        assert set(statuses) == {502, 503}, statuses
    provider.fault()


def test_rotated_keys_of_the_provider_are_fetched_when_they_are_needed(tmp_path):
    port = free_port()
    provider = OpenIdProvider(tmp_path, port).start()
    stack = PlainStack(tmp_path, OIDC.replace("{issuer}", provider.issuer), port=port, secret=SECRET)
    try:
        assert sign_in(provider, stack).reply.status == 200
        provider.stop()
        provider.start(generation=2)
        wait_until(lambda: sign_in(provider, stack).reply.status == 200, "a sign-in by the new key", 90)
    finally:
        stack.stop()
        provider.stop()


def test_a_provider_that_is_away_at_the_start_harms_only_the_sign_in(tmp_path):
    port = free_port()
    provider = OpenIdProvider(tmp_path, port)
    stack = PlainStack(tmp_path, OIDC.replace("{issuer}", provider.issuer) + '\n[local]\nusers_file = "{dir}/users"\n',
                       port=port, secret=SECRET, users={"carol": "carol-pw"})
    try:
        browser = Browser(stack.site)
        browser.open(stack.site.origin + "/x")
        browser.submit("password", username="carol", password="carol-pw")
        assert browser.reply.seen()["x-forwarded-user"] == ["carol"]
        started = stack.site.browse("/oauth/login?provider=company")
        assert started.status == 502 and "<h1" in started.text, started
        provider.start()
        wait_until(lambda: stack.site.browse("/oauth/login?provider=company").status == 302, "the provider's return", 60)
    finally:
        stack.stop()
        provider.stop()
