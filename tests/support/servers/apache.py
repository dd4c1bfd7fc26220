"""Apache httpd on the files of examples/apache, and its modes of the suite."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.support.processes import BIN, ROOT, Part, free_port, program, wait_until
from tests.support.fastcgi_recorder import Recorder
from tests.support.servers.front import Front, killed_one_of, recording_program, taken
from tests.support.servers.server import WebServer
from tests.support.stack import Latchkey

EXAMPLES = ROOT / "examples/apache"
MODULES = Path("/usr/lib/apache2/modules")
# What Debian's package switches on by itself; what the examples need besides is in their README.
DEBIAN_MODULES = ("mpm_event alias auth_basic authn_core authn_file authz_core authz_host authz_user autoindex deflate dir "
                  "env filter mime negotiation reqtimeout setenvif status").split()
AUTHORIZER_PORT = 9321
AS_ROOT = os.geteuid() == 0
ACCOUNT = "www-data"  # Apache refuses to serve as root


def modules_of_the_readme(example="README.md"):
    """Returns the names in the `a2enmod` lines of the README: more must not be needed."""
    lines = re.findall(r"^ *a2enmod (.*)$", (EXAMPLES / example).read_text(), re.M)
    return [name for line in lines for name in line.split("#")[0].split()]


PEER_SECRET = "a-secret-of-more-than-thirty-two-characters"


def open_directory(prefix):
    """Makes a directory that Apache's own account can reach (those of pytest it cannot)."""
    directory = Path(tempfile.mkdtemp(prefix=prefix))
    directory.chmod(0o755)
    return directory


class Apache(WebServer):
    """Apache on one file of examples/apache. `run` stands for /run/latchkey."""

    def __init__(self, directory, run, example, tls=None, ports=None, replace=None, includes="latchkey", pages=None, modules=()):
        super().__init__(directory, tls, ports, {"/run/latchkey/": f"{run}/", **(replace or {})})
        self.run = run
        self.write_includes(EXAMPLES / includes)
        if pages:
            shutil.copy(self.directory / "latchkey" / pages, self.directory / "latchkey/pages.conf")
        text = (EXAMPLES / example).read_text()
        (self.directory / "site.conf").write_text(self.localise(text))
        self.listens = sorted({self.port(int(port)) for port in re.findall(r"<VirtualHost \*:(\d+)>", text)})
        (self.directory / "apache.conf").write_text(self.main([*DEBIAN_MODULES, *modules_of_the_readme(), *modules]))

    def localise(self, text):
        text = re.sub(r"<VirtualHost \*:(\d+)>", lambda m: f"<VirtualHost 127.0.0.1:{self.port(int(m[1]))}>", text)
        text = re.sub(r"(http|fcgi)://127\.0\.0\.1:(\d+)", lambda m: f"{m[1]}://127.0.0.1:{self.port(int(m[2]))}", text)
        if self.tls is not None:
            text = text.replace("/etc/apache2/tls/", f"{self.tls.directory}/")
        return self.replaced(text)

    def main(self, modules):
        loads = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in dict.fromkeys(modules))
        user = f"User {ACCOUNT}\nGroup {ACCOUNT}\n" if AS_ROOT else ""
        return (f"ServerRoot {self.directory}\nServerName localhost\nPidFile apache.pid\nDefaultRuntimeDir {self.run}\n"
                f"{loads}{user}ErrorLog error.log\nLogLevel info\nTypesConfig /etc/mime.types\n"
                + "".join(f"Listen 127.0.0.1:{port}\n" for port in self.listens)
                # As in Debian's apache2.conf: nothing is served that is not allowed somewhere.
                + "<Directory />\n    AllowOverride None\n    Require all denied\n</Directory>\nInclude site.conf\n")

    def start(self):
        self.part = Part("apache", [program("apache2"), "-D", "FOREGROUND", "-f", self.directory / "apache.conf"], self.directory)
        self.part.ready_on(*self.listens)
        return self


class ApacheFront(Front):
    """mod_authnz_fcgi asks the authorizer over loopback TCP; the responder is on a unix socket."""

    name = "apache-authnz-fcgi"

    def __init__(self, directory, *arguments, **how):
        self.run = open_directory("latchkey-run-")
        super().__init__(directory, *arguments, **how)

    def make_latchkey(self, configuration, workers):
        latchkey = super().make_latchkey(configuration, workers)
        latchkey.sockets = {"authorizer": free_port(), "responder": self.run / "responder.sock"}
        if AS_ROOT:
            latchkey.environment["LATCHKEY__POOL__SOCKET_GROUP"] = ACCOUNT
        return latchkey

    def make_server(self, application, directory=None, **how):
        return Apache(self.directory / f"apache-{directory or application}", self.run, f"{application}.conf", self.tls, ports={
            **self.application_ports, AUTHORIZER_PORT: self.latchkey.sockets["authorizer"]}, **how)

    @contextlib.contextmanager
    def recorded(self):
        real, port = self.latchkey.sockets["authorizer"], free_port()
        recorder = Recorder(port, real)
        self.latchkey.sockets["authorizer"] = port
        try:
            yield self.started("nexus-two-hosts", directory="recorded"), lambda: taken(recorder.questions)
        finally:
            self.latchkey.sockets["authorizer"] = real
            recorder.stop()

    def stop(self):
        super().stop()
        shutil.rmtree(self.run)


