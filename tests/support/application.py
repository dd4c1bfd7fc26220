"""An application that remembers what reached it: the demo's, in this process, with WebSocket and large bodies."""
import base64
import hashlib
import importlib.util
import sys
import threading

from tests.support.processes import ROOT

_SPEC = importlib.util.spec_from_file_location("demo_application", ROOT / "examples/demo/application.py")
demo = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(demo)

WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Request:
    """One request as the application got it. `body_bytes` is what really arrived."""

    def __init__(self, method, target, fields):
        self.method, self.target, self.fields, self.body_bytes = method, target, fields, 0

    def __repr__(self):
        return f"{self.method} {self.target} ({self.body_bytes} bytes)"


class _Handler(demo.Application):
    def answer(self):
        request = Request(self.command, self.path, self.headers.items())
        self.server.requests.append(request)
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self.echo()
        self.rfile = _Counting(self.rfile, request)
        super().answer()
        self.rfile = self.rfile.inner

    def echo(self):
        """Switches to WebSocket and sends every byte back, until the peer has nothing more to say."""
        key = self.headers.get("Sec-WebSocket-Key", "")
        digest = hashlib.sha1((key + WEBSOCKET_GUID).encode()).digest()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.end_headers()
        self.wfile.flush()
        self.close_connection = True
        while piece := self.rfile.read1(65536):
            self.wfile.write(piece)
            self.wfile.flush()


class _Counting:
    """A body's bytes on their way to the application, counted."""

    def __init__(self, inner, request):
        self.inner, self.request = inner, request

    def read(self, size):
        piece = self.inner.read(size)
        self.request.body_bytes += len(piece)
        return piece

    def __getattr__(self, name):
        return getattr(self.inner, name)


class _Server(demo.Server):
    def handle_error(self, request, client_address):
        # Servers drop kept connections as they like; anything else is worth a word.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class RecordingApplication:
    """Listens on a port of 127.0.0.1. `requests` are those that came, oldest first; clear() forgets them."""

    def __init__(self, _directory=None):
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.requests = self.requests = []
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def clear(self):
        self.requests.clear()

    def asked_for(self, word):
        """The requests whose target holds `word`."""
        return [request for request in self.requests if word in request.target]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
