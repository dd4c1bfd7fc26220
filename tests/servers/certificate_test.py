"""Client certificates through real web servers, on the examples as shipped."""
import json
import re
import shutil
import socket
import ssl

import pytest

from tests.support.doctor import assert_nothing_to_mend
from tests.support.people import PeopleAuthority
from tests.support.processes import wait_until
from tests.support.servers.apache import PEER_SECRET, ApacheFcgidFront, ApacheFront, PeerSecret
from tests.support.servers.front import CONFIGURATION
from tests.support.servers.lighttpd import LighttpdFront
from tests.support.servers.nginx import EXAMPLES, NginxFront
from tests.support.slapd import MANAGER, MANAGER_PASSWORD, Slapd, dn_of, group, person
from tests.support.tls import Authority
from tests.support.web import NAVIGATION, Browser, Reply, Site, read_reply



def configured(authority):
    return CONFIGURATION.replace("[local]", f'[certificate]\nenabled = true\nca_file = "{authority}"\n\n[local]')


class CertificateSite(Site):
    """A Site whose clients show a certificate. It is no answer at all where the server refuses the handshake."""

    shown = None

    def raw(self, data, method="GET", timeout=30):
        context = ssl.create_default_context(cafile=str(self.ca))
        if self.shown:
            context.load_cert_chain(*map(str, self.shown))
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as plain:
                with context.wrap_socket(plain, server_hostname=self.host) as sock:
                    sock.sendall(data)
                    return read_reply(sock, method)
        except (ssl.SSLError, ConnectionError):
            return Reply(0, [], b"")


class WithCertificates:
    """A front on the example client-certificates.conf."""

    def started(self, application, **how):
        return super().started("client-certificates" if application == "nexus-two-hosts" else application, **how)


class NginxWithCertificates(WithCertificates, NginxFront):
    pass


class LighttpdWithCertificates(WithCertificates, LighttpdFront):
    pass


class ApacheWithCertificates(WithCertificates, PeerSecret, ApacheFront):
    pass


class ApacheFcgidWithCertificates(WithCertificates, ApacheFcgidFront):
    def make_latchkey(self, configuration, workers):
        authority = next(self.tls.directory.glob("people-ca.crt"))
        latchkey = super().make_latchkey(configuration.replace(str(authority), "{dir}/people-ca.crt"), workers)
        shutil.copy(authority, latchkey.directory)  # for Apache's account, which starts latchkey here
        latchkey.log_text = lambda: (self.server.directory / "error.log").read_text()
        return latchkey


class NginxWithDirectory(NginxWithCertificates):
    def fill_latchkey(self):
        (self.latchkey.directory / "ldap.secret").write_text(MANAGER_PASSWORD)
        (self.latchkey.directory / "ldap.secret").chmod(0o600)
        super().fill_latchkey()


FRONTS = [NginxWithCertificates, ApacheWithCertificates, ApacheFcgidWithCertificates, LighttpdWithCertificates]


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """The servers' authority, the people's, and somebody else's."""
    directory = tmp_path_factory.mktemp("people")
    servers = Authority(directory)
    # lighttpd would look for the rest of its own chain among the people's authorities.
    certificate, _ = servers.server("nexus.example.com")
    certificate.write_text(certificate.read_text() + servers.ca.read_text())
    people, others = PeopleAuthority(directory), PeopleAuthority(directory / "others", "others-ca", "/O=Example/CN=People CA")
    return servers, {
        "ann": people.person("ann", "/O=Corp/CN=ann"), "alice": people.person("alice", "/O=Corp/CN=alice"),
        "expired": people.person("expired", "/O=Corp/CN=ann", expired=True),
        "two names": people.person("two", "/O=Corp/CN=ann/CN=root"), "foreign": others.person("foreign", "/O=Corp/CN=ann")}


@pytest.fixture(scope="module", params=FRONTS, ids=[front.name for front in FRONTS])
def behind(request, tmp_path_factory, people):
    made = request.param(tmp_path_factory.mktemp(request.param.name), configuration=configured(people[0].directory / "people-ca.crt"),
                         tls=people[0])
    yield made
    made.stop()


@pytest.fixture
def by(behind, people):
    """by("ann") is the site as seen with ann's certificate; by(None) without one."""
    def site(who):
        made = CertificateSite("nexus.example.com", behind.nexus.port, behind.nexus.ca, name_port=443)
        made.shown = people[1][who] if who else None
        return made
    return site


def test_a_good_certificate_is_its_holder(by):
    seen = by("ann").get("/page").seen()
    assert seen["x-forwarded-user"] == ["ann"] and seen["x-latchkey-auth"] == ["certificate"], seen


