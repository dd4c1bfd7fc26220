"""One latchkey behind one nginx, on examples/nginx/nexus-two-hosts.conf as shipped, for all tests of this folder
that do not break things. Those that do start their own."""
import pytest

from tests.support.stack import Application, Latchkey, Nginx, sign_in_locally, users_file
from tests.support.tls import Authority

CONFIGURATION = """
[site]
url = "https://nexus.example.com"
hosts = ["nexus.example.com", "docker.example.com"]
enforce_https = true

[[host]]
name = "docker.example.com"
browser = false

[store]
url = "sqlite:{dir}/state/latchkey.db"

[local]
users_file = "{dir}/users"

[health]
user_agents = ["GoogleHC", "kube-probe"]

[log]
level = "debug"

[[path]]
prefix = "/repository"
encoded_slash = "keep"

[[path]]
prefix = "/api"
authorization = "application"

[[path]]
prefix = "/webhook"
cross_site = "allow"

[[rule]]
paths = ["/public", "/api"]
who = "anyone"

[[rule]]
paths = ["/admin"]
users = ["root"]

[[rule]]
paths = ["/repository/*/private"]
methods = ["PUT", "DELETE"]
who = "nobody"

[[rule]]
who = "authenticated"
"""

PASSWORDS = {"alice": "alice-pw", "bob": "bob-pw", "root": "root-pw"}


class Stack:
    """A latchkey, an nginx and an application that belong together."""

    def __init__(self, directory, configuration=CONFIGURATION, example="nexus-two-hosts.conf", workers=2,
                 tls=None, extra_http="", replace=None):
        self.directory = directory
        self.tls = tls or Authority(directory / "tls")
        for name in ("nexus.example.com", "docker.example.com", "jenkins.example.com", "registry.example.com"):
            if not (self.tls.directory / f"{name}.crt").exists():
                self.tls.server(name)
        self.latchkey = Latchkey(directory / "latchkey", configuration, workers)
        users_file(self.latchkey.directory / "users", **PASSWORDS)
        self.latchkey.admin("init")
        self.latchkey.start()
        self.application = Application(directory)
        port = self.application.port
        self.nginx = Nginx(directory / "nginx", self.latchkey, example, self.tls,
                           ports={8081: port, 5003: port, 8080: port, 5000: port}, extra_http=extra_http,
                           replace=replace).start()
        self.nexus = self.nginx.site("nexus.example.com")
        self.docker = self.nginx.site("docker.example.com")

    def stop(self):
        for part in (self.nginx, self.application, self.latchkey):
            part.stop()

    def sign_in(self, user="alice"):
        """Returns the value of a Cookie field with a fresh session of `user`."""
        browser = sign_in_locally(self.nexus, user, PASSWORDS[user])
        return f"__Host-latchkey={browser.jar['nexus.example.com']['__Host-latchkey']}"

    def fresh_account(self, user):
        """Makes sure that the store knows `user`, who becomes an account at the first sign-in."""
        self.sign_in(user)
        return self.latchkey.issue(user)


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    made = Stack(tmp_path_factory.mktemp("stack"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def session(stack):
    """A Cookie field of alice's session."""
    return stack.sign_in("alice")


@pytest.fixture(scope="session")
def credential(stack, session):
    """A credential of alice: {"username", "password", "id", "expires"}."""
    reply = stack.nexus.get("/cli/credentials", cookie=session)
    assert reply.status == 200, reply
    import json
    return json.loads(reply.text)


@pytest.fixture
def own_stack(tmp_path):
    """Makes stacks that a test may break: own_stack(configuration=..., workers=...)."""
    made = []

    def make(**how):
        made.append(Stack(tmp_path / f"stack{len(made)}", **how))
        return made[-1]

    yield make
    for one in made:
        one.stop()
