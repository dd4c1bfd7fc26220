"""Kerberos tickets of a real KDC at the sign-in: mod_auth_gssapi of Apache, mod_authn_gssapi of lighttpd."""
import os
import shutil
import subprocess

import pytest

from tests.support.doctor import examine, worse_than_notes
from tests.support.kerberos import Kdc
from tests.support.processes import clean_environment
from tests.support.servers.apache import ACCOUNT, AS_ROOT, ApacheFront, PeerSecret
from tests.support.servers.front import CONFIGURATION
from tests.support.servers.lighttpd import LighttpdFront

CONFIGURED = CONFIGURATION.replace("[local]", '[remote_user]\nenabled = true\nrealms = ["EXAMPLE.ORG"]\n\n[local]')
HOST = "jenkins.example.com"


@pytest.fixture(scope="module")
def kdc(tmp_path_factory):
    made = Kdc(tmp_path_factory.mktemp("kdc"))
    for name in ("ann", "alice", "ann/admin"):
        made.principal(name, f"{name}-pw")
    yield made
    made.stop()


class ApacheWithKerberos(PeerSecret, ApacheFront):
    """On the example kerberos.conf."""

    kdc = None

    def started(self, application, **how):
        return super().started("kerberos", **how)

    def make_server(self, application, **how):
        keytab, settings = self.run / "http.keytab", self.run / "krb5.conf"
        self.kdc.service(f"HTTP/{HOST}", keytab)
        shutil.copy(self.kdc.directory / "krb5.conf", settings)
        if AS_ROOT:
            shutil.chown(keytab, ACCOUNT, ACCOUNT)
        os.environ["KRB5_CONFIG"] = str(settings)  # for Apache, which has this process's environment
        return super().make_server(application, modules=("auth_gssapi",), replace={"/etc/apache2/http.keytab": keytab}, **how)


class LighttpdWithKerberos(LighttpdFront):
    """As docs/proofs.md says. Only at the sign-in: elsewhere lighttpd would authenticate once more after latchkey's
    approval, and put its own REMOTE_USER over the one that latchkey has said."""

    kdc = None

    def make_server(self, application, **how):
        keytab = self.directory / "http.keytab"
        self.kdc.service(f"HTTP/{HOST}", keytab)
        os.environ["KRB5_CONFIG"] = str(self.kdc.directory / "krb5.conf")
        return super().make_server("jenkins", replace={'include "latchkey/modules.conf"': (
            'server.modules += ( "mod_auth", "mod_authn_gssapi" )\ninclude "latchkey/modules.conf"\n'
            f'auth.backend = "gssapi"\nauth.backend.gssapi.store-creds = "disable"\nauth.backend.gssapi.keytab = "{keytab}"\nauth.backend.gssapi.principal = "HTTP/{HOST}"\n'
            'auth.require = ( "/oauth/login" => ( "method" => "gssapi", "realm" => "EXAMPLE.ORG", "require" => "valid-user" ) )\n')})


def start(kind, kdc, tmp_path_factory):
    kind.kdc = kdc
    before = dict(os.environ)
    try:
        return kind(tmp_path_factory.mktemp(kind.__name__), configuration=CONFIGURED)
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="module")
def apache(kdc, tmp_path_factory):
    made = start(ApacheWithKerberos, kdc, tmp_path_factory)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def lighttpd(kdc, tmp_path_factory):
    made = start(LighttpdWithKerberos, kdc, tmp_path_factory)
    yield made
    made.stop()


def curl(front, target, *more, environment=None, browser=True):
    """Asks as somebody with the tickets of `environment`. Returns (status, text)."""
    port = front.nexus.port
    page = ["-L", "-b", "", "-H", "Accept: text/html", "-H", "Sec-Fetch-Mode: navigate"] if browser else []
    done = subprocess.run(["curl", "-s", "--cacert", front.tls.ca, "--connect-to", f"{HOST}:443:127.0.0.1:{port}",
                           *page, "-w", "\n%{http_code}", *more, f"https://{HOST}{target}"],
                          capture_output=True, text=True, env=environment or clean_environment(), timeout=60)
    text, _, status = done.stdout.rpartition("\n")
    return int(status), text


