"""The applications that real clients talk to, all behind one latchkey: a Docker registry, a Maven and a Python
repository (nginx with WebDAV), and verdaccio on a port of its own because it wants the root path."""
import json
import shutil

from tests.parts.backends import FILES_SERVER, REGISTRY_LOCATION, start_registry
from tests.parts.conftest import PlainStack
from tests.parts.packages import PASSWORDS
from tests.support.processes import NODE_MODULES, Part, clean_environment, free_port, program

NGINX = """
include latchkey/http.conf;
server {
    listen 80;
    client_max_body_size 0;
    include latchkey/server.conf;
{registry}    location /repository/ {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8082;
    }
    location / {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8081;
    }
}
server {
    listen 81;
    client_max_body_size 100m;
    include latchkey/server.conf;
    location / {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:4873;
    }
}
"""

VERDACCIO = """storage: {directory}/verdaccio
listen: 127.0.0.1:{port}
auth: {{ htpasswd: {{ file: {directory}/verdaccio-users, max_users: 100 }} }}
uplinks: {{}}
packages:
  '**': {{ access: $all, publish: $all, unpublish: $all }}
web: {{ enable: false }}
log: {{ type: stdout, format: pretty, level: warn }}
"""


class Repositories(PlainStack):
    def __init__(self, directory):
        self.registry_port, self.verdaccio_port, self.npm_port, self.files_port = (free_port() for _ in range(4))
        (directory / "files").mkdir()
        super().__init__(directory, '[local]\nusers_file = "{dir}/users"\n', 
                         NGINX.replace("{registry}", REGISTRY_LOCATION) + FILES_SERVER.replace("{files}", str(directory / "files")),
                         ports={5000: self.registry_port, 4873: self.verdaccio_port, 81: self.npm_port, 8082: self.files_port},
                         users=PASSWORDS)
        self.host = f"127.0.0.1:{self.port}"
        self.extra = [start_registry(directory, self.registry_port), self.start_verdaccio()]
        self.cookies = {user: self.sign_in(user, password) for user, password in PASSWORDS.items()}

    def start_verdaccio(self):
        file = self.directory / "verdaccio.yaml"
        file.write_text(VERDACCIO.format(directory=self.directory, port=self.verdaccio_port))
        return Part("verdaccio", [program("node"), NODE_MODULES / "verdaccio/bin/verdaccio", "-c", file], self.directory,
                    environment=clean_environment(VERDACCIO_PUBLIC_URL=f"http://127.0.0.1:{self.npm_port}/",
                                                  HOME=self.directory)).ready_on(self.verdaccio_port)

    def credential(self, owner="alice"):
        """A fresh credential, fetched as its owner would fetch it."""
        reply = self.site.get("/cli/credentials", cookie=self.cookies[owner])
        assert reply.status == 200, reply
        return json.loads(reply.text)

    def revoke(self, credential):
        reply = self.site.ask("DELETE", f"/cli/credentials/{credential['id']}", cookie=self.cookies[credential["username"]],
                              fields=[("Sec-Fetch-Site", "same-origin")])
        assert reply.status == 204, reply

    def stop(self):
        for part in self.extra:
            part.stop()
        super().stop()
        shutil.rmtree(self.directory / "registry", ignore_errors=True)
