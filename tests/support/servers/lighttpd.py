"""lighttpd on the files of examples/lighttpd, and the same as modes of the suite."""
import os
import re
import signal
import subprocess

from tests.support.processes import BIN, ROOT, Part, program, wait_until
from tests.support.servers.front import Front
from tests.support.servers.server import WebServer
from tests.support.stack import Latchkey

EXAMPLES = ROOT / "examples/lighttpd"

# What Debian's lighttpd.conf says around the files of conf-enabled/, as far as it meets ours.
MAIN = """
server.modules        = ( "mod_indexfile", "mod_access", "mod_alias", "mod_redirect" )
server.document-root  = "{directory}/html"
server.upload-dirs    = ( "{directory}/uploads" )
server.errorlog       = "{directory}/error.log"
server.bind           = "127.0.0.1"
server.port           = {port}
server.feature-flags += ( "server.h2proto" => "enable" )
server.feature-flags += ( "server.h2c" => "enable" )
server.feature-flags += ( "server.graceful-shutdown-timeout" => 5 )
server.http-parseopts = ( "header-strict" => "enable", "host-strict" => "enable", "host-normalize" => "enable",
                          "url-normalize-unreserved" => "enable", "url-normalize-required" => "enable",
                          "url-ctrls-reject" => "enable", "url-path-2f-decode" => "enable",
                          "url-path-dotseg-remove" => "enable" )
url.access-deny       = ( "~", ".inc" )
include "site.conf"
server.modules       += ( "mod_dirlisting", "mod_staticfile" )
"""


class Lighttpd(WebServer):
    """lighttpd on one file of examples/lighttpd, inside of what Debian's own lighttpd.conf is."""

    def __init__(self, directory, latchkey, example, tls=None, ports=None, replace=None):
        super().__init__(directory, tls, ports, {
            "/run/latchkey/": f"{latchkey.directory}/", "/run/lighttpd/": f"{latchkey.directory}/",
            "/etc/latchkey/": f"{latchkey.directory}/", "/usr/local/bin/": f"{BIN}/",
            "/etc/lighttpd/latchkey/": f"{directory}/latchkey/", **(replace or {})})
        for name in ("html", "uploads"):
            (self.directory / name).mkdir(exist_ok=True)
        self.write_includes(EXAMPLES / "latchkey")
        (self.directory / "site.conf").write_text(self.localise((EXAMPLES / example).read_text()))
        (self.directory / "lighttpd.conf").write_text(MAIN.format(directory=self.directory, port=self.port(80)))

    def localise(self, text):
        text = re.sub(r'"socket"\] == ":(\d+)"', lambda m: f'"socket"] == "127.0.0.1:{self.port(int(m[1]))}"', text)
        text = re.sub(r'("port" => )(\d+)', lambda m: f"{m[1]}{self.port(int(m[2]))}", text)
        if self.tls is not None:
            text = text.replace("/etc/lighttpd/tls/", f"{self.tls.directory}/")
        return self.replaced(text)

    def start(self):
        self.part = Part("lighttpd", [program("lighttpd"), "-D", "-f", self.directory / "lighttpd.conf"], self.directory)
        text = (self.directory / "site.conf").read_text()
        self.part.ready_on(*{int(port) for port in re.findall(r'"socket"\] == "127\.0\.0\.1:(\d+)"', text)})
        return self


class LighttpdFront(Front):
    """lighttpd's authorizer role and its Lua script; both pools on unix sockets."""

    name = "lighttpd"

    def make_server(self, application, example=None, replace=None):
        return Lighttpd(self.directory / f"lighttpd-{application}", self.latchkey, example or f"{application}.conf",
                        self.tls, ports=self.application_ports, replace=replace)


class SpawnedLatchkey(Latchkey):
    """latchkey whose pools the web server starts. Its programs are links here, so that a test can take one away."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.programs = self.directory / "bin"
        self.programs.mkdir()
        self.provide("authorizer")
        self.provide("responder")

    def provide(self, pool):
        (self.programs / f"latchkey-{pool}").symlink_to(BIN / f"latchkey-{pool}")

    def take_away(self, pool):
        (self.programs / f"latchkey-{pool}").unlink()

    def start(self, *pools):
        return self


def processes(parent, word):
    """Returns the ids of the children of process `parent` whose command line holds `word`."""
    listing = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in listing.splitlines() if word in line and "<defunct>" not in line]


class LighttpdSpawnedFront(LighttpdFront):
    """lighttpd starts both pools itself (bin-path) and starts them again when they end."""

    name = "lighttpd-spawned"
    spawned = ("authorizer", "responder")

    def make_latchkey(self, configuration, workers):
        return SpawnedLatchkey(self.directory / "latchkey", configuration, workers)

    def make_server(self, application, example=None, replace=None):
        # The other applications differ from nexus-spawned.conf in what they pass on, not in how they ask.
        programs = {"/usr/local/bin/": f"{self.latchkey.programs}/", "latchkey/sockets.conf": "latchkey/spawned.conf"}
        return super().make_server(application, example, {**programs, **(replace or {})})

    def started(self, application, **how):
        server = super().started(application, **how)
        sockets = [self.latchkey.directory / f"latchkey-{pool}.sock-{number}" for pool in self.spawned for number in range(4)]
        server.part.ready_on(*sockets)
        return server

    def asking_sockets(self):
        return [self.latchkey.directory / f"latchkey-authorizer.sock-{number}" for number in range(4)]

    def authorizer_pids(self):
        return processes(self.server.part.process.pid, "latchkey-authorizer")

    def stop_authorizer(self):
        self.latchkey.take_away("authorizer")
        for pid in self.authorizer_pids():
            os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.authorizer_pids(), "the end of the authorizer")

    def start_authorizer(self):
        self.latchkey.provide("authorizer")
        # lighttpd tries again, once a second.
        wait_until(lambda: len(self.authorizer_pids()) == 4, "the authorizer's return")


class LighttpdCgiFront(LighttpdSpawnedFront):
    """lighttpd starts the authorizer itself; latchkey's own pages are plain CGI."""

    name = "lighttpd-cgi"
    spawned = ("authorizer",)

    def make_server(self, application, example=None, replace=None):
        # As nexus-cgi.conf differs from nexus-spawned.conf.
        pages = {'include "latchkey/protect.conf"\n': 'include "latchkey/protect.conf"\ninclude "latchkey/pages-cgi.conf"\n',
                 "latchkey/user-tokens.conf": "latchkey/user-tokens-cgi.conf"}
        return super().make_server(application, example, {**pages, **(replace or {})})
