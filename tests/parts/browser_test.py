"""A real browser: sign-in at the provider, the credentials page, a credential that works, logout; with JavaScript
and without it, because the pages need none."""
import ast
import html
import json
import random
import re
from urllib.parse import quote, unquote

import pytest

from tests.parts.conftest import SECRET, OIDC, OpenIdProvider, PlainStack
from tests.support.processes import NODE_MODULES, ROOT, free_port, program, run


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    directory = tmp_path_factory.mktemp("browser")
    port = free_port()
    provider = OpenIdProvider(directory, port).start()
    stack = PlainStack(directory, OIDC.replace("{issuer}", provider.issuer) + '\n[local]\nusers_file = "{dir}/users"\n',
                       port=port, secret=SECRET, users={"carol": "carol-pw"})
    yield provider, stack
    stack.stop()
    provider.stop()


def drive(pair, tmp_path, scripts, story):
    """Runs one story of browser.mjs. Returns what it saw, as a dictionary."""
    provider, stack = pair
    done = run([program("node"), ROOT / "tests/parts/browser.mjs", story, scripts, stack.site.origin, tmp_path], tmp_path,
               HOME=tmp_path, PARTS=NODE_MODULES.parent, CHROMIUM=program("chromium"))
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize("scripts", ["on", "off"])
def test_sign_in_credential_and_logout_at_the_provider(pair, tmp_path, scripts):
    stack = pair[1]
    seen = drive(pair, tmp_path, scripts, "provider")
    assert "x-forwarded-user: alice" in seen["application"].lower()
    assert seen["listed"] >= 1 and seen["owner"] == "alice"
    assert seen["cookies"] == {"httpOnly": True, "sameSite": "Lax"}
    assert seen["violations"] == [] and seen["errors"] == []
    assert stack.site.get("/x", bearer=seen["revoked"]).status == 401
    assert stack.site.get("/x", bearer=seen["secret"]).status == 200
    assert seen["afterLogout"].startswith(("sign-in", "provider"))
    assert stack.site.get("/x", cookie=seen["cookie"]).status == 401


@pytest.mark.parametrize("scripts", ["on", "off"])
def test_a_local_user_signs_in_by_the_form(pair, tmp_path, scripts):
    seen = drive(pair, tmp_path, scripts, "local")
    assert "x-forwarded-user: carol" in seen["application"].lower()
    assert seen["wrong"] == 403 and seen["violations"] == []
    assert seen["pageBytes"] < 20_000


LITERAL = r'"(?:[^"\\\n]|\\.)*"'


def corpus():
    """The redirect targets that the C++ tests use, but for the long one, which is no literal."""
    text = re.sub(r"(?m)^ *//.*$", "", (ROOT / "tests/support/redirect_corpus.h").read_text())
    several = re.findall(rf"((?:{LITERAL}\s*)+)[,}}]", text)
    return [b"".join(ast.literal_eval("b" + one) for one in re.findall(LITERAL, found)).decode() for found in several]


def tried(pieces, count):
    """More of the same kind, the same ones each time."""
    chance = random.Random(20250101)
    return ["/" + "".join(chance.choices(pieces, k=chance.randint(0, 6))) for _ in range(count)]


PIECES = ["/", "/", "\\", ".", "..", "%2e", "%2f", "%5c", "%25", "%09", "%00", "@", ":", ";", "?", "#", "&", "a", "evil.test", "https:",
          "javascript:", "\t", "\n", " ", "\u3071", "\uff0f", "oauth/login", "[", "]", "xn--", "~"]


def test_chromium_stays_on_the_site_for_every_target_that_is_accepted(pair, tmp_path):
    site = pair[1].site
    targets = corpus() + tried(PIECES, 600)
    assert len(targets) > 700 and "/\t/evil.test" in targets and "//;@evil.test" in targets
    accepted = set()
    for target in targets:
        page = site.browse(f"/oauth/logout?rd={quote(target, safe='')}").text
        kept = unquote(html.unescape(re.search(r'href="/oauth/login\?rd=([^"]*)"', page)[1]))
        assert kept in (target, "/"), target
        accepted.add(kept)
    assert len(accepted) > 100, "the grammar was hardly tried"
    asked = sorted(accepted) + sorted(set(targets) - accepted)
    (tmp_path / "targets.json").write_text(json.dumps(asked))
    taken = dict(zip(asked, drive(pair, tmp_path, "on", "targets")["origins"], strict=True))
    for target in accepted:
        assert taken[target] == [site.origin, site.origin], target
    away = [target for target in asked if taken[target] != [site.origin, site.origin]]
    assert len(away) > 60, "an engine that goes nowhere shows nothing"
