"""One reading of every request: what could be read in two ways never reaches the application."""
import pytest

from tests.support.servers.nginx import EXAMPLES
from tests.support.web import NAVIGATION
from tests.webserver.conftest import Stack


def line(stack, target, session=None, method="GET", host="nexus.example.com", fields=""):
    cookie = f"Cookie: {session}\r\n" if session else ""
    data = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{cookie}{fields}Connection: close\r\n\r\n"
    return stack.nexus.raw(data.encode("latin-1"), method)


@pytest.mark.parametrize("target", [
    "/%zz", "/%", "/%2", "/a%00b", "/a\\b", "/a%5cb", "/a%5Cb", "/%252e%252e/admin", "/a%252fb", "/a%255cb", "/a%0ab",
    "/a%0d%0ab", "/%ff", "/%c0%ae%c0%ae/admin", "/a%2fb", "/a%2Fb", "/repository/x/%2f/y", "/repository/%2e%2e%2fadmin",
    "/repository/..%2f..%2fadmin", "/repository/x%2f..", "/../admin", "/a/../../admin", "/%2e%2e/admin",
    "/a//../admin", "/..;/admin", "/.;/admin", "/admin;/public", "/a;x=1/b", "/\x80", "/\u00e9", "*"])  # some nginx's own
def test_an_ambiguous_or_malformed_target_is_refused_3_4_a2_n5(stack, session, target):
    assert line(stack, target, session).status == 400


@pytest.mark.parametrize("target", ["/public%23/../admin/x", "/admin%23/public", "/%61dmin/x", "/public/../admin/x",
                                    "/public/%2e%2e/admin/x", "//admin/x", "/./admin/x", "/admin/x?a=/public/",
                                    "/admin/x?/public/style.css", "/public/./../admin/x"])
def test_no_spelling_of_a_protected_path_is_public_o8_o12_l3(stack, session, target):
    assert line(stack, target).status == 401
    # The last segment of /admin%23/public is no part of the rule for /admin/*: its name is "admin#".
    assert line(stack, target, session).status == (200 if target.startswith("/admin%23/") else 403)


def test_a_raw_fragment_is_refused_n7(stack, session):
    reply = line(stack, "/admin#/public", session)
    assert reply.status == 400, reply


def test_the_query_and_the_encoding_reach_the_application_unchanged(stack, session):
    for target in ("/a%20b?x=%2F%00&y=//..", "/repository/npm/@scope%2fname", "/repository/npm/@scope%2Fname?x", "/%7Euser"):
        reply = line(stack, target, session)
        assert reply.status == 200 and reply.text.splitlines()[0] == f"GET {target}", (target, reply)


def test_nginx_has_nothing_to_complain_of_in_what_it_passes_on(stack, session):
    log = stack.nginx.directory / "error.log"
    before = len(log.read_text())
    for target, cookie in (("/x", session), ("/public/x", None), ("/x", None)):
        line(stack, target, cookie)
    said = log.read_text()[before:]
    assert not [entry for entry in said.splitlines() if "[error]" in entry or "[crit]" in entry or "[warn]" in entry], said


@pytest.mark.parametrize("host,status", [
    ("nexus.example.com", 200), ("NEXUS.Example.com", 200), ("nexus.example.com:8443", 200), ("nexus.example.com.", 200),
    ("unknown.test", 400), ("evil:nexus.example.com", 400), ("nexus.example.com:evil", 400), ("x@nexus.example.com", 400),
    ("nexus.example.com.evil.test", 400), ("notnexus.example.com", 400), ("a, nexus.example.com", 400), ("[::1", 400),
    ("nexus.example.com/x", 400), ("127.0.0.1", 400)])
def test_only_the_configured_names_are_ours_a7_n6_l20(stack, session, host, status):
    assert line(stack, "/x", session, host=host).status == status


def test_an_unknown_name_gets_the_page_that_names_ours(stack, session):
    reply = stack.nexus.ask(target="/x", host="unknown.test", fields=NAVIGATION, cookie=session)
    assert reply.status == 400 and "nexus.example.com" in reply.text and "docker.example.com" in reply.text, reply


def test_no_host_and_two_hosts_are_refused(stack, session):
    nobody = stack.nexus.raw(f"GET /x HTTP/1.0\r\nCookie: {session}\r\n\r\n".encode())
    assert nobody.status == 400, nobody
    both = line(stack, "/x", session, fields="Host: evil.test\r\n")
    assert both.status == 400, both


def test_an_absolute_target_must_agree_with_its_host_v8(stack, session):
    assert line(stack, "https://nexus.example.com/x", session).status == 200
    assert line(stack, "https://evil.test/x", session).status == 400
    assert line(stack, "https://docker.example.com/x", session).status == 400


@pytest.mark.parametrize("method", ["PROPFIND", "MKCOL", "REPORT", "QUERY", "LOCK"])
def test_methods_of_webdav_and_later_pass_with_a_credential(stack, credential, method):
    reply = stack.nexus.ask(method, "/repository/x", basic=("alice", credential["password"]))
    assert reply.status == 200 and reply.text.startswith(f"{method} ")


def test_a_method_in_lower_case_is_another_method(stack, credential):
    reply = stack.nexus.ask("get", "/x", basic=("alice", credential["password"]))
    assert reply.status == 400, reply  # by nginx, which knows no such method
    assert line(stack, "/x", method="CONNECT").status == 405