NEGOTIATE = ("--negotiate", "-u", ":")


def test_a_ticket_signs_a_browser_in_at_apache(apache, kdc):
    status, text = curl(apache, "/page?a=1", *NEGOTIATE, environment=kdc.ticket("ann", "ann-pw"))
    assert status == 200 and text.startswith("GET /page?a=1"), (status, text)
    assert "X-Forwarded-User: ann\n" in text + "\n" and "X-Latchkey-Auth: session" in text, text
    assert "Negotiate" not in text, text


def test_without_a_ticket_nobody_gets_past_apaches_sign_in(apache):
    apache.application.clear()
    assert curl(apache, "/page")[0] == 401
    assert curl(apache, "/page", *NEGOTIATE)[0] == 401
    assert curl(apache, "/oauth/login", "-H", "Remote-User: ann", "-H", "REMOTE_USER: ann@EXAMPLE.ORG")[0] == 401
    assert apache.application.requests == []


def test_unknown_names_and_probes_are_told_so_at_apache(apache):
    site = apache.server.site(HOST)
    assert site.get("/page", host="evil.test").status == 400
    assert site.get("/", host="10.0.0.1", fields=[("User-Agent", "GoogleHC/1.0")]).status == 200


def test_programs_use_credentials_at_apache_and_need_no_ticket(apache, kdc):
    curl(apache, "/page", *NEGOTIATE, environment=kdc.ticket("ann", "ann-pw"))
    issued = apache.latchkey.issue("ann")
    status, text = curl(apache, "/page", "-u", f"ann:{issued['password']}", browser=False)
    assert status == 200 and "X-Forwarded-User: ann" in text and "Basic" not in text


def test_the_pages_of_a_person_with_a_ticket_know_their_session(apache, kdc):
    status, text = curl(apache, "/cli/credentials", *NEGOTIATE, environment=kdc.ticket("ann", "ann-pw"))
    assert status == 200 and "ann" in text, (status, text[:300])


def test_another_instance_of_a_principal_is_another_person(apache, kdc):
    status, text = curl(apache, "/page", *NEGOTIATE, environment=kdc.ticket("ann/admin", "ann/admin-pw"))
    assert status == 200 and "X-Forwarded-User: ann/admin" in text, text


def test_a_ticket_signs_a_browser_in_at_lighttpd(lighttpd, kdc):
    status, text = curl(lighttpd, "/page?a=1", *NEGOTIATE, environment=kdc.ticket("ann", "ann-pw"))
    assert status == 200 and "X-Forwarded-User: ann\n" in text + "\n", (status, text)
    assert "X-Latchkey-Auth: session" in text and "Negotiate" not in text


def test_without_a_ticket_nobody_gets_past_lighttpds_sign_in(lighttpd):
    lighttpd.application.clear()
    assert curl(lighttpd, "/page")[0] == 401
    forged = ("-H", "Remote-User: ann", "-H", "Authorization: Negotiate YIIabc==")
    assert curl(lighttpd, "/page", *forged, browser=False)[0] in (400, 401)
    assert curl(lighttpd, "/oauth/login", *forged)[0] in (400, 401)
    assert lighttpd.application.requests == []


def test_the_doctor_misses_nothing_at_apache_but_a_ticket(apache, kdc):
    """It is a stranger to the KDC, so it is not shown the sign-in."""
    curl(apache, "/page", *NEGOTIATE, environment=kdc.ticket("ann", "ann-pw"))
    status, findings = examine(apache.latchkey, apache.tls, apache.nexus.port, "--user", "ann", url=f"https://{HOST}")
    assert status == 1 and set(worse_than_notes(findings)) == {"sign_in_broken"}, findings
