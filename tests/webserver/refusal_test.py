"""How a refusal looks to the one who is refused: people are led to the sign-in, programs are challenged in
words they understand, and nobody is let through."""
import json

import pytest

from tests.support.web import HTML, NAVIGATION

BASIC = 'Basic realm="nexus-proxy"'


def test_a_person_is_led_to_the_sign_in_and_back_to_the_page(stack):
    reply = stack.nexus.browse("/browse/a?x=1&y=%2F")
    assert reply.status == 302
    assert reply.location == "https://nexus.example.com/oauth/login?rd=%2Fbrowse%2Fa%3Fx%3D1%26y%3D%252F"
    assert reply.get("Cache-Control") == "no-store"


def test_the_way_back_leads_through_the_form_to_the_page_asked(stack):
    from tests.support.stack import sign_in_locally
    browser = sign_in_locally(stack.nexus, "alice", "alice-pw", rd="/deep/page?x=1&y=%2F")
    assert browser.reply.status == 200
    assert browser.reply.text.splitlines()[0] == "GET /deep/page?x=1&y=%2F"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v2/", "/v2", "/v2/x/manifests/latest", "/v2/_catalog"])
def test_docker_is_challenged_with_basic_and_its_own_words(stack, method, path):
    for site in (stack.nexus, stack.docker):
        reply = site.ask(method, path, body=b"" if method in ("POST", "PUT", "PATCH") else None)
        assert reply.status == 401
        assert reply.all("WWW-Authenticate") == [BASIC + ', charset="UTF-8"'] or reply.all("WWW-Authenticate") == [BASIC]
        assert reply.get("Docker-Distribution-Api-Version") == "registry/2.0"
        if method != "HEAD":
            assert json.loads(reply.text)["errors"][0]["code"] == "UNAUTHORIZED"


def test_v2_alone_is_docker_and_its_neighbour_is_not(stack):
    assert stack.nexus.get("/v2foo").get("Docker-Distribution-Api-Version") is None


@pytest.mark.parametrize("method,target", [
    ("GET", "/repository/maven-public/"), ("PUT", "/repository/maven-releases/a.jar"), ("GET", "/%72epository/x"),
    ("GET", "//repository/x"), ("GET", "/a/../repository/x"), ("GET", "/repository/npm/@a%2fb"),
    ("PROPFIND", "/repository/x"), ("MKCOL", "/repository/x")])
def test_a_repository_asks_for_basic_with_the_configured_realm(stack, method, target):
    reply = stack.nexus.ask(method, target)
    assert reply.status == 401
    assert reply.get("WWW-Authenticate").startswith(BASIC)
    assert reply.get("Docker-Distribution-Api-Version") is None
    assert reply.location is None


def test_a_repository_is_never_answered_with_a_redirect_even_to_a_browser(stack):
    assert stack.nexus.browse("/repository/x").status == 401


@pytest.mark.parametrize("fields", [
    [], [("Accept", "*/*"), ("User-Agent", "curl/8")], [("User-Agent", "docker/20")],
    [("Accept", "application/json"), ("User-Agent", "Apache-Maven/3.8")]])
def test_a_program_is_challenged_on_any_path_c10(stack, fields):
    for method in ("GET", "HEAD", "POST"):
        reply = stack.nexus.ask(method, "/service/rest/v1/x", fields=fields, body=b"" if method == "POST" else None)
        assert reply.status == 401, reply
        assert len(reply.all("WWW-Authenticate")) == 1 and reply.get("WWW-Authenticate").startswith("Basic ")


@pytest.mark.parametrize("fields", [
    [("Sec-Fetch-Mode", "cors"), ("Accept", HTML)], [("Sec-Fetch-Mode", "no-cors"), ("Accept", "*/*")],
    [("X-Requested-With", "XMLHttpRequest"), ("Accept", "application/json")]])
def test_a_script_on_a_page_gets_no_password_dialog(stack, fields):
    reply = stack.nexus.get("/data", fields=fields)
    assert reply.status == 401 and reply.get("WWW-Authenticate").startswith("Bearer"), reply


