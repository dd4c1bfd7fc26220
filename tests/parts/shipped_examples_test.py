"""The configurations of examples/ as shipped, behind the web servers on the files that name them, with a real OpenID
provider: each does what it says, above all what its preset or its own rules say."""
import json
import shutil
from types import SimpleNamespace

import pytest

from tests.parts.backends import start_registry
from tests.parts.conftest import SECRET, OpenIdProvider
from tests.parts.docker_test import oci_layout
from tests.servers.apache_test import CGI
from tests.servers.certificate_test import CertificateSite
from tests.servers.kerberos_test import NEGOTIATE, curl
from tests.support.application import RecordingApplication
from tests.support.kerberos import Kdc
from tests.support.people import PeopleAuthority
from tests.support.processes import free_port, program, run
from tests.support.servers.apache import ACCOUNT, AS_ROOT, open_directory
from tests.support.shipped import Example
from tests.support.tls import Authority
from tests.support.tunnel import Tunnel
from tests.support.web import Browser, Site

HOSTS = {"nexus": ["nexus.example.com", "docker.example.com"], "jenkins": ["jenkins.example.com"],
         "registry": ["registry.example.com"], "app": ["app.example.com"]}
SERVERS = ["nginx", "apache", "lighttpd"]
SPOOFED = [("X-Forwarded-User", "root"), ("X-Forwarded-Groups", "evil")]


class World:
    """What all examples share: the provider, certificates, and the applications by the ports that examples have for them."""

    def __init__(self, directory):
        self.directory, self.tls = directory, Authority(directory / "tls")
        for host in sum(HOSTS.values(), []):
            certificate, _ = self.tls.server(host)
            certificate.write_text(certificate.read_text() + self.tls.ca.read_text())  # "with its whole chain"
        self.people = PeopleAuthority(self.tls.directory)
        self.files = {"company.secret": SECRET, "peer.secret": "apache-and-latchkey-know-it-0123456789",
                      "people-ca.crt": (self.tls.directory / "people-ca.crt").read_text()}
        # As many providers do it: groups come along with the profile.
        self.provider = OpenIdProvider(directory, clients={name: [f"https://{host}" for host in hosts] for name, hosts in HOSTS.items()},
                                       claims={"profile": ["name", "preferred_username", "groups"]}).start()
        self.provider.change(alice={"groups": ["dev", "release"]})
        self.application, self.docker = RecordingApplication(), RecordingApplication()
        self.registry = start_registry(directory, registry_port := free_port())
        self.ports = {8081: self.application.port, 8080: self.application.port, 5003: self.docker.port, 5000: registry_port}

    def example(self, server, name, **how):
        return Example(server, name, self.tls, self.ports, self.provider.issuer, self.files, self.directory / "state", **how)

    def sign_in(self, site, user="alice", page="/page"):
        """Returns the Browser of somebody who opened the page and was led to the provider."""
        browser = Browser(site, Site("localhost", self.provider.port))
        browser.open(site.origin + page)
        browser.submit("username", username=user, password=f"{user}-pw", login="1")
        return browser

    def let_in(self, site, page="/page"):
        """Nobody is let in without a credential; alice is, by browser and by program. Returns (name, password) and Cookie."""
        self.application.clear()
        assert site.get(page, fields=SPOOFED).status == 401 and site.get(page, basic=("alice", "alice-pw")).status == 401
        assert site.browse(page).status == 302 and self.application.requests == []
        browser = self.sign_in(site, page=page)
        cookie = browser.cookies(site.host)
        issued = json.loads(site.get("/cli/credentials", cookie=cookie).text)
        pair = (issued["username"], issued["password"])
        for reply in (browser.reply, site.get(page, basic=pair, fields=SPOOFED)):
            seen = reply.seen()
            assert reply.text.splitlines()[0] == f"GET {page}" and "authorization" not in seen and "cookie" not in seen, seen
            assert (seen["x-forwarded-user"], seen["x-forwarded-groups"]) == (["alice"], ["dev|release"]), seen
            assert (seen["x-forwarded-mail"], seen["x-forwarded-displayname"]) == (["alice@example.test"], ["Alice Example"]), seen
        self.application.clear()
        self.docker.clear()
        return pair, cookie

    def stop(self):
        for part in (self.registry, self.provider, self.application, self.docker):
            part.stop()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("shipped"))
    yield made
    made.stop()


@pytest.fixture
def example(world):
    """example(server, name) starts one."""
    made = []

    def start(*names, **how):
        made.append(world.example(*names, **how))
        return made[-1]
    yield start
    for one in made:
        one.stop()


def challenge(reply):
    assert reply.status == 401 and len(reply.all("WWW-Authenticate")) == 1, reply
    return reply.get("WWW-Authenticate")


