"""Nexus' user tokens as people fetch and use them: the published way, by curl, under the paths of each version of
Nexus, through nginx on examples/nginx/nexus-two-hosts.conf as shipped."""
import json
import re
import subprocess
from base64 import b64encode
from urllib.parse import quote

import pytest

from tests.support.application import RecordingApplication
from tests.support.processes import ROOT, clean_environment, program
from tests.support.servers import front
from tests.support.stack import sign_in_locally
from tests.webserver.conftest import Stack

CONFIGURATION = front.CONFIGURATION.replace('users_file = "{dir}/users"', 'users_file = "{dir}/users"\nbasic = true', 1).replace(
    "[user_token]\n", '[user_token]\nadministrators = ["root"]\n', 1)

# Where a ticket is asked for, where the pair is fetched, and how the ticket travels there.
VERSIONS = {
    "3.24 and later": ("/service/rest/wonderland/authenticate", "/service/rest/internal/current-user/user-token", None),
    "3.8 to 3.23": ("/service/rest/wonderland/authenticate", "/service/rest/usertoken/current", "X-NX-AuthTicket"),
    "3.0 to 3.7": ("/service/siesta/wonderland/authenticate", "/service/siesta/usertoken/current", "X-NX-AuthTicket"),
    "2.7 and later": ("/nexus/service/siesta/wonderland/authenticate", "/nexus/service/siesta/usertoken/current", "X-NX-AuthTicket"),
    "2.0 to 2.6": ("/nexus/service/local/usertoken/authenticate", "/nexus/service/local/usertoken/current",
                   "X-NX-UserToken-AuthTicket"),
}
SETTINGS = "/service/rest/v1/security/user-tokens"


class Nexus(RecordingApplication):
    """An application that says which Nexus it is."""

    def is_version(self, version):
        self.server.RequestHandlerClass = type("_Nexus", (self.server.RequestHandlerClass,), {
            "server_version": f"Nexus/{version} (PRO)", "sys_version": ""})


class NexusStack(Stack):
    application_class = Nexus


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = NexusStack(tmp_path_factory.mktemp("user-tokens"), configuration=CONFIGURATION)
    yield made
    made.stop()


def curl(site, *arguments):
    """Runs curl against the site. Returns the status and the body."""
    done = subprocess.run(
        [program("curl"), "-sS", "--cacert", site.tls.ca, "--connect-to", f"::127.0.0.1:{site.nexus.port}", "-w", "\n%{http_code}",
         *arguments], capture_output=True, text=True, timeout=30, env=clean_environment())
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def encoded(text):
    return b64encode(text.encode()).decode()


def ticket(site, user="alice", password=None, path=VERSIONS["3.24 and later"][0]):
    password = password or f"{user}-pw"
    status, body = curl(site, "-u", f"{user}:{password}", "-H", "Content-Type: application/json", "-H", "Accept: application/json",
                        "--data-raw", json.dumps({"u": encoded(user), "p": encoded(password)}), f"https://nexus.example.com{path}")
    assert status == 200, body
    return json.loads(body)["t"]


def pair(site, user="alice", version="3.24 and later", method="GET"):
    authenticate, current, field = VERSIONS[version]
    got = ticket(site, user, path=authenticate)
    sent = ["-H", f"{field}: {got}"] if field else ["-G", "--data-urlencode", f"authToken={encoded(got)}"]
    status, body = curl(site, "-X", method, "-u", f"{user}:{user}-pw", *sent, f"https://nexus.example.com{current}")
    assert status == 200, body
    return json.loads(body)


def status_of(site, name, password, path="/repository/maven/x.jar"):
    return curl(site, "-u", f"{name}:{password}", f"https://nexus.example.com{path}")[0]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_published_way_gives_the_same_pair_under_every_versions_paths(site, version):
    got = pair(site, version=version)
    assert list(got) == ["nameCode", "passCode", "created"]
    assert len(got["nameCode"]) == 8 and len(got["passCode"]) == 44
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", got["created"])
    assert pair(site, version=version) == got == pair(site)


