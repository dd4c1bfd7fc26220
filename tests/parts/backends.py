"""The applications without users of their own that stand behind latchkey here, and their places in nginx's configuration."""
from tests.support.processes import Part, program

REGISTRY = """version: 0.1
log: {{ level: warn }}
storage: {{ filesystem: {{ rootdirectory: {root} }}, delete: {{ enabled: true }} }}
http: {{ addr: 127.0.0.1:{port}, secret: test-only, relativeurls: true }}
"""

# The registry is on port 5000 here.
REGISTRY_LOCATION = """
    location /v2/ {
        include latchkey/protect.conf;
        proxy_read_timeout 900s;
        proxy_pass http://127.0.0.1:5000;
    }
"""

# A repository of files that are read and written, below {files}, on port 8082 here.
FILES_SERVER = """
server {
    listen 8082;
    client_max_body_size 0;
    root {files};
    location / { autoindex on; dav_methods PUT DELETE; create_full_put_path on; }
}
"""


def start_registry(directory, port, name="registry", more=""):
    """Starts docker-registry on `port` with its images below `directory`/`name`; `more` is added to its configuration."""
    file = directory / f"{name}.yml"
    file.write_text(REGISTRY.format(root=directory / name, port=port) + more)
    return Part(name, [program("docker-registry"), "serve", file], directory).ready_on(port)
