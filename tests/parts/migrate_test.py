"""Moving from nexus-proxy: its environment and a keystore as Java's own keytool makes it, and the tokens it signed."""
import base64
import hashlib
import json
import subprocess
import time

import pytest

from tests.support.processes import BIN, clean_environment, program
from tests.support.servers.front import CONFIGURATION
from tests.support.servers.nginx import NginxFront

PASSWORD = "safe#passw0rd!"
VARIABLES = {
    "ALLOWED_USER_AGENTS_ON_ROOT_REGEX": "GoogleHC", "AUTH_CACHE_TTL": "60000", "BIND_PORT": "8080",
    "CLIENT_ID": "an-id.apps.googleusercontent.com", "CLIENT_SECRET": "a-google-secret",
    "CLOUD_IAM_AUTH_ENABLED": "true", "ENFORCE_HTTPS": "true", "KEYSTORE_PASS": PASSWORD,
    "NEXUS_DOCKER_HOST": "docker.example.com", "NEXUS_HTTP_HOST": "nexus.example.com",
    "NEXUS_RUT_HEADER": "X-Forwarded-User", "ORGANIZATION_ID": "123456789012", "SESSION_TTL": "86400000",
    "UPSTREAM_HTTP_PORT": "8081"}


def keytool(directory, store, kind, *more):
    """Makes a keystore as nexus-proxy's README says."""
    subprocess.run([program("keytool"), "-genkeypair", "-keystore", store, "-storetype", kind, "-storepass", PASSWORD,
                    "-keypass", PASSWORD, "-alias", "RS256", "-keyalg", "RSA", "-keysize", "2048", "-sigalg",
                    "SHA256withRSA", "-dname", "CN=,OU=,O=,L=,ST=,C=", "-validity", "3651", *more],
                   cwd=directory, check=True, capture_output=True)


def migrate(directory, store, *arguments, **changed):
    directory.mkdir(exist_ok=True)
    (directory / "old.env").write_text("# nexus-proxy\n" + "".join(
        f"{name}={value}\n" for name, value in {**VARIABLES, "KEYSTORE_PATH": store, **changed}.items()))
    return subprocess.run([BIN / "latchkey", "--config", directory / "latchkey.toml", "migrate", "nexus-proxy",
                           "--env-file", directory / "old.env", *arguments],
                          capture_output=True, text=True, env=clean_environment())


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """{kind: path} of keystores with the entry RS256."""
    directory = tmp_path_factory.mktemp("keystores")
    made = {}
    for kind in ("JCEKS", "PKCS12"):
        made[kind] = directory / f"keystore.{kind.lower()}"
        keytool(directory, made[kind], kind)
    return made


def public_key(store):
    certificate = subprocess.run([program("keytool"), "-exportcert", "-rfc", "-keystore", store, "-storepass", PASSWORD,
                                  "-alias", "RS256"], check=True, capture_output=True, text=True).stdout
    return subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=certificate, check=True, capture_output=True,
                          text=True).stdout


@pytest.mark.parametrize("kind", ["JCEKS", "PKCS12"])
def test_a_keystore_of_javas_keytool_becomes_a_configuration(tmp_path, stores, kind):
    done = migrate(tmp_path / "new", stores[kind], "--until", "2999-01-01")
    assert done.returncode == 0, done
    assert (tmp_path / "new/nexus-proxy.pem").read_text() == public_key(stores[kind])
    assert (tmp_path / "new/google.secret").stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "new/latchkey.toml").read_text()
    for line in ('url = "https://nexus.example.com"', 'preset = "nexus"', 'idle = "86400s"', 'until = "2999-01-01"',
                 'user_agents = ["GoogleHC"]', "enforce_https = true", 'client_id = "an-id.apps.googleusercontent.com"'):
        assert line in text, line
    assert "a-google-secret" not in text and PASSWORD not in text
    assert "note   UPSTREAM_HTTP_PORT=8081 is the web server's part now" in done.stdout


def test_slips_of_the_pen_are_told_and_open_doors_last(tmp_path, stores):
    done = migrate(tmp_path / "new", stores["JCEKS"], "--until", "2999-01-01", AUTH_CACHE_TLL="1", ORGANIZATION_ID="")
    assert done.returncode == 0, done
    lines = done.stdout.splitlines()
    assert f"note   chown latchkey {tmp_path}/new/google.secret" in lines
    assert [line for line in lines if "is no variable" in line] == ["note   AUTH_CACHE_TLL is no variable of nexus-proxy"]
    assert lines[-1].startswith("WARNING ORGANIZATION_ID is not set: everybody with an account at Google may come in"), lines


def test_nothing_is_overwritten_and_a_half_is_never_left(tmp_path, stores):
    (tmp_path / "latchkey.toml").write_text("# mine")
    done = migrate(tmp_path, stores["JCEKS"], "--until", "2999-01-01")
    assert done.returncode == 1 and "exists" in done.stderr
    assert (tmp_path / "latchkey.toml").read_text() == "# mine"
    assert not (tmp_path / "nexus-proxy.pem").exists() and not (tmp_path / "google.secret").exists()


