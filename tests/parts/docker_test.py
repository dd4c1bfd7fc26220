"""Docker's own tools by name and password, without tokens: a real engine, podman and skopeo, against a real registry that
knows no users."""
import base64
import hashlib
import gzip
import io
import json
import os
import shutil
import tarfile
from functools import partial

import pytest

from tests.parts.packages import Packages
from tests.support.processes import Part, program, run, wait_until


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    made = Packages(tmp_path_factory.mktemp("docker"))
    yield made
    made.stop()


def layer(text):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        info = tarfile.TarInfo("hello.txt")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    return raw.getvalue()


def oci_layout(directory):
    """An image made by hand: one layer with one file."""
    blobs = directory / "blobs/sha256"
    blobs.mkdir(parents=True)

    def put(data):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}
    raw = layer(b"hello\n")
    blob = put(gzip.compress(raw, mtime=0))
    config = put(json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/hello.txt"]}, "rootfs": {
        "type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(raw).hexdigest()]}}).encode())
    kind = "application/vnd.oci.image"
    manifest = put(json.dumps({"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json",
                               "config": {"mediaType": f"{kind}.config.v1+json", **config},
                               "layers": [{"mediaType": f"{kind}.layer.v1.tar+gzip", **blob}]}).encode())
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [{
        "mediaType": f"{kind}.manifest.v1+json", **manifest, "annotations": {"org.opencontainers.image.ref.name": "latest"}}]}))
    (directory / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return directory


def skopeo_by(file, directory):
    """skopeo that finds its login in this file."""
    def skopeo(*arguments):
        return run([program("skopeo"), "--insecure-policy", *arguments], directory, REGISTRY_AUTH_FILE=file, HOME=directory)
    return skopeo


def assert_unauthorized(done):
    text = done.stdout.lower()
    assert done.returncode != 0 and any(word in text for word in ("unauthorized", "no basic auth")), done.stdout


def assert_denied(done):
    assert done.returncode != 0 and "denied" in done.stdout.lower(), done.stdout


def test_skopeo_logs_in_copies_inspects_and_loses_it_by_revocation(packages, tmp_path):
    credential = packages.latchkey.issue("alice")
    image = oci_layout(tmp_path / "image")
    host = packages.host
    skopeo = skopeo_by(tmp_path / "auth.json", tmp_path)
    anonymous = skopeo("copy", "--dest-tls-verify=false", f"oci:{image}:latest", f"docker://{host}/demo/hello:1")
    assert anonymous.returncode != 0 and "unauthorized" in anonymous.stdout.lower(), anonymous.stdout
    wrong = skopeo("login", "--tls-verify=false", "-u", "alice", "-p", "wrong", host)
    assert wrong.returncode != 0, wrong.stdout
    login = skopeo("login", "--tls-verify=false", "-u", "alice", "-p", credential["password"], host)
    assert login.returncode == 0, login.stdout
    pushed = skopeo("copy", "--dest-tls-verify=false", f"oci:{image}:latest", f"docker://{host}/demo/hello:1")
    assert pushed.returncode == 0, pushed.stdout
    inspected = skopeo("inspect", "--tls-verify=false", f"docker://{host}/demo/hello:1")
    assert inspected.returncode == 0 and "demo/hello" in inspected.stdout, inspected.stdout
    packages.revoke(credential)
    assert_unauthorized(skopeo("inspect", "--tls-verify=false", f"docker://{host}/demo/hello:1"))


def test_a_pull_secret_of_kubernetes_reads_and_does_not_write(packages, tmp_path):
    """The node's agent gets a file with name and password in base64, and asks for the manifest at once."""
    writer, reader = packages.credentials("carol@example.test")
    pair = {name: base64.b64encode(f"{one['username']}:{one['password']}".encode()).decode()
            for name, one in (("writer", writer), ("reader", reader))}
    for name, auth in pair.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"auths": {packages.host: {"auth": auth}}}))
    image, name = oci_layout(tmp_path / "image"), f"docker://{packages.host}/team/secret:1"
    write, read = (skopeo_by(tmp_path / f"{name}.json", tmp_path) for name in pair)
    assert_denied(read("copy", "--dest-tls-verify=false", f"oci:{image}:latest", name))
    pushed = write("copy", "--dest-tls-verify=false", f"oci:{image}:latest", name)
    assert pushed.returncode == 0, pushed.stdout
    seen = read("inspect", "--tls-verify=false", name)
    assert seen.returncode == 0 and "team/secret" in seen.stdout, seen.stdout
    manifest = "/v2/team/secret/manifests/1"
    accept = [("Accept", "application/vnd.oci.image.manifest.v1+json"), ("User-Agent", "containerd/1.7.2")]
    asked = packages.site.ask("HEAD", manifest, fields=accept)
    assert asked.status == 401 and asked.get("WWW-Authenticate").startswith("Basic "), asked
    assert packages.site.ask("HEAD", manifest, fields=[*accept, ("Authorization", f"Basic {pair['reader']}")]).status == 200
    packages.revoke(reader)
    assert_unauthorized(read("inspect", "--tls-verify=false", name))


