"""Docker's token protocol with real clients, in both of its uses: a registry that verifies our tokens itself, and the
authorizer that does it in front of a registry without users."""
import base64
import hashlib
import json
import re
import subprocess
from functools import partial

import jwt
import pytest

from tests.parts.backends import start_registry
from tests.parts.conftest import PLAIN_NGINX
from tests.parts.docker_test import assert_reads_and_does_not_write, daemonless, layer, oci_layout, start_engine
from tests.support.processes import free_port, program, run
from tests.support.servers.nginx import Nginx
from tests.support.stack import Latchkey, users_file

CONFIGURATION = """
[site]
url = "http://127.0.0.1:{port}"
hosts = ["localhost:{port}"]
[store]
url = "sqlite:{dir}/state/latchkey.db"
[local]
users_file = "{dir}/users"
basic = true
[docker]
token_hosts = ["127.0.0.1", "localhost"]
[[rule]]
paths = ["/v2/public"]
methods = ["GET", "HEAD"]
who = "anyone"
[[rule]]
paths = ["/v2/secret", "/v2/_catalog"]
users = ["alice"]
[[rule]]
methods = ["POST", "PUT", "PATCH", "DELETE"]
users = ["alice"]
[[rule]]
who = "authenticated"
"""

NGINX = PLAIN_NGINX.replace("location / {", "location /v2/ {").replace(":8081", ":5000")

# What docs/docker.md tells to write.
TOKEN = """auth:
  token:
    realm: http://127.0.0.1:{site}/docker/token
    service: localhost
    issuer: http://127.0.0.1:{site}
    rootcertbundle: {directory}/latchkey.pem
"""
USERS = {"alice": "alice-pw", "bob": "bob-pw"}


class Registries:
    """`hosts`: what clients call the registry of each use."""

    def __init__(self, directory):
        self.directory, self.port = directory, free_port()
        open_port, verifying_port = free_port(), free_port()
        self.hosts = {"authorizer": f"127.0.0.1:{self.port}", "registry": f"127.0.0.1:{verifying_port}"}
        self.latchkey = Latchkey(directory / "latchkey", CONFIGURATION.replace("{port}", str(self.port)))
        users_file(self.latchkey.directory / "users", **USERS)
        self.latchkey.admin("init")
        (directory / "latchkey.pem").write_text(self.latchkey.admin("key", "export-registry"))
        self.latchkey.start()
        self.nginx = Nginx(directory / "nginx", self.latchkey, NGINX, ports={80: self.port, 5000: open_port}).start()
        self.site = self.nginx.site("127.0.0.1", 80)
        self.parts = [start_registry(directory, open_port, "open"),
                      start_registry(directory, verifying_port, "verifying", TOKEN.format(directory=directory, site=self.port))]
        for user, password in USERS.items():  # who was never here has no account to issue for
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            assert self.token("service=localhost", pair).status == 200

    def token(self, query, basic=None):
        return self.site.get(f"/docker/token?{query}", fields=[("Authorization", f"Basic {basic}")] if basic else [])

    def revoke(self, credential):
        self.latchkey.admin("credential", "revoke", credential["id"])

    def stop(self):
        for part in (*self.parts, self.nginx, self.latchkey):
            part.stop()


