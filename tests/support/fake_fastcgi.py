"""A FastCGI program that answers as a broken one would: raw records of the test's choice, an end that is orderly or
none, or nothing at all. It shows what a web server makes of answers that latchkey itself never writes."""
import contextlib
import socket
import struct
import threading

BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6

WHOLE_VARIABLES = ("Status: 200\r\nVariable-REMOTE_USER: alice\r\nVariable-REMOTE_GROUPS: \r\nVariable-REMOTE_MAIL: \r\n"
                   "Variable-REMOTE_DISPLAY_NAME: \r\nVariable-LATCHKEY_AUTH: session\r\nVariable-LATCHKEY_CREDENTIAL: \r\n\r\n")
WHOLE_HEADERS = ("Status: 200\r\nX-Forwarded-User: alice\r\nX-Forwarded-Groups: \r\nX-Forwarded-Mail: \r\n"
                 "X-Forwarded-DisplayName: \r\nX-Latchkey-Auth: session\r\nX-Latchkey-Credential: \r\n\r\n")


def record(kind, data=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(data), 0) + data


def length(text):
    return struct.pack("B", len(text)) if len(text) < 128 else struct.pack(">I", len(text) | 0x80000000)


def params(**values):
    """Returns the content of a PARAMS record."""
    pairs = [(name.encode(), value.encode()) for name, value in values.items()]
    return b"".join(length(name) + length(value) + name + value for name, value in pairs)


def decode(content):
    """Returns the content of a whole PARAMS stream as {name: value}."""
    found, at = {}, 0
    while at < len(content):
        lengths = []
        for _ in range(2):
            size = 1 if content[at] < 128 else 4
            lengths.append(int.from_bytes(content[at:at + size], "big") & 0x7FFFFFFF)
            at += size
        name, value = content[at:at + lengths[0]], content[at + lengths[0]:at + sum(lengths)]
        found[name.decode()] = value.decode("utf-8", "replace")
        at += sum(lengths)
    return found


def bound(address):
    """Returns a socket that is bound to a path or to a port of 127.0.0.1, and does not listen yet."""
    made = socket.socket(socket.AF_INET if isinstance(address, int) else socket.AF_UNIX)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", address) if isinstance(address, int) else str(address))
    return made


def answer_of(text, orderly=True):
    """Returns the records of an answer, with the end as FastCGI wants it or with none."""
    records = record(STDOUT, text.encode()) if text else b""
    return records + (record(STDOUT) + record(END_REQUEST, struct.pack(">IB3x", 0, 0)) if orderly else b"")


class FakeFastcgi:
    """Listens on a unix socket (a path) or a port of 127.0.0.1 (a number) and answers every request with `text`. With `orderly` the answer is ended as FastCGI
    wants it, else the connection is closed after the last byte. `silent` keeps the connection open without a word.
    `asked` counts the questions, `params` are those of the last one: it may as well play an application."""

    def __init__(self, path, text="", orderly=True, silent=False):
        self.answer = answer_of(text, orderly)
        self.path, self.orderly, self.silent, self.asked, self.held = path, orderly, silent, 0, []
        self.params = {}
        self.listener = bound(path)
        self.listener.listen(64)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.held.append(connection)
            with contextlib.suppress(OSError):
                self.params = decode(self.read_params(connection))
                self.asked += 1
                if not self.silent:
                    connection.sendall(self.answer)
                    if self.orderly:
                        self.drain(connection)
                    connection.close()

    @staticmethod
    def drain(connection):
        """Takes what is still on its way: Caddy sends an empty STDIN and takes a failure of that for one of the answer."""
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        while connection.recv(65536):
            pass

    @staticmethod
    def read_params(connection):
        """Reads records until the empty one that ends the parameters. Returns their content."""
        stream, content = connection.makefile("rb"), b""
        while True:
            _, kind, _, size, padding = struct.unpack(">BBHHBx", stream.read(8))
            piece = stream.read(size + padding)[:size]
            if kind == PARAMS and size == 0:
                return content
            content += piece if kind == PARAMS else b""

    def stop(self):
        # A thread that waits in accept() is woken by shutdown(), not by close().
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if not isinstance(self.path, int):
            self.path.unlink()
        for connection in self.held:
            connection.close()
        self.thread.join(5)
        assert not self.thread.is_alive()
