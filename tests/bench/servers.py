"""The other web servers of the bench: each protects two folders of static files, one by the null authorizer and
one by latchkey, asked in the same way, so that the difference is ours and not the server's."""
import shutil

from tests.support.processes import ROOT, Part, clean_environment, free_port, program
from tests.support.servers.apache import ACCOUNT, AS_ROOT, MODULES, open_directory

APACHE_MODULES = "mpm_event authn_core authz_core authz_user authnz_fcgi setenvif".split()
APACHE = """
ServerRoot {dir}
ServerName localhost
PidFile apache.pid
DefaultRuntimeDir {dir}
ErrorLog error.log
{modules}
{user}
Listen 127.0.0.1:{port}
DocumentRoot {dir}/www
MaxKeepAliveRequests 0
AuthnzFcgiDefineProvider authn null fcgi://127.0.0.1:{null_port}/
AuthnzFcgiDefineProvider authn latchkey fcgi://127.0.0.1:{latchkey_port}/
SetEnvIfExpr "%{{SERVER_NAME}} =~ /^(.*)$/" LATCHKEY_HOST=$1
SetEnvIfExpr "%{{REQUEST_SCHEME}} =~ /^(.*)$/" LATCHKEY_SCHEME=$1
{locations}
"""
APACHE_LOCATION = """
<Location "/{name}/">
    AuthType {name}
    AuthName {name}
    CGIPassAuth On
    AuthnzFcgiCheckAuthnProvider {name} UserExpr "%{{reqenv:REMOTE_USER}}"
    Require valid-user
</Location>
"""

LIGHTTPD = """
server.modules       = ( "mod_fastcgi" )
server.document-root = "{dir}/www"
server.errorlog      = "{dir}/error.log"
server.bind          = "127.0.0.1"
server.port          = {port}
server.max-worker    = 2
{locations}
server.modules      += ( "mod_staticfile" )
"""
LIGHTTPD_LOCATION = """
$HTTP["url"] =~ "^/{name}/" {{
    fastcgi.server = ( "/" => (( "socket" => "{socket}", "mode" => "authorizer", "check-local" => "disable" )) )
}}
"""

CADDY = """
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{port} {{
    root * {dir}/www
{locations}
}}
"""
CADDY_LOCATION = """
    handle /{name}/* {{
        route {{
            reverse_proxy unix/{socket} {{
                method GET
                rewrite /.latchkey/check
                transport fastcgi {{
                    env LATCHKEY_MODE forward
                    env LATCHKEY_METHOD {{http.request.orig_method}}
                    env LATCHKEY_SCHEME {{http.request.scheme}}
                    env LATCHKEY_HOST {{http.request.host}}
                }}
                @approved {{
                    status 200
                    header X-Latchkey-Auth *
                }}
                handle_response @approved {{
                    request_header X-Forwarded-User {{http.reverse_proxy.header.X-Forwarded-User}}
                }}
            }}
            file_server
        }}
    }}
"""

HAPROXY = """
global
    lua-load {dir}/null.lua
    lua-load {dir}/latchkey.lua
defaults
    mode http
    timeout connect 2s
    timeout client  60s
    timeout server  60s
frontend bench
    bind 127.0.0.1:{port}
{locations}
    http-request deny deny_status 503 unless {{ var(txn.latchkey_approved) -m bool }}
    http-request return status 200 content-type text/plain string "{content}"
"""
HAPROXY_LOCATION = """
    http-request lua.{name} if {{ path_beg /{name}/ }}
"""


class OtherServer:
    """One web server of the bench on a port of its own, with /null/file and /latchkey/file."""

    def __init__(self, bench):
        self.bench = bench
        self.directory = open_directory("latchkey-bench-")
        for name in ("null", "latchkey"):
            (self.directory / "www" / name).mkdir(parents=True)
            (self.directory / "www" / name / "file").write_text("x" * 200)
        self.port = free_port()
        self.part = Part(self.name, self.command(), self.directory, clean_environment(XDG_DATA_HOME=self.directory))
        self.part.ready_on(self.port)

    def both(self, template, **values):
        """Returns the two locations; `{socket}` is where each is asked about."""
        return "".join(template.format(name=name, socket=socket, **values) for name, socket in self.sockets().items())

    def sockets(self):
        return {"null": self.bench.directory / "null.sock", "latchkey": self.bench.latchkey.authorizer_socket}

    def write(self, name, text):
        (self.directory / name).write_text(text)
        return self.directory / name

    def stop(self):
        self.part.stop()
        shutil.rmtree(self.directory)


class Apache(OtherServer):
    """mod_authnz_fcgi, over loopback TCP."""

    name = "apache"

    def command(self):
        loads = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in APACHE_MODULES)
        user = f"User {ACCOUNT}\nGroup {ACCOUNT}" if AS_ROOT else ""
        text = APACHE.format(dir=self.directory, modules=loads, user=user, port=self.port, null_port=self.bench.tcp["null"],
                             latchkey_port=self.bench.tcp["latchkey"], locations=self.both(APACHE_LOCATION))
        return [program("apache2"), "-D", "FOREGROUND", "-f", self.write("apache.conf", text)]


class Lighttpd(OtherServer):
    """The authorizer role of mod_fastcgi, on a unix socket."""

    name = "lighttpd"

    def command(self):
        text = LIGHTTPD.format(dir=self.directory, port=self.port, locations=self.both(LIGHTTPD_LOCATION))
        return [program("lighttpd"), "-D", "-f", self.write("lighttpd.conf", text)]


class Caddy(OtherServer):
    """reverse_proxy with handle_response, on a unix socket."""

    name = "caddy"

    def command(self):
        text = CADDY.format(dir=self.directory, port=self.port, locations=self.both(CADDY_LOCATION))
        return [program("caddy"), "run", "--config", self.write("Caddyfile", text), "--adapter", "caddyfile"]


class Haproxy(OtherServer):
    """The Lua action of examples/haproxy, on a unix socket."""

    name = "haproxy"

    def command(self):
        action = (ROOT / "examples/haproxy/latchkey/latchkey.lua").read_text()
        for name, socket in self.sockets().items():
            self.write(f"{name}.lua", action.replace("/run/latchkey/authorizer.sock", str(socket))
                       .replace('register_action("latchkey"', f'register_action("{name}"'))
        text = HAPROXY.format(dir=self.directory, port=self.port, locations=self.both(HAPROXY_LOCATION), content="x" * 200)
        return [program("haproxy"), "-db", "-f", self.write("haproxy.cfg", text)]


OTHERS = (Apache, Lighttpd, Caddy, Haproxy)
