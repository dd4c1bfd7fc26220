"""`latchkey doctor` finds nothing to mend in the files of examples/ as shipped, and every mistake that is planted."""
import re
import socket
import threading

import pytest

from tests.support import plants
from tests.support.doctor import NEXUS, assert_nothing_to_mend, examine, worse_than_notes
from tests.support.processes import free_port
from tests.support.servers.apache import ApacheFcgidFront, ApacheFront
from tests.support.servers.caddy import CaddyFront
from tests.support.servers.front import CONFIGURATION
from tests.support.servers.haproxy import HaproxyFront
from tests.support.servers.lighttpd import LighttpdFront
from tests.support.servers.nginx import NginxFcgiwrapFront, NginxFront

DOCKER = "https://docker.example.com"
SHIPPED = (("nexus-two-hosts", "nexus.example.com"), ("nexus-two-hosts", "docker.example.com"), ("nexus", "nexus.example.com"),
           ("jenkins", "jenkins.example.com"), ("docker-registry", "registry.example.com"))


def test_the_doctor_finds_nothing_to_mend(front, credential):
    """`latchkey doctor` finds nothing worse than a note in the examples as shipped, under each host name"""
    if front.cannot("the_doctor_finds_nothing_to_mend"):
        status, findings = examine(front.latchkey, front.tls, front.nexus.port, "--user", "alice")
        found = worse_than_notes(findings)
        assert status == 1 and found and "critical" not in {one["severity"] for one in findings.values()}, findings
        return
    for application, host in SHIPPED:
        if application == "nexus-two-hosts":
            site = front.server.site(host)
        elif application in front.applications and not front.starts_a_program_per_question:
            site = front.site(application, host)
        else:
            continue
        findings = assert_nothing_to_mend(front, site)
        assert {fault for fault, _ in findings} <= {"no_hsts", "no_mirror"}, (application, host, findings)
    left = [one for one in front.latchkey.admin_json("credential", "list") if one["label"] == "latchkey doctor"]
    assert len(left) >= 2 and {one["state"] for one in left} == {"revoked"}


SERVERS = {"nginx": (NginxFront, plants.NGINX), "apache": (ApacheFront, plants.APACHE),
           "lighttpd": (LighttpdFront, plants.LIGHTTPD), "caddy": (CaddyFront, plants.CADDY),
           "haproxy": (HaproxyFront, plants.HAPROXY), "apache-fcgid": (ApacheFcgidFront, plants.FCGID),
           "nginx-fcgiwrap": (NginxFcgiwrapFront, plants.FCGIWRAP)}
PLANTS = [pytest.param(server, plant, id=f"{server}-{plant.name}") for server, (_, some) in SERVERS.items() for plant in some]