def test_a_wrong_password_a_changed_file_and_a_missing_date_are_told(tmp_path, stores):
    for kind, store in stores.items():
        done = migrate(tmp_path / "a", store, "--until", "2999-01-01", KEYSTORE_PASS="guessed")
        assert done.returncode == 1 and "another password" in done.stderr, (kind, done)
    bytes_ = bytearray(stores["JCEKS"].read_bytes())
    bytes_[60] ^= 1
    (tmp_path / "changed").write_bytes(bytes_)
    assert "changed file" in migrate(tmp_path / "a", tmp_path / "changed", "--until", "2999-01-01").stderr
    done = migrate(tmp_path / "a", stores["JCEKS"])
    assert done.returncode == 64 and "--until" in done.stderr
    assert not (tmp_path / "a/latchkey.toml").exists()


def encoded(value):
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class OldProxy:
    """Signs tokens as nexus-proxy did, with the key out of its keystore."""

    def __init__(self, directory, store):
        subprocess.run([program("keytool"), "-importkeystore", "-srckeystore", store, "-srcstorepass", PASSWORD,
                        "-destkeystore", "out.p12", "-deststoretype", "PKCS12", "-deststorepass", PASSWORD,
                        "-srcalias", "RS256"], cwd=directory, check=True, capture_output=True)
        subprocess.run(["openssl", "pkcs12", "-in", "out.p12", "-passin", f"pass:{PASSWORD}", "-nocerts", "-nodes",
                        "-out", "old.pem"], cwd=directory, check=True, capture_output=True)
        self.key = directory / "old.pem"

    def token(self, uid="jane@example.com", **changed):
        now = int(time.time())
        claims = {"uid": uid, "iat": now, "exp": now + 31536000, "aud": ["docker.example.com", "nexus.example.com"], **changed}
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = f"{encoded({'typ': 'JWT', 'alg': 'RS256'})}.{encoded(claims)}"
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=signed.encode(), check=True,
                                   capture_output=True).stdout
        return f"{signed}.{encoded(signature)}"


@pytest.fixture(scope="module")
def old(tmp_path_factory, stores):
    return OldProxy(tmp_path_factory.mktemp("old"), stores["JCEKS"])


@pytest.fixture(scope="module")
def front(tmp_path_factory, stores, old):
    directory = tmp_path_factory.mktemp("migrated")
    (directory / "nexus-proxy.pem").write_text(public_key(stores["JCEKS"]))
    denied = old.token(uid="lost@example.com")
    legacy = (f'[legacy]\npublic_key_file = "{directory}/nexus-proxy.pem"\nuntil = "2999-01-01"\n'
              f'denied_users = ["left@example.com"]\ndenied_tokens = ["{hashlib.sha256(denied.encode()).hexdigest()}"]\n\n[local]')
    made = NginxFront(directory, configuration=CONFIGURATION.replace("[local]", legacy))
    made.denied = denied
    yield made
    made.stop()


def test_an_old_token_is_its_owner_with_any_user_name_and_as_bearer(front, old):
    token = old.token()
    for how in ({"basic": ("jane@example.com", token)}, {"basic": ("anything", token)}, {"basic": ("", token)}, {"bearer": token}):
        assert front.nexus.get("/page", **how).seen()["x-forwarded-user"] == ["jane@example.com"], how
    assert front.docker.get("/v2/", basic=("x", token)).status == 200


def test_an_old_token_that_is_wrong_is_refused(front, old):
    good = old.token()
    head, claims, signature = good.split(".")
    now = int(time.time())
    wrong = {"another audience": old.token(aud=["elsewhere.example.com"]), "expired": old.token(exp=now - 1),
             "without an end": old.token(exp=None), "nobody's": old.token(uid=None), "of the future": old.token(iat=now + 600),
             "altered": f"{head}.{encoded({'uid': 'root', 'iat': now, 'exp': now + 99, 'aud': ['nexus.example.com']})}.{signature}",
             "unsigned": f"{encoded({'typ': 'JWT', 'alg': 'none'})}.{claims}.",
             "like one of ours": old.token(jti="0192", token_use="credential")}
    for what, token in wrong.items():
        assert front.nexus.get("/page", basic=("x", token)).status == 401, what


def test_an_old_token_ends_by_the_denied_lists_and_with_its_account(front, old):
    assert front.nexus.get("/page", basic=("x", front.denied)).status == 401
    assert front.nexus.get("/page", basic=("x", old.token(uid="left@example.com"))).status == 401
    token = old.token(uid="bob")
    assert front.nexus.get("/page", bearer=token).status == 200
    front.fresh_account("bob")
    front.latchkey.admin("user", "disable", "bob")
    assert front.nexus.get("/page", bearer=token).status == 401
    told = front.latchkey.admin("credential", "revoke", "--token", "-", text_input=token, check=False)
    front.latchkey.admin("user", "enable", "bob")
    assert front.nexus.get("/page", bearer=token).status == 401, "what was ended lives again"
    assert told.returncode == 1 and hashlib.sha256(token.encode()).hexdigest() in told.stderr


def test_an_old_token_makes_no_new_credential(front, old):
    assert front.nexus.get("/cli/credentials", bearer=old.token()).status == 403
