"""nginx on the files of examples/nginx, and the same as a mode of the suite."""
import contextlib
import os
import re
import signal
import subprocess

from tests.support.processes import BIN, ROOT, Part, clean_environment, program
from tests.support.servers.front import Front, killed_one_of, recording_program
from tests.support.servers.server import WebServer
from tests.support.stack import Latchkey

EXAMPLES = ROOT / "examples/nginx"


class Nginx(WebServer):
    """nginx on one file of examples/nginx (or a text of the same kind). `ports` maps each port of the example
    to one of ours, `replace` any other text."""

    def __init__(self, directory, latchkey, example, tls=None, ports=None, replace=None, extra_http=""):
        super().__init__(directory, tls, ports, {"/run/latchkey/": f"{latchkey.directory}/", **(replace or {})})
        self.write_includes(EXAMPLES / "latchkey")
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
    reasons = {
        "spoofed_families": "nginx can take a field away only by its whole name, and `latchkey/protect.conf` names the usual ones: "
                            "an application that believes another needs a line for it",
        "large_upload_refused": "refused all the same, with the first of it: nginx itself says `100 Continue` before it asks "
                                "anybody, and the refusal comes while the client sends",
    }

    def make_server(self, application, example=None, extra_http="", replace=None, directory=None):
        return Nginx(self.directory / f"nginx-{directory or application}", self.latchkey, example or f"{application}.conf", self.tls,
                     ports=self.application_ports, extra_http=extra_http, replace=replace)


class FcgiwrapLatchkey(Latchkey):
    """latchkey without pools: fcgiwrap starts a program for each question. Its own environment is full of names that
    must not count."""

    @property
    def socket(self):
        return self.directory / "fcgiwrap.sock"

    @property
    def program(self):
        """What fcgiwrap starts as the authorizer; beside it is the responder."""
        return self.directory / "bin/latchkey-authorizer"

    def provide(self):
        self.program.unlink(missing_ok=True)
        self.program.symlink_to(BIN / "latchkey-authorizer")

    def start(self, *_pools):
        self.socket.unlink(missing_ok=True)  # fcgiwrap leaves it behind
        misleading = clean_environment(LATCHKEY__SITE__URL="https://evil.test", LATCHKEY_CONFIG="/nonexistent/latchkey.toml",
                                       HTTP_PROXY="http://127.0.0.1:9", GATEWAY_INTERFACE="none")
        command = [program("fcgiwrap"), "-c", "4", "-s", f"unix:{self.socket}"]
        self.parts["authorizer"] = Part("fcgiwrap", command, self.directory, environment=misleading).ready_on(self.socket)
        return self


class NginxFcgiwrapFront(NginxFront):
    """nginx with auth_request to CGI programs under fcgiwrap, as the README's "Without pools" says."""

    name = "nginx-fcgiwrap"
    starts_a_program_per_question = True
    out_of_order = frozenset({403, 500, 502, 503, 504})  # 403 is what fcgiwrap says of a program that is not there
    reasons = {**NginxFront.reasons,
               "large_upload_refused": "refused all the same, but only when it was sent: nginx itself says `100 Continue`, and can "
                                       "answer sooner only where it passes the upload on; fcgiwrap takes all of it before the "
                                       "program's answer"}

    def make_latchkey(self, configuration, workers):
        deleting = configuration.replace("[store]\n", '[store]\njournal = "delete"\n')
        latchkey = FcgiwrapLatchkey(self.directory / "latchkey", deleting, workers)
        latchkey.program.parent.mkdir()
        (latchkey.program.parent / "latchkey-responder").symlink_to(BIN / "latchkey-responder")
        latchkey.provide()
        return latchkey

    # The authorizer here is the program, not fcgiwrap.

    def authorizer_pids(self):
        listing = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True).stdout
        return [int(line.split()[0]) for line in listing.splitlines() if str(self.latchkey.program) in line]

    def kill_worker(self):
        return killed_one_of(self.authorizer_pids())

    def stop_authorizer(self):
        self.latchkey.program.unlink()

    def start_authorizer(self):
        self.latchkey.provide()

    @contextlib.contextmanager
    def stuck_authorizer(self):
        """While this lasts, each program that fcgiwrap starts stands still before it has read anything."""
        self.latchkey.program.unlink()
        self.latchkey.program.write_text("#!/bin/sh\nkill -STOP $$\n")
        self.latchkey.program.chmod(0o755)
        try:
            yield
        finally:
            self.latchkey.provide()
            for pid in self.authorizer_pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @contextlib.contextmanager
    def recorded(self):
        with recording_program(self.directory / "latchkey-recorder", BIN / "latchkey-authorizer") as asked:
            yield self.started("nexus-two-hosts", directory="recorded", replace={
                "/usr/local/bin/latchkey-authorizer": self.directory / "latchkey-recorder"}), asked

    def make_server(self, application, replace=None, **how):
        return super().make_server(application, replace={
            **(replace or {}), "include latchkey/server.conf;": "include latchkey/server-fcgiwrap.conf;",
            "include latchkey/user-tokens.conf;": "include latchkey/user-tokens-fcgiwrap.conf;", "/usr/local/bin/": f"{self.latchkey.program.parent}/",
            "/etc/latchkey/latchkey.toml": self.latchkey.file}, **how)
