"""Real clients with a credential for less: what it is for works, the rest is refused, in the short form as in the
signed one, and a leaked one is dead at the client's next command."""
import json
import zipfile

import pytest

from tests.parts.docker_test import oci_layout
from tests.parts.repositories import Repositories
from tests.parts.tools_test import DEPLOY, maven, npm
from tests.support.processes import program, run


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    made = Repositories(tmp_path_factory.mktemp("scopes"))
    yield made
    made.stop()


def issue(repositories, *scopes, form="short"):
    words = [word for scope in scopes for word in ("--scope", scope)]
    return repositories.latchkey.issue("alice", "--form", form, *words)["password"]


def curl(repositories, password, path, *more, directory):
    return run([program("curl"), "-sS", "-o", directory / "out", "-w", "%{http_code}", "-u", f"alice:{password}", *more,
                repositories.site.origin + path], directory).stdout


@pytest.mark.parametrize("form", ["signed", "short"])
def test_curl_reads_and_does_not_write_with_a_read_only_credential(repositories, tmp_path, form):
    (tmp_path / "file").write_text("hello")
    writer, reader = issue(repositories, form=form), issue(repositories, "read", form=form)
    path = f"/repository/raw/{form}.txt"
    assert curl(repositories, reader, path, "-T", tmp_path / "file", directory=tmp_path) == "403"
    assert curl(repositories, writer, path, "-T", tmp_path / "file", directory=tmp_path) in ("201", "204")
    assert curl(repositories, reader, path, directory=tmp_path) == "200"
    assert curl(repositories, reader, path, "-X", "DELETE", directory=tmp_path) == "403"


def test_curl_stays_in_its_repository_and_network(repositories, tmp_path):
    one = issue(repositories, "repository:maven", "from:127.0.0.0/8")
    far = issue(repositories, "from:192.0.2.0/24")
    (tmp_path / "file").write_text("hello")
    put = ["-T", tmp_path / "file"]
    assert curl(repositories, one, "/repository/maven/a.txt", *put, directory=tmp_path) in ("201", "204")
    assert curl(repositories, one, "/repository/maven-evil/a.txt", *put, directory=tmp_path) == "403"
    assert curl(repositories, one, "/v2/", directory=tmp_path) == "200"
    assert curl(repositories, one, "/v2/_catalog", directory=tmp_path) == "403"
    assert curl(repositories, far, "/repository/maven/a.txt", directory=tmp_path) == "403"


def test_maven_does_not_deploy_with_a_read_only_credential(repositories, tmp_path):
    with zipfile.ZipFile(tmp_path / "lib.jar", "w") as jar:
        jar.writestr("hello.txt", "hello")
    done = maven(tmp_path, issue(repositories, "read"), DEPLOY, f"-Dfile={tmp_path / 'lib.jar'}", "-DgroupId=test.parts",
                 "-DartifactId=reader", "-Dversion=1.0", "-Dpackaging=jar", "-DrepositoryId=company",
                 f"-Durl={repositories.site.origin}/repository/maven/")
    assert done.returncode != 0 and "403" in done.stdout, done.stdout
    assert not (repositories.directory / "files/repository/maven/test/parts/reader").exists()


def test_npm_installs_and_does_not_publish_with_a_read_only_credential(repositories, tmp_path):
    registry = f"127.0.0.1:{repositories.npm_port}"
    (tmp_path / "package.json").write_text(json.dumps({"name": "read-only-lab", "version": "1.0.0"}))

    def use(password):
        (tmp_path / ".npmrc").write_text(f"registry=http://{registry}/\n//{registry}/:_authToken={password}\n")
    use(issue(repositories, "read"))
    refused = npm(tmp_path, "publish")
    assert refused.returncode != 0 and "E403" in refused.stdout, refused.stdout
    use(issue(repositories))
    published = npm(tmp_path, "publish")
    assert published.returncode == 0, published.stdout
    use(issue(repositories, "read"))
    consumer = tmp_path / "consumer"
    consumer.mkdir()
    (consumer / "package.json").write_text('{"name": "consumer", "version": "1.0.0"}')
    (consumer / ".npmrc").write_text((tmp_path / ".npmrc").read_text())
    installed = npm(consumer, "install", "read-only-lab", "--audit")
    log = (repositories.nginx.directory / "access.log").read_text()
    assert '"POST /-/npm/v1/security/advisories/bulk HTTP/1.1" 404' in log  # verdaccio's answer: it was let through
    assert installed.returncode == 0 and (consumer / "node_modules/read-only-lab/package.json").exists(), installed.stdout


def test_skopeo_pulls_and_does_not_push_delete_or_leave_its_repository_d8(repositories, tmp_path):
    image = oci_layout(tmp_path / "image")

    def skopeo(password, *arguments):
        return run([program("skopeo"), "--insecure-policy", *arguments], tmp_path, HOME=tmp_path,
                   REGISTRY_AUTH_FILE=login(password))

    def login(password):
        file = tmp_path / f"auth-{password[-6:]}.json"
        if not file.exists():
            done = run([program("skopeo"), "login", "--tls-verify=false", "-u", "alice", "-p", password, repositories.host],
                       tmp_path, HOME=tmp_path, REGISTRY_AUTH_FILE=file)
            assert done.returncode == 0, done.stdout
        return file

    def push(password, name):
        return skopeo(password, "copy", "--dest-tls-verify=false", f"oci:{image}:latest", f"docker://{repositories.host}/{name}:1")
    ci = issue(repositories, "repository:team-a", "docker:pull", "docker:push")
    reader = issue(repositories, "repository:team-a", "read")
    assert push(reader, "team-a/hello").returncode != 0
    pushed = push(ci, "team-a/hello")
    assert pushed.returncode == 0, pushed.stdout
    assert push(ci, "team-b/hello").returncode != 0
    seen = skopeo(reader, "inspect", "--tls-verify=false", f"docker://{repositories.host}/team-a/hello:1")
    assert seen.returncode == 0, seen.stdout
    gone = skopeo(ci, "delete", "--tls-verify=false", f"docker://{repositories.host}/team-a/hello:1")
    assert gone.returncode != 0, gone.stdout
    leaked = run([program("curl"), "-sS", "--data-binary", f"@{login(reader)}",
                  f"{repositories.site.origin}/cli/credentials/revoke"], tmp_path)
    assert "revoked" in leaked.stdout, leaked.stdout
    dead = skopeo(reader, "inspect", "--tls-verify=false", f"docker://{repositories.host}/team-a/hello:1")
    assert dead.returncode != 0 and "unauthorized" in dead.stdout.lower(), dead.stdout