# Sonatype's script in our words: it tells the version from the field `Server`, takes that version's paths, the newest
# where it cannot tell, takes the ticket from between the third and fourth quote, and sends it as that version wants it.
SCRIPT = r"""
set -eu
b64() { printf %s "$1" | base64 | tr -d '\n'; }
version="$($CURL -I -u "$WHO:$PASSWORD" "$BASE/" | tr -d '\r' | awk -F'[ /]+' 'tolower($1) == "server:" && $2 == "Nexus" { print $3 }')"
case "$version" in
    2.[0-6].*) ask=local/usertoken/authenticate get=local/usertoken/current field=X-NX-UserToken-AuthTicket ;;
    2.*|3.[0-7].*) ask=siesta/wonderland/authenticate get=siesta/usertoken/current field=X-NX-AuthTicket ;;
    3.[89].*|3.1?.*|3.2[0-3].*) ask=rest/wonderland/authenticate get=rest/usertoken/current field=X-NX-AuthTicket ;;
    *) ask=rest/wonderland/authenticate get=rest/internal/current-user/user-token field= ;;
esac
echo "${version:-unknown} $get" >&2
ticket="$($CURL "$BASE/service/$ask" -H 'Accept: application/json' -H 'Content-Type: application/json' -u "$WHO:$PASSWORD" \
    --data-raw "{\"u\":\"$(b64 "$WHO")\",\"p\":\"$(b64 "$PASSWORD")\"}" | awk -F'"' '{ printf $4 }')"
if [ -n "$field" ]; then $CURL -H "$field: $ticket" -u "$WHO:$PASSWORD" "$BASE/service/$get"
else $CURL -G --data-urlencode "authToken=$(b64 "$ticket")" -u "$WHO:$PASSWORD" "$BASE/service/$get"; fi
"""


@pytest.mark.parametrize("version, context, path", [
    ("2.2.1", "/nexus", "local/usertoken/current"), ("2.15.1-02", "/nexus", "siesta/usertoken/current"),
    ("3.7.1-02", "", "siesta/usertoken/current"), ("3.23.0-03", "", "rest/usertoken/current"),
    ("3.70.1-02", "", "rest/internal/current-user/user-token"), (None, "", "rest/internal/current-user/user-token")])
def test_the_known_script_tells_the_version_by_its_field_and_gets_the_pair(site, version, context, path):
    site.application.is_version(version or "3.2.1")
    # Whom latchkey refuses sees no Nexus, so that a script without a password in its first request learns no version.
    script = SCRIPT if version else SCRIPT.replace('-I -u "$WHO:$PASSWORD"', "-I")
    command = f"curl -s --cacert {site.tls.ca} --connect-to ::127.0.0.1:{site.nexus.port}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, env=clean_environment(
        CURL=command, BASE=f"https://nexus.example.com{context}", WHO="alice", PASSWORD="alice-pw"))
    assert done.returncode == 0 and done.stderr == f"{version or 'unknown'} {path}\n", done.stderr
    assert json.loads(done.stdout) == pair(site)


def printed(page, begin):
    """The one command of a page of docs/ that begins so, with the lines it goes on over."""
    blocks = re.sub(r" *\\\n *", " ", (ROOT / "docs" / page).read_text()).splitlines()
    found = [line.strip() for line in blocks if line.strip().startswith(begin)]
    assert len(found) == 1, (page, begin, found)
    return found[0]


