"""Repositories that clients read and write, behind one latchkey: files (Maven, Python, Debian, Helm, NuGet), git, a Docker
registry, and an application that takes what is posted or put to it and remembers what arrived."""
import shutil
from urllib.parse import quote

from tests.parts.conftest import PlainStack
from tests.parts.repositories import REGISTRY
from tests.support.application import RecordingApplication
from tests.support.processes import Part, free_port, program, run

NGINX = """
include latchkey/http.conf;
server {
    listen 80;
    client_max_body_size 0;
    include latchkey/server.conf;
    location /v2/ {
        include latchkey/protect.conf;
        proxy_read_timeout 900s;
        proxy_pass http://127.0.0.1:5000;
    }
    location /repository/hosted/ {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8083;
    }
    location / {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8082;
    }
}
# The application: it has no users of its own and believes the name that latchkey found.
server {
    listen 8082;
    client_max_body_size 0;
    root {files};
    location / { autoindex on; dav_methods PUT DELETE; create_full_put_path on; }
    location ~ ^/git(/.*)$ {
        fastcgi_pass unix:{directory}/git.sock;
        fastcgi_param SCRIPT_FILENAME     /usr/lib/git-core/git-http-backend;
        fastcgi_param GIT_PROJECT_ROOT    {files}/git;
        fastcgi_param GIT_HTTP_EXPORT_ALL 1;
        fastcgi_param PATH_INFO           $1;
        fastcgi_param QUERY_STRING        $query_string;
        fastcgi_param REQUEST_METHOD      $request_method;
        fastcgi_param CONTENT_TYPE        $content_type;
        fastcgi_param CONTENT_LENGTH      $content_length;
        fastcgi_param REMOTE_USER         $http_x_forwarded_user;
    }
}
"""


class Packages(PlainStack):
    """`received` is the application below /repository/hosted/; `files` is the root of the others."""

    def __init__(self, directory):
        self.files = directory / "files"
        self.files.mkdir()
        registry_port, files_port = free_port(), free_port()
        self.received = RecordingApplication()
        text = NGINX.replace("{files}", str(self.files)).replace("{directory}", str(directory))
        super().__init__(directory, '[local]\nusers_file = "{dir}/users"\n[credential]\ngit_paths = ["/git"]\n', text, users={"alice": "alice-pw", "carol@example.test": "carol-pw"},
                         ports={5000: registry_port, 8082: files_port, 8083: self.received.port})
        self.host = f"127.0.0.1:{self.port}"
        self.extra = [self.start_registry(registry_port), self.start_git()]

    def start_registry(self, port):
        file = self.directory / "registry.yml"
        file.write_text(REGISTRY.format(directory=self.directory, port=port))
        return Part("docker-registry", [program("docker-registry"), "serve", file], self.directory).ready_on(port)

    def start_git(self):
        socket = self.directory / "git.sock"
        return Part("fcgiwrap", [program("fcgiwrap"), "-c", "2", "-s", f"unix:{socket}"], self.directory).ready_on(socket)

    def bare_repository(self, name):
        """Makes a git repository that is empty, and that keeps a record of who pushed."""
        path = self.files / "git" / name
        run([program("git"), "init", "-q", "--bare", "-b", "main", path], check=True)
        run([program("git"), "-C", path, "config", "core.logAllRefUpdates", "true"], check=True)
        return path

    def credentials(self, owner="alice"):
        """Returns a credential to write with and one to read with: {"username", "password", "id"}."""
        return self.latchkey.issue(owner), self.latchkey.issue(owner, "--form", "short", "--scope", "read")

    def revoke(self, *credentials):
        for credential in credentials:
            self.latchkey.admin("credential", "revoke", credential["id"])

    def url(self, credential, path):
        """An address with name and password in it, as people write it into configuration files."""
        return f"http://{quote(credential['username'])}:{credential['password']}@{self.host}{path}"

    def stop(self):
        for part in self.extra:
            part.stop()
        super().stop()
        self.received.stop()
        shutil.rmtree(self.directory / "registry", ignore_errors=True)