def test_64_kib_of_headers_are_refused_and_harm_nobody(stack, session):
    for size, status in ((20_000, 200), (30_000, 400), (65_536, 400)):  # nginx takes four lines of 8 KiB
        reply = stack.nexus.get("/x", fields=[(f"X-{i}", "a" * 7000) for i in range(size // 7000 + 1)], cookie=session)
        assert reply.status == status, reply
    assert stack.nexus.get("/x", cookie=session).status == 200


def test_a_mebibyte_of_authorization_is_refused(stack, session):
    reply = stack.nexus.get("/x", fields=[("Authorization", "Bearer " + "a" * 1_048_576)], cookie=session)
    assert reply.status == 400, reply
    reply = stack.nexus.get("/x", fields=[("Authorization", "Bearer " + "." * 7_000)], cookie=session)
    assert reply.status == 401, reply


def test_a_thousand_cookies_do_not_hide_the_session_m41(stack, session):
    many = "; ".join(f"c{i}=1" for i in range(1000))
    assert len(many) < 8000
    assert stack.nexus.get("/x", cookie=f"{many}; {session}").status == 200
    assert stack.nexus.get("/x", cookie=f"{session}; {many}").status == 200


@pytest.mark.parametrize("cookie", ["", ";", "=", "; ;", ",", "a", "__Host-latchkey", "__Host-latchkey=", "=x; =y", "\x01=2"])
def test_odd_cookie_fields_are_no_session_m14_m18(stack, cookie):
    assert stack.nexus.get("/x", cookie=cookie).status == 401


def test_two_authorization_fields_are_refused(stack, credential):
    token = credential["password"]
    reply = stack.nexus.get("/x", fields=[("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")])
    assert reply.status == 400, reply


REWRITTEN = """include latchkey/server.conf;
    location /public/ {
        rewrite ^/public/before/(.*) /admin/$1;
        include latchkey/protect.conf;
        rewrite ^/public/mounted/(.*) /$1 break;
        rewrite ^/public/moved/(.*) /admin/$1 last;
        proxy_pass http://127.0.0.1:8081;
    }
    location /files/ {
        include latchkey/protect.conf;
        index page.html;
        error_page 404 /admin/lost.html;
        root {files};
    }
    location /tried/ {
        include latchkey/protect.conf;
        try_files $uri /admin/front?$args;
    }
    location /plain/ {
        include latchkey/protect.conf;
        try_files /.none @application;
    }
    location @application {
        proxy_pass http://127.0.0.1:8081;
    }
"""


@pytest.fixture(scope="module")
def rewriting(tmp_path_factory):
    """nginx with locations that lead elsewhere."""
    directory = tmp_path_factory.mktemp("rewriting")
    (directory / "files/files").mkdir(parents=True)
    (directory / "files/files/page.html").write_text("a file")
    text = REWRITTEN.replace("{files}", str(directory / "files"))
    shipped = (EXAMPLES / "nexus-two-hosts.conf").read_text()
    made = Stack(directory, example=shipped.replace("include latchkey/server.conf;", text, 1))
    yield made
    made.stop()


def test_a_path_that_nginx_changed_on_the_way_is_refused(rewriting):
    for cookie in (None, rewriting.sign_in("alice"), rewriting.sign_in("root")):
        for target in ("/public/moved/x", "/public/moved/", "/public/moved/?a", "/public/%6doved/x?a=b", "/public/before/x",
                       "/public/before/"):
            reply = line(rewriting, target, cookie)
            # Judged as public: without a comparison, everybody would have /admin/x.
            assert reply.status == 400, (target, reply)
    assert "the web server reads the path differently" in rewriting.latchkey.log_text()
    assert line(rewriting, "/tried/x", rewriting.sign_in("alice")).status == 400
    assert line(rewriting, "/files/none", rewriting.sign_in("alice")).status in (400, 401)  # within an error page there is no other


def test_a_path_that_is_changed_below_the_include_is_the_administrators_word(rewriting):
    reply = line(rewriting, "/public/mounted/admin/x?a=b")
    assert reply.status == 200 and reply.text.splitlines()[0] == "GET /admin/x?a=b", reply


def test_an_index_and_a_named_location_are_no_other_path(rewriting):
    cookie = rewriting.sign_in("alice")
    for target in ("/files/page.html", "/files/", "/files/?a=b/c"):
        assert line(rewriting, target, cookie).text == "a file", target
        assert line(rewriting, target).status == 401
    reply = line(rewriting, "/plain/x%20y?z", cookie)
    assert reply.status == 200 and reply.text.splitlines()[0] == "GET /plain/x%20y?z", reply
    assert line(rewriting, "/plain/x").status == 401


@pytest.mark.parametrize("target", [
    "/x//y", "//x", "/x/./y", "/x/../y", "/x/y/..", "/x/", "/x%20y", "/x%3Fy?z", "/x%23y", "/x+y", "/%7Euser", "/x%26y",
    "/caf%C3%A9", "/x:y@z", "/x%5B1%5D", "/x?a//b/../c", "/repository/npm/@scope%2fname", "/repository/x%2Fy/z", "/x%3Dy",
    "/x%22y", "/x%27y", "/x%3Cy%3E", "/x%7Cy", "/x%24uri", "/a.b/..c/d..", "/x%2C%2Ay", "https://nexus.example.com/x//y"])
def test_nginx_and_latchkey_read_the_same_path(stack, session, target):
    assert line(stack, target, session).status == 200