def assert_docker_is_challenged(site, realm):
    for ask in (site.get, site.browse):
        asked = ask("/v2/")
        assert challenge(asked).startswith(f'Basic realm="{realm}"') and asked.get("Docker-Distribution-Api-Version") == "registry/2.0"
        assert json.loads(asked.text)["errors"][0]["code"] == "UNAUTHORIZED", asked


@pytest.mark.parametrize(("server", "name"), [
    *((server, "nexus") for server in SERVERS), ("nginx", "nexus-cached"), ("lighttpd", "nexus-spawned"), ("lighttpd", "nexus-cgi")])
def test_nexus_on_one_host(world, example, server, name):
    site = example(server, name).site("nexus.example.com")
    pair, cookie = world.let_in(site)
    for path in ("/repository/maven-public/a.jar", "/service/rest/v1/status"):
        for ask in (site.get, site.browse):  # no client below these paths can follow a redirect to a sign-in page
            assert challenge(ask(path)).startswith('Basic realm="nexus-proxy"'), path
    assert_docker_is_challenged(site, "nexus-proxy")
    assert site.get("/service%2frest", basic=pair).status == 400
    assert world.application.requests == [] and world.docker.requests == []
    assert site.get("/repository/npm/@scope%2fpackage", basic=pair).text.splitlines()[0] == "GET /repository/npm/@scope%2fpackage"
    assert site.get("/v2/x", basic=pair, fields=SPOOFED).seen()["x-forwarded-user"] == ["alice"]
    assert [one.target for one in world.docker.requests] == ["/v2/x"]
    ticket = site.ask("POST", "/service/rest/wonderland/authenticate", cookie=cookie, body=b'{"u": "YWxpY2U="}', fields=[
        ("Content-Type", "application/json"), ("Accept", "application/json"), ("Sec-Fetch-Site", "same-origin")])
    assert ticket.status == 200 and json.loads(ticket.text)["t"], ticket
    assert not world.application.asked_for("wonderland")


@pytest.mark.parametrize("server", SERVERS)
def test_nexus_on_two_hosts(world, example, server):
    made = example(server, "nexus-two-hosts")
    site, docker = made.site("nexus.example.com"), made.site("docker.example.com")
    pair, _ = world.let_in(site)
    assert_docker_is_challenged(docker, "nexus-proxy")
    for ask in (docker.get, docker.browse):  # nobody browses there, so that nobody is sent to a sign-in page
        assert challenge(ask("/x")).startswith("Basic ")
    assert site.get("/x", host="other.example.com", basic=pair).status in (400, 421)
    assert world.application.requests == [] and world.docker.requests == []
    assert docker.get("/v2/x", basic=pair, fields=SPOOFED).seen()["x-forwarded-user"] == ["alice"]
    assert [one.target for one in world.docker.requests] == ["/v2/x"] and world.application.requests == []


@pytest.mark.parametrize("server", SERVERS)
def test_jenkins(world, example, server):
    site = example(server, "jenkins").site("jenkins.example.com")
    pair, _ = world.let_in(site)
    assert challenge(site.get("/job/x/build")).startswith('Basic realm="Jenkins"')
    assert world.application.requests == []
    # Programs that have no credential come here: webhooks and agents. Jenkins learns nobody's name from them.
    for method, path in (("GET", "/git/notifyCommit?url=git@example.com:x"), ("POST", "/github-webhook/"),
                         ("GET", "/tcpSlaveAgentListener/"), ("GET", "/jnlpJars/agent.jar"), ("GET", "/instance-identity/")):
        reply = site.ask(method, path, fields=SPOOFED, body=b"{}" if method == "POST" else None)
        assert reply.text.splitlines()[0] == f"{method} {path}", reply
        assert not {"x-forwarded-user", "x-forwarded-groups"} & set(reply.seen()), reply
    world.application.clear()
    for path in ("/git/notifyCommitx", "/github-webhookx/", "/jnlpJars/../manage", "/jnlpJars%2f..%2fmanage", "/git/"):
        assert site.get(path).status in (400, 401), path
    assert world.application.requests == []
    job = "/job/folder/job/feature%2Flogin/build"
    assert site.ask("POST", job, basic=pair, body=b"").text.splitlines()[0] == f"POST {job}"
    assert site.get("/view/a%2Fb", basic=pair).status == 400