def start_engine(directory):
    """A Docker engine without networking for containers: enough to log in, push and pull. Needs root. Yields the
    client and the directory with its configuration, and ends the engine."""
    assert os.geteuid() == 0, "the Docker engine needs root"
    socket = directory / "docker.sock"
    (directory / "daemon.json").write_text(json.dumps({
        "hosts": [f"unix://{socket}"], "data-root": str(directory / "data"), "exec-root": str(directory / "exec"),
        "pidfile": str(directory / "docker.pid"), "bridge": "none", "iptables": False, "ip6tables": False,
        "ip-forward": False, "storage-driver": "vfs"}))
    # With a login of its own the client keeps those of the test in this file, whatever helpers the machine has.
    (directory / "config").mkdir()
    (directory / "config/config.json").write_text('{"auths": {"elsewhere.test": {"auth": "YTpi"}}}')
    part = Part("dockerd", [program("dockerd"), "--config-file", directory / "daemon.json"], directory)

    def docker(*arguments, text_input=None):
        return run([program("docker"), "-H", f"unix://{socket}", "--config", directory / "config", *arguments], directory,
                   text_input=text_input, HOME=directory)
    wait_until(lambda: docker("version").returncode == 0, "the Docker engine", 60, part)
    yield docker, directory
    part.stop(30)
    shutil.rmtree(directory / "data", ignore_errors=True)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    for docker, _ in start_engine(tmp_path_factory.mktemp("engine")):
        yield docker


def test_a_docker_engine_logs_in_pushes_pulls_and_loses_it_by_revocation(packages, engine, tmp_path):
    credential = packages.latchkey.issue("carol@example.test")
    image = f"{packages.host}/team/hello:1"
    (tmp_path / "layer.tar").write_bytes(layer(b"hello engine\n"))
    assert engine("import", tmp_path / "layer.tar", image).returncode == 0
    refused = engine("push", image)
    assert refused.returncode != 0, refused.stdout
    wrong = engine("login", packages.host, "-u", "carol@example.test", "--password-stdin", text_input="wrong\n")
    assert wrong.returncode != 0 and "Succeeded" not in wrong.stdout, wrong.stdout
    stranger = engine("login", packages.host, "-u", "bob", "--password-stdin", text_input=credential["password"])
    assert stranger.returncode != 0 and "Succeeded" not in stranger.stdout, stranger.stdout
    login = engine("login", packages.host, "-u", "carol@example.test", "--password-stdin", text_input=credential["password"])
    assert login.returncode == 0 and "Login Succeeded" in login.stdout, login.stdout
    pushed = engine("push", image)
    assert pushed.returncode == 0, pushed.stdout
    engine("rmi", image)
    pulled = engine("pull", image)
    assert pulled.returncode == 0, pulled.stdout
    engine("rmi", image)
    packages.revoke(credential)
    assert_unauthorized(engine("pull", image))


def daemonless(directory, runroot):
    """podman and buildah over one storage and one file of logins: tool("podman", "pull", image)."""
    def tool(name, command, *arguments, text_input=None):
        plain = ["--tls-verify=false"] if command in ("login", "push", "pull", "search") else []
        return run([program(name), "--root", directory / "root", "--runroot", runroot, "--storage-driver", "vfs", command, *plain,
                    *arguments], directory, text_input=text_input, HOME=directory, TMPDIR=directory, BUILDAH_ISOLATION="chroot",
                   REGISTRY_AUTH_FILE=directory / "auth.json")
    return tool


def assert_reads_and_does_not_write(client, image, credentials, revoke, assert_denied=assert_denied):
    """`client` has `image`. Of the credentials the first one writes, and the second one may only read, until revoke(it)."""
    (writer, reader), host, other = credentials, image.split("/")[0], f"{image}-other"

    def login(credential):
        return client("login", "-u", credential["username"], "--password-stdin", host, text_input=credential["password"])

    def assert_login(credential):
        done = login(credential)
        assert done.returncode == 0 and "Login Succeeded" in done.stdout, done.stdout
    assert_login(reader)
    assert_denied(client("push", image))
    assert_login(writer)
    pushed = client("push", image)
    assert pushed.returncode == 0, pushed.stdout
    assert_login(reader)
    client("rmi", "-f", image)
    pulled = client("pull", image)
    assert pulled.returncode == 0, pulled.stdout
    assert client("tag", image, other).returncode == 0
    assert_denied(client("push", other))  # also where every layer is there already
    client("rmi", "-f", image, other)
    revoke(reader)
    assert_unauthorized(client("pull", image))
    assert login(reader).returncode != 0


def test_a_docker_engine_pulls_and_does_not_push_with_a_read_only_credential(packages, engine, tmp_path):
    image = f"{packages.host}/team/read:1"
    (tmp_path / "layer.tar").write_bytes(layer(b"to be read\n"))
    assert engine("import", tmp_path / "layer.tar", image).returncode == 0
    assert_reads_and_does_not_write(engine, image, packages.credentials(), packages.revoke)


@pytest.mark.parametrize("tool", ["podman", "buildah"])
def test_podman_and_buildah_pull_and_do_not_push_with_a_read_only_credential(packages, runroot, tmp_path, tool):
    either, image = daemonless(tmp_path, runroot), f"{packages.host}/team/{tool}:1"
    (tmp_path / "layer.tar").write_bytes(layer(f"hello {tool}\n".encode()))
    assert either("podman", "import", tmp_path / "layer.tar", image).returncode == 0
    assert_reads_and_does_not_write(partial(either, tool), image, packages.credentials(), packages.revoke)
