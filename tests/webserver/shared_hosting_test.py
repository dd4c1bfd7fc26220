"""What tests/servers does not ask of examples/shared-hosting: static files, what could open the gate, and a tarball that
is unpacked and set up as its README says, word for word, by an ordinary account."""
import contextlib
import re
import sqlite3

import pytest

from tests.support.servers.shared_host import SharedHost
from tests.support.slapd import Slapd, person
from tests.support.stack import sign_in_locally
from tests.support.tls import Authority

HOST = "nexus.example.com"
REALM = 'Basic realm="nexus-proxy"'


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("tls"))
    made.server(HOST)
    return made


def hosted(tls, variant, **how):
    host = SharedHost(tls, variant, **how)
    host.put("public_html/members/plan.txt", "the plan\n")
    host.put("public_html/members/index.html", "the members\n")
    return host.start()


@pytest.fixture(scope="module")
def fcgid(tls):
    host = hosted(tls, "htaccess-mod_fcgid")
    yield host
    host.stop()


@pytest.fixture(scope="module")
def gate(tls):
    host = hosted(tls, "htaccess-mod_cgi")
    yield host
    host.stop()


def signed_in(host):
    """Returns (a Cookie field with a session of the first user, a credential of theirs)."""
    site = host.site(HOST)
    browser = sign_in_locally(site, "admin", host.password, rd="/whoami")
    assert browser.reply.status == 200 and "admin" in browser.reply.text, browser.reply
    cookie = f"__Host-latchkey={browser.jar[HOST]['__Host-latchkey']}"
    issued = site.get("/cli/credentials", cookie=cookie)
    assert issued.status == 200, issued
    return cookie, re.search(r'"password": ?"([^"]+)"', issued.text)[1]


@pytest.fixture(scope="module")
def fcgid_proofs(fcgid):
    return signed_in(fcgid)


@pytest.fixture(scope="module")
def gate_proofs(gate):
    return signed_in(gate)


@pytest.mark.parametrize("variant", ["fcgid", "gate"])
def test_who_is_not_signed_in_gets_a_challenge_or_the_sign_in(variant, request):
    host = request.getfixturevalue(variant)
    site = host.site(HOST)
    for target in ("/", "/members/plan.txt", "/members/", "/page?x=1", "/index.cgi", "/.htaccess"):
        before = len(host.requests())
        plain = site.get(target)
        assert plain.status == 401 and "the " not in plain.text, (target, plain)
        assert [c[:len(REALM)] for c in plain.all("WWW-Authenticate")] == [REALM], (target, plain)
        assert len(host.requests()) == before, target


@pytest.mark.parametrize("variant", ["fcgid", "gate"])
def test_files_are_served_to_people_and_programs(variant, request):
    host = request.getfixturevalue(variant)
    cookie, token = request.getfixturevalue(f"{variant}_proofs")
    site = host.site(HOST)
    for way in ({"cookie": cookie}, {"basic": ("admin", token)}, {"bearer": token}):
        reply = site.get("/members/plan.txt", **way)
        assert reply.status == 200 and reply.text == "the plan\n", (way, reply)
        assert "private" in reply.get("Cache-Control", ""), reply
        names = {name.lower() for name, _ in reply.fields}
        assert not [n for n in names if n.startswith(("variable-", "x-latchkey", "remote-"))], names
    assert site.get("/members/", cookie=cookie).text == "the members\n"
    assert site.get("//members//plan.txt", cookie=cookie).text == "the plan\n"
    part = site.get("/members/plan.txt", cookie=cookie, fields=[("Range", "bytes=4-7")])
    assert part.status == 206 and part.text == "plan"
    head = site.ask("HEAD", "/members/plan.txt", cookie=cookie)
    assert head.status == 200 and head.body == b"" and head.get("Content-Length") == "9"


def test_a_script_finds_the_same_in_its_environment(fcgid, fcgid_proofs):
    """As every CGI program expects it, and not twice, although a rule leads each page to the script."""
    cookie, token = fcgid_proofs
    site = fcgid.site(HOST)
    seen = site.get("/any/page?x=1", cookie=cookie).seen()
    assert seen["remote_user"] == seen["x-forwarded-user"] == ["admin"]
    assert seen["latchkey_auth"] == seen["x-latchkey-auth"] == ["session"]
    assert not {"remote_groups", "remote_mail", "latchkey_credential"} & set(seen), seen
    seen = site.get("/any/page", bearer=token, fields=[("Remote-User", "evil"), ("REMOTE_USER", "evil")]).seen()
    assert seen["remote_user"] == ["admin"] and seen["latchkey_credential"] and "evil" not in str(seen)