def test_the_commands_of_the_documents_work_as_they_are_printed(site, tmp_path):
    browser = sign_in_locally(site.nexus, "alice", "alice-pw")
    (tmp_path / "jar").write_text("".join(
        f"nexus.example.com\tFALSE\t/\tTRUE\t0\t{name}\t{value}\n" for name, value in browser.jar["nexus.example.com"].items()))

    def answer(command, **placeholders):
        for name, value in placeholders.items():
            command = command.replace(name, value)
        how = f"curl() {{ command curl -sS --cacert {site.tls.ca} --connect-to ::127.0.0.1:{site.nexus.port} \"$@\"; }}\n"
        done = subprocess.run(["bash", "-c", how + command], cwd=tmp_path, capture_output=True, text=True, timeout=30,
                              env=clean_environment())
        assert done.returncode == 0, done.stderr
        return done.stdout

    made = json.loads(answer(printed("credentials.md", "curl -b jar -H 'Origin: https://nexus.example.com' -H 'Content")))
    assert made["username"] == "alice" and status_of(site, "alice", made["password"]) == 200
    assert made["id"] in answer(printed("credentials.md", "curl -b jar https://nexus.example.com/cli/credentials/list"))
    assert answer(printed("credentials.md", "curl -b jar -H 'Origin: https://nexus.example.com' -X DELETE"), ID=made["id"]) == ""
    assert status_of(site, "alice", made["password"]) == 401
    scoped = json.loads(answer(printed("scopes.md", "curl")))
    assert scoped["username"] == "alice" and status_of(site, "alice", scoped["password"]) == 403

    mine = json.loads(answer(printed("user-tokens.md", "curl -b jar")))

    def with_ticket(begin):
        asked = answer(printed("user-tokens.md", "curl -u alice:PASSWORD -H"), PASSWORD="alice-pw")
        return answer(printed("user-tokens.md", begin), PASSWORD="alice-pw", TICKET=json.loads(asked)["t"])
    assert json.loads(with_ticket("curl -u alice:PASSWORD -G")) == mine
    assert json.loads(with_ticket("curl -X POST"))["nameCode"] != mine["nameCode"]
    assert with_ticket("curl -X DELETE") == ""
    assert status_of(site, mine["nameCode"], mine["passCode"]) == 401


def test_the_pair_is_its_owner_at_the_application(site):
    got = pair(site)
    for name in (got["nameCode"], "alice"):
        status, body = curl(site, "-u", f"{name}:{got['passCode']}", "https://nexus.example.com/repository/maven/x.jar")
        assert status == 200
        seen = dict(line.lower().split(": ", 1) for line in body.splitlines()[1:] if ": " in line)
        assert seen["x-forwarded-user"] == "alice" and seen["x-latchkey-auth"] == "user-token"
        assert "authorization" not in seen and got["passCode"].lower() not in body.lower()
    assert status_of(site, "bob", got["passCode"]) == 401
    assert status_of(site, got["nameCode"], "x" * 44) == 401


def test_a_renewed_and_a_reset_pair_is_refused_at_once(site):
    old = pair(site, "bob")
    new = pair(site, "bob", method="POST")
    assert new["nameCode"] != old["nameCode"]
    assert [status_of(site, one["nameCode"], one["passCode"]) for one in (old, new)] == [401, 200]
    status, _ = curl(site, "-X", "DELETE", "-u", "bob:bob-pw", "-G", "--data-urlencode", f"authToken={encoded(ticket(site, 'bob'))}",
                     f"https://nexus.example.com{VERSIONS['3.24 and later'][1]}")
    assert status == 204 and status_of(site, new["nameCode"], new["passCode"]) == 401


def test_a_stolen_ticket_is_worthless_and_not_consumed(site):
    got = ticket(site)
    url = f"https://nexus.example.com{VERSIONS['3.24 and later'][1]}?authToken={quote(encoded(got), safe='')}"
    assert curl(site, "-u", "bob:bob-pw", url)[0] == 403
    assert curl(site, "-u", "alice:alice-pw", url)[0] == 200
    assert curl(site, "-u", "alice:alice-pw", url)[0] == 403


def test_a_raw_ticket_in_the_query_is_survived(site):
    got = ticket(site)
    url = f"https://nexus.example.com{VERSIONS['3.24 and later'][1]}?authToken="
    assert curl(site, "-u", "alice:alice-pw", url + got)[0] in (200, 403)  # a `+` is a blank there
    assert curl(site, "-u", "alice:alice-pw", url + "+" * 88)[0] == 403


