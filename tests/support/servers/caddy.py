"""Caddy on the files of examples/caddy, and the same as a mode of the suite."""
import re

from tests.support.processes import ROOT, Part, clean_environment, program
from tests.support.servers.front import Front
from tests.support.servers.server import WebServer

EXAMPLES = ROOT / "examples/caddy"

# What is this machine's: addresses, ports, and where Caddy keeps what it writes.
GLOBAL = """{{
	admin off
	default_bind 127.0.0.1
	http_port {http}
	https_port {https}
	storage file_system {directory}/storage
	skip_install_trust
	log {{
		output file {directory}/caddy.log
	}}
}}

"""


class Caddy(WebServer):
    """Caddy on one file of examples/caddy."""

    def __init__(self, directory, latchkey, example, tls=None, ports=None, replace=None):
        super().__init__(directory, tls, ports, {"/run/latchkey/": f"{latchkey.directory}/", **(replace or {})})
        self.write_includes(EXAMPLES / "latchkey")
        head = GLOBAL.format(directory=self.directory, http=self.port(80), https=self.port(443))
        (self.directory / "Caddyfile").write_text(head + self.localise((EXAMPLES / example).read_text()))

    def localise(self, text):
        text = re.sub(r"127\.0\.0\.1:(\d+)", lambda m: f"127.0.0.1:{self.port(int(m[1]))}", text)
        if self.tls is not None:
            text = text.replace("/etc/caddy/tls/", f"{self.tls.directory}/")
        return self.replaced(text)

    def start(self):
        home = clean_environment(HOME=self.directory, XDG_CONFIG_HOME=self.directory, XDG_DATA_HOME=self.directory)
        self.part = Part("caddy", [program("caddy"), "run", "--config", self.directory / "Caddyfile", "--adapter", "caddyfile"],
                         self.directory, home)
        self.part.ready_on(self.port(443))
        return self


class CaddyFront(Front):
    """Caddy asks with reverse_proxy over FastCGI, in the long form; both pools on unix sockets."""

    name = "caddy"

    def make_server(self, application, example=None, replace=None):
        return Caddy(self.directory / f"caddy-{application}", self.latchkey, example or f"{application}.Caddyfile",
                     self.tls, ports=self.application_ports, replace=replace)