@pytest.mark.parametrize("variant", ["fcgid", "gate"])
def test_latchkeys_own_pages_take_no_command_line_and_large_cookies(variant, request):
    host = request.getfixturevalue(variant)
    cookie, _ = request.getfixturevalue(f"{variant}_proofs")
    site = host.site(HOST)
    before = len(host.requests())
    big = "; ".join(f"c{number}={'x' * 500}" for number in range(12))
    assert site.get("/whoami", cookie=f"{big}; {cookie}").status == 200
    unbounded = site.raw((f"POST /cli/credentials HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\nConnection: close\r\n"
                          "Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n\r\n").encode())
    assert unbounded.status == 201, unbounded  # without a length there is no body, and nobody waits for one
    assert site.get("/healthz?--config=/tmp/evil.toml").status == 200
    assert site.get("/whoami?--version").status == 401
    assert len(host.requests()) == before


def test_nothing_opens_the_gate_but_the_gate(gate, gate_proofs):
    """The redirect's own variables, the gate's own address, and other programs' redirects are all in vain."""
    cookie, _ = gate_proofs
    site = gate.site(HOST)
    gate.put("public_html/cgi-bin/other.cgi", "#!/bin/sh\nprintf 'Location: /members/plan.txt\\n\\n'\n", 0o755)
    gate.put("public_html/open/.htaccess", "Require all granted\n")
    gate.put("public_html/open/leads.cgi", "#!/bin/sh\nprintf 'Location: /members/plan.txt\\n\\n'\n", 0o755)
    marks = [("Redirect-Status", "200"), ("Redirect-Script-Name", "/cgi-bin/latchkey-gate.cgi"), ("Script-Name", "/x"),
             ("REDIRECT_STATUS", "200"), ("REDIRECT_SCRIPT_NAME", "/cgi-bin/latchkey-gate.cgi")]
    for target in ("/members/plan.txt", "/cgi-bin/other.cgi", "/open/leads.cgi", "/open/../members/plan.txt",
                   "/members/plan.txt?REDIRECT_STATUS=200", "/cgi-bin/latchkey-gate.cgi/members/plan.txt",
                   "/cgi-bin/latchkey-gate.cgi?/members/plan.txt", "/cgi-bin/latchkey-responder.cgi/members/plan.txt"):
        reply = site.get(target, fields=marks)
        assert 400 <= reply.status < 500 and "the plan" not in reply.text, (target, reply)
    for target in ("/cgi-bin/latchkey-gate.cgi", "/cgi-bin/latchkey-gate.cgi/members/plan.txt"):
        assert site.get(target, cookie=cookie).status == 400


@contextlib.contextmanager
def changed(host, old, new):
    """While this lasts, the host's latchkey.toml says `new` instead of `old`."""
    configuration = host.latchkey / "latchkey.toml"
    before = configuration.read_text()
    assert old in before
    configuration.write_text(before.replace(old, new, 1))
    host.end_spawned()
    try:
        yield
    finally:
        configuration.write_text(before)
        host.end_spawned()


def test_a_program_leads_nobody_past_the_question(fcgid, fcgid_proofs):
    """By a redirect inside of Apache, in which latchkey would be asked about the program's own address, if at all."""
    cookie, _ = fcgid_proofs
    site = fcgid.site(HOST)
    fcgid.put("public_html/public/page.txt", "for everybody\n")
    fcgid.put("public_html/public/private.txt", "the plan of this directory\n")
    for name, head, target in (("leads", "", "members/plan.txt"), ("sends", "Status: 302\\n", "members/plan.txt"),
                               ("beside", "", "public/private.txt")):
        fcgid.put(f"public_html/public/{name}.cgi", f"#!/bin/sh\nprintf '{head}Location: /{target}\\n\\n'\n", 0o755)
    rules = "\n".join(f'[[rule]]\npaths = ["{path}"]\n{who}\n' for path, who in (
        ("/public/private.txt", 'users = ["nobody"]'), ("/public", 'who = "anyone"')))
    with changed(fcgid, "\n[[rule]]", f"\n{rules}\n[[rule]]"):
        for way in ({}, {"cookie": cookie}):
            assert site.get("/public/page.txt", **way).text == "for everybody\n"
            for led in (site.get("/public/leads.cgi", **way), site.get("/public/beside.cgi", **way)):
                assert led.status == 403 and "the plan" not in led.text, led
            assert site.get("/public/private.txt", **way).status in (401, 403)
            sent = site.get("/public/sends.cgi", **way)
            assert sent.status == 302 and sent.location == "/members/plan.txt" and "the plan" not in sent.text, sent
        assert site.get("/members/plan.txt", cookie=cookie).text == "the plan\n" and site.get("/members/plan.txt").status == 401
        assert site.get("/members/", cookie=cookie).text == "the members\n"


