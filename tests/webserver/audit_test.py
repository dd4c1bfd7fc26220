"""The audit log, written by real pools and commands: who did what, from where, and whether anybody has been at it."""
import contextlib
import getpass
import hmac
import json
import signal
import sqlite3

import pytest

from tests.support.processes import wait_until
from tests.support.stack import sign_in_locally
from tests.webserver.conftest import CONFIGURATION


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tests.webserver.conftest import Stack
    made = Stack(tmp_path_factory.mktemp("audit"))
    yield made
    made.stop()


def rows(site, *more):
    """All rows, oldest first, as the export has them."""
    return [json.loads(line) for line in site.latchkey.admin("audit", "export", *more).splitlines()]


def operator():
    return f"operator:{getpass.getuser()}"


def edit(site, statement):
    """What somebody does who owns the file."""
    with contextlib.closing(sqlite3.connect(site.latchkey.database, timeout=10)) as database:
        database.executescript("DROP TRIGGER IF EXISTS audit_is_not_changed; DROP TRIGGER IF EXISTS audit_is_not_cut;"
                               + statement)


def test_a_credentials_life_is_told_with_who_and_from_where(site):
    cookie = site.sign_in("bob")
    made = site.nexus.ask("POST", "/cli/credentials", cookie=cookie, body=b'{"label": "ci", "lifetime": 7, "scopes": ["read"]}',
                          fields=[("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin"),
                                  ("User-Agent", "Browser/1.0")])
    assert made.status == 201, made
    issued = json.loads(made.text)
    for _ in range(3):
        assert site.nexus.get("/x", bearer=issued["password"], fields=[("User-Agent", "mvn/3.9")]).status == 200
    wait_until(lambda: any(row["action"] == "credential_first_used" for row in rows(site, "--user", "bob")), "the first use")
    site.latchkey.admin("credential", "revoke", issued["id"])
    told = [row for row in rows(site, "--user", "bob") if row["object"] == issued["id"]]
    assert [(row["action"], row["actor"], row["address"], row["agent"]) for row in told] == [
        ("credential_issued", "user:bob", "127.0.0.1", "Browser/1.0"),
        ("credential_first_used", "user:bob", "127.0.0.1", "mvn/3.9"),
        ("credential_revoked", operator(), "", "")]
    assert told[0]["detail"]["label"] == "ci" and told[0]["detail"]["scopes"] == ["read"]
    assert all(row["user"] == "bob" and row["account"] for row in told)


def test_sessions_and_accounts(site):
    before = len(rows(site))
    browser = sign_in_locally(site.nexus, "alice", "alice-pw")
    browser.open(f"{site.nexus.origin}/oauth/logout")
    browser.submit("form_token")
    site.latchkey.admin("session", "end", "--user", "alice")
    site.latchkey.admin("user", "disable", "alice")
    site.latchkey.admin("user", "enable", "alice")
    told = rows(site)[before:]
    assert [(row["action"], row["actor"]) for row in told] == [
        ("signed_in", "user:alice"), ("signed_out", "user:alice"), ("sessions_ended", operator()),
        ("user_disabled", operator()), ("user_enabled", operator())]
    assert told[0]["object"] == told[1]["object"] and told[0]["address"] == "127.0.0.1"


def test_what_was_refused_leaves_no_row(site):
    before = len(rows(site))
    site.nexus.get("/x", bearer="eyJ.x.y")
    site.nexus.ask("DELETE", "/cli/credentials/018bcfe5-6800-7000-8000-000000000001", fields=[("Sec-Fetch-Site", "same-origin")])
    assert site.latchkey.admin("credential", "revoke", "018bcfe5-6800-7000-8000-000000000001", check=False).returncode == 1
    assert site.latchkey.admin("user", "disable", "nobody-here", check=False).returncode == 1
    assert len(rows(site)) == before


def test_no_secret_is_ever_written_o16(site):
    cookie = site.sign_in("bob")
    issued = site.fetch_credential(cookie)
    site.latchkey.admin("credential", "revoke", "--token", "-", text_input=issued["password"] + "\n")
    text = site.latchkey.admin("audit", "export") + site.latchkey.admin("audit", "list", "--last", "1000")
    for secret in (cookie.split("=", 1)[1], issued["password"], issued["password"].split(".")[2], "bob-pw"):
        assert secret not in text


def test_an_agent_cannot_write_a_row_of_its_own_c22(site):
    before = len(rows(site))
    cookie = site.sign_in("bob")
    made = site.nexus.ask("GET", "/cli/credentials", cookie=cookie,
                          fields=[("User-Agent", 'x", "action": "forged \x7f\xe2\x80\xae')])
    assert made.status == 200, made
    told = rows(site)[before:]
    assert [row["action"] for row in told] == ["signed_in", "credential_issued"]
    assert told[1]["agent"].startswith('x", "action": "forged')
    assert all(line.isprintable() for line in site.latchkey.admin("audit", "list").splitlines())