@pytest.mark.parametrize("server", SERVERS)
def test_the_registry_is_read_by_all_and_written_by_the_group_release(world, example, tmp_path, server):
    site = example(server, "docker-registry").site("registry.example.com")
    image, name = oci_layout(tmp_path / "image"), f"docker://registry.example.com/{server}/hello:1"
    assert site.browse("/").location.endswith(("/cli/credentials", "/oauth/login?rd=%2F"))
    assert_docker_is_challenged(site, "nexus-proxy")
    with Tunnel(site.port) as tunnel:
        def skopeo(user, command, *arguments):
            return run([program("skopeo"), "--insecure-policy", command, *arguments], tmp_path, HOME=tmp_path, REGISTRY_AUTH_FILE=(
                tmp_path / f"{user}.json"), HTTPS_PROXY=tunnel.url, SSL_CERT_FILE=world.tls.ca)
        for user in ("alice", "bob"):
            page = world.sign_in(site, user, "/")
            assert page.reply.status == 200 and page.url.endswith("/cli/credentials"), page.history
            issued = json.loads(site.get("/cli/credentials", cookie=page.cookies(site.host)).text)
            done = skopeo(user, "login", "-u", user, "-p", issued["password"], site.host)
            assert done.returncode == 0 and "Login Succeeded" in done.stdout, done.stdout
        refused = skopeo("bob", "copy", f"oci:{image}:latest", name)
        assert refused.returncode != 0 and "denied" in refused.stdout.lower(), refused.stdout
        pushed = skopeo("alice", "copy", f"oci:{image}:latest", name)
        assert pushed.returncode == 0, pushed.stdout
        read = skopeo("bob", "inspect", name)
        assert read.returncode == 0 and f"{server}/hello" in read.stdout, read.stdout
        unknown = skopeo("nobody", "inspect", name)
        assert unknown.returncode != 0 and "unauthorized" in unknown.stdout.lower(), unknown.stdout


@pytest.mark.parametrize("server", SERVERS)
def test_a_certificate_is_the_person_whom_the_provider_knows(world, example, server):
    site = example(server, "client-certificates").site("nexus.example.com")
    world.let_in(site)  # without a certificate all is as usual
    shown = CertificateSite(site.host, site.port, site.ca, name_port=443)
    for name, groups in (("alice", ["dev|release"]), ("ann", None)):  # ann never signed in at the provider
        shown.shown = world.people.person(name, f"/O=Corp/CN={name}")
        seen = shown.get("/page", fields=SPOOFED).seen()
        assert (seen["x-forwarded-user"], seen.get("x-forwarded-groups"), seen["x-latchkey-auth"]) == ([name], groups, ["certificate"])
    shown.shown = PeopleAuthority(world.directory / f"others-{server}", "others").person("ann", "/O=Corp/CN=ann")
    world.application.clear()
    assert shown.get("/page").status in (0, 400, 401) and world.application.requests == []
    assert_docker_is_challenged(site, "nexus-proxy")


@pytest.fixture
def reachable():
    """A directory that Apache's own account reaches."""
    directory = open_directory("latchkey-reachable-")
    yield directory
    shutil.rmtree(directory)


def test_an_application_of_apaches_own_reads_remote_user(world, example, reachable):
    (reachable / "show").write_text(CGI)
    (reachable / "show").chmod(0o755)
    site = example("apache", "local-application", modules=("cgid",), replace={
        "/usr/lib/cgi-bin/": f"{reachable}/", "/var/www/app": reachable}).site("app.example.com")
    assert site.get("/cgi-bin/show", fields=[("Remote-User", "root")]).status == 401 and site.browse("/cgi-bin/show").status == 302
    seen = world.sign_in(site, page="/cgi-bin/show").reply.seen()
    assert (seen["remote_user"], seen["remote_groups"], seen["latchkey_auth"]) == (["alice"], ["dev|release"], ["session"])


def test_a_ticket_of_the_realm_signs_in_at_jenkins(world, example, reachable, monkeypatch, tmp_path):
    kdc = Kdc(tmp_path)
    try:
        keytab, settings = reachable / "http.keytab", reachable / "krb5.conf"
        kdc.principal("ann", "ann-pw")
        kdc.service("HTTP/jenkins.example.com", keytab)
        shutil.copy(kdc.directory / "krb5.conf", settings)
        if AS_ROOT:
            shutil.chown(keytab, ACCOUNT, ACCOUNT)
        monkeypatch.setenv("KRB5_CONFIG", str(settings))  # for Apache, which has this process's environment
        site = example("apache", "kerberos", modules=("auth_gssapi",), replace={
            "/etc/apache2/http.keytab": keytab}).site("jenkins.example.com")
        asked = SimpleNamespace(nexus=site, tls=world.tls)
        world.application.clear()
        for target in ("/page", "/job/a%2Fb"):
            assert curl(asked, target)[0] == 401
        assert world.application.requests == []
        status, text = curl(asked, "/job/a%2Fb", *NEGOTIATE, environment=kdc.ticket("ann", "ann-pw"))
        assert status == 200 and text.startswith("GET /job/a%2Fb\n") and "X-Forwarded-User: ann\n" in text, (status, text)
        assert site.get("/jnlpJars/agent.jar").status == 200
    finally:
        kdc.stop()
