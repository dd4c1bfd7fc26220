"""What the application behind nginx learns about a person, and what nobody can make it believe."""
import threading

import pytest

from tests.support.spoofed import SPELLINGS, SPOOFED

IDENTITY = ("x-forwarded-user", "x-forwarded-groups", "x-forwarded-mail", "x-forwarded-displayname", "x-latchkey-auth",
            "x-latchkey-credential")


def assert_nobody_came(reply):
    """The application was not asked: whatever answered, it is no 200 with the application's text."""
    assert reply.status >= 300, reply
    assert "GET /" not in reply.text.split("\n")[0]


def test_a_session_reaches_the_application_as_its_owner(stack, session):
    seen = stack.nexus.get("/some/page?q=1", cookie=session).seen()
    assert seen["x-forwarded-user"] == ["alice"]
    assert seen["x-latchkey-auth"] == ["session"]
    assert "x-latchkey-credential" not in seen  # an empty fact is absent at the application


@pytest.mark.parametrize("user", ["alice", "token", ""])
def test_a_token_as_basic_password_is_its_owner(stack, credential, user):
    seen = stack.nexus.get("/repository/maven/x.jar", basic=(user, credential["password"])).seen()
    assert seen["x-forwarded-user"] == ["alice"]
    assert seen["x-latchkey-auth"] == ["jwt"]
    assert seen["x-latchkey-credential"] == [credential["id"]]


def test_a_token_as_bearer_is_its_owner(stack, credential):
    assert stack.nexus.get("/x", bearer=credential["password"]).seen()["x-forwarded-user"] == ["alice"]


def test_a_token_under_somebody_elses_name_is_refused(stack, credential):
    reply = stack.nexus.get("/repository/x", basic=("bob", credential["password"]))
    assert reply.status == 401 and reply.get("WWW-Authenticate").startswith("Basic"), reply


def test_the_credential_outranks_the_session_and_leaves_it_alone(stack, credential):
    cookie = stack.sign_in("bob")
    seen = stack.nexus.get("/x", cookie=cookie, basic=("alice", credential["password"])).seen()
    assert seen["x-forwarded-user"] == ["alice"]
    assert stack.nexus.get("/x", cookie=cookie).seen()["x-forwarded-user"] == ["bob"]


def test_a_bad_credential_is_refused_although_a_session_is_there(stack, session):
    for bad in ("Basic !!!", "Bearer x.y.z", "Foo bar", "Basic YWxpY2U6d3Jvbmc="):
        reply = stack.nexus.get("/x", cookie=session, fields=[("Authorization", bad)])
        assert reply.status == 401, (bad, reply)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("who", ["nobody", "session", "token"])
def test_spoofed_identity_headers_never_reach_the_application_o9_n1_n2(stack, session, credential, spelling, who):
    evil = [(SPELLINGS[spelling](name), "evil") for name in SPOOFED]
    how = {"nobody": {}, "session": {"cookie": session}, "token": {"bearer": credential["password"]}}[who]
    reply = stack.nexus.get("/public/page", fields=evil, **how)
    seen = reply.seen()
    flat = {name.replace("_", "-").replace(".", "-"): values for name, values in seen.items()}
    for name in SPOOFED:
        assert "evil" not in flat.get(name.lower(), []), (name, seen)
    assert seen.get("x-forwarded-user", []) == ([] if who == "nobody" else ["alice"])


def test_anonymous_pages_carry_no_identity_of_the_client_m2_l17(stack):
    for method in ("GET", "OPTIONS", "HEAD", "POST"):
        reply = stack.nexus.ask(method, "/public/x", fields=[("X-Forwarded-User", "root")], body=b"" if method == "POST" else None)
        assert reply.status == 200, reply
        if method != "HEAD":
            assert not {"x-forwarded-user", "x-forwarded-groups", "x-forwarded-mail"} & set(reply.seen())
            assert reply.seen()["x-latchkey-auth"] == ["anonymous"]


def test_connection_cannot_remove_an_identity_header_n4(stack, session):
    reply = stack.nexus.raw(("GET /x HTTP/1.1\r\nHost: nexus.example.com\r\nConnection: close, X-Forwarded-User, "
                             f"X-Latchkey-Auth\r\nCookie: {session}\r\n\r\n").encode())
    assert reply.seen()["x-forwarded-user"] == ["alice"]