class Ward:
    """One latchkey and one application per web server; only the web server starts anew for each plant."""

    def __init__(self, directory):
        self.directory, self.patients, self.count = directory, {}, 0

    def patient(self, server):
        if server not in self.patients:
            self.patients[server] = SERVERS[server][0](self.directory / server)
            self.patients[server].fresh_account("alice")
        return self.patients[server]

    def broken(self, patient, plant):
        """Starts the web server with the mistake in it. Returns (server, words for the edits of the plant)."""
        self.count += 1
        before, patient.directory = patient.directory, patient.directory / f"plant{self.count}"
        try:
            server = patient.make_server("nexus-two-hosts")
        finally:
            patient.directory = before
        words = {"application": patient.application.port, "https": server.ports[443], "http": free_port(),
                 "latchkey": patient.latchkey.directory, "directory": server.directory}
        plant.break_files(server.directory, words)
        return server.start(), words

    def stop(self):
        for patient in self.patients.values():
            patient.stop()


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    made = Ward(tmp_path_factory.mktemp("ward"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def patient(ward):
    return ward.patient("nginx")


@pytest.mark.parametrize("name, plant", PLANTS)
def test_a_planted_mistake_is_found(ward, name, plant):
    patient = ward.patient(name)
    server, words = ward.broken(patient, plant)
    try:
        status, findings = examine(patient.latchkey, patient.tls, server.ports[443], "--user", "alice", http=words["http"])
    finally:
        server.stop()
    assert status == 1
    assert (plant.fault, NEXUS) in findings, worse_than_notes(findings)
    finding = findings[plant.fault, NEXUS]
    assert finding["severity"] == plant.severity and finding["server"] == name.split("-")[0]
    assert any(plant.seen in seen for seen in finding["seen"]), finding
    assert any(plant.advice in line for line in finding["change"]), finding
    if plant.mend:
        plant.mend_files(server.directory, words, {fault: [server.localise(line) for line in one["change"]]
                                                   for (fault, _), one in findings.items() if one["severity"] != "note"})
        try:
            server.start()
            status, findings = examine(patient.latchkey, patient.tls, server.ports[443], "--user", "alice", http=words["http"])
        finally:
            server.stop()
        assert status == 0, worse_than_notes(findings)


def test_the_doctor_finds_nothing_to_mend_where_decisions_are_remembered(patient):
    site = patient.started("nexus-cached", replace={"/run/latchkey-decisions": patient.directory / "decisions"})
    assert_nothing_to_mend(patient, site.site("nexus.example.com"))


@pytest.mark.parametrize("name", [name for name, (front, _) in SERVERS.items() if not front.starts_a_program_per_question])
def test_without_a_url_each_host_of_the_configuration_is_examined(ward, name):
    """Among them one for programs only."""
    patient = ward.patient(name)
    everything = patient.latchkey.file.read_text()
    two = re.sub(r"hosts = \[.*\]", 'hosts = ["nexus.example.com", "docker.example.com"]', everything)
    try:
        patient.latchkey.file.write_text(two)
        status, findings = examine(patient.latchkey, patient.tls, patient.nexus.port, "--user", "alice", url=None)
        assert status == 0, worse_than_notes(findings)
        assert {where for fault, where in findings if fault == "no_hsts"} == {NEXUS, DOCKER}, findings
    finally:
        patient.latchkey.file.write_text(everything)


@pytest.fixture
def machine(patient):
    """Runs the doctor where no server answers: what is found is of this machine, and that nobody answered."""
    def look(*more):
        _, findings = examine(patient.latchkey, patient.tls, free_port(), *more)
        return {fault: finding for (fault, where), finding in findings.items() if where == "this machine"}
    return look


def test_this_machine_is_in_order_as_installed(patient, machine):
    assert machine("--socket", f"unix:{patient.latchkey.authorizer_socket}") == {}


@pytest.mark.parametrize("path, mode, fault, change", [
    ("state", 0o755, "file_readable", "chmod go-rwx"), ("state", 0o730, "file_writable", "chmod go-w"),
    ("state/latchkey.db", 0o644, "file_readable", "chmod go-rwx"), ("state/keys", 0o705, "file_readable", "chmod go-rwx"),
    ("state/keys/seal.key", 0o640, "file_readable", "chmod go-rwx"), ("state/keys/active", 0o666, "file_writable", "chmod go-w"),
    ("users", 0o644, "file_readable", "chmod go-rwx"), ("latchkey.toml", 0o660, "file_writable", "chmod go-w"),
    ("authorizer.sock", 0o666, "socket_open", "socket_mode"), (".", 0o777, "file_writable", "chmod go-w")])
def test_a_mode_that_is_too_open_is_found_n29(patient, machine, path, mode, fault, change):
    file = (patient.latchkey.directory / path).resolve()
    before = file.stat().st_mode
    file.chmod(mode)
    try:
        found = machine("--socket", f"unix:{patient.latchkey.authorizer_socket}")
    finally:
        file.chmod(before)
    assert found[fault]["severity"] == "critical"
    assert any(seen.startswith(f"{file} (mode ") for seen in found[fault]["seen"]), found
    assert any(line.startswith(f"{change} {file}") or change in line for line in found[fault]["change"]), found


def test_a_readable_client_secret_is_found_n29(patient, machine):
    secret = patient.latchkey.directory / "company.secret"
    secret.write_text("a-client-secret-of-some-length")
    secret.chmod(0o640)
    text = patient.latchkey.file.read_text()
    provider = ('\n[[provider]]\nname = "company"\nissuer = "https://login.example.com"\nclient_id = "x"\n'
                'client_secret_file = "company.secret"\n')
    try:
        patient.latchkey.file.write_text(text + provider)
        found = machine()
    finally:
        patient.latchkey.file.write_text(text)
        secret.unlink()
    assert any(str(secret) in seen for seen in found["file_readable"]["seen"]), found


def test_a_pools_port_that_others_reach_is_found_c13(machine):
    with socket.create_server(("127.0.0.2", 0)) as other:
        port = other.getsockname()[1]
        found = machine("--socket", f"127.0.0.1:{port}", "--outside", "127.0.0.2")
    assert found["authorizer_outside"]["severity"] == "critical"
    assert found["authorizer_outside"]["seen"] == [f"127.0.0.2:{port}"]
    assert machine("--socket", f"127.0.0.1:{port}", "--outside", "127.0.0.2") == {}


def test_a_site_that_does_not_answer_is_a_finding_of_its_own(patient):
    status, findings = examine(patient.latchkey, patient.tls, free_port())
    assert status == 1 and findings["unreachable", NEXUS]["severity"] == "critical"
    other = patient.tls.server("other.example.com")
    assert other
    status, findings = examine(patient.latchkey, patient.tls, patient.server.ports[443], url="https://other.example.com")
    assert status == 1 and "certificate" in findings["unreachable", "https://other.example.com"]["seen"][0]
    silent = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: silent.accept()[0].close(), daemon=True).start()
    with silent:
        done = patient.latchkey.admin("doctor", f"http://127.0.0.1:{silent.getsockname()[1]}", check=False)
    assert done.returncode == 1 and "CRITICAL unreachable" in done.stdout, done


def test_a_provider_that_is_away_is_no_fault_of_the_web_server(tmp_path):
    text = CONFIGURATION.replace("[local]\nusers_file = \"{dir}/users\"\n", "") + (
        f'\n[[provider]]\nname = "company"\nissuer = "https://127.0.0.1:{free_port()}"\nclient_id = "x"\n'
        'client_secret_file = "company.secret"\n')
    (tmp_path / "latchkey").mkdir()
    (tmp_path / "latchkey/company.secret").touch(mode=0o600)
    (tmp_path / "latchkey/company.secret").write_text("a-client-secret-of-some-length")
    front = NginxFront(tmp_path, configuration=text)
    try:
        status, findings = examine(front.latchkey, front.tls, front.nexus.port)
    finally:
        front.stop()
    assert status == 1 and set(worse_than_notes(findings)) == {"sign_in_unavailable"}, findings
    assert findings["sign_in_unavailable", NEXUS]["seen"] == ["GET /oauth/login?rd=/ (502) provider_failed"]
    assert "[[provider]]" in findings["sign_in_unavailable", NEXUS]["change"][0]


@pytest.mark.parametrize("number", ["SIGINT", "SIGQUIT", "SIGHUP"])
def test_a_run_leaves_no_credential_behind_even_when_it_is_interrupted(patient, number):
    """Ctrl-C, Ctrl-\\, the terminal gone: it stops asking, takes back what it issued, and then ends by the signal."""
    import signal
    import subprocess

    from tests.support.processes import BIN, clean_environment, wait_until

    def alive():
        return [one for one in patient.latchkey.admin_json("credential", "list")
                if one["label"] == "latchkey doctor" and one["state"] == "live"]
    run = subprocess.Popen([BIN / "latchkey", "--config", patient.latchkey.file, "doctor", NEXUS, "--user", "alice",
                            "--connect", f"127.0.0.1:{patient.server.ports[443]}", "--ca", patient.tls.ca],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment())
    try:
        wait_until(lambda: len(alive()) == 2, "both credentials")
        assert {scope.split(":")[0] for one in alive() for scope in one["scopes"]} == {"read", "host", "path"}
        run.send_signal(getattr(signal, number))
        run.communicate(timeout=60)
    finally:
        run.kill()
    assert run.returncode == -getattr(signal, number) and alive() == []


def test_a_given_credential_is_used_and_never_shown(patient, tmp_path):
    issued = patient.latchkey.issue("alice")
    file = tmp_path / "token"
    file.write_text(issued["password"] + "\n")
    arguments = ["doctor", NEXUS, "--connect", f"127.0.0.1:{patient.server.ports[443]}", "--connect-http",
                 f"127.0.0.1:{free_port()}", "--ca", patient.tls.ca]
    for more, stdin in ((["--credential-file", file], None), (["--credential-file", "-"], issued["password"])):
        done = patient.latchkey.admin(*arguments, *more, check=False, text_input=stdin)
        assert done.returncode == 0 and "0 critical, 0 warnings" in done.stdout, done
        assert issued["password"] not in done.stdout + done.stderr
    without = patient.latchkey.admin(*arguments, check=False)
    assert without.returncode == 0 and "NOTE no_credential" in without.stdout
    for wrong in (["nexus.example.com"], ["https://"], ["https://a@nexus.example.com"]):
        assert patient.latchkey.admin("doctor", *wrong, check=False).returncode == 64