def test_without_a_certificate_everything_is_as_usual(behind, by):
    assert by(None).get("/page").status == 401
    reply = by(None).browse("/page")
    assert reply.status == 302 and "/oauth/login" in reply.location
    credential = behind.fresh_account("alice")
    assert by(None).get("/page", basic=("alice", credential["password"])).seen()["x-latchkey-auth"] == ["jwt"]


@pytest.mark.parametrize("who", ["foreign", "expired"])
def test_a_certificate_of_another_authority_or_an_expired_one_proves_nothing(behind, by, who):
    behind.application.clear()
    assert by(who).get("/page").status in (0, 400, 401), who  # nginx says 400, the others end the handshake
    assert behind.application.requests == []


def test_a_certificate_with_two_names_is_nobodys(behind, by):
    behind.application.clear()
    assert by("two names").get("/page").status == 401
    assert behind.application.requests == []


def test_fields_that_clients_name_like_the_variables_prove_nothing_o9_n1(behind, by, people):
    pem = re.sub(r"\s+", " ", people[1]["ann"][0].read_text()).strip()
    behind.application.clear()
    for prefix in ("SSL_CLIENT_", "SSL-CLIENT-", "X-SSL-CLIENT-", "X-SSL-Client-", "HTTP_SSL_CLIENT_"):
        fields = [(f"{prefix}VERIFY", "SUCCESS"), (f"{prefix}CERT", pem), (f"{prefix}S_DN", "CN=ann"),
                  (f"{prefix}S_DN_CN", "ann"), ("Remote-User", "ann"), ("LATCHKEY_PEER_SECRET", PEER_SECRET)]
        assert by(None).get("/page", fields=fields).status == 401, prefix
    assert behind.application.requests == []
    fields = [("SSL_CLIENT_S_DN_CN", "root"), ("SSL_CLIENT_CERT", "root"), ("X-SSL-Client-Verify", "FAILED")]
    assert by("ann").get("/page", fields=fields).seen()["x-forwarded-user"] == ["ann"]


def test_a_credential_outranks_the_certificate_and_a_bad_one_is_refused(behind, by):
    credential = behind.fresh_account("bob")
    assert by("ann").get("/page", basic=("bob", credential["password"])).seen()["x-forwarded-user"] == ["bob"]
    assert by("ann").get("/page", bearer="x.y.z").status == 401
    assert by("ann").get("/page", cookie=behind.sign_in("bob")).seen()["x-forwarded-user"] == ["bob"]


def test_the_name_of_a_local_user_is_refused_never_merged(behind, by):
    behind.fresh_account("alice")
    assert by("alice").get("/page").status == 401
    assert "another source's person" in behind.latchkey.log_text()


def test_another_sites_page_can_change_nothing_by_the_certificate_c5(by):
    fields = [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "cross-site")]
    assert by("ann").ask("POST", "/page", fields=fields, body=b"x").status == 403
    assert by("ann").ask("POST", "/page", body=b"x").status == 200


def test_the_sign_in_page_makes_a_session_of_the_certificate(by):
    browser = Browser(by("ann"))
    browser.open("https://nexus.example.com/cli/credentials")
    assert browser.reply.status == 200 and "ann" in browser.reply.text, browser.reply
    assert "__Host-latchkey" in browser.jar["nexus.example.com"]


def test_a_browser_without_cookies_is_told_so_instead_of_going_round_c9(by):
    reply = by("ann").ask("GET", "/oauth/login?rd=/page", fields=NAVIGATION)
    assert reply.status == 302 and "cookie=asked" in reply.location
    again = by("ann").ask("GET", reply.location.removeprefix("https://nexus.example.com"), fields=NAVIGATION)
    assert again.status == 400 and "does not keep" in again.text, again


def test_unknown_names_and_probes_are_told_so_as_anywhere_else(behind):
    """As a balancer asks, which names no host in the handshake."""
    context = ssl.create_default_context(cafile=str(behind.nexus.ca))
    context.check_hostname = False

    def ask(*lines):
        with socket.create_connection(("127.0.0.1", behind.nexus.port), timeout=30) as plain, context.wrap_socket(plain) as sock:
            sock.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
            return read_reply(sock)
    behind.application.clear()
    for host in ("evil.test", "10.0.0.1"):
        assert ask("GET /page HTTP/1.1", f"Host: {host}").status == 400, host
        probe = ask("GET / HTTP/1.1", f"Host: {host}", "User-Agent: GoogleHC/1.0")
        assert probe.status == 200 and probe.body == b"", (host, probe)
    assert behind.application.requests == []


def test_whoami_says_what_proves_it(by):
    reply = by("ann").get("/whoami")
    assert reply.status == 200 and '"certificate"' in reply.text and '"ann"' in reply.text, reply


def test_a_disabled_holder_is_refused_at_once_n18(behind, by):
    assert by("ann").get("/page").status == 200
    behind.latchkey.admin("user", "disable", "ann")
    try:
        assert by("ann").get("/page").status == 401
    finally:
        behind.latchkey.admin("user", "enable", "ann")
    assert by("ann").get("/page").status == 200


