"""What ends, ends at the next request on every worker: each of them has seen it work before, and is asked by itself."""
import json
import os
import signal

from tests.support.processes import wait_until
from tests.webserver.conftest import every_worker

WORKERS = 4


def test_a_revoked_credential_is_refused_at_once_by_every_worker_l7(stack):
    issued = stack.fresh_account("bob")
    basic = ("bob", issued["password"])
    assert every_worker(stack, basic=basic) == {200}
    stack.latchkey.admin("credential", "revoke", issued["id"])
    assert every_worker(stack, basic=basic) == {401}


def test_revoking_by_the_pasted_token_works_too(stack):
    issued = stack.fresh_account("bob")
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200
    stack.latchkey.admin("credential", "revoke", "--token", "-", text_input=issued["password"] + "\n")
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 401


def test_a_person_revokes_on_the_page_and_by_delete(stack, session):
    made = stack.nexus.ask("POST", "/cli/credentials", cookie=session, body=json.dumps({"label": "ci", "lifetime": 7}).encode(),
                           fields=[("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")])
    assert made.status == 201, made
    issued = json.loads(made.text)
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200
    cross = stack.nexus.ask("DELETE", f"/cli/credentials/{issued['id']}", cookie=session,
                            fields=[("Sec-Fetch-Site", "cross-site")])
    assert cross.status == 403
    gone = stack.nexus.ask("DELETE", f"/cli/credentials/{issued['id']}", cookie=session,
                           fields=[("Sec-Fetch-Site", "same-origin")])
    assert gone.status == 204, gone
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 401


def test_a_disabled_person_loses_everything_at_once_n18_n19(stack):
    issued = stack.fresh_account("bob")
    cookie = stack.sign_in("bob")
    assert every_worker(stack, basic=("bob", issued["password"])) == {200} == every_worker(stack, cookie=cookie)
    stack.latchkey.admin("user", "disable", "bob")
    try:
        assert every_worker(stack, basic=("bob", issued["password"])) == {401}
        assert 200 not in every_worker(stack, cookie=cookie)
        from tests.support.web import Browser
        browser = Browser(stack.nexus)
        browser.open(stack.nexus.origin + "/")
        browser.submit("password", username="bob", password="bob-pw")
        assert browser.reply.status == 403, browser.reply
    finally:
        stack.latchkey.admin("user", "enable", "bob")
    assert stack.nexus.get("/x", basic=("bob", issued["password"])).status == 401  # the old one stays dead
    assert stack.nexus.get("/x", cookie=cookie).status == 401


def test_a_removed_person_loses_everything_at_once_on_every_worker(own_stack):
    stack = own_stack(workers=WORKERS)
    issued = stack.fresh_account("bob")
    cookie = stack.sign_in("bob")
    assert every_worker(stack, basic=("bob", issued["password"])) == {200} == every_worker(stack, cookie=cookie)
    stack.latchkey.admin("user", "remove", "bob", "--yes")
    assert every_worker(stack, basic=("bob", issued["password"])) == {401}
    assert 200 not in every_worker(stack, cookie=cookie)
    stack.sign_in("bob")  # of the users file still, and so somebody new
    assert stack.nexus.get("/x", basic=("bob", issued["password"])).status == 401


def test_ended_sessions_end_and_credentials_stay(stack):
    issued = stack.fresh_account("bob")
    cookie = stack.sign_in("bob")
    stack.latchkey.admin("session", "end", "--user", "bob")
    assert stack.nexus.get("/x", cookie=cookie).status == 401
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200


def test_a_removed_local_user_loses_session_and_credential(own_stack):
    stack = own_stack(workers=WORKERS)
    issued, cookie = stack.fresh_account("bob"), stack.sign_in("bob")
    users = stack.latchkey.directory / "users"
    kept = users.read_text()
    users.write_text("".join(line for line in kept.splitlines(True) if not line.startswith("bob:")))
    assert every_worker(stack, basic=("bob", issued["password"])) == {401}
    assert 200 not in every_worker(stack, cookie=cookie)
    users.write_text(kept)
    assert stack.nexus.get("/x", basic=("bob", issued["password"])).status == 401