@pytest.fixture(scope="module")
def registries(tmp_path_factory):
    made = Registries(tmp_path_factory.mktemp("docker-tokens"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return oci_layout(tmp_path_factory.mktemp("image") / "oci")


@pytest.fixture(params=["authorizer", "registry"])
def host(request, registries):
    """The registry as its clients call it, once for each side that verifies tokens."""
    return registries.hosts[request.param]


class Skopeo:
    """skopeo with a login file of its own."""

    def __init__(self, host, directory, name):
        self.host, self.directory, self.file = host, directory, directory / f"{name}.json"

    def __call__(self, *arguments):
        return run([program("skopeo"), "--insecure-policy", *arguments], self.directory,
                   REGISTRY_AUTH_FILE=self.file, HOME=self.directory)

    def login(self, user, password):
        return self("login", "--tls-verify=false", "-u", user, "-p", password, self.host)

    def push(self, image, name):
        return self("copy", "--dest-tls-verify=false", f"oci:{image}:latest", f"docker://{self.host}/{name}")

    def inspect(self, name):
        return self("inspect", "--tls-verify=false", f"docker://{self.host}/{name}")

    def delete(self, name):
        return self("delete", "--tls-verify=false", f"docker://{self.host}/{name}")


def denied(done):
    text = done.stdout.lower()
    return done.returncode != 0 and ("denied" in text or "unauthorized" in text), done.stdout


def assert_denied(done):
    refused, text = denied(done)
    assert refused, text


def assert_done(done):
    assert done.returncode == 0, done.stdout


def test_skopeo_follows_the_rules_and_loses_it_by_revocation(registries, host, image, tmp_path):
    credentials = {user: registries.latchkey.issue(user) for user in USERS}
    anyone, alice, bob = (Skopeo(host, tmp_path, name) for name in ("anyone", "alice", "bob"))
    wrong = alice.login("alice", "wrong")
    assert wrong.returncode != 0 and "Succeeded" not in wrong.stdout, wrong.stdout
    assert alice.login("bob", credentials["alice"]["password"]).returncode != 0
    for user, client in (("alice", alice), ("bob", bob)):
        assert_done(client.login(user, credentials[user]["password"]))
    for name in ("public/hello:1", "team/hello:1", "secret/hello:1"):
        assert_done(alice.push(image, name))

    assert_done(anyone.inspect("public/hello:1"))  # anonymous pull by rule
    assert_denied(anyone.inspect("team/hello:1"))
    assert_denied(anyone.push(image, "public/hello:2"))
    assert_done(bob.inspect("team/hello:1"))
    for refused in (bob.inspect("secret/hello:1"), bob.push(image, "team/hello:2"), bob.delete("team/hello:1")):
        assert_denied(refused)
    assert_done(alice.delete("team/hello:1"))

    registries.latchkey.admin("credential", "revoke", credentials["bob"]["id"])
    assert_denied(bob.inspect("public/hello:1"))  # a bad credential is never taken for none
    registries.latchkey.admin("credential", "revoke", credentials["alice"]["id"])
    assert_denied(alice.inspect("secret/hello:1"))


def test_a_read_only_credential_writes_nothing(registries, host, image, tmp_path):
    writer, reader = (Skopeo(host, tmp_path, name) for name in ("writer", "reader"))
    assert_done(writer.login("alice", registries.latchkey.issue("alice")["password"]))
    assert_done(writer.push(image, "team/readonly:1"))
    assert_done(reader.login("alice", registries.latchkey.issue("alice", "--scope", "read")["password"]))
    assert_done(reader.inspect("team/readonly:1"))
    assert_denied(reader.push(image, "team/readonly:2"))
    assert_denied(reader.delete("team/readonly:1"))


def test_podman_and_buildah_log_in_push_pull_and_search(registries, host, runroot, tmp_path):
    """podman asks for the catalog as registry:catalog:*, which only alice may have."""
    either = daemonless(tmp_path, runroot)
    podman, buildah = partial(either, "podman"), partial(either, "buildah")
    assert podman("login", "-u", "alice", "-p", "wrong", host).returncode != 0
    password = registries.latchkey.issue("alice")["password"]
    assert_done(podman("login", "-u", "alice", "-p", password, host))
    (tmp_path / "hello").write_text("hello\n")
    assert_done(buildah("from", "--name", "work", "scratch"))
    assert_done(buildah("copy", "work", tmp_path / "hello", "/hello"))
    assert_done(buildah("commit", "work", f"{host}/team/built:1"))
    assert_done(buildah("push", f"{host}/team/built:1"))
    assert_done(podman("rmi", "-f", f"{host}/team/built:1"))
    assert_done(podman("pull", f"{host}/team/built:1"))
    found = podman("search", f"{host}/team/")
    assert found.returncode == 0 and "team/built" in found.stdout, found.stdout

    assert_done(podman("login", "-u", "bob", "-p", registries.latchkey.issue("bob")["password"], host))
    assert "team/built" not in podman("search", f"{host}/team/").stdout
    assert_denied(podman("push", f"{host}/team/built:1", f"{host}/team/built:2"))


def credentials(registries):
    """One of alice's to write with, and one to read with."""
    return registries.latchkey.issue("alice"), registries.latchkey.issue("alice", "--scope", "read")


@pytest.mark.parametrize("tool", ["podman", "buildah"])
def test_podman_and_buildah_pull_and_do_not_push_with_a_read_only_credential(registries, host, runroot, tmp_path, tool):
    either, image = daemonless(tmp_path, runroot), f"{host}/team/read-by-{tool}:1"
    (tmp_path / "layer.tar").write_bytes(layer(f"hello {tool} {host}\n".encode()))
    assert_done(either("podman", "import", tmp_path / "layer.tar", image))
    assert_reads_and_does_not_write(partial(either, tool), image, credentials(registries), registries.revoke, assert_denied)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    yield from start_engine(tmp_path_factory.mktemp("engine"))


def test_an_engine_with_an_identity_token_loses_access_at_the_next_pull(registries, host, engine, tmp_path):
    docker, directory = engine
    credential = registries.latchkey.issue("alice")
    one, two = f"{host}/team/engine:1", f"{host}/mounted/engine:1"
    (tmp_path / "layer.tar").write_bytes(layer(b"hello engine " + host.encode()))
    assert_done(docker("import", tmp_path / "layer.tar", one))
    assert_denied(docker("push", one))
    wrong = docker("login", host, "-u", "alice", "--password-stdin", text_input="wrong\n")
    assert wrong.returncode != 0 and "Succeeded" not in wrong.stdout, wrong.stdout
    login = docker("login", host, "-u", "alice", "--password-stdin", text_input=credential["password"])
    assert login.returncode == 0 and "Login Succeeded" in login.stdout, login.stdout

    stored = json.loads((directory / "config/config.json").read_text())["auths"][host]
    assert stored["identitytoken"] and base64.b64decode(stored["auth"]).strip(b"\0") == b"alice:", stored
    assert credential["password"] not in (directory / "config/config.json").read_text()

    assert_done(docker("push", one))
    assert_done(docker("tag", one, two))
    mounted = docker("push", two)  # the engine asks for both repositories at once and mounts the layer
    assert mounted.returncode == 0 and "Mounted from team/engine" in mounted.stdout, mounted.stdout
    for image in (one, two):
        assert_done(docker("rmi", image))
        assert_done(docker("pull", image))
        assert_done(docker("rmi", image))
    registries.latchkey.admin("credential", "revoke", credential["id"])
    assert_denied(docker("pull", one))
    assert_denied(docker("pull", two))
    docker("logout", host)
    assert_denied(docker("pull", one))


def test_an_engine_pulls_and_does_not_push_with_a_read_only_credential(registries, host, engine, tmp_path):
    """Its identity token is worth no more than the credential that it was given for."""
    docker, _ = engine
    image = f"{host}/team/read-by-engine:1"
    (tmp_path / "layer.tar").write_bytes(layer(b"to be read at " + host.encode()))
    assert_done(docker("import", tmp_path / "layer.tar", image))
    assert_reads_and_does_not_write(docker, image, credentials(registries), registries.revoke, assert_denied)


def test_a_password_is_given_no_refresh_token(registries, host, engine):
    """It would outlive a password that was changed; docker keeps the password instead, as it does without tokens."""
    docker, directory = engine
    login = docker("login", host, "-u", "bob", "--password-stdin", text_input="bob-pw")
    assert login.returncode == 0, login.stdout
    stored = json.loads((directory / "config/config.json").read_text())["auths"][host]
    assert "identitytoken" not in stored, stored
    docker("logout", host)


def refresh_token_of(registries, credential, service):
    """What a client is given that asks for offline access, as docker does when it logs in."""
    pair = base64.b64encode(f"alice:{credential['password']}".encode()).decode()
    reply = registries.token(f"service={service}&offline_token=true&client_id=docker", pair)
    assert reply.status == 200, reply
    return json.loads(reply.text)["refresh_token"]


def bearer_of(registries, credential, scope):
    pair = base64.b64encode(f"alice:{credential['password']}".encode()).decode()
    reply = registries.token(f"service=127.0.0.1&scope={scope}", pair)
    assert reply.status == 200, reply
    return json.loads(reply.text)["token"]


def test_the_authorizer_refuses_a_token_at_the_next_request_after_revocation(registries):
    credential = registries.latchkey.issue("alice")
    token = bearer_of(registries, credential, "repository:team/hello:pull")
    assert registries.site.get("/v2/", bearer=token).status == 200
    # The registry answers: the authorizer has let it through.
    assert registries.site.get("/v2/team/hello/tags/list", bearer=token).status in (200, 404)
    challenge = registries.site.get("/v2/team/other/tags/list", bearer=token)
    assert challenge.status == 401 and challenge.all("WWW-Authenticate") == [
        f'Bearer realm="http://127.0.0.1:{registries.port}/docker/token",service="127.0.0.1",'
        'scope="repository:team/other:pull",error="insufficient_scope"']
    registries.latchkey.admin("credential", "revoke", credential["id"])
    assert registries.site.get("/v2/", bearer=token).status == 401


def test_a_new_key_signs_at_its_time_and_a_retired_one_never(registries):
    latchkey = registries.latchkey
    credential = latchkey.issue("alice")
    old = bearer_of(registries, credential, "repository:team/hello:pull")
    (first,) = latchkey.admin_json("key", "list-registry")
    assert first["state"] == "active"
    planned = latchkey.admin("key", "rotate-registry", "--activate-in", "1h").split(":")[0]
    assert {k["id"]: k["state"] for k in latchkey.admin_json("key", "list-registry")} == {
        first["id"]: "active", planned: "planned"}
    assert latchkey.admin("key", "export-registry").count("BEGIN CERTIFICATE") == 2
    assert len(json.loads(latchkey.admin("key", "export-registry", "--jwks"))["keys"]) == 4
    latchkey.admin("key", "retire-registry", planned)
    at_once = latchkey.admin("key", "rotate-registry", "--activate-in", "0s").split(":")[0]
    new = bearer_of(registries, credential, "repository:team/hello:pull")
    for token in (old, new):
        assert registries.site.get("/v2/", bearer=token).status == 200
    assert json.loads(base64.urlsafe_b64decode(new.split(".")[0] + "==")) != json.loads(
        base64.urlsafe_b64decode(old.split(".")[0] + "=="))
    latchkey.admin("key", "retire-registry", at_once)  # back to the one that the registry knows
    assert [registries.site.get("/v2/", bearer=token).status for token in (old, new) * 8] == [200, 401] * 8
    assert latchkey.admin("key", "retire-registry", at_once, check=False).returncode == 1
    rows = [json.loads(row) for row in latchkey.admin("audit", "export").splitlines()]
    assert [row["action"] for row in rows if row["object"] == at_once] == ["key_added", "key_removed"]


def test_a_dropped_key_ends_what_was_made_of_the_credentials_it_signed(registries, host, image, tmp_path):
    """Docker's tokens are signed by another key, which stays; they end with the credential that they were made of."""
    credential = registries.latchkey.issue("alice")
    (key,) = [key["id"] for key in registries.latchkey.admin_json("key", "list") if key["state"] == "active"]
    refresh = refresh_token_of(registries, credential, "127.0.0.1" if host == registries.hosts["authorizer"] else "localhost")
    access = bearer_of(registries, credential, "repository:team/hello:pull")
    client = Skopeo(host, tmp_path, "client")
    # As `docker login` leaves it: no password any more, only the token that the site has given for it.
    client.file.write_text(json.dumps({"auths": {host: {"auth": base64.b64encode(b"alice:").decode(),
                                                         "identitytoken": refresh}}}))
    assert_done(client.push(image, "team/dropped:1"))
    assert_done(client.inspect("team/dropped:1"))
    assert registries.site.get("/v2/", bearer=access).status == 200
    said = registries.latchkey.admin("key", "drop", key)
    assert_denied(client.inspect("team/dropped:1"))
    assert_denied(client.push(image, "team/dropped:2"))
    assert registries.site.get("/v2/", bearer=access).status == 401
    assert re.search(r"credentials revoked: [1-9]", said), said
    again = Skopeo(host, tmp_path, "again")
    assert_done(again.login("alice", registries.latchkey.issue("alice")["password"]))
    assert_done(again.inspect("team/dropped:1"))


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True, check=True, text=True).stdout


def test_the_exported_bundle_is_what_a_registry_reads(registries):
    bundle = registries.directory / "latchkey.pem"
    text = openssl("x509", "-in", str(bundle), "-noout", "-text")
    assert re.search(r"ASN1 OID: prime256v1", text), text
    assert "PRIVATE" not in bundle.read_text()


def names_of(key):
    """The two names a registry may know an EC key by: of 2.8 (libtrust) and of 3 (RFC 7638)."""
    ordered = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":")).encode()
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(ordered).digest()).rstrip(b"=").decode()
    point = b"".join(base64.urlsafe_b64decode(key[name] + "=") for name in ("x", "y"))
    head = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")  # what comes before a point of P-256
    short = base64.b32encode(hashlib.sha256(head + point).digest()[:30]).decode()
    return {thumbprint, ":".join(short[i:i + 4] for i in range(0, 48, 4))}