def test_forwarded_fields_of_the_client_decide_nothing_o11_o20_n3(stack):
    fields = [(name, value) for name, value in [
        ("X-Forwarded-Uri", "/public/x"), ("X-Original-URL", "/public/x"), ("X-Original-URI", "/public/x"),
        ("X-Rewrite-URL", "/public/x"), ("X-Forwarded-Prefix", "/public"), ("X-Forwarded-Path", "/public/x"),
        ("X-Forwarded-Method", "OPTIONS"), ("X-HTTP-Method-Override", "OPTIONS"), ("X-Forwarded-Host", "evil.test"),
        ("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "127.0.0.1"),
        ("Forwarded", 'for=127.0.0.1;host="evil.test";proto=http')]]
    reply = stack.nexus.browse("/secret", fields=fields)
    assert reply.status == 302, reply
    assert reply.location.startswith("https://nexus.example.com/oauth/login?rd="), reply
    assert "evil" not in str(reply.fields)


def test_the_application_never_sees_credential_or_cookie_l24(stack, session, credential):
    seen = stack.nexus.get("/x", cookie=f"theme=dark; {session}; other=1").seen()
    assert seen["cookie"] == ["theme=dark; other=1"]
    seen = stack.nexus.get("/x", cookie=f"{session}", bearer=credential["password"]).seen()
    assert "authorization" not in seen and "cookie" not in seen
    kept = stack.nexus.get("/x", cookie=f"xlatchkey=1; {session}; latchkey-login=2").seen()["cookie"]
    assert [part.strip() for part in kept[0].split(";") if part.strip()] == ["xlatchkey=1"]


def test_planted_cookies_do_not_carry_a_session_to_the_application_l24(stack, session):
    planted = "; ".join(f"latchkey-login={number}" for number in range(4))
    for both in (f"{session}; {planted}; theme=dark", f"{planted}; {session}; theme=dark", f"latchkey=1; {planted}; {session}"):
        seen = stack.nexus.get("/x", cookie=both).seen()
        assert seen["x-forwarded-user"] == ["alice"] and "cookie" not in seen, both


def test_two_session_cookies_are_refused_and_cleared_c1(stack, session):
    other = stack.sign_in("bob")
    for both in (f"{session}; {other}", f"{other}; {session}"):
        reply = stack.nexus.browse("/x", cookie=both)
        assert reply.status == 400, reply
        assert any("__Host-latchkey=" in line and "Max-Age=0" in line for line in reply.all("Set-Cookie")), reply


def test_a_cookie_whose_name_only_resembles_ours_is_nothing_c3_l21(stack, session):
    value = session.split("=", 1)[1]
    for name in ("x__Host-latchkey", "__Host-latchkey2", "__host-latchkey", "latchkey", "__Host-latchkey\u00e9", "$Version"):
        reply = stack.nexus.get("/x", cookie=f"{name}={value}")
        assert reply.status == 401, (name, reply)
    assert stack.nexus.get("/x", cookie=f"a=1;__Host-latchkey={value}").status == 200
    assert stack.nexus.get("/x", cookie=f"a=1; b=2;   __Host-latchkey={value}").status == 200


def test_each_prefix_and_extension_of_a_session_is_unknown_n27(stack, session):
    name, value = session.split("=", 1)
    for wrong in (value[:-1], value + "A", value[1:], value.lower(), value[:-1] + ("A" if value[-1] != "A" else "B"), ""):
        assert stack.nexus.get("/x", cookie=f"{name}={wrong}").status == 401


def test_cookie_parts_are_never_put_together_v3_m15_m42_n26(stack, session):
    name, value = session.split("=", 1)
    half = len(value) // 2
    for parts in (f"{name}_0={value[:half]}; {name}_1={value[half:]}", f"{name}_1of2={value[:half]}; {name}_2of2={value[half:]}",
                  f"{name}_1of999999999={value}", f"{name}_-1of3={value}", f"{name}_3of1={value}",
                  f"{name}_chunks=99999999; {name}_0={value}", f"{name}_1of2={value[:half]}; {name}_1of2={value[half:]}"):
        assert stack.nexus.get("/x", cookie=parts).status == 401, parts
        # Beside a whole one they are what they are: cookies of somebody else.
        assert stack.nexus.get("/x", cookie=f"{parts}; {session}").seen()["x-forwarded-user"] == ["alice"]


@pytest.mark.parametrize("value", [",https", ", ,", ",", "", "https,", " , http", ",,,,,,,,", "\t,https"])
def test_forwarded_fields_of_separators_only_harm_nobody_m39(stack, session, value):
    fields = [(name, value) for name in ("X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded")]
    seen = stack.nexus.get("/x", fields=fields, cookie=session).seen()
    assert seen["x-forwarded-user"] == ["alice"] and seen["x-forwarded-proto"] == ["https"]


def test_the_application_gets_one_value_of_each_forwarded_field(stack, session):
    evil = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "203.0.113.10"), ("X-Forwarded-Proto", "http"),
            ("X-Forwarded-Host", "evil.test"), ("X-Real-IP", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")]
    seen = stack.nexus.get("/x", fields=evil, cookie=session).seen()
    assert seen["x-forwarded-for"] == seen["x-real-ip"] == ["127.0.0.1"]
    assert seen["x-forwarded-proto"] == ["https"] and seen["x-forwarded-host"] == ["nexus.example.com"]
    assert "forwarded" not in seen


def test_two_people_at_once_never_mix_l4_n10(stack):
    people = {user: (stack.fresh_account(user)["password"], stack.sign_in(user)) for user in ("alice", "bob")}
    wrong = []

    def ask(user, way):
        for _ in range(30):
            reply = stack.nexus.get("/x", **way)
            if reply.status != 200 or reply.seen()["x-forwarded-user"] != [user]:
                wrong.append((user, reply))
    threads = [threading.Thread(target=ask, args=(user, way)) for user, (token, cookie) in people.items() for way in (
        {"basic": (user, token)}, {"basic": ("token", token)}, {"bearer": token}, {"cookie": cookie})]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert wrong == []
    # One colon further is another text, not the same person.
    token = people["alice"][0]
    for basic in (("ali", f"ce:{token}"), ("alice:", token), ("alice", f":{token}"), ("", f"alice:{token}")):
        assert stack.nexus.get("/x", basic=basic).status == 401
