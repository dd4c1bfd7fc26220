"""HTTP as the tests need it: every byte of a request can be chosen, every host name leads to 127.0.0.1, and
nothing is followed, retried or normalised unless the test says so."""
import html
import re
import socket
import ssl
from base64 import b64encode
from urllib.parse import urlencode, urljoin, urlsplit

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NAVIGATION = [("Accept", HTML), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Site", "none"),
              ("Sec-Fetch-Dest", "document")]


class Reply:
    """A whole answer. `fields` keeps order and repetitions; `get` looks a name up without case."""

    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name, default=None):
        return next(iter(self.all(name)), default)

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def location(self):
        return self.get("Location")

    def seen(self):
        """What the demo application received: {lower-case field name: [values]}. Needs an answer of its."""
        assert self.status == 200, f"{self.status} {self.fields} {self.text[:300]}"
        received = {}
        for line in self.text.splitlines()[1:]:
            name, _, value = line.partition(": ")
            received.setdefault(name.lower(), []).append(value)
        return received

    def __repr__(self):
        return f"<{self.status} {self.fields} {self.text[:400]!r}>"


def connect(port, tls_name=None, ca=None, timeout=30):
    """Returns a connected socket; with TLS when `ca` is given, verified against it for `tls_name`."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    if ca is None:
        return plain
    return ssl.create_default_context(cafile=str(ca)).wrap_socket(plain, server_hostname=tls_name)


def read_reply(sock, method="GET"):
    """Reads one answer; a connection closed before a whole header block is a Reply with status 0."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = receive(sock)
        if not piece:
            return Reply(0, [], data)
        data += piece
        if data.startswith(b"HTTP/1.1 100") and b"\r\n\r\n" in data:
            data = data.split(b"\r\n\r\n", 1)[1]
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    fields = [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "") for line in lines[1:]]
    reply = Reply(int(lines[0].split(" ")[1]), fields, body)
    if method == "HEAD" or reply.status in (204, 304):
        reply.body = b""
    elif reply.get("Transfer-Encoding", "").lower() == "chunked":
        reply.body = read_chunked(sock, body)
    elif reply.get("Content-Length") is not None:
        while len(reply.body) < int(reply.get("Content-Length")) and (piece := receive(sock)):
            reply.body += piece
    else:
        while piece := receive(sock):
            reply.body += piece
    return reply


def receive(sock):
    try:
        return sock.recv(65536)
    except ConnectionError:
        return b""


def read_chunked(sock, data):
    body = b""
    while True:
        while b"\r\n" not in data:
            piece = receive(sock)
            if not piece:
                return body
            data += piece
        size_text, data = data.split(b"\r\n", 1)
        size = int(size_text.split(b";")[0], 16)
        while len(data) < size + 2:
            piece = receive(sock)
            if not piece:
                return body + data
            data += piece
        if size == 0:
            return body
        body, data = body + data[:size], data[size + 2:]


class Site:
    """One host name of a server on 127.0.0.1:PORT, with TLS when `ca` is given."""

    def __init__(self, host, port, ca=None, name_port=None):
        self.host, self.port, self.ca = host, port, ca
        default = 443 if ca else 80
        shown = name_port or port
        self.authority = host if shown == default else f"{host}:{shown}"
        self.origin = f"{'https' if ca else 'http'}://{self.authority}"

    def raw(self, data, method="GET", timeout=30):
        """Sends exactly these bytes and reads one answer."""
        with connect(self.port, self.host, self.ca, timeout) as sock:
            try:
                sock.sendall(data)
            except ConnectionError:
                pass  # an answer may have come before the request was read to its end
            return read_reply(sock, method)

    def ask(self, method="GET", target="/", fields=(), body=None, host=None, basic=None, bearer=None, cookie=None):
        """One request on a connection of its own. `fields` is a list of pairs, sent as they are."""
        lines = [f"{method} {target} HTTP/1.1"]
        if host != "":
            lines.append(f"Host: {host or self.authority}")
        lines += [f"{name}: {value}" for name, value in fields]
        if basic is not None:
            lines.append("Authorization: Basic " + b64encode(":".join(basic).encode()).decode())
        if bearer is not None:
            lines.append(f"Authorization: Bearer {bearer}")
        if cookie is not None:
            lines.append(f"Cookie: {cookie}")
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        lines.append("Connection: close")
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")
        return self.raw(data + (body or b""), method)

    def get(self, target="/", **how):
        return self.ask("GET", target, **how)

    def browse(self, target="/", **how):
        """A navigation, as a browser asks when a person types an address."""
        return self.ask("GET", target, fields=NAVIGATION + list(how.pop("fields", [])), **how)


class Browser:
    """A person's browser without JavaScript: cookies per host, redirects followed, forms filled in."""

    def __init__(self, *sites):
        self.sites = {site.authority: site for site in sites}
        self.jar = {}      # host -> {name: value}
        self.history = []  # (method, url, status)
        self.url, self.reply = None, None

    def cookies(self, host):
        return "; ".join(f"{name}={value}" for name, value in self.jar.get(host, {}).items())

    def keep(self, host, reply):
        for line in reply.all("Set-Cookie"):
            pair, *attributes = [part.strip() for part in line.split(";")]
            name, _, value = pair.partition("=")
            gone = any(a.lower() in ("max-age=0",) for a in attributes) or value == ""
            cookies = self.jar.setdefault(host, {})
            cookies.pop(name, None) if gone else cookies.__setitem__(name, value)

    def step(self, method, url, form=None, fields=()):
        """One request, nothing followed."""
        parts = urlsplit(url)
        site = self.sites[parts.netloc]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = [("Accept", HTML), ("Sec-Fetch-Mode", "navigate"), *fields]
        body = None
        if form is not None:
            body = urlencode(form).encode()
            sent += [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", self.origin()),
                     ("Sec-Fetch-Site", self.relation(url))]
        else:
            sent.append(("Sec-Fetch-Site", self.relation(url) if self.url else "none"))
        cookies = self.cookies(parts.hostname)
        reply = site.ask(method, target, fields=sent, body=body, cookie=cookies or None)
        self.keep(parts.hostname, reply)
        self.history.append((method, url, reply.status))
        return reply

    def origin(self):
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.url))

    def relation(self, url):
        return "same-origin" if url.startswith(self.origin() + "/") else "cross-site"

    def open(self, url, method="GET", form=None, follow=12):
        """Goes there and follows redirects, at most `follow`."""
        for _ in range(follow):
            reply = self.step(method, url, form)
            self.url, self.reply = url, reply
            if reply.status not in (301, 302, 303, 307, 308):
                return reply
            url = urljoin(url, reply.location)
            method, form = ("GET", None) if reply.status != 307 else (method, form)
        raise AssertionError(f"a redirect loop: {self.history[-follow:]}")

    def form(self, contains=""):
        """Returns (action URL, {name: value}) of the first form on the page whose text holds `contains`."""
        for form in re.findall(r"<form\b.*?</form>", self.reply.text, re.S | re.I):
            if contains not in form:
                continue
            head = form[:form.index(">")]
            action = re.search(r'action="([^"]*)"', head)
            values = {}
            for field in re.findall(r"<input\b[^>]*>", form, re.I):
                name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
                if name:
                    values[name[1]] = html.unescape(value[1]) if value else ""
            return urljoin(self.url, html.unescape(action[1]) if action else ""), values
        raise AssertionError(f"no form with {contains!r} on {self.url}: {self.reply}")

    def submit(self, contains="", **values):
        action, fields = self.form(contains)
        return self.open(action, "POST", {**fields, **values})