def test_the_log_is_whole_and_each_tampering_is_named(own_stack):
    stack = own_stack()
    for user in ("alice", "bob"):
        stack.fresh_account(user)
    whole = stack.latchkey.admin("audit", "verify")
    head = whole.splitlines()[-1].removeprefix("head ")
    count = int(whole.split(" ")[0])
    assert count == len(rows(stack)) == 4 and head.startswith(f"{count}:")
    assert stack.latchkey.admin("audit", "verify", "--head", head) == whole

    edit(stack, "UPDATE audit SET actor = 'user:mallory' WHERE seq = 2")
    done = stack.latchkey.admin("audit", "verify", check=False)
    assert done.returncode == 1 and "row 2 was changed" in done.stderr, done
    edit(stack, "UPDATE audit SET actor = (SELECT actor FROM audit WHERE seq = 4) WHERE seq = 2")
    assert stack.latchkey.admin("audit", "verify") == whole

    edit(stack, "DELETE FROM audit WHERE seq = 3")
    done = stack.latchkey.admin("audit", "verify", check=False)
    assert done.returncode == 1 and "row 3 is missing" in done.stderr, done
    edit(stack, "DELETE FROM audit WHERE seq >= 3; UPDATE audit_chain SET head_seq = 2,"
                " head = (SELECT chain FROM audit WHERE seq = 2)")
    assert stack.latchkey.admin("audit", "verify").startswith("2 rows")
    done = stack.latchkey.admin("audit", "verify", "--head", head, check=False)
    assert done.returncode == 1 and "row 4, which was noted, is missing" in done.stderr, done
    for wrong in ("4", "4:", "x:00", head + "0", "-1:" + "00" * 32):
        assert stack.latchkey.admin("audit", "verify", "--head", wrong, check=False).returncode == 64, wrong


def test_a_row_is_written_with_its_change_or_neither(own_stack):
    """Whoever cannot write the log cannot do what it would tell of."""
    stack = own_stack()
    issued = stack.fresh_account("bob")
    edit(stack, "CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    assert stack.latchkey.admin("credential", "revoke", issued["id"], check=False).returncode == 1
    assert stack.latchkey.admin("user", "disable", "bob", check=False).returncode == 1
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 200
    edit(stack, "DROP TRIGGER no_more")
    stack.latchkey.admin("credential", "revoke", issued["id"])
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 401


def test_a_reload_is_told_by_each_pool_and_a_refused_one_is_not(own_stack):
    stack = own_stack()

    def reloads():
        return [row["detail"]["pool"] for row in rows(stack) if row["action"] == "configuration_reloaded"]

    for part in stack.latchkey.parts.values():
        part.send(signal.SIGHUP)
    wait_until(lambda: len(reloads()) == 2, "both pools to tell of their reload")
    assert sorted(reloads()) == ["latchkey-authorizer", "latchkey-responder"]
    assert rows(stack)[-1]["actor"] == "latchkey" and rows(stack)[-1]["object"] == str(stack.latchkey.file)
    stack.latchkey.configure(CONFIGURATION + "\n[nonsense]\n")
    part = stack.latchkey.parts["authorizer"]
    part.send(signal.SIGHUP)
    part.ready_when_logged("reload_refused")
    stack.latchkey.configure(CONFIGURATION)
    assert len(reloads()) == 2


def chain_after(before, row):
    """As docs/audit.md has it."""
    parts = [b"latchkey audit", *(part if isinstance(part, bytes) else str(part).encode() for part in row)]
    return hmac.digest(before, b"".join(len(part).to_bytes(8, "big") + part for part in parts), "sha256")


def write_anew(stack, seconds_older):
    """Writes the log as if all of it had happened earlier, chain and all; the oldest half only."""
    with contextlib.closing(sqlite3.connect(stack.latchkey.database, timeout=10)) as database:
        chain = database.execute("SELECT base FROM audit_chain").fetchone()[0]
        columns = "seq, time, action, actor, address, agent, account, user_name, object, detail"
        all_rows = database.execute(f"SELECT {columns}, chain FROM audit ORDER BY seq").fetchall()
        for at, row in enumerate(all_rows):
            *fields, found = row
            if seconds_older == 0:
                assert chain_after(chain, fields) == found, row
            elif at < len(all_rows) // 2:
                fields[1] -= seconds_older
            chain = chain_after(chain, fields)
            if seconds_older:
                database.execute("UPDATE audit SET time = ?, chain = ? WHERE seq = ?", (fields[1], chain, fields[0]))
        if seconds_older:
            database.execute("UPDATE audit_chain SET head = ?", (chain,))
        assert chain == database.execute("SELECT head FROM audit_chain").fetchone()[0]
        database.commit()


def test_others_can_compute_the_chain(site):
    assert rows(site)
    write_anew(site, 0)


def test_old_rows_go_and_the_rest_stays_whole(own_stack):
    stack = own_stack(configuration=CONFIGURATION + '\n[audit]\nkeep = "1d"\n')
    for user in ("alice", "bob"):
        stack.fresh_account(user)
    stack.latchkey.stop()
    edit(stack, "")
    write_anew(stack, 2 * 86400)
    before = rows(stack)
    stack.latchkey.admin("housekeep")
    after = rows(stack)
    assert after[:-1] == before[2:]
    assert (after[-1]["action"], after[-1]["actor"], after[-1]["detail"]) == ("audit_pruned", "latchkey", {"up_to": 2})
    assert "3 rows from row 3 on, whole" in stack.latchkey.admin("audit", "verify")


def test_the_list_shows_the_newest_and_one_user(site):
    listing = json.loads(site.latchkey.admin("audit", "list", "--last", "2", "--json"))
    exported = rows(site)
    assert [row["row"] for row in listing] == [row["row"] for row in exported[-2:]]
    assert {row["user"] for row in rows(site, "--user", "bob")} == {"bob"}
    assert rows(site, "--after", exported[-2]["row"]) == exported[-1:]
    assert rows(site, "--user", "nobody-here") == []
    assert site.latchkey.admin("audit", "export", "--after", "-1", check=False).returncode == 64
