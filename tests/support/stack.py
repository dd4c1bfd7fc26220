"""latchkey itself as the tests run it: a directory with a configuration and both pools. The web servers in front
of it are in tests/support/servers."""
import json
import subprocess
from pathlib import Path

from tests.support.processes import BIN, ROOT, Part, clean_environment, free_port
from tests.support.web import Browser


def users_file(path, **passwords):
    """Writes an htpasswd file with bcrypt entries of the lowest cost (the tests sign in often)."""
    lines = []
    for user, password in passwords.items():
        made = subprocess.run(["openssl", "passwd", "-apr1", "-stdin"], input=password, capture_output=True,
                              text=True, check=True)
        lines.append(f"{user}:{made.stdout.strip()}\n")
    path = Path(path)
    path.write_text("".join(lines))
    path.chmod(0o600)
    return path


class Latchkey:
    """Both pools over one directory. `configuration` is the text of latchkey.toml; `{dir}` in it is replaced."""

    def __init__(self, directory, configuration, workers=2):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        self.file = self.directory / "latchkey.toml"
        self.configure(configuration)
        self.workers = workers
        self.authorizer_socket = self.directory / "authorizer.sock"
        self.responder_socket = self.directory / "responder.sock"
        # Where each pool listens: a path, or a port of 127.0.0.1.
        self.sockets = {"authorizer": self.authorizer_socket, "responder": self.responder_socket}
        self.environment = {}  # of the pools, beside this process's own
        self.parts = {}

    def configure(self, configuration):
        self.file.write_text(configuration.replace("{dir}", str(self.directory)))
        self.file.chmod(0o600)

    def admin(self, *arguments, check=True, text_input=None):
        """Runs the administrator's command. Returns its standard output, or CompletedProcess with check=False."""
        done = subprocess.run([BIN / "latchkey", "--config", self.file, *map(str, arguments)], text=True, timeout=60,
                              capture_output=True, input=text_input, env=clean_environment())
        if not check:
            return done
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def admin_json(self, *arguments):
        return json.loads(self.admin(*arguments, "--json"))

    def issue(self, user, *more):
        """Issues a credential for `user`. Returns {"username", "password", "id", "expires"}."""
        return self.admin_json("credential", "issue", "--user", user, *more)

    def start(self, *pools):
        for pool in pools or ("authorizer", "responder"):
            at = self.sockets[pool]
            self.parts[pool] = Part(f"latchkey-{pool}", [
                BIN / f"latchkey-{pool}", "--config", self.file, "--workers", self.workers, "--socket",
                f"127.0.0.1:{at}" if isinstance(at, int) else f"unix:{at}"],
                self.directory, environment=clean_environment(**self.environment))
        for pool in pools or ("authorizer", "responder"):
            self.parts[pool].ready_on(self.sockets[pool])
        return self

    def stop(self, *pools):
        for pool in pools or list(self.parts):
            if pool in self.parts:
                self.parts.pop(pool).stop()

    def restart(self):
        self.stop()
        return self.start()

    def log_text(self):
        return "".join(part.log_text() for part in self.parts.values())

    @property
    def database(self):
        return self.directory / "state/latchkey.db"


class Application:
    """The demo's application: shows every request it gets."""

    def __init__(self, directory):
        self.port = free_port()
        self.part = Part("application", ["python3", ROOT / "examples/demo/application.py", self.port], directory)
        self.part.ready_on(self.port)

    def stop(self):
        self.part.stop()


def sign_in_locally(site, user, password, rd="/"):
    """Signs in by the form for local users. Returns the Browser, standing on the page first asked."""
    browser = Browser(site)
    browser.open(f"{site.origin}{rd}")
    assert browser.reply.status == 200 and 'name="password"' in browser.reply.text, browser.reply
    browser.submit("password", username=user, password=password)
    return browser