def test_refusals_are_those_that_clients_know(site):
    url = f"https://nexus.example.com{VERSIONS['3.24 and later'][0]}"
    json_type = ["-H", "Content-Type: application/json"]

    def asked(basic, user, password, *more):
        body = json.dumps({"u": encoded(user), "p": encoded(password)})
        return curl(site, *(["-u", basic] if basic else []), *json_type, "--data-raw", body, *more, url)[0]
    assert asked("alice:alice-pw", "bob", "bob-pw") == 400
    assert asked("alice:alice-pw", "alice", "wrong") == 403
    assert asked("alice:wrong", "alice", "alice-pw") == 401
    assert asked(None, "alice", "alice-pw") == 401
    assert curl(site, "-u", "alice:alice-pw", *json_type, "--data-raw", "{", url)[0] == 400
    assert curl(site, "-u", "alice:alice-pw", url)[0] == 405
    assert curl(site, "-u", "alice:alice-pw", f"https://nexus.example.com{SETTINGS}")[0] == 403


def test_the_older_form_is_xml(site):
    url = "https://nexus.example.com/nexus/service/local/usertoken/authenticate"
    status, body = curl(site, "-u", "alice:alice-pw", "-H", "Content-Type: application/xml", "-H", "Accept: application/xml",
                        "--data-raw", f"<authToken><u>{encoded('alice')}</u><p>{encoded('alice-pw')}</p></authToken>", url)
    assert status == 200 and re.search(r"<authTicket><t>[A-Za-z0-9+/]{88}</t></authTicket>", body), body


def test_somebody_who_signed_in_by_a_browser_gets_the_pair_without_a_password(site):
    cookie = site.sign_in("root")
    got = site.nexus.get("/service/rest/internal/current-user/user-token", cookie=cookie)
    assert got.status == 200 and got.get("Cache-Control") == "no-store", got
    made = json.loads(got.text)
    assert status_of(site, made["nameCode"], made["passCode"]) == 200
    issued = site.fetch_credential(cookie)
    denied = site.nexus.get("/service/rest/internal/current-user/user-token", basic=("root", issued["password"]))
    assert denied.status == 403 and json.loads(denied.text)["reason"] == "session_required"


def test_protected_content_refuses_a_plain_password_and_takes_the_pair(site):
    got = pair(site)
    put = ["-X", "PUT", "-u", "root:root-pw", "-H", "Content-Type: application/json", f"https://nexus.example.com{SETTINGS}"]
    assert curl(site, *put, "--data-raw", '{"protectContent": true}')[0] == 200
    try:
        status, body = curl(site, "-u", "alice:alice-pw", "https://nexus.example.com/repository/maven/x.jar")
        assert status == 401 and "Content access is protected by token" in body
        assert status_of(site, "alice", "alice-pw", "/") == 200
        assert status_of(site, got["nameCode"], got["passCode"]) == 200
    finally:
        assert curl(site, *put, "--data-raw", '{"protectContent": false}')[0] == 200
    assert status_of(site, "alice", "alice-pw") == 200


def test_an_administrator_lists_and_resets_by_rest_and_by_the_command(site):
    got = pair(site)
    admin = ["-u", "root:root-pw"]
    listed = json.loads(curl(site, *admin, f"https://nexus.example.com{SETTINGS}/tokens?userId=alice")[1])
    assert [item["nameCode"] for item in listed["items"]] == [got["nameCode"]] and "passCode" not in listed["items"][0]
    of_alice = "https://nexus.example.com/service/rest/v1/security/users/alice/local/user-token"
    assert curl(site, *admin, of_alice)[0] == 200
    assert curl(site, *admin, "-X", "DELETE", of_alice)[0] == 204
    assert status_of(site, got["nameCode"], got["passCode"]) == 401
    again = pair(site)
    rows = site.latchkey.admin_json("user-token", "list")
    assert [row["name_code"] for row in rows if row["user"] == "alice"] == [again["nameCode"]]
    site.latchkey.admin("user-token", "reset", "alice")
    assert status_of(site, again["nameCode"], again["passCode"]) == 401
    assert site.latchkey.admin("user-token", "reset", "alice", check=False).returncode == 1
    site.latchkey.admin("user-token", "reset-all")
    assert site.latchkey.admin_json("user-token", "list") == []