class SpawnedLatchkey(Latchkey):
    """latchkey whose programs Apache starts, as its own account. They are copies in `programs`, so that Apache's
    account can reach them and a test can take one away."""

    def __init__(self, directory, configuration, workers):
        super().__init__(directory, configuration, workers)
        self.programs = self.directory / "bin"
        self.programs.mkdir()
        self.database.parent.mkdir(mode=0o700)
        for pool in ("authorizer", "responder"):
            shutil.copy(BIN / f"latchkey-{pool}", self.programs)

    def admin(self, *arguments, **how):
        if AS_ROOT:  # the administrator's command becomes the owner of the store's directory
            for path in (self.directory, *self.directory.rglob("*")):
                if path.parent != self.programs:
                    shutil.chown(path, ACCOUNT, ACCOUNT)
        return super().admin(*arguments, **how)

    def start(self, *pools):
        return self


class PeerSecret:
    """Before ApacheFront: Apache and latchkey share PEER_SECRET, as where one vouches for a certificate or a name."""

    def make_latchkey(self, configuration, workers):
        latchkey = super().make_latchkey(configuration, workers)
        (latchkey.directory / "peer.secret").write_text(PEER_SECRET)
        (latchkey.directory / "peer.secret").chmod(0o600)
        latchkey.environment["LATCHKEY__POOL__PEER_SECRET_FILE"] = latchkey.directory / "peer.secret"
        return latchkey

    def make_server(self, application, **how):
        server = super().make_server(application, **how)
        (server.directory / "peer-secret.conf").write_text(f'SetEnvIf Request_URI "^" LATCHKEY_PEER_SECRET={PEER_SECRET}\n')
        return server


class ApacheFcgidFront(ApacheFront):
    """mod_fcgid starts the authorizer as access checker, and the responder."""

    name = "apache-fcgid"
    pages = None  # the file that stands for pages.conf
    fails_at_once = False  # mod_fcgid starts a program that ends over and over while its clients wait

    def make_latchkey(self, configuration, workers):
        self.latchkey_run = self.run / "latchkey"
        return SpawnedLatchkey(self.latchkey_run, configuration, workers)

    def make_server(self, application, directory=None, replace=None, modules=(), **how):
        return Apache(self.directory / f"apache-{directory or application}", self.run, f"{application}.conf", self.tls,
                      includes="latchkey-fcgid", pages=self.pages, modules=("fcgid", *modules), ports=self.application_ports,
                      replace={**(replace or {}), "/usr/local/bin/": f"{self.latchkey.programs}/",
                               "/etc/latchkey/": f"{self.latchkey.directory}/"}, **how)

    def authorizer_pids(self):
        listing = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True).stdout
        return [int(line.split()[0]) for line in listing.splitlines()
                if str(self.latchkey.programs / "latchkey-authorizer") in line]

    @contextlib.contextmanager
    def recorded(self):
        self.latchkey.programs.chmod(0o777)  # for the recorder, which is Apache's account
        with recording_program(self.latchkey.programs / "latchkey-recorder",
                               self.latchkey.programs / "latchkey-authorizer") as asked:
            yield self.started("nexus-two-hosts", directory="recorded", replace={
                "/usr/local/bin/latchkey-authorizer": self.latchkey.programs / "latchkey-recorder"}), asked

    @contextlib.contextmanager
    def stuck_authorizer(self):
        """Those that run stand still, and so does each that Apache starts meanwhile."""
        program = self.latchkey.programs / "latchkey-authorizer"
        away = program.rename(self.run / "away")
        program.write_text("#!/bin/sh\nkill -STOP $$\n")
        program.chmod(0o755)
        try:
            with super().stuck_authorizer():
                yield
        finally:
            away.rename(program)
            for pid in self.authorizer_pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def kill_worker(self):
        return killed_one_of(self.authorizer_pids())

    def stop_authorizer(self):
        (self.latchkey.programs / "latchkey-authorizer").rename(self.run / "away")
        for pid in self.authorizer_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.authorizer_pids(), "the end of the authorizer")

    def start_authorizer(self):
        (self.run / "away").rename(self.latchkey.programs / "latchkey-authorizer")
        wait_until(lambda: self.nexus.get("/public/x").status == 200, "the authorizer's return")


class ApacheCgiFront(ApacheFcgidFront):
    """mod_fcgid starts the authorizer as access checker; latchkey's own pages are plain CGI."""

    name = "apache-cgi"
    pages = "pages-cgi.conf"

    def make_server(self, application, modules=(), **how):
        return super().make_server(application, modules=("cgid", *modules), **how)
