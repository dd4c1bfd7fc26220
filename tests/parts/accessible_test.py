"""latchkey's pages are for everybody: axe-core finds nothing in them, light or dark, and none is larger than 20 KB."""
import json

from tests.parts.conftest import PlainStack
from tests.support.processes import NODE_MODULES, ROOT, program, run


def test_axe_core_finds_nothing_light_or_dark_and_pages_are_small(tmp_path):
    stack = PlainStack(tmp_path, '[local]\nusers_file = "{dir}/users"\n[user_token]\nenabled = true\n', users={"alice": "alice-pw"})
    try:
        begun = stack.site.ask("POST", "/oauth/device/authorize", body=b"client_id=latchkey&label=laptop",
                               fields=[("Content-Type", "application/x-www-form-urlencoded")])
        code = json.loads(begun.text)["user_code"]
        pages = ["revoke=/cli/credentials/revoke", "message=/oauth/callback", "credentials-2=/cli/credentials?page=2", "code=/oauth/device", f"confirm=/oauth/device?code={code}", "wrong-code=/oauth/device?code=BCDFGHJK",
                 "credentials=/cli/credentials", "no-pair=/cli/credentials/user-token", "whoami=/whoami", "sign-out=/oauth/logout"]
        # The first sign-in makes her account, so that a machine user can be hers.
        session = stack.sign_in("alice", "alice-pw")
        stack.latchkey.admin("user", "create-machine", "ci-bot", "--owner", "alice")
        for user in ("alice", "ci-bot"):
            stack.latchkey.admin("credential", "issue", "--user", user, "--label", "deploys", "--scope", "read")
        # As many as a person may have, and room for those that are made below.
        for number in range(95):
            made = stack.site.ask("POST", "/cli/credentials", cookie=session, body=b'{"label": "build server", "scopes": ["read"]}',
                                  fields=[("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")])
            assert made.status == 201, (number, made)
        done = run([program("node"), ROOT / "tests/parts/accessible.mjs", stack.site.origin, "alice", "alice-pw", tmp_path, *pages],
                   tmp_path, timeout=300, HOME=tmp_path, PARTS=NODE_MODULES.parent, CHROMIUM=program("chromium"))
        assert done.returncode == 0, done.stdout
        seen = json.loads(done.stdout.strip().splitlines()[-1])
    finally:
        stack.stop()
    assert len(seen) == 2 * (len(pages) + 5)
    assert {page: found["violations"] for page, found in seen.items() if found["violations"]} == {}
    assert {page: found["bytes"] for page, found in seen.items() if not 500 < found["bytes"] < 20_000} == {}
