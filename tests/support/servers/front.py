"""What every web server of the suite offers to a test: latchkey, an application, and the server between them
and the client, on the files of examples/ as shipped."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import time

from tests.support import fastcgi_recorder
from tests.support.application import RecordingApplication
from tests.support.fastcgi_recorder import Recorder
from tests.support.stack import Latchkey, sign_in_locally, users_file
from tests.support.tls import Authority

CONFIGURATION = """
[site]
url = "https://nexus.example.com"
hosts = ["nexus.example.com", "docker.example.com", "jenkins.example.com", "registry.example.com"]
enforce_https = true

[[host]]
name = "docker.example.com"
browser = false

[store]
url = "sqlite:{dir}/state/latchkey.db"

[user_token]
enabled = true

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
HOSTS = ("nexus.example.com", "docker.example.com", "jenkins.example.com", "registry.example.com")


def killed_one_of(pids):
    """Kills the first of these processes that is still there. Returns its id, or None."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return pid
    return None


def taken(questions):
    """Empties the list. Returns what was in it."""
    found = questions[:]
    del questions[:len(found)]
    return found


@contextlib.contextmanager
def recording_program(program, real):
    """While this lasts, `program` is one that writes down what it is asked and lets `real` answer. Yields the function
    that returns what it was asked since it was last called."""
    shutil.copy(fastcgi_recorder.__file__, program)
    program.chmod(0o755)
    record = program.with_name(f"{program.name}.record")
    record.touch()
    record.chmod(0o666)
    beside = program.with_name(f"{program.name}.real")
    beside.symlink_to(real)
    seen = []

    def asked():
        lines = record.read_text().splitlines()[len(seen):]
        seen.extend(lines)
        return [json.loads(line) for line in lines]
    try:
        yield asked
    finally:
        program.unlink()
        beside.unlink()


class Front:
    """A latchkey, a web server and an application that belong together. A mode is a subclass with

    - `name`, its row in docs/servers.md,
    - make_server(application, **how), which returns a WebServer (not started) on the example of that name
      ("nexus", "nexus-two-hosts", "jenkins", "docker-registry") whose site() gives its host names,
    - `reasons`: {behaviour: why this server cannot show it}; the behaviour is the name of the test without
      `test_`. The test then asserts what the server does instead, which is never to let a request through,
    - `instead`: {behaviour: function} where that is so little alike that the function runs in place of the test, with
      the same fixtures by name,
    - `out_of_order`: the statuses of a server that gets no answer from latchkey,
    - `serves_files`: True where the server's own files are all there is to protect: nothing there sees a request,
    - `starts_a_program_per_question`: True where hundreds of questions take long,
    - `fails_at_once`: False where a client may wait long while there is no authorizer,
    - where the server starts the pools itself: make_latchkey(), start_authorizer(), stop_authorizer() and
      authorizer_pids() of its own.
    """

    name = ""
    reasons = {}
    instead = {}
    out_of_order = frozenset({500, 502, 503, 504})
    serves_files = False
    fails_at_once = True
    starts_a_program_per_question = False
    applications = ("nexus", "nexus-two-hosts", "jenkins", "docker-registry")  # that have an example for this mode
    application_class = RecordingApplication

    def __init__(self, directory, configuration=CONFIGURATION, workers=2, tls=None, **how):
        self.directory = directory
        self.tls = tls or Authority(directory / "tls")
        for name in HOSTS:
            if not (self.tls.directory / f"{name}.crt").exists():
                self.tls.server(name)
        with contextlib.ExitStack() as undo:  # a part that cannot be started leaves none of the others behind
            self.latchkey = self.make_latchkey(configuration, workers)
            self.fill_latchkey()
            undo.callback(self.latchkey.stop)
            self.latchkey.start()
            self.application = self.application_class(directory)
            undo.callback(self.application.stop)
            self.parts = undo
            self.server = self.started("nexus-two-hosts", **how)
            self.parts = undo.pop_all()
        self.nexus = self.server.site("nexus.example.com")
        self.docker = self.server.site("docker.example.com")
        self.others = {}

    def make_latchkey(self, configuration, workers):
        return Latchkey(self.directory / "latchkey", configuration, workers)

    def fill_latchkey(self):
        """Makes its users, keys and store."""
        users_file(self.latchkey.directory / "users", **PASSWORDS)
        self.latchkey.admin("init")

    @property
    def application_ports(self):
        """The ports of the applications in the examples; one application stands for all of them."""
        return dict.fromkeys((8081, 5003, 8080, 5000), self.application.port)

    def make_server(self, application, **how):
        raise NotImplementedError

    def started(self, application, **how):
        server = self.make_server(application, **how)
        self.parts.callback(server.stop)
        server.start()
        return server

    def site(self, application, host):
        """Returns `host` of another example in front of the same latchkey; its server starts at the first call."""
        if application not in self.others:
            self.others[application] = self.started(application)
        return self.others[application].site(host)

    def stop(self):
        self.parts.close()

    def cannot(self, behaviour):
        """True if this server cannot show it; docs/servers.md then has the reason."""
        return behaviour in self.reasons

    # People and their credentials.

    def sign_in(self, user="alice"):
        """Returns the value of a Cookie field with a fresh session of `user`."""
        browser = sign_in_locally(self.nexus, user, PASSWORDS[user])
        assert "__Host-latchkey" in browser.jar.get(self.nexus.host, {}), browser.reply
        return f"__Host-latchkey={browser.jar['nexus.example.com']['__Host-latchkey']}"

    def fetch_credential(self, session):
        """Returns a credential of whose session it is, as they fetch it: {"username", "password", "id", "expires"}."""
        reply = self.nexus.get("/cli/credentials", cookie=session)
        assert reply.status == 200, reply
        return json.loads(reply.text)

    def fresh_account(self, user):
        """Makes sure that the store knows `user`, who becomes an account at the first sign-in."""
        self.sign_in(user)
        return self.latchkey.issue(user)

    def change_account(self, user, **columns):
        """Writes columns of an account's row, as a sign-in at a provider with these facts would."""
        self.write(f"UPDATE account SET {', '.join(f'{name} = :{name}' for name in columns)} WHERE user_name = :user",
                   {**columns, "user": user})

    def expire_credential(self, identifier):
        """Lets the validity of a credential end in the past."""
        self.write("UPDATE credential SET expires = :now - 3600 WHERE id = :id",
                   {"now": int(time.time()), "id": identifier})

    def write(self, statement, values):
        with contextlib.closing(sqlite3.connect(self.latchkey.database, timeout=10)) as database:
            assert database.execute(statement, values).rowcount == 1
            database.commit()

    # What it is asked.

    def asking_sockets(self):
        """Returns the paths on which the web server asks the authorizer."""
        return [self.latchkey.sockets["authorizer"]]

    @contextlib.contextmanager
    def recorded(self):
        """While this lasts, what the web server asks the authorizer is written down. Yields the server to ask, and a
        function that returns what was asked since it was last called."""
        recorders = []
        try:
            for path in self.asking_sockets():
                aside = path.with_name(f"{path.name}.real")
                path.rename(aside)
                recorders.append((path, aside, Recorder(path, aside)))
            yield self.server, lambda: [one for _, _, recorder in recorders for one in taken(recorder.questions)]
        finally:
            for path, aside, recorder in recorders:
                recorder.stop()
                aside.replace(path)

    # The authorizer in trouble.

    def authorizer_pids(self):
        """Returns the ids of all processes that answer for the authorizer, supervisors first."""
        part = self.latchkey.parts["authorizer"]
        return [part.process.pid, *part.children()]

    def stop_authorizer(self):
        self.latchkey.stop("authorizer")

    def start_authorizer(self):
        self.latchkey.start("authorizer")

    def kill_worker(self):
        """Ends one worker as the kernel would, in the middle of whatever it does. Returns its id, or None if there is none
        at this moment."""
        return killed_one_of(self.authorizer_pids()[1:])

    @contextlib.contextmanager
    def stuck_authorizer(self):
        """While this lasts, the authorizer takes connections and says nothing."""
        stopped = self.authorizer_pids()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
