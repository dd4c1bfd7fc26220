"""An account on somebody else's Apache: what such a host configures, and what its customer does there, word for
word as examples/shared-hosting/README.md says. Nothing of it runs as root."""
import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import subprocess

from tests.support.processes import BIN, ROOT, Part, clean_environment, program
from tests.support.servers.apache import ACCOUNT, AS_ROOT, MODULES, open_directory
from tests.support.servers.server import WebServer

EXAMPLES = ROOT / "examples/shared-hosting"

# What a host leaves to its customers: no Options, no server configuration. The programs run as the customer.
HOST = """ServerRoot {directory}
ServerName localhost
PidFile apache.pid
DefaultRuntimeDir {directory}
ErrorLog error.log
LogLevel info
# As Debian and most hosts have it: Apache answers TRACE before it looks at any .htaccess.
TraceEnable Off
TypesConfig /etc/mime.types
{loads}
ScriptSock {directory}/cgisock
<IfModule fcgid_module>
    FcgidIPCDir {directory}/fcgid
    FcgidProcessTableFile {directory}/fcgid.shm
    FcgidMaxProcessesPerClass 3
</IfModule>
Listen 127.0.0.1:{port}
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory {home}/public_html>
    AllowOverride FileInfo AuthConfig Limit Indexes
    Options SymLinksIfOwnerMatch ExecCGI
    AddHandler cgi-script .cgi
    DirectoryIndex index.html index.cgi
    Require all granted
</Directory>
"""
SITE = """<VirtualHost 127.0.0.1:{port}>
    ServerName {name}
    DocumentRoot {home}/public_html
    ScriptAlias /cgi-bin/ {home}/public_html/cgi-bin/
    SSLEngine on
    SSLCertificateFile {directory}/{name}.crt
    SSLCertificateKeyFile {directory}/{name}.key
</VirtualHost>
"""
LOADED = ("mpm_event alias authn_core authz_core autoindex cgid dir env filter headers mime rewrite setenvif "
          "socache_shmcb ssl").split()

# What the customer has there already: an application that gets every page that is no file, as is usual.
APPLICATION_HTACCESS = "RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule ^ index.cgi [L]\n"
APPLICATION = """#!/usr/bin/python3 -ES
import json, os, sys
variables = os.environ
fields = [(n[5:].replace("_", "-").title(), v) for n, v in sorted(variables.items()) if n.startswith("HTTP_")]
told = {n: v for n, v in variables.items() if n.startswith(("REMOTE_", "LATCHKEY_", "Variable"))}
size = 0
while piece := sys.stdin.buffer.read(65536):
    size += len(piece)
line = {"method": variables["REQUEST_METHOD"], "target": variables["REQUEST_URI"], "fields": fields, "told": told, "size": size}
with open("../requests.log", "a") as log:
    log.write(json.dumps(line) + "\\n")
print("Content-Type: text/plain\\n")
print(variables["REQUEST_METHOD"], variables["REQUEST_URI"])
for name, value in fields + sorted(told.items()):
    print(f"{name}: {value}")
"""


def readme_commands():
    """Returns the indented lines of "Set it up", in their order."""
    text = (EXAMPLES / "README.md").read_text()
    set_up = text[text.index("## Set it up"):text.index("## See that it works")]
    return "\n".join(re.findall(r"^ {7}(\S.*)$", set_up, re.M))


class SharedHost(WebServer):
    """`variant` is the .htaccess that the customer takes: htaccess-mod_fcgid or htaccess-mod_cgi."""

    def __init__(self, tls, variant, hosts=("nexus.example.com",), change=lambda commands: commands):
        self.home = open_directory("latchkey-home-")
        super().__init__(self.home / "host", tls)
        self.account = pwd.getpwnam(ACCOUNT) if AS_ROOT else pwd.getpwuid(os.geteuid())
        self.latchkey = self.home / "latchkey"
        (self.home / "public_html").mkdir()
        self.own(self.home, self.home / "public_html", self.directory)
        self.put("public_html/index.cgi", APPLICATION, 0o755)
        self.put("public_html/.htaccess", APPLICATION_HTACCESS)
        self.write_host(variant, hosts)
        tarball = max((BIN.parent / "dist").glob("latchkey-*.tar.gz"), key=os.path.getmtime)
        shutil.copy(tarball, self.home)
        self.own(self.home / tarball.name)
        commands = readme_commands().replace("www.example.com", hosts[0]).replace("htaccess-mod_fcgid", variant)
        self.printed = self.run("set -e\n" + change(commands)).stdout

    def write_host(self, variant, hosts):
        for name in hosts:
            for kind in ("crt", "key"):
                shutil.copy(self.tls.directory / f"{name}.{kind}", self.directory)
                self.own(self.directory / f"{name}.{kind}")
        modules = [*LOADED, *(["fcgid"] if variant == "htaccess-mod_fcgid" else [])]
        places = {"directory": self.directory, "home": self.home, "port": self.port(443),
                  "loads": "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules)}
        sites = "".join(SITE.format(name=name, **places) for name in hosts)
        self.put("host/apache.conf", HOST.format(**places) + sites)

    # What belongs to the account, and what it does.

    def own(self, *paths):
        if AS_ROOT:
            for path in paths:
                os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def put(self, name, text, mode=0o644):
        path = self.home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        self.own(path, path.parent)
        return path

    def as_account(self):
        if not AS_ROOT:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def run(self, script, check=True):
        """Runs what the customer types, in a shell of the account."""
        done = self.run_program("/bin/sh", "-c", script)
        assert not check or done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done

    def run_program(self, *command, text_input=None):
        """Runs one program of the account. Returns CompletedProcess."""
        return subprocess.run([str(word) for word in command], cwd=self.home, text=True, capture_output=True, timeout=120,
                              input=text_input, env={"HOME": str(self.home), "PATH": "/usr/bin:/bin"}, **self.as_account())

    def admin(self, arguments, check=True):
        return self.run(f"latchkey/bin/latchkey {arguments}", check)

    def end_spawned(self):
        """Ends the processes of latchkey that Apache keeps running, so that the next request starts fresh ones."""
        for pid in self.pids("programs/"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def pids(self, path):
        """Returns the processes whose command names this file of latchkey's, or one in this directory of it."""
        listing = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
        return [int(line.split()[0]) for line in listing.splitlines() if f"{self.latchkey}/{path}" in line]

    @property
    def password(self):
        return re.search(r"^password: (.*)$", self.printed, re.M)[1]

    def requests(self):
        """Returns what the application was asked, oldest first."""
        log = self.home / "requests.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def forget_requests(self):
        log = self.home / "requests.log"
        if log.exists():
            log.write_text("")  # and it stays the account's

    def error_log(self):
        return (self.directory / "error.log").read_text(errors="replace")

    def start(self):
        self.part = Part("apache", [program("apache2"), "-D", "FOREGROUND", "-f", self.directory / "apache.conf"],
                         self.directory, environment=clean_environment(HOME=self.home), **self.as_account())
        self.part.ready_on(self.port(443))
        return self

    def stop(self):
        super().stop()
        shutil.rmtree(self.home)


__all__ = ["EXAMPLES", "SharedHost", "readme_commands"]