def test_a_registry_of_3_finds_each_key_by_either_name_in_its_jwks(registries):
    """As distribution 3 verifies: the key of `jwks` that the header names, nothing out of the token itself; its signature,
    issuer, audience and times by a library that is not ours."""
    keys = json.loads(registries.latchkey.admin("key", "export-registry", "--jwks"))["keys"]
    trusted = {key["kid"]: key for key in keys}
    for key in keys:
        assert key["kid"] in names_of(key) and names_of(key) <= set(trusted) and "d" not in key
    token = bearer_of(registries, registries.latchkey.issue("alice"), "repository:team/hello:pull,push")
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "ES256" and not {"jwk", "x5c"} & set(header)

    def verified(text, audience="127.0.0.1", issuer=registries.site.origin):
        named = jwt.PyJWK(trusted[jwt.get_unverified_header(text)["kid"]]).key
        return jwt.decode(text, named, algorithms=["ES256"], audience=audience, issuer=issuer,
                          options={"require": ["exp", "nbf", "iat", "iss", "aud", "jti"]})
    claims = verified(token)
    assert claims["sub"] == "alice" and claims["aud"] == "127.0.0.1"  # one text, as 2.8 reads it, too
    assert claims["access"] == [{"type": "repository", "name": "team/hello", "actions": ["pull", "push"]}]
    for wrong, how in ((jwt.InvalidAudienceError, {"audience": "elsewhere"}), (jwt.InvalidIssuerError, {"issuer": "http://evil.test"})):
        with pytest.raises(wrong):
            verified(token, **how)
    first, claimed, signature = token.split(".")
    other = base64.urlsafe_b64encode(base64.urlsafe_b64decode(claimed + "==").replace(b"team/hello", b"team/other")).rstrip(b"=")
    with pytest.raises(jwt.InvalidSignatureError):
        verified(f"{first}.{other.decode()}.{signature}")
