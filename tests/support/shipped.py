"""A file of examples/ and the configuration that its own words name, both as shipped: paths, ports and names of this machine
are put in their place, and the provider's address."""
import contextlib
import re
import shutil
import tomllib

from tests.support.processes import BIN, ROOT, Part, free_port
from tests.support.servers.apache import AS_ROOT, AUTHORIZER_PORT, Apache, open_directory
from tests.support.servers.lighttpd import Lighttpd
from tests.support.servers.nginx import Nginx
from tests.support.stack import Latchkey

EXAMPLES = ROOT / "examples"
ACCOUNT = "daemon"  # stands for latchkey's own


def configuration_of(server, example):
    """Its text, with the lines that the example wants in it besides."""
    text = (EXAMPLES / server / f"{example}.conf").read_text()
    name = re.search(r"latchkey's side\s+is\s+(?:#\s+)?(\S+\.toml)", text)[1]
    places = (EXAMPLES / server / name, EXAMPLES / "nginx" / name, ROOT / name)  # as the READMEs say
    more = re.findall(r"^#   (.*)\n", text, re.M) if "with these lines more" in text else []
    return "\n".join([next(file for file in places if file.exists()).read_text(), *more])


class ShippedLatchkey(Latchkey):
    """It listens where its own [pool] says. Without one the web server starts it."""

    def __init__(self, directory, text, places):
        for old, new in {"/etc/latchkey/": f"{directory}/", "/var/lib/latchkey/": f"{directory}/state/",
                         '"latchkey"': f'"{ACCOUNT}"', **places}.items():
            text = text.replace(old, new)
        if not AS_ROOT:
            text = re.sub(r"^(user|group|socket_group) = .*\n", "", text, flags=re.M)
        super().__init__(directory, text)
        self.directory.chmod(0o755)
        self.file.chmod(0o644)
        self.pool = tomllib.loads(text).get("pool", {})

    def fill(self, files, state):
        """What it needs beside its configuration. `state` keeps keys and store from one to the next: to make them takes long."""
        for name, text in files.items():
            (self.directory / name).write_text(text)
            (self.directory / name).chmod(0o600)
        own = self.database.parent
        if state.exists():
            shutil.copytree(state, own)
        else:
            self.admin("init")
            shutil.copytree(own, state)
        for path in (*map(self.directory.joinpath, files), own, *own.rglob("*")):
            if AS_ROOT and self.pool:
                shutil.chown(path, ACCOUNT, ACCOUNT)

    def start(self, *pools):
        for pool in pools or ("authorizer", "responder"):
            for address in self.pool.get(f"{pool}_sockets", ()):
                kind, _, place = address.rpartition(":")
                self.parts[pool] = Part(f"latchkey-{pool}", [BIN / f"latchkey-{pool}", "--config", self.file], self.directory)
                self.parts[pool].ready_on(place if kind == "unix" else int(place))
        return self


class Example:
    """`server` on its file `example` before applications on `ports`, and latchkey with `files`. `site(host)` asks it."""

    def __init__(self, server, example, tls, ports, issuer, files, state, replace=None, modules=()):
        with contextlib.ExitStack() as undo:
            directory = open_directory("latchkey-shipped-")
            undo.callback(shutil.rmtree, directory)
            (directory / "run").mkdir()
            run, port, file = directory / "run", free_port(), f"{example}.conf"
            self.latchkey = ShippedLatchkey(directory / "etc", configuration_of(server, example), {
                "/run/latchkey/": f"{run}/", f"127.0.0.1:{AUTHORIZER_PORT}": f"127.0.0.1:{port}", "https://login.example.com": issuer})
            self.latchkey.fill(files, state)
            undo.callback(self.latchkey.stop)
            self.latchkey.start()
            if server == "apache":
                made = Apache(directory / server, run, file, tls, {**ports, AUTHORIZER_PORT: port}, replace, modules=modules)
                (made.directory / "peer-secret.conf").write_text(
                    f'SetEnvIf Request_URI "^" LATCHKEY_PEER_SECRET={files["peer.secret"]}\n')
            else:
                kind = {"nginx": Nginx, "lighttpd": Lighttpd}[server]
                made = kind(directory / server, self.latchkey, file, tls, ports, {
                    "/run/latchkey/": f"{run}/", "/run/latchkey-decisions": run / "decisions", **(replace or {})})
            undo.callback(made.stop)
            made.start()
            if not self.latchkey.pool:
                made.part.ready_on(*(self.latchkey.directory / f"latchkey-authorizer.sock-{number}" for number in range(4)))
            self.site, self.undo = made.site, undo.pop_all()

    def stop(self):
        self.undo.close()
