"""What `latchkey check` makes of a provider that is somebody else, and of one that does not answer."""
import http.server
import json
import subprocess
import threading

import pytest

from tests.support.processes import BIN, clean_environment, free_port


class Discovery(http.server.BaseHTTPRequestHandler):
    """Says that its issuer is the origin without a slash."""

    def do_GET(self):
        body = json.dumps({"issuer": f"http://127.0.0.1:{self.server.server_port}"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Discovery) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def check(directory, issuer):
    directory.chmod(0o700)
    (directory / "secret").write_text("a-client-secret-of-some-length\n")
    (directory / "secret").chmod(0o600)
    (directory / "latchkey.toml").write_text(
        f'[site]\nurl = "http://127.0.0.1:1"\n[store]\nurl = "sqlite:state/latchkey.db"\n'
        f'[[provider]]\nname = "company"\ntype = "oidc"\nissuer = "{issuer}"\nclient_id = "x"\n'
        f'client_secret_file = "secret"\n')
    for verb in (["init"], ["check"]):
        done = subprocess.run([BIN / "latchkey", "--config", directory / "latchkey.toml", *verb],
                              capture_output=True, text=True, timeout=60, env=clean_environment())
    return done


def test_a_provider_of_another_name_is_a_fault_n12(tmp_path, provider):
    done = check(tmp_path, provider + "/")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"FAULT  provider: company at {provider}/: " in done.stdout
    assert f"it names itself `{provider}`" in done.stdout and "write it as issuer" in done.stdout


def test_a_provider_that_does_not_answer_is_a_note(tmp_path):
    done = check(tmp_path, f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "note   provider: company at " in done.stdout and "until it answers" in done.stdout
