"""nginx on the files of examples/nginx, and the same as a mode of the suite."""
import os
import re

from tests.support.processes import ROOT, Part, program
from tests.support.servers.front import Front
from tests.support.servers.server import WebServer

EXAMPLES = ROOT / "examples/nginx"


class Nginx(WebServer):
    """nginx on one file of examples/nginx (or a text of the same kind). `ports` maps each port of the example
    to one of ours, `replace` any other text."""

    def __init__(self, directory, latchkey, example, tls=None, ports=None, replace=None, extra_http=""):
        super().__init__(directory, tls, ports, {"/run/latchkey/": f"{latchkey.directory}/", **(replace or {})})
        (self.directory / "latchkey").mkdir(exist_ok=True)
        for file in (EXAMPLES / "latchkey").glob("*.conf"):
            (self.directory / "latchkey" / file.name).write_text(self.localise(file.read_text()))
        text = (EXAMPLES / example).read_text() if (EXAMPLES / example).exists() else example
        (self.directory / "site.conf").write_text(self.localise(text))
        (self.directory / "nginx.conf").write_text(self.main(extra_http))

    def localise(self, text):
        text = re.sub(r"listen (\d+)", lambda m: f"listen 127.0.0.1:{self.port(int(m[1]))}", text)
        text = re.sub(r"(proxy_pass http://127\.0\.0\.1:)(\d+)", lambda m: f"{m[1]}{self.port(int(m[2]))}", text)
        if self.tls is not None:
            text = text.replace("/etc/nginx/tls/", f"{self.tls.directory}/")
        return self.replaced(text)

    def main(self, extra_http):
        temporary = "".join(f"    {kind}_temp_path {self.directory}/tmp-{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        return (f"daemon off;\n{user}pid {self.directory}/nginx.pid;\nerror_log {self.directory}/error.log info;\n"
                "worker_processes 2;\nevents { worker_connections 1024; }\nhttp {\n"
                f"    access_log {self.directory}/access.log;\n{temporary}    {extra_http}\n"
                "    include site.conf;\n}\n")

    def start(self):
        self.part = Part("nginx", [program("nginx"), "-p", self.directory, "-c", self.directory / "nginx.conf"],
                         self.directory)
        text = (self.directory / "site.conf").read_text()
        self.part.ready_on(*{int(port) for port in re.findall(r"listen 127\.0\.0\.1:(\d+)", text)})
        return self


class NginxFront(Front):
    """nginx with auth_request; both pools on unix sockets."""

    name = "nginx"

    def make_server(self, application, example=None, extra_http="", replace=None):
        port = self.application.port
        return Nginx(self.directory / f"nginx-{application}", self.latchkey, example or f"{application}.conf", self.tls,
                     ports={8081: port, 5003: port, 8080: port, 5000: port}, extra_http=extra_http, replace=replace)