def test_only_get_and_head_are_navigations(stack):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        reply = stack.nexus.ask(method, "/page", fields=NAVIGATION, body=b"" if method in ("POST", "PUT") else None)
        assert reply.status == 401, (method, reply)
    assert stack.nexus.ask("HEAD", "/page", fields=NAVIGATION).status == 302


def test_nobody_browses_the_docker_host(stack):
    reply = stack.docker.browse("/foo")
    assert reply.status == 401 and reply.get("WWW-Authenticate").startswith("Basic"), reply


def test_a_rule_for_others_is_a_403_without_a_challenge(stack, session, credential):
    for how in ({"cookie": session}, {"basic": ("alice", credential["password"])}):
        reply = stack.nexus.get("/admin/x", **how)
        assert reply.status == 403 and reply.get("WWW-Authenticate") is None, reply
    root = stack.fresh_account("root")
    assert stack.nexus.get("/admin/x", basic=("root", root["password"])).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_rule_with_path_pattern_and_methods_decides(stack, credential, method):
    basic = ("alice", credential["password"])
    assert stack.nexus.ask(method, "/repository/maven/private/a", basic=basic, body=b"").status == 403
    assert stack.nexus.ask("GET", "/repository/maven/private/a", basic=basic).status == 200
    assert stack.nexus.ask(method, "/repository/maven/public/a", basic=basic, body=b"").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_session_writes_only_with_the_same_origin_proof_c5(stack, session, method):
    def ask(*fields):
        return stack.nexus.ask(method, "/form", fields=list(fields), cookie=session, body=b"a=1").status
    assert ask() == 200  # a tool with a cookie: neither field was sent
    assert ask(("Sec-Fetch-Site", "same-origin")) == 200
    assert ask(("Origin", "https://nexus.example.com")) == 200
    assert ask(("Sec-Fetch-Site", "cross-site")) == 403
    assert ask(("Sec-Fetch-Site", "same-site")) == 403
    assert ask(("Origin", "https://evil.test")) == 403
    assert ask(("Origin", "null")) == 403
    assert ask(("Origin", "https://nexus.example.com.evil.test")) == 403
    assert ask(("Sec-Fetch-Site", "cross-site"), ("Origin", "https://nexus.example.com")) == 403


def test_a_path_may_be_opened_to_other_sites(stack, session):
    reply = stack.nexus.ask("POST", "/webhook/x", fields=[("Origin", "https://evil.test")], cookie=session, body=b"")
    assert reply.status == 200


def test_an_upgrade_needs_the_proof_in_any_case(stack, session):
    def upgrade(*fields):
        return stack.nexus.get("/ws", cookie=session, fields=[("Upgrade", "websocket"), *fields]).status
    assert upgrade() == 403
    assert upgrade(("Origin", "https://evil.test")) == 403
    assert upgrade(("Origin", "https://nexus.example.com")) == 200


def test_a_credential_needs_no_proof_of_origin(stack, credential):
    reply = stack.nexus.ask("POST", "/x", fields=[("Origin", "https://evil.test")], body=b"",
                            bearer=credential["password"])
    assert reply.status == 200


def test_authorization_may_be_left_to_the_application(stack):
    reply = stack.nexus.get("/api/x", fields=[("Authorization", "Basic YTpi")])
    assert reply.status == 200 and reply.seen()["x-latchkey-auth"] == ["anonymous"]


def test_a_token_in_the_query_or_under_another_scheme_is_none_v6(stack, credential):
    token = credential["password"]
    assert stack.nexus.get(f"/x?access_token={token}").status == 401
    assert stack.nexus.get("/x", fields=[("Authorization", f"Foo {token}")]).status == 401
    assert stack.nexus.get("/x", fields=[("X-Auth-Token", token)]).status == 401
    assert stack.nexus.get("/x", fields=[("Proxy-Authorization", f"Bearer {token}")]).status == 401
    assert stack.nexus.get("/x", fields=[("Authorization", f"bEaReR {token}")]).status == 200


