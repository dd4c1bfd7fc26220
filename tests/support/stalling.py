"""A TCP proxy on loopback that can stall: it goes on accepting, and lets nothing through, as a hanging server does."""
import socket
import threading

from tests.support.processes import free_port


class StallingProxy:
    def __init__(self, target):
        self.target, self.port = target, free_port()
        self.connections = 0
        self._asked = bytearray()
        self._flowing = threading.Event()
        self._flowing.set()
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self):
        self._flowing.clear()

    def flow(self):
        self._flowing.set()

    def asked(self, text):
        """Tells whether a client ever sent these bytes."""
        return text in self._asked

    def stop(self):
        self._flowing.set()
        for one in [self._listener, *self._open]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other side was quicker
            one.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        self._flowing.wait()
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        self._open.append(server)
        threading.Thread(target=self._pump, args=(client, server, self._asked), daemon=True).start()
        self._pump(server, client, bytearray())

    def _pump(self, source, sink, seen):
        try:
            while data := source.recv(65536):
                seen += data
                self._flowing.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # either side may end a connection at any time
