#!/usr/bin/python3
"""Writes down what a web server asks latchkey, and lets latchkey answer it.

As a module: a Recorder stands between the two on a socket. As a program: a copy stands in place of latchkey's, whose name
it has; the real one is beside it as NAME.real, and what was asked is appended to NAME.record, a JSON object per line
{"role", "params", "stdin_bytes"}. It needs nothing but Python's library, as any account may have to run it."""
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading

BEGIN, PARAMS, STDIN = 1, 4, 5
ROLES = {1: "R", 2: "A"}  # as tests/fuzz/canonical_request_fuzz.cc writes them


def pairs(data):
    """Decodes the stream PARAMS. Returns [[name, value]] in the order they were sent."""
    found, at = [], 0

    def length(at):
        if data[at] < 128:
            return data[at], at + 1
        return struct.unpack(">I", data[at:at + 4])[0] & 0x7FFFFFFF, at + 4
    while at < len(data):
        name, at = length(at)
        value, at = length(at)
        found.append([data[at:at + name].decode("latin-1"), data[at + name:at + name + value].decode("latin-1")])
        at += name + value
    return found


class Conversation:
    """The client's side of one FastCGI connection. Calls `asked(question)` when PARAMS have ended."""

    def __init__(self, asked):
        self.asked, self.data, self.role, self.params, self.question = asked, b"", "?", b"", {}

    def feed(self, piece):
        self.data += piece
        while len(self.data) >= 8:
            _, kind, _, size, padding, _ = struct.unpack(">BBHHBB", self.data[:8])
            if len(self.data) < 8 + size + padding:
                return
            self.record(kind, self.data[8:8 + size])
            self.data = self.data[8 + size + padding:]

    def record(self, kind, body):
        if kind == BEGIN:
            self.role, self.params = ROLES.get(struct.unpack(">H", body[:2])[0], "?"), b""
        elif kind == PARAMS and body:
            self.params += body
        elif kind == PARAMS:
            self.question = {"role": self.role, "params": pairs(self.params), "stdin_bytes": 0}
            self.asked(self.question)
        elif kind == STDIN:
            self.question["stdin_bytes"] += len(body)


def pump(source, sink, seen=None):
    try:
        while piece := source.recv(65536):
            if seen:
                seen(piece)
            sink.sendall(piece)
    except OSError:
        pass  # either side may end a connection at any time
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def pass_on(client, target, asked):
    """Lets one connection through to `target`, a path or a port of 127.0.0.1."""
    server = socket.socket(socket.AF_INET if isinstance(target, int) else socket.AF_UNIX)
    with client, server:
        server.connect(("127.0.0.1", target) if isinstance(target, int) else str(target))
        back = threading.Thread(target=pump, args=(server, client), daemon=True)
        back.start()
        pump(client, server, Conversation(asked).feed)
        back.join()


def serve(listener, target, asked):
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=pass_on, args=(client, target, asked), daemon=True).start()


class Recorder:
    """Listens on `at`, a path or a port of 127.0.0.1, for connections to `target`. `questions` are what was asked."""

    def __init__(self, at, target):
        self.questions = []
        self.listener = socket.socket(socket.AF_INET if isinstance(at, int) else socket.AF_UNIX)
        self.listener.bind(("127.0.0.1", at) if isinstance(at, int) else str(at))
        self.listener.listen(64)
        threading.Thread(target=serve, args=(self.listener, target, self.questions.append), daemon=True).start()

    def stop(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def is_listening(descriptor):
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as one:
        return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return False


def main():
    itself = os.path.abspath(sys.argv[0])
    real = [f"{itself}.real", *sys.argv[1:]]

    def asked(question):
        with open(f"{itself}.record", "a", encoding="ascii") as file:
            file.write(json.dumps(question) + "\n")
    if not is_listening(0):
        asked({"role": "R", "params": [[name, value] for name, value in os.environ.items()], "stdin_bytes": 0})
        os.execv(real[0], real)
    inner = f"{itself}.{os.getpid()}.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(inner)
        listener.listen(64)
        child = subprocess.Popen(real, stdin=listener)

    def end(*_):
        child.kill()
        os.unlink(inner)
        os._exit(0)
    signal.signal(signal.SIGTERM, end)
    serve(socket.socket(fileno=0), inner, asked)


if __name__ == "__main__":
    main()