@pytest.fixture(scope="module")
def with_directory(tmp_path_factory, people):
    """nginx with certificates, and a slapd that knows ann."""
    directory = tmp_path_factory.mktemp("directory")
    (directory / "slapd").mkdir()
    slapd = Slapd(directory / "slapd").load(person("ann") + group("dev", dn_of("Ann Example"))).start()
    keys = (f'[ldap]\nserver = "ldap://127.0.0.1:{slapd.port}"\nmanager_dn = "{MANAGER}"\n'
            'manager_password_file = "ldap.secret"\nuser_search_base = "ou=people"\ngroup_search_base = "ou=groups"\n'
            'mail_attribute = "mail"\nproviders = ["certificate"]\nupdate_interval = "2s"\n\n[certificate]\n')
    made = None
    try:
        made = NginxWithDirectory(directory, configuration=configured(people[0].directory / "people-ca.crt").replace("[certificate]\n", keys),
                                  tls=people[0])
        yield made, slapd
    finally:
        if made:
            made.stop()
        slapd.stop()


def test_the_directory_says_what_the_certificate_does_not(with_directory, people):
    front, slapd = with_directory
    site = CertificateSite("nexus.example.com", front.nexus.port, front.nexus.ca, name_port=443)
    site.shown = people[1]["alice"]
    assert site.get("/page").status == 401  # the directory knows no alice
    site.shown = people[1]["ann"]
    seen = site.get("/page").seen()
    assert seen["x-forwarded-groups"] == ["dev"] and seen["x-forwarded-mail"] == ["ann@example.test"], seen
    sources = json.loads(site.get("/whoami").text)["sources"]
    assert sources == {"username": "client certificate", "mail": "directory", "groups": "directory"}, sources
    explained = front.latchkey.admin_json("explain", "--user", "ann", "--path", "/page")
    assert explained["groups_from"] == explained["mail_from"] == "directory", explained
    slapd.delete(dn_of("Ann Example"))
    wait_until(lambda: site.get("/page").status == 401, "the directory's loss is noticed", 10)


# A second site of the same nginx with an authority of its own, as any other tenant may have.
SHOP = """
server {
    listen 443 ssl;
    server_name shop.example.com;
    ssl_certificate        /etc/nginx/tls/shop.example.com.crt;
    ssl_certificate_key    /etc/nginx/tls/shop.example.com.key;
    ssl_client_certificate /etc/nginx/tls/customers-ca.crt;
    ssl_verify_client      on;
    location / { return 200 "shop"; }
}
"""


class ShopBeside(NginxFront):
    def make_server(self, application, **how):
        text = (EXAMPLES / "nexus-two-hosts.conf").read_text()
        asking = text.replace("    client_max_body_size", "    ssl_client_certificate /etc/nginx/tls/people-ca.crt;\n"
                              "    ssl_verify_client optional;\n    client_max_body_size", 1)
        assert asking != text
        return super().make_server(application, example=asking + SHOP, **how)


def test_a_customer_of_another_site_of_this_nginx_is_nobody_whatever_the_certificate_says(tmp_path):
    servers = Authority(tmp_path / "tls")
    servers.server("shop.example.com")
    people = PeopleAuthority(servers.directory)
    customers = PeopleAuthority(servers.directory, "customers-ca", "/O=Example/CN=People CA")
    ann, root = people.person("ann", "/O=Corp/CN=ann"), customers.person("root", "/O=Corp/CN=root")
    front = ShopBeside(tmp_path / "nginx", configuration=configured(people.directory / "people-ca.crt"), tls=servers)

    def ask(who, sni, host):
        context = ssl.create_default_context(cafile=str(servers.ca))
        context.check_hostname = False
        context.load_cert_chain(*map(str, who))
        with socket.create_connection(("127.0.0.1", front.nexus.port), timeout=30) as plain:
            with context.wrap_socket(plain, server_hostname=sni) as sock:
                sock.sendall(f"GET /page HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                return read_reply(sock, "GET")

    try:
        assert ask(ann, "nexus.example.com", "nexus.example.com").seen()["x-forwarded-user"] == ["ann"]
        front.application.clear()
        assert ask(root, "shop.example.com", "shop.example.com").text == "shop"  # nginx itself trusts it
        assert ask(root, "shop.example.com", "docker.example.com").status == 401
        assert ask(root, "shop.example.com", "nexus.example.com").status in (401, 421)
        assert front.application.requests == []
    finally:
        front.stop()


def test_the_doctor_finds_nothing_to_mend_where_certificates_are_asked_for(behind):
    behind.fresh_account("alice")
    assert_nothing_to_mend(behind, behind.nexus)