def test_a_changed_password_ends_sessions_only(own_stack):
    from tests.support.stack import users_file
    stack = own_stack()
    issued, cookie = stack.fresh_account("bob"), stack.sign_in("bob")
    users_file(stack.latchkey.directory / "users", alice="alice-pw", bob="new-pw", root="root-pw")
    assert stack.nexus.get("/x", cookie=cookie).status == 401
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200


def test_everything_survives_a_restart(own_stack):
    stack = own_stack()
    issued, cookie = stack.fresh_account("alice"), stack.sign_in("alice")
    stack.latchkey.restart()
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200
    assert stack.nexus.get("/x", cookie=cookie).status == 200


def test_a_rotated_key_signs_and_the_old_one_still_counts(own_stack):
    stack = own_stack(workers=WORKERS)
    before = stack.fresh_account("alice")
    stack.latchkey.admin("key", "rotate")
    after = stack.latchkey.issue("alice")
    for token in (before["password"], after["password"]):
        assert every_worker(stack, bearer=token) == {200}
    assert len(json.loads(stack.nexus.get("/.well-known/jwks.json").text)["keys"]) == 2
    old = json.loads(stack.latchkey.admin("key", "list", "--json"))
    old = old["keys"] if isinstance(old, dict) else old
    stack.latchkey.admin("key", "retire", next(k.get("id") or k.get("kid") for k in old if k["state"] != "active"))
    # Each worker looks at the key directory once per second.
    wait_until(lambda: every_worker(stack, bearer=before["password"]) == {401}, "the end of the retired key")
    assert every_worker(stack, bearer=after["password"]) == {200}


def test_a_reload_takes_the_new_rules_and_keeps_the_old_ones_when_the_new_are_bad(own_stack):
    stack = own_stack(workers=1)  # each worker reads it when it gets there
    cookie = stack.sign_in("alice")
    text = stack.latchkey.file.read_text()
    authorizer = stack.latchkey.parts["authorizer"]
    stack.latchkey.configure(text.replace('users = ["root"]', 'users = ["alice"]'))
    assert stack.nexus.get("/admin", cookie=cookie).status == 403
    authorizer.send(signal.SIGHUP)
    wait_until(lambda: stack.nexus.get("/admin", cookie=cookie).status == 200, "the new rule")
    stack.latchkey.configure(text.replace("[site]", "[sight]"))
    authorizer.send(signal.SIGHUP)
    wait_until(lambda: "sight" in authorizer.log_text(), "the complaint about the bad configuration")
    assert stack.nexus.get("/admin", cookie=cookie).status == 200


def test_logging_out_ends_the_session_on_the_server_o14_n22_v9(stack):
    from tests.support.stack import sign_in_locally
    browser = sign_in_locally(stack.nexus, "alice", "alice-pw")
    cookie = f"__Host-latchkey={browser.jar['nexus.example.com']['__Host-latchkey']}"
    asked = browser.open(stack.nexus.origin + "/oauth/logout")
    assert asked.status == 200 and stack.nexus.get("/x", cookie=cookie).status == 200
    browser.submit()
    assert browser.reply.status == 200
    assert "__Host-latchkey" not in browser.jar["nexus.example.com"]
    assert stack.nexus.get("/x", cookie=cookie).status == 401


def test_log_files_and_answers_hold_no_secret_o16_n28_n31(own_stack):
    stack = own_stack()
    issued, cookie = stack.fresh_account("alice"), stack.sign_in("alice")
    for how in ({"bearer": issued["password"]}, {"basic": ("alice", issued["password"])}, {"cookie": cookie},
                {"basic": ("alice", "alice-pw")}, {"cookie": cookie + "x"}):
        stack.nexus.get("/x", **how)
        stack.nexus.browse("/admin", **how)
    stack.latchkey.stop()
    text = "".join(p.read_text(errors="replace") for p in stack.latchkey.directory.glob("*.log"))
    assert "decision" in text
    database = b"".join(p.read_bytes() for p in (stack.latchkey.directory / "state").glob("latchkey.db*"))
    for secret in (issued["password"], issued["password"].split(".")[2], cookie.split("=", 1)[1], "alice-pw"):
        assert secret not in text
        assert secret.encode() not in database
    for path in [*stack.latchkey.directory.rglob("*.db*"), *stack.latchkey.directory.rglob("signing-*"),
                 *stack.latchkey.directory.rglob("seal.key")]:
        assert os.stat(path).st_mode & 0o077 == 0, path
