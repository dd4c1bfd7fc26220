"""A real browser: sign-in at the provider, the credentials page, a credential that works, logout; with JavaScript
and without it, because the pages need none."""
import json

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
