"""latchkey carries no bytes of an answer: what the application says arrives as it was said, also when it is down."""
import socket
import threading

ANSWER = (b"HTTP/1.1 418 Teapot\r\nContent-Type: x/y\r\nX-Odd: one\r\nX-Odd: two\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\n"
          b"WWW-Authenticate: Own realm=\"app\"\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")


def serve(port, answer):
    """Answers every connection with these bytes. Returns the listening socket."""
    listener = socket.create_server(("127.0.0.1", port))

    def loop():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while b"\r\n\r\n" not in connection.recv(65536):
                    pass
                connection.sendall(answer)
    threading.Thread(target=loop, daemon=True).start()
    return listener


def test_an_applications_own_answer_and_its_absence_pass_through(own_stack):
    stack = own_stack()
    issued = stack.fresh_account("alice")
    stack.application.stop()
    assert stack.nexus.get("/x", bearer=issued["password"]).status == 502
    assert stack.nexus.get("/x").status == 401  # who is unknown does not learn of it
    listener = serve(stack.application.port, ANSWER)
    try:
        reply = stack.nexus.get("/x", bearer=issued["password"])
        assert reply.status == 418 and reply.body == b"abc" and reply.get("Content-Type") == "x/y"
        assert reply.all("X-Odd") == ["one", "two"] and reply.all("Set-Cookie") == ["a=1; Path=/", "b=2"]
        assert reply.get("WWW-Authenticate") == 'Own realm="app"'
    finally:
        listener.close()
