"""Docker's own tools: a real engine and skopeo, against a real registry that knows no users."""
import hashlib
import gzip
import io
import json
import os
import shutil
import tarfile

import pytest

from tests.parts.repositories import Repositories
from tests.support.processes import Part, program, run, wait_until


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    made = Repositories(tmp_path_factory.mktemp("docker"))
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


def test_skopeo_logs_in_copies_inspects_and_loses_it_by_revocation(repositories, tmp_path):
    credential = repositories.credential()
    image = oci_layout(tmp_path / "image")
    file = tmp_path / "auth.json"
    host = repositories.host
    policy = ["--insecure-policy"]

    def skopeo(*arguments):
        return run([program("skopeo"), *policy, *arguments], tmp_path, REGISTRY_AUTH_FILE=file, HOME=tmp_path)
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
    repositories.revoke(credential)
    refused = skopeo("inspect", "--tls-verify=false", f"docker://{host}/demo/hello:1")
    assert refused.returncode != 0 and "unauthorized" in refused.stdout.lower(), refused.stdout


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


def test_a_docker_engine_logs_in_pushes_pulls_and_loses_it_by_revocation(repositories, engine, tmp_path):
    credential = repositories.credential("carol@example.test")
    image = f"{repositories.host}/team/hello:1"
    (tmp_path / "layer.tar").write_bytes(layer(b"hello engine\n"))
    assert engine("import", tmp_path / "layer.tar", image).returncode == 0
    refused = engine("push", image)
    assert refused.returncode != 0, refused.stdout
    wrong = engine("login", repositories.host, "-u", "carol@example.test", "--password-stdin", text_input="wrong\n")
    assert wrong.returncode != 0 and "Succeeded" not in wrong.stdout, wrong.stdout
    stranger = engine("login", repositories.host, "-u", "bob", "--password-stdin", text_input=credential["password"])
    assert stranger.returncode != 0 and "Succeeded" not in stranger.stdout, stranger.stdout
    login = engine("login", repositories.host, "-u", "carol@example.test", "--password-stdin", text_input=credential["password"])
    assert login.returncode == 0 and "Login Succeeded" in login.stdout, login.stdout
    pushed = engine("push", image)
    assert pushed.returncode == 0, pushed.stdout
    engine("rmi", image)
    pulled = engine("pull", image)
    assert pulled.returncode == 0, pulled.stdout
    engine("rmi", image)
    repositories.revoke(credential)
    gone = engine("pull", image)
    assert gone.returncode != 0, gone.stdout
    assert any(word in gone.stdout.lower() for word in ("unauthorized", "denied", "no basic auth")), gone.stdout