def test_the_audit_log_tells_of_pairs_and_holds_no_pass_code(site):
    before = len(site.latchkey.admin_json("audit", "list", "--last", "1000"))
    made = pair(site, "bob", method="POST")
    site.latchkey.admin("user-token", "reset", "bob")
    pair(site, "bob")
    site.latchkey.admin("user-token", "reset-all")
    rows = site.latchkey.admin_json("audit", "list", "--last", "1000")[before:]
    told = [(row["action"], row["actor"].split(":")[0], row["user"]) for row in rows if row["action"].startswith("user_token")]
    assert told == [("user_token_made", "user", "bob"), ("user_token_reset", "operator", "bob"), ("user_token_made", "user", "bob"),
                    ("user_tokens_reset", "operator", "")]
    assert rows[0]["object"] == made["nameCode"] and made["passCode"] not in json.dumps(rows)
    site.latchkey.admin("audit", "verify")


def test_the_page_shows_renews_and_ends_the_pair_without_a_password_and_without_a_script(site):
    site.latchkey.admin("user-token", "reset-all")
    browser = sign_in_locally(site.nexus, "bob", "bob-pw", rd="/cli/credentials")
    link = re.search(r'href="([^"]+)">Your user token<', browser.reply.text)[1]
    browser.open(site.nexus.origin + link)
    assert browser.reply.status == 200 and "You have none yet." in browser.reply.text

    def shown(what):
        browser.submit("form_token", do=what)
        text = browser.reply.text
        assert browser.reply.status == 200 and browser.reply.get("Cache-Control") == "no-store" and "<script" not in text
        return re.search(r"<dd><code>([^<]{8})</code>", text)[1], re.search(r'aria-label="Pass code">([^<]{44})<', text)[1]
    first = shown("show")
    assert first == shown("show") == (pair(site, "bob")["nameCode"], pair(site, "bob")["passCode"])
    assert status_of(site, *first) == 200
    assert first[1] not in browser.open(site.nexus.origin + link).text  # going there shows no secret
    second = shown("renew")
    assert status_of(site, *first) == 401 and status_of(site, *second) == 200
    browser.submit("form_token", do="reset")
    assert "has ended" in browser.reply.text and status_of(site, *second) == 401
    assert first[1] not in site.latchkey.log_text() and second[1] not in site.latchkey.log_text()


def test_nugets_source_takes_the_pair_and_its_key_is_no_credential(site):
    got = pair(site)
    package = ["-X", "PUT", "-F", "package=@/dev/null", "-H", f"X-NuGet-ApiKey: {got['passCode']}", "-H", "X-NuGet-Protocol-Version: 4.1.0"]
    source = "https://nexus.example.com/repository/nuget-hosted/"
    assert curl(site, *package, source)[0] == 401
    status, seen = curl(site, *package, "-u", f"{got['nameCode']}:{got['passCode']}", source)
    assert status == 200 and "x-forwarded-user: alice" in seen.lower(), seen


def test_the_log_holds_no_pass_code_and_no_ticket_n31(site):
    got, used = pair(site), ticket(site)
    status_of(site, got["nameCode"], got["passCode"])
    curl(site, "-u", "alice:alice-pw", "-H", f"X-NX-AuthTicket: {used}", "https://nexus.example.com/service/rest/usertoken/current")
    text = site.latchkey.log_text()
    assert got["nameCode"] in text and got["passCode"] not in text and used not in text
