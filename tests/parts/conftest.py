"""latchkey behind nginx without TLS on loopback, as real providers and clients of the tests reach it."""
import json
import shutil
import tempfile
import urllib.request

import pytest

from tests.support.processes import NODE_MODULES, ROOT, Part, clean_environment, free_port, program
from tests.support.servers.nginx import Nginx
from tests.support.stack import Application, Latchkey, sign_in_locally, users_file

SECRET = "rp-secret-rp-secret-rp-secret-0001"

PLAIN_NGINX = """
include latchkey/http.conf;
server {
    listen 80;
    client_max_body_size 0;
    include latchkey/server.conf;
    location / {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8081;
    }
}
"""

COMMON = """
[site]
url = "http://127.0.0.1:{port}"

[store]
url = "sqlite:{dir}/state/latchkey.db"

[[path]]
prefix = "/"
encoded_slash = "keep"

[[rule]]
paths = ["/public"]
who = "anyone"

[[rule]]
paths = ["/dev-only"]
groups = ["dev"]

[[rule]]
who = "authenticated"
"""


def ask(url, body=None):
    """Turns a test control of a provider; loopback only, so no proxy of the machine is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    with opener.open(urllib.request.Request(url, data=data), timeout=20) as answer:
        return json.loads(answer.read() or b"null")


class OpenIdProvider:
    """oidc-provider with a client `rp` for one site, or with each of `clients` {name: its origins}. `claims` says what
    comes for a scope where it is not what provider.mjs says."""

    def __init__(self, directory, site_port=None, clients=None, claims=None):
        self.directory, self.port = directory, free_port()
        self.issuer = f"http://localhost:{self.port}"
        self.users = {
            "alice": {"password": "alice-pw", "email": "alice@example.test", "email_verified": True, "name": "Alice Example",
                      "preferred_username": "alice", "groups": ["dev", "ops"]},
            "bob": {"password": "bob-pw", "email": "bob@example.test", "name": "Bob Example", "preferred_username": "bob",
                    "groups": ["ops"]},
        }
        (directory / "provider.json").write_text(json.dumps({"users": self.users, "claims": claims or {}, "clients": [{
            "client_id": name, "client_secret": SECRET, "redirect_uris": [f"{origin}/oauth/callback" for origin in origins],
            "post_logout_redirect_uris": [f"{origin}{path}" for origin in origins
                                          for path in ("/oauth/logout?done=1", "/oauth/logout", "/")],
            "backchannel_logout_uri": f"{origins[0]}/oauth/backchannel-logout", "backchannel_logout_session_required": True,
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic", "id_token_signed_response_alg": "RS256"}
            for name, origins in (clients or {"rp": [f"http://127.0.0.1:{site_port}"]}).items()]}))
        self.part = None

    def start(self, generation=1):
        self.part = Part(f"provider-{generation}", [program("node"), ROOT / "tests/parts/provider.mjs"], self.directory,
                         environment=clean_environment(OP_PORT=self.port, OP_ISSUER=self.issuer, OP_GENERATION=generation,
                                                       OP_CONFIG=self.directory / "provider.json", OP_PARTS=NODE_MODULES.parent))
        self.part.ready_when_logged("READY")
        return self

    def stop(self):
        if self.part:
            self.part.stop()

    def log(self):
        return ask(f"{self.issuer}/__test/log")

    def fault(self, *faults):
        return ask(f"{self.issuer}/__test/faults", list(faults))

    def change(self, **users):
        return ask(f"{self.issuer}/__test/users", users)


class PlainStack:
    """latchkey, nginx without TLS, the demo application. `more` is appended to the configuration."""

    def __init__(self, directory, more, nginx=PLAIN_NGINX, ports=None, port=None, workers=2, users=None, secret=None):
        self.directory = directory
        self.port = port or free_port()
        self.latchkey = Latchkey(directory / "latchkey", (COMMON + more).replace("{port}", str(self.port)), workers)
        if users:
            users_file(self.latchkey.directory / "users", **users)
        if secret:
            (self.latchkey.directory / "client.secret").write_text(secret)
            (self.latchkey.directory / "client.secret").chmod(0o600)
        self.latchkey.admin("init")
        self.latchkey.start()
        self.application = Application(directory)
        self.nginx = Nginx(directory / "nginx", self.latchkey, nginx,
                           ports={80: self.port, 8081: self.application.port, **(ports or {})}).start()
        self.site = self.nginx.site("127.0.0.1", 80)

    def stop(self):
        for part in (self.nginx, self.application, self.latchkey):
            part.stop()

    def sign_in(self, user, password):
        return sign_in_locally(self.site, user, password).cookies("127.0.0.1")


OIDC = """
[[provider]]
name = "company"
title = "Company sign-in"
type = "oidc"
issuer = "{issuer}"
client_id = "rp"
client_secret_file = "{dir}/client.secret"
scopes = ["openid", "email", "profile", "groups"]
timeout = "3s"
"""


@pytest.fixture(scope="session")
def provider_and_stack(tmp_path_factory):
    """One provider and one latchkey that uses it, for all tests that leave both as they were."""
    directory = tmp_path_factory.mktemp("oidc")
    port = free_port()
    provider = OpenIdProvider(directory, port).start()
    stack = PlainStack(directory, OIDC.replace("{issuer}", provider.issuer), port=port, secret=SECRET)
    yield provider, stack
    stack.stop()
    provider.stop()


@pytest.fixture
def runroot():
    """A directory whose name podman finds short enough."""
    directory = tempfile.mkdtemp(prefix="lk-podman-")
    yield directory
    shutil.rmtree(directory, ignore_errors=True)
