"""The life of a credential behind a real web server: short form, rotation, what was leaked, machine users."""
import json
import sqlite3

from tests.support.processes import wait_until

JSON = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")]


def create(stack, session, **order):
    made = stack.nexus.ask("POST", "/cli/credentials", cookie=session, body=json.dumps(order).encode(), fields=JSON)
    assert made.status == 201, made
    return json.loads(made.text)


def test_a_short_credential_is_made_on_the_page_and_taken_everywhere(stack, session):
    issued = create(stack, session, label="short", form="short", lifetime=7)
    secret = issued["password"]
    assert len(secret) == 40 and secret.startswith("lkc_")
    for how in ({"basic": ("alice", secret)}, {"basic": ("token", secret)}, {"bearer": secret}):
        assert stack.nexus.get("/x", **how).seen()["x-forwarded-user"] == ["alice"]
    assert stack.nexus.get("/x", basic=("bob", secret)).status == 401
    assert stack.nexus.get("/x", bearer=secret[:-1] + ("0" if secret[-1] != "0" else "1")).status == 401
    stack.latchkey.admin("credential", "revoke", issued["id"])
    assert stack.nexus.get("/x", bearer=secret).status == 401


def test_no_secret_of_a_short_credential_is_on_the_disk_o16(stack, session):
    secret = create(stack, session, form="short")["password"]
    assert stack.nexus.get("/x", bearer=secret).status == 200
    for file in [*stack.latchkey.directory.rglob("*")]:
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file


def test_rotation_leaves_no_gap_and_no_second_life(stack, session):
    old = create(stack, session, label="build", scopes=["read"])
    path = f"/cli/credentials/{old['id']}"
    cross = stack.nexus.ask("POST", f"{path}/rotate", cookie=session, fields=[("Sec-Fetch-Site", "cross-site")])
    assert cross.status == 403
    rotated = stack.nexus.ask("POST", f"{path}/rotate", cookie=session, body=b'{"overlap": "1h"}', fields=JSON)
    assert rotated.status == 201, rotated
    new = json.loads(rotated.text)
    assert new["replaces"] == old["id"]
    assert [stack.nexus.get("/x", bearer=one["password"]).status for one in (old, new)] == [200, 200]
    assert stack.nexus.ask("PUT", "/x", bearer=new["password"], body=b"").status == 403
    assert stack.nexus.ask("POST", f"{path}/rotate", cookie=session, body=b"{}", fields=JSON).status == 409
    at_once = stack.nexus.ask("POST", f"/cli/credentials/{new['id']}/rotate", cookie=session, body=b'{"overlap": "0s"}',
                              fields=JSON)
    assert at_once.status == 201
    assert stack.nexus.get("/x", bearer=new["password"]).status == 401


def test_what_was_leaked_is_revoked_by_whoever_has_it(stack, session):
    leaked = create(stack, session, form="short")["password"]
    signed = create(stack, session)["password"]
    text = f"GET /x HTTP/1.1\nAuthorization: Bearer {signed}\n//nexus/:_authToken={leaked}\n".encode()
    known = stack.nexus.ask("POST", "/cli/credentials/revoke", body=text, fields=[("Content-Type", "text/plain")])
    again = stack.nexus.ask("POST", "/cli/credentials/revoke", body=b"x", fields=[("Content-Type", "text/plain")])
    assert known.status == again.status == 200 and known.text == again.text
    assert {stack.nexus.get("/x", bearer=one).status for one in (leaked, signed)} == {401}
    page = stack.nexus.browse("/cli/credentials/revoke")
    assert page.status == 200 and "Revoke what was leaked" in page.text


def test_a_credential_cannot_rotate_list_or_revoke_others(stack, session):
    held = create(stack, session)
    for method, path in [("POST", f"/cli/credentials/{held['id']}/rotate"), ("GET", "/cli/credentials/list"),
                         ("POST", "/cli/credentials/revoke-all")]:
        assert stack.nexus.ask(method, path, bearer=held["password"], fields=JSON, body=b"{}").status == 403, path


def test_last_use_tells_when_from_where_and_by_which_tool(stack, session):
    held = create(stack, session, lifetime=3)
    stack.nexus.get("/x", bearer=held["password"], fields=[("User-Agent", "Apache-Maven/3.8.7 (Java 17)")])

    def record():
        return json.loads(stack.nexus.get(f"/cli/credentials/{held['id']}", cookie=session).text)
    wait_until(lambda: "last_used" in record(), "the last use")
    assert record()["last_used_from"] == "127.0.0.1"
    assert record()["last_used_by"] == "Apache-Maven/3.8.7 (Java 17)"
    assert record()["expires_soon"] is True
    assert json.loads(stack.nexus.get("/whoami", bearer=held["password"]).text)["expires_soon"] is True
    listed = json.loads(stack.nexus.get("/cli/credentials/list", cookie=session).text)["credentials"]
    assert held["id"] in [one["id"] for one in listed]


def test_a_machine_user_ends_with_its_owner_and_goes_on_with_another(stack):
    stack.fresh_account("bob")
    stack.latchkey.admin("user", "create-machine", "ci-bot", "--owner", "bob", "--group", "deployers")
    secret = stack.latchkey.issue("ci-bot", "--form", "short")["password"]
    seen = stack.nexus.get("/x", bearer=secret).seen()
    assert (seen["x-forwarded-user"], seen["x-forwarded-groups"]) == (["ci-bot"], ["deployers"])
    stack.latchkey.admin("user", "disable", "bob")
    try:
        assert stack.nexus.get("/x", bearer=secret).status == 401
    finally:
        stack.latchkey.admin("user", "enable", "bob")
    assert stack.nexus.get("/x", bearer=secret).status == 401
    stack.latchkey.admin("user", "assign", "ci-bot", "--owner", "bob")
    assert stack.nexus.get("/x", bearer=secret).status == 200


def test_revoke_all_ends_every_credential_of_the_person(stack):
    held = stack.fresh_account("bob")
    cookie = stack.sign_in("bob")
    done = stack.nexus.ask("POST", "/cli/credentials/revoke-all", cookie=cookie, fields=JSON, body=b"")
    assert done.status == 200 and json.loads(done.text)["revoked"] >= 1
    assert stack.nexus.get("/x", bearer=held["password"]).status == 401
    with sqlite3.connect(stack.latchkey.database) as store:
        (left,) = store.execute("SELECT count(*) FROM credential JOIN account ON account.id = credential.account "
                                "WHERE user_name = 'bob' AND revoked IS NULL").fetchone()
    assert left == 0
