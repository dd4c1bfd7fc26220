"""The examples of every server, as shipped."""
import re
import tomllib

import pytest

from tests.support.people import PeopleAuthority
from tests.support.processes import ROOT
from tests.support.stack import Latchkey

CONFIGURATIONS = sorted(str(file.relative_to(ROOT / "examples")) for file in ROOT.glob("examples/*/*.toml"))


def test_the_example_of_each_application(front, credential):
    """the examples for Nexus with one host name, Jenkins and the Docker registry protect their application as shipped"""
    for application, host, target in (("nexus", "nexus.example.com", "/page"), ("nexus", "nexus.example.com", "/v2/x"),
                                      ("jenkins", "jenkins.example.com", "/page"),
                                      ("docker-registry", "registry.example.com", "/v2/x")):
        if application not in front.applications:
            continue
        site = front.site(application, host)
        front.application.clear()
        assert site.get(target).status == 401, (application, target)
        assert front.application.requests == []
        seen = site.get(target, basic=("alice", credential["password"]), fields=[("X-Forwarded-Groups", "evil")]).seen()
        assert seen["x-forwarded-user"] == ["alice"] and "evil" not in str(seen) and "authorization" not in seen, application


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_configuration_is_good_as_shipped(tmp_path, name):
    text = (ROOT / "examples" / name).read_text()
    for secret in ("company.secret", "peer.secret"):
        (tmp_path / secret).write_text("a-secret-of-more-than-thirty-two-characters")
        (tmp_path / secret).chmod(0o600)
    if "people-ca.crt" in text:
        PeopleAuthority(tmp_path)
    text = text.replace("/etc/latchkey/", f"{tmp_path}/").replace("/var/lib/latchkey/", f"{tmp_path}/state/")
    text = re.sub(r"^(user|group|socket_group) = .*\n", "", text, flags=re.M).replace("/run/latchkey/", f"{tmp_path}/")
    latchkey = Latchkey(tmp_path / "latchkey", text)
    latchkey.admin("init")
    latchkey.admin("check")


def test_check_tells_of_a_file_of_authorities_that_is_none(tmp_path):
    (tmp_path / "people-ca.crt").write_text("no certificate")
    latchkey = Latchkey(tmp_path / "latchkey", '[site]\nurl = "https://nexus.example.com"\n\n[certificate]\nenabled = true\n'
                        f'ca_file = "{tmp_path}/people-ca.crt"\n')
    done = latchkey.admin("check", check=False)
    assert done.returncode == 1 and "people-ca.crt: must be a file of certificates in PEM" in done.stdout + done.stderr


@pytest.mark.parametrize("name", [name for name in CONFIGURATIONS if "client-certificates" in name])
def test_people_without_a_certificate_have_a_way_to_sign_in(name):
    shipped = tomllib.loads((ROOT / "examples" / name).read_text())
    assert shipped["certificate"]["enabled"]
    assert shipped.get("provider") or shipped.get("local"), "the sign-in page would have no button"
    assert all(provider["title"] for provider in shipped["provider"])
