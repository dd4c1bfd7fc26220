"""Repositories that clients read and write, behind one latchkey: files (Maven, Python, Debian, Helm, NuGet), git, a Docker
registry, and an application that takes what is posted or put to it and remembers what arrived."""
import shutil
from urllib.parse import quote

from tests.parts.backends import FILES_SERVER, REGISTRY_LOCATION, start_registry
from tests.parts.conftest import PlainStack
from tests.support.application import RecordingApplication
from tests.support.processes import Part, free_port, program, run

EXTRA = '[local]\nusers_file = "{dir}/users"\n[credential]\ngit_paths = ["/git"]\n'

NGINX = """
include latchkey/http.conf;
server {
    listen 80;
    client_max_body_size 0;
    include latchkey/server.conf;
{registry}    location /repository/hosted/ {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8083;
    }
    location /git/ {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8084;
    }
    location / {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8082;
    }
}
{files_server}
# Git: it has no users of its own and believes the name that latchkey found.
server {
    listen 8084;
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


# Many companies' user names are mail addresses.
PASSWORDS = {"alice": "alice-pw", "carol@example.test": "carol-pw"}


class Packages(PlainStack):
    """`received` is the application below /repository/hosted/; `files` is the root of the others."""

    def __init__(self, directory):
        self.files = directory / "files"
        self.files.mkdir()
        registry_port = free_port()
        self.received = RecordingApplication()
        text = NGINX
        for place, value in {"registry": REGISTRY_LOCATION, "files_server": FILES_SERVER, "files": self.files,
                             "directory": directory}.items():
            text = text.replace(f"{{{place}}}", str(value))
        super().__init__(directory, EXTRA, text, users=PASSWORDS,
                         ports={5000: registry_port, 8082: free_port(), 8083: self.received.port, 8084: free_port()})
        self.host = f"127.0.0.1:{self.port}"
        self.extra = [start_registry(directory, registry_port), self.start_git()]

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