def test_no_refusal_is_cacheable_c8(stack):
    for reply in (stack.nexus.get("/x"), stack.nexus.browse("/x"), stack.nexus.get("/v2/"),
                  stack.docker.get("/x"), stack.nexus.get("/a;b")):
        assert reply.get("Cache-Control") == "no-store", reply


def test_a_refused_upload_is_answered_before_it_is_sent(stack):
    head = (b"PUT /repository/r/big.bin HTTP/1.1\r\nHost: nexus.example.com\r\nContent-Length: 52428800\r\n"
            b"Expect: 100-continue\r\n\r\n")
    reply = stack.nexus.raw(head, timeout=10)
    assert reply.status == 401, reply


def test_a_large_upload_with_a_credential_reaches_the_application(stack, credential):
    body = b"x" * (50 * 1024 * 1024)
    for fields in ([], [("Expect", "100-continue")]):
        reply = stack.nexus.ask("PUT", "/repository/r/big.bin", fields=fields, body=body,
                                basic=("token", credential["password"]))
        assert reply.status == 200 and reply.text.startswith("PUT /repository/r/big.bin")


def test_a_large_refused_upload_does_not_hold_a_worker(stack):
    reply = stack.nexus.ask("PUT", "/repository/r/big.bin", body=b"x" * (20 * 1024 * 1024))
    assert reply.status == 401, reply
    assert stack.nexus.get("/x").status == 401


def test_a_person_whom_a_rule_refuses_sees_a_page_and_no_loop(stack, session):
    reply = stack.nexus.browse("/admin/x", cookie=session)
    assert reply.status == 403 and reply.location is None and "<h1" in reply.text, reply
    assert reply.get("WWW-Authenticate") is None and reply.get("Set-Cookie") is None


@pytest.mark.parametrize("method,target", [
    ("GET", "/cli/credentials"), ("POST", "/cli/credentials"), ("GET", "/cli/credentials/01900000-0000-7000-8000-000000000000"),
    ("DELETE", "/cli/credentials/01900000-0000-7000-8000-000000000000"), ("GET", "/whoami")])
def test_latchkeys_own_pages_protect_themselves_without_a_server_rule_l1_n43(stack, method, target):
    # The shipped files put no auth_request before these places: the responder decides by itself.
    body = b"{}" if method == "POST" else None
    same_origin = [("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/json"), ("X-Forwarded-User", "root")]
    for how in ({}, {"cookie": "__Host-latchkey=" + "x" * 43}, {"bearer": "x.y.z"}):
        reply = stack.nexus.ask(method, target, fields=same_origin, body=body, **how)
        assert reply.status == 401 and "password" not in reply.text, (how, reply)


def test_a_form_with_parts_reaches_the_application_as_twine_sends_it(stack, credential):
    part = b'--b0undary\r\nContent-Disposition: form-data; name="content"; filename="x.whl"\r\n\r\n' + b"\x00\xff" * 4000
    body = b'--b0undary\r\nContent-Disposition: form-data; name=":action"\r\n\r\nfile_upload\r\n' + part + b"\r\n--b0undary--\r\n"
    kind = [("Content-Type", "multipart/form-data; boundary=b0undary")]
    seen = stack.nexus.ask("POST", "/repository/pypi/", fields=kind, body=body, basic=("alice", credential["password"])).seen()
    assert seen["content-type"] == [kind[0][1]] and seen["content-length"] == [str(len(body))]
    assert stack.nexus.ask("POST", "/repository/pypi/", fields=kind, body=body).status == 401


def test_nugets_key_field_is_no_credential_but_its_basic_is(stack, credential):
    key = [("X-NuGet-ApiKey", credential["password"])]
    refused = stack.nexus.ask("PUT", "/repository/nuget/", fields=key, body=b"x")
    assert refused.status == 401 and refused.get("WWW-Authenticate").startswith(BASIC), refused
    sent = stack.nexus.ask("PUT", "/repository/nuget/", fields=key, body=b"x", basic=("alice", credential["password"]))
    assert sent.seen()["x-forwarded-user"] == ["alice"]
