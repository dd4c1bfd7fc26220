"""No client can make the application believe an identity, whatever fields it sends and however it spells them."""
import re

from tests.support.spoofed import BEYOND, SPELLINGS, SPOOFED
from tests.support.web import Reply


def assert_spoofing_is_in_vain(front, user, **way):
    """Sends every name in every spelling, together and each spelling alone. A server may also refuse such a request."""
    for spelling, spell in SPELLINGS.items():
        front.application.clear()
        reply = front.nexus.get("/public/spoofed", fields=[(spell(name), "evil") for name in SPOOFED], **way)
        assert reply.status in (200, 400, 403), (spelling, reply)
        for request in front.application.requests:
            seen = Reply(200, [], b"")  # the fields as the application got them
            seen.fields = request.fields
            for name, value in request.fields:
                folded = re.sub("[^a-z0-9]", "-", name.lower())
                assert folded not in {n.lower() for n in SPOOFED} or value != "evil", (spelling, name)
            assert seen.all("X-Forwarded-User") == ([user] if user else []), (spelling, request.fields)
        assert (reply.status == 200) == bool(front.application.requests)
    # The plain spelling is what a careless client or a proxy in front sends: it must not be an error.
    assert front.nexus.get("/public/spoofed", fields=[("X-Forwarded-User", "evil")], **way).status == 200


def test_spoofed_fields_with_a_session(front, session):
    """identity fields sent along with a session, in any spelling, never reach the application"""
    assert_spoofing_is_in_vain(front, "alice", cookie=session)


def test_spoofed_fields_with_a_credential(front, credential):
    """identity fields sent along with a credential, in any spelling, never reach the application"""
    assert_spoofing_is_in_vain(front, "alice", bearer=credential["password"])


def test_spoofed_fields_on_an_open_page(front):
    """identity fields sent to a page open to anyone, in any spelling, never reach the application"""
    assert_spoofing_is_in_vain(front, None)


def test_spoofed_families(front, session):
    """no field of the families X-Latchkey- and X-Auth-Request- reaches the application, whatever word is behind it"""
    for spell in SPELLINGS.values():
        for name in BEYOND:
            front.application.clear()
            reply = front.nexus.get("/public/spoofed", fields=[(spell(name), "evil")], cookie=session)
            assert reply.status in (200, 400, 403), (name, reply)
            for request in front.application.requests:
                brought = [field for field, value in request.fields if value == "evil"]
                assert not brought or front.cannot("spoofed_families"), brought
                assert ("X-Forwarded-User", "alice") in [(field.title(), value) for field, value in request.fields]


def test_connection_cannot_remove_an_identity(front, session):
    """`Connection: X-Forwarded-User` takes no identity away"""
    reply = front.nexus.raw(("GET /x HTTP/1.1\r\nHost: nexus.example.com\r\nConnection: close, X-Forwarded-User, "
                             f"X-Latchkey-Auth\r\nCookie: {session}\r\n\r\n").encode())
    assert reply.seen()["x-forwarded-user"] == ["alice"] and reply.seen()["x-latchkey-auth"] == ["session"]


def test_forwarded_fields_decide_nothing(front):
    """X-Forwarded-Uri, -Method, -Host, -Proto and their like change neither the decision nor where people are led"""
    for underscores in (False, True):
        fields = [("X-Forwarded-Uri", "/public/x"), ("X-Original-URL", "/public/x"), ("X-Rewrite-URL", "/public/x"),
                  ("X-Forwarded-Prefix", "/public"), ("X-Forwarded-Method", "OPTIONS"), ("X-HTTP-Method-Override", "OPTIONS"),
                  ("X-Forwarded-Host", "evil.test"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "127.0.0.1"),
                  ("Forwarded", 'for=127.0.0.1;host="evil.test";proto=http')]
        fields = [(name.replace("-", "_") if underscores else name, value) for name, value in fields]
        reply = front.nexus.browse("/secret", fields=fields)
        assert reply.status == 302 and "evil" not in str(reply.fields), reply
        assert reply.location == "https://nexus.example.com/oauth/login?rd=%2Fsecret"
    assert front.application.asked_for("/secret") == []


def test_nothing_of_the_verdict_reaches_the_client(front, session, credential):
    """the client sees none of the fields and variables in which the server is told the identity"""
    for way in ({"cookie": session}, {"bearer": credential["password"]}, {}):
        for target in ("/public/x", "/x"):
            names = {name.lower() for name, _ in front.nexus.get(target, **way).fields}
            assert not [name for name in names if name.startswith(("variable-", "x-latchkey", "x-forwarded", "remote-"))], names
            assert "status" not in names or front.name == "caddy", names
