"""A proxy for real clients that ask for the names of the examples."""
import socket
import socketserver
import threading


class Tunnel(socketserver.ThreadingTCPServer):
    """Whatever a client wants to CONNECT to is one port of this machine. `url` is for the client's HTTPS_PROXY."""

    daemon_threads = True

    def __init__(self, port):
        self.leads_to = port
        super().__init__(("127.0.0.1", 0), _Through)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class _Through(socketserver.StreamRequestHandler):
    rbufsize = 0

    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as there:
            back = threading.Thread(target=pour, args=(there, self.connection))
            back.start()
            pour(self.connection, there)
            back.join()


def pour(source, sink):
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of both had enough