def test_a_password_is_counted_once_although_the_refusal_is_asked_for_anew_a4(fcgid):
    """mod_fcgid's checker has tried it; the CGI program that renders the refusal has no try of its own."""
    with changed(fcgid, "[local]\n", "[local]\nbasic = true\n"):
        site = fcgid.site(HOST)
        assert site.get("/any/page", basic=("admin", fcgid.password)).seen()["latchkey_auth"] == ["password"]
        for wrong in (1, 2, 3):
            refused = site.get("/any/page", basic=("admin", "wrong"))
            assert refused.status == 401 and refused.get("WWW-Authenticate").startswith(REALM), refused
            with contextlib.closing(sqlite3.connect(fcgid.latchkey / "state/latchkey.db")) as store:
                counted = dict(store.execute("SELECT kind, failures FROM attempt").fetchall())
            assert set(counted.values()) == {wrong}, counted


@pytest.mark.parametrize("variant", ["fcgid", "gate"])
def test_a_private_file_below_the_document_root_stops_everything_c17(variant, request):
    host = request.getfixturevalue(variant)
    cookie, _ = request.getfixturevalue(f"{variant}_proofs")
    site = host.site(HOST)
    state, linked = host.latchkey / "state", host.home / "public_html/data"
    state.rename(linked)
    state.symlink_to(linked)
    host.end_spawned()
    try:
        for target in ("/members/plan.txt", "/whoami", "/healthz"):
            reply = site.get(target, cookie=cookie)
            assert reply.status == 503 and "the plan" not in reply.text, (target, reply)
        assert "private_file_served" in host.error_log() and "store.url" in host.error_log()
        assert host.admin("check --document-root public_html", check=False).returncode == 1
    finally:
        state.unlink()
        linked.rename(state)
    assert site.get("/members/plan.txt", cookie=cookie).status == 200


def test_the_tarball_in_the_wrong_place_writes_nothing_c17(fcgid):
    fcgid.run("mkdir public_html/oops && cp -R latchkey/bin latchkey/lib latchkey/programs public_html/oops/")
    try:
        done = fcgid.run("public_html/oops/bin/latchkey init --cgi --document-root public_html", check=False)
        assert done.returncode == 1 and "below the document root" in done.stderr, done
        assert sorted(p.name for p in (fcgid.home / "public_html/oops").iterdir()) == ["bin", "lib", "programs"]
    finally:
        fcgid.run("rm -r public_html/oops")


def test_the_programs_need_nothing_of_the_host(fcgid):
    for name in ("latchkey", "latchkey-authorizer", "latchkey-responder"):
        done = fcgid.run(f"cd / && LD_LIBRARY_PATH=/nowhere exec {fcgid.latchkey}/bin/{name} --version")
        assert done.stdout.strip().startswith("latchkey"), done
        listed = fcgid.run(f"latchkey/lib/ld.so --inhibit-cache --library-path latchkey/lib --list latchkey/programs/{name}")
        outside = [line for line in listed.stdout.splitlines()
                   if "=>" in line and "latchkey/lib/" not in line and "ld-linux" not in line]
        assert not outside, outside
    fcgid.admin("check --document-root public_html")
    assert fcgid.admin("housekeep").stdout.startswith("removed: ")


def test_a_directory_is_asked_with_the_library_of_the_tarball(fcgid, tmp_path):
    slapd = Slapd(tmp_path, anonymous="read", certificate=None).load(person("ann")).start()
    fcgid.put("ldap.toml", f'[site]\nurl = "https://{HOST}"\n[store]\nurl = "sqlite:ldap/latchkey.db"\n[ldap]\n'
                           f'server = "{slapd.url}"\nsign_in = true\n')
    try:
        done = fcgid.run("chmod 600 ldap.toml && LD_DEBUG=files latchkey/bin/latchkey --config ldap.toml user lookup ann")
        loaded = {line.split()[-1] for line in done.stderr.splitlines() if "calling init" in line and "libldap" in line}
        assert "user: ann" in done.stdout, done
        assert loaded and all("latchkey/lib/" in path for path in loaded), loaded
    finally:
        slapd.stop()
