"""How each server hands on that somebody is not let through."""
import json

BASIC = 'Basic realm="nexus-proxy"'


def assert_unasked(front, *words):
    for word in words:
        assert front.application.asked_for(word) == []


def test_a_browser_is_led_to_the_sign_in(front):
    """a browser without a session is led to the sign-in with 302, not cacheable"""
    for method in ("GET", "HEAD"):
        reply = front.nexus.ask(method, "/refused/a?x=1&y=%2F", fields=[
            ("Accept", "text/html,*/*;q=0.8"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Site", "none")])
        assert reply.status == 302, reply
        assert reply.location == "https://nexus.example.com/oauth/login?rd=%2Frefused%2Fa%3Fx%3D1%26y%3D%252F"
        assert reply.get("Cache-Control") == "no-store"
    assert_unasked(front, "/refused")


def test_docker_is_challenged(front):
    """Docker without a credential gets 401 with one challenge, its version field and its JSON"""
    for site in (front.nexus, front.docker):
        for method in ("GET", "HEAD", "PUT", "POST", "PATCH"):
            reply = site.ask(method, "/v2/refused/manifests/latest", body=b"x" if method[0] == "P" else None)
            assert reply.status == 401, reply
            assert [challenge[:len(BASIC)] for challenge in reply.all("WWW-Authenticate")] == [BASIC], reply
            assert reply.get("Docker-Distribution-Api-Version") == "registry/2.0"
            if method != "HEAD":
                assert json.loads(reply.text)["errors"][0]["code"] == "UNAUTHORIZED"
    assert_unasked(front, "/v2/refused")


def test_maven_is_challenged(front):
    """Maven without a credential gets 401 with Basic and the configured realm, never a redirect"""
    for method, target in (("GET", "/repository/refused/a.jar"), ("PUT", "/repository/refused/b.jar"),
                           ("HEAD", "/repository/refused/"), ("GET", "/repository/refused/@a%2fb")):
        reply = front.nexus.ask(method, target, fields=[("User-Agent", "Apache-Maven/3.8.7"), ("Accept", "text/html,*/*")],
                                body=b"jar" if method == "PUT" else None)
        if "%2f" in target and front.cannot("encoded_slash"):
            assert reply.status == 404
            continue
        assert reply.status == 401 and reply.location is None, reply
        assert len(reply.all("WWW-Authenticate")) == 1 and reply.get("WWW-Authenticate").startswith(BASIC), reply
        assert reply.get("Docker-Distribution-Api-Version") is None
    assert_unasked(front, "/repository/refused")


def test_an_api_client_is_challenged(front):
    """a program without a credential gets 401 with Basic, a script on a page Bearer, so that no dialog opens"""
    for method in ("GET", "POST", "DELETE"):
        reply = front.nexus.ask(method, "/service/refused", fields=[("Accept", "application/json")],
                                body=b"{}" if method == "POST" else None)
        assert reply.status == 401 and reply.location is None
        assert len(reply.all("WWW-Authenticate")) == 1 and reply.get("WWW-Authenticate").startswith("Basic "), reply
    script = front.nexus.get("/service/refused", fields=[("Sec-Fetch-Mode", "cors"), ("Accept", "*/*")])
    assert script.status == 401 and script.all("WWW-Authenticate")[0].startswith("Bearer"), script
    assert len(script.all("WWW-Authenticate")) == 1
    assert_unasked(front, "/service/refused")


def test_a_bad_credential_is_refused(front, session, credential):
    """a bad credential gets 401 with a fresh challenge, even beside a good session"""
    token = credential["password"]
    ways = [{"fields": [("Authorization", text)]} for text in ("Basic !!!", "Bearer x.y.z", "Foo bar", "Basic YWxpY2U6d3Jvbmc=")]
    ways += [{"basic": ("bob", token)}, {"bearer": token[:-4] + "AAAA"}, {"bearer": "." + token}, {"basic": ("alice", "alice-pw")}]
    for way in ways:
        for cookie in (None, session):
            reply = front.nexus.get("/repository/refused", cookie=cookie, **way)
            assert reply.status == 401 and reply.get("WWW-Authenticate").startswith(BASIC), (way, reply)
    assert_unasked(front, "/repository/refused")


def test_an_expired_credential_is_refused(front, session):
    """an expired credential gets 401 from the moment it expires"""
    issued = front.latchkey.issue("alice")
    assert front.nexus.get("/x", bearer=issued["password"]).status == 200
    front.expire_credential(issued["id"])
    for way in ({"bearer": issued["password"]}, {"basic": ("alice", issued["password"])}):
        assert front.nexus.get("/refused", **way).status == 401
    assert_unasked(front, "/refused")


def test_a_revoked_credential_is_refused(front, session):
    """a revoked credential gets 401 at the very next request"""
    issued = front.latchkey.issue("alice")
    assert front.nexus.get("/x", bearer=issued["password"]).status == 200
    front.latchkey.admin("credential", "revoke", issued["id"])
    for way in ({"bearer": issued["password"]}, {"basic": ("alice", issued["password"])}):
        assert front.nexus.get("/refused", **way).status == 401
    assert_unasked(front, "/refused")


def test_an_ended_session_is_refused(front):
    """a session ended by the administrator leads to the sign-in at the very next request"""
    cookie = front.sign_in("bob")
    assert front.nexus.get("/x", cookie=cookie).status == 200
    front.latchkey.admin("session", "end", "--user", "bob")
    assert front.nexus.browse("/refused", cookie=cookie).status == 302
    assert_unasked(front, "/refused")


def test_a_rule_for_others_is_a_403(front, session, credential):
    """who may not is told so with 403, without a challenge and without a redirect"""
    for way in ({"cookie": session}, {"bearer": credential["password"]}):
        reply = front.nexus.browse("/admin/refused", **way)
        assert reply.status == 403 and reply.get("WWW-Authenticate") is None and reply.location is None, reply
    assert_unasked(front, "/admin/refused")


def test_other_sites_cannot_write(front, session):
    """a session from another site's page cannot write: 403"""
    for fields in ([("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.test")], [("Origin", "null")]):
        assert front.nexus.ask("POST", "/refused", fields=fields, cookie=session, body=b"a=1").status == 403
    own = front.nexus.ask("POST", "/written", fields=[("Sec-Fetch-Site", "same-origin")], cookie=session, body=b"a=1")
    assert own.status == (405 if front.serves_files else 200), own
    assert_unasked(front, "/refused")


def test_no_spelling_opens_a_protected_path(front):
    """no spelling of a protected path is taken for an open one"""
    slash = 404 if front.cannot("encoded_slash") else 400
    for target, status in (("/public/../admin/x", 401), ("/public/%2e%2e/admin/x", 401), ("//admin/x", 401), ("/%61dmin/x", 401),
                           ("/public%2f..%2fadmin/x", slash), ("/admin/x?/public/", 401), ("/public/..;/admin/x", 400),
                           ("/public\\..\\admin/x", 400), ("/public/.%2e/admin/x", 401)):
        reply = front.nexus.get(target)
        assert reply.status == status, (target, reply)
        assert front.application.asked_for("admin") == [], target


def test_other_host_names_reach_nothing(front, credential):
    """a host name that is not configured, two Host fields, or a target that names another host reach no application"""
    token = f"Authorization: Bearer {credential['password']}\r\nConnection: close\r\n\r\n"
    front.application.clear()
    for head in ("GET /x HTTP/1.1\r\nHost: evil.test\r\n", "GET /x HTTP/1.1\r\nHost: nexus.example.com\r\nHost: evil.test\r\n",
                 "GET https://evil.test/x HTTP/1.1\r\nHost: nexus.example.com\r\n", "GET /x HTTP/1.0\r\n",
                 "GET /x HTTP/1.1\r\nHost: nexus.example.com.evil.test\r\n", "GET /x HTTP/1.1\r\nHost: a@nexus.example.com\r\n"):
        reply = front.nexus.raw((head + token).encode())
        assert reply.status == 400, (head, reply)
    assert front.application.requests == []
