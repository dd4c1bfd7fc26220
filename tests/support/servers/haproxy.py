"""HAProxy on the files of examples/haproxy, and the same as a mode of the suite."""
import re

from tests.support.processes import ROOT, Part, program
from tests.support.servers.front import Front
from tests.support.servers.server import WebServer

EXAMPLES = ROOT / "examples/haproxy"


class Haproxy(WebServer):
    """HAProxy on one file of examples/haproxy, beside the one they share."""

    def __init__(self, directory, latchkey, example, tls=None, ports=None, replace=None):
        super().__init__(directory, tls, ports, {
            "/run/latchkey/": f"{latchkey.directory}/", "/etc/haproxy/": f"{directory}/",
            "    user  haproxy\n    group haproxy\n": "", **(replace or {})})
        (self.directory / "tls").mkdir(exist_ok=True)
        for certificate in tls.directory.glob("*.example.com.crt"):
            both = certificate.read_text() + certificate.with_suffix(".key").read_text()
            (self.directory / "tls" / certificate.with_suffix(".pem").name).write_text(both)
        self.write_includes(EXAMPLES / "latchkey")
        (self.directory / "site.cfg").write_text(self.localise((EXAMPLES / example).read_text()))

    def localise(self, text):
        text = re.sub(r"(127\.0\.0\.1:)(\d+)", lambda m: f"{m[1]}{self.port(int(m[2]))}", text)
        text = re.sub(r"bind :(\d+)", lambda m: f"bind 127.0.0.1:{self.port(int(m[1]))}", text)
        return self.replaced(text)

    def start(self):
        self.part = Part("haproxy", [program("haproxy"), "-db", "-f", self.directory / "latchkey/latchkey.cfg",
                                     "-f", self.directory / "site.cfg"], self.directory)
        self.part.ready_on(self.port(443))
        return self


class HaproxyFront(Front):
    """HAProxy asks by a Lua action that speaks FastCGI; latchkey's pages are an fcgi-app; both on unix sockets."""

    name = "haproxy"

    def make_server(self, application, example=None, replace=None):
        return Haproxy(self.directory / f"haproxy-{application}", self.latchkey, example or f"{application}.cfg",
                       self.tls, ports=self.application_ports, replace=replace)
