"""Clients that Debian lacks, as they speak: which request comes first, what follows which answer, with which fields in
which order. Known from their published sources; nothing of a client runs here."""
import hashlib
import json
import re
from base64 import b64encode

REALM = re.compile(r'Basic +(?:.*, *)?realm="([^"]*)"', re.IGNORECASE)


class Replayed:
    """One client with one credential. `replies` are all answers it got, in their order."""

    hosted = False  # whether what it writes goes to the application that only remembers it

    def __init__(self, packages, credential, realm="nexus-proxy"):
        self.site, self.host, self.password = packages.site, packages.host, credential["password"]
        self.basic = "Basic " + b64encode(f"{credential['username']}:{self.password}".encode()).decode()
        self.realm = realm  # as its owner wrote it down
        self.replies = []

    def fields(self):
        """Returns what stands before and after the Authorization field."""
        raise NotImplementedError

    def send(self, method, path, *more, proof=None, body=None, chunked=False):
        before, after = self.fields()
        fields = [*before, *([("Authorization", proof)] if proof else []), *after, *more]
        if chunked:
            fields.append(("Transfer-Encoding", "chunked"))
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        elif body is not None:
            fields.append(("Content-Length", str(len(body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        reply = self.site.raw(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + (body or b""), method)
        self.replies.append(reply)
        return reply

    def challenged(self, method, path, *more, **how):
        """Asks without a credential, and again with it if the answer is the challenge this client knows."""
        first = self.send(method, path, *more, **how)
        if first.status != 401 or not self.knows(first):
            return first
        return self.send(method, path, *more, proof=self.basic, **how)

    def knows(self, reply):
        return REALM.match(reply.get("WWW-Authenticate", "")) is not None

    def read(self):
        """Fetches what write() left there. Returns the answer that decides."""
        raise NotImplementedError

    def write(self):
        raise NotImplementedError


class Coursier(Replayed):
    """sbt: Coursier reads, and Ivy in OkHttp publishes. Both take the realm for the name of the credential, and neither
    sends anything to another one."""

    path = "/repository/maven/test/parts/hello/1.0/hello-1.0.pom"

    def fields(self):
        return [("User-Agent", "Coursier/2.0"), ("Accept", "*/*")], [("Host", self.host), ("Connection", "keep-alive")]

    def knows(self, reply):
        named = REALM.match(reply.get("WWW-Authenticate", ""))
        return named is not None and named[1] == self.realm

    def read(self):
        found = self.challenged("GET", self.path)
        return self.challenged("GET", f"{self.path}.sha1") if found.status == 200 else found

    def write(self):
        put = self.challenged("PUT", self.path, ("Content-Type", "application/octet-stream"), body=b"<project/>")
        if put.status not in (201, 204):
            return put
        return self.challenged("PUT", f"{self.path}.sha1", body=hashlib.sha1(b"<project/>").hexdigest().encode())


class Gradle(Replayed):
    """Reads are challenged, files are put with the credential at once."""

    path = "/repository/gradle/test/parts/hello/1.0/hello-1.0.jar"

    def fields(self):
        agent = "Gradle/8.14.5 (Linux;6.1.0;amd64) (Debian;17.0.17;17.0.17+10)"
        return [], [("Host", self.host), ("Connection", "Keep-Alive"), ("User-Agent", agent), ("Accept-Encoding", "gzip,deflate")]

    def read(self):
        return self.challenged("GET", self.path)

    def write(self):
        return self.send("PUT", self.path, ("Content-Type", "application/octet-stream"), proof=self.basic, body=b"a library")


class HelmRepository(Replayed):
    """A chart repository: the credential goes along at once, and what is not 200 is an error. Charts are put there by the
    plugin for it, as a form."""

    hosted = True
    index = "/repository/helm/index.yaml"

    def fields(self):
        return [("Host", self.host), ("User-Agent", "Helm/3.18.4")], []

    def read(self):
        listed = self.send("GET", self.index, proof=self.basic)
        chart = re.search(r"hello-[\d.]+\.tgz", listed.text)
        return self.send("GET", f"/repository/helm/{chart[0]}", proof=self.basic) if chart else listed

    def write(self):
        mark = "f6c1a3b27e0d4f58"
        body = (f'--{mark}\r\nContent-Disposition: form-data; name="chart"; filename="hello-0.1.0.tgz"\r\n'
                f"Content-Type: application/octet-stream\r\n\r\na chart\r\n--{mark}--\r\n").encode()
        return self.send("POST", "/repository/hosted/helm/api/charts", ("Content-Type", f"multipart/form-data; boundary={mark}"),
                         ("Accept-Encoding", "gzip"), proof=self.basic, body=body)


class HelmRegistry(Replayed):
    """`helm registry login`, `push` and `pull`: the first request of each command is challenged, the rest bring the
    credential along."""

    kind = "application/vnd.oci.image.manifest.v1+json"

    def fields(self):
        return [("Host", self.host), ("User-Agent", "Helm/3.18.4")], []

    def document(self):
        config = b'{"name":"hello","version":"0.1.0","apiVersion":"v2"}'
        described = [{"mediaType": f"application/vnd.cncf.helm.{name}", "digest": digest(data), "size": len(data)}
                     for name, data in (("config.v1+json", config), ("chart.content.v1.tar+gzip", b"a chart"))]
        return json.dumps({"schemaVersion": 2, "mediaType": self.kind, "config": described[0],
                           "layers": described[1:]}).encode(), (config, b"a chart")

    def log_in(self):
        return self.challenged("GET", "/v2/", ("Accept-Encoding", "gzip"))

    def write(self):
        manifest, blobs = self.document()
        asked = self.challenged("HEAD", f"/v2/charts/hello/manifests/{digest(manifest)}", ("Accept", self.kind))
        if asked.status not in (200, 404):
            return asked
        for blob in blobs:
            if self.send("HEAD", f"/v2/charts/hello/blobs/{digest(blob)}", proof=self.basic).status == 200:
                continue
            begun = self.send("POST", "/v2/charts/hello/blobs/uploads/", proof=self.basic, body=b"")
            if begun.status != 202:
                return begun
            place = f"{begun.location}&digest={digest(blob).replace(':', '%3A')}".removeprefix(self.site.origin)
            put = self.send("PUT", place, ("Content-Type", "application/octet-stream"), proof=self.basic, body=blob)
            if put.status != 201:
                return put
        return self.send("PUT", "/v2/charts/hello/manifests/0.1.0", ("Content-Type", self.kind), proof=self.basic, body=manifest)

    def read(self):
        found = self.challenged("HEAD", "/v2/charts/hello/manifests/0.1.0", ("Accept", self.kind))
        if found.status != 200:
            return found
        manifest, blobs = self.document()
        got = self.send("GET", f"/v2/charts/hello/manifests/{digest(manifest)}", ("Accept", self.kind), proof=self.basic)
        if got.status != 200 or got.body != manifest:
            return got
        return self.send("GET", f"/v2/charts/hello/blobs/{digest(blobs[1])}", proof=self.basic)


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class NuGet(Replayed):
    """dotnet with a source's name and password: each single request is challenged anew. What is pushed goes in chunks and
    with a key as well; with a key a 403 is final."""

    hosted = True
    key = "a-key-of-the-application"
    push_path = "/repository/hosted/nuget/"

    def fields(self):
        return [("Host", self.host)], [
            ("User-Agent", "NuGet .NET Core MSBuild Task/6.8.0 (Linux)"), ("Accept-Language", "en-US"),
            ("X-NuGet-Session-Id", "4c7d1e52-7e0a-4c41-9f6b-2b8f0a3c9d10"), ("Accept-Encoding", "gzip, deflate")]

    def read(self):
        base = "v3-flatcontainer/lab.hello"
        for file in ("index.json", f"{base}/index.json", f"{base}/1.0.0/lab.hello.1.0.0.nupkg"):
            reply = self.challenged("GET", f"/repository/nuget/{file}")
            if reply.status != 200:
                return reply
        return reply

    def write(self):
        mark = "3a1d0e4f-6c44-4b6e-9d5e-0c8a5b7d2f11"
        body = (f"--{mark}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name=package; "
                f"filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\na package\r\n--{mark}--\r\n").encode()
        return self.challenged("PUT", self.push_path, ("X-NuGet-Protocol-Version", "4.1.0"), ("X-NuGet-ApiKey", self.key),
                               ("Content-Type", f'multipart/form-data; boundary="{mark}"'), body=body, chunked=True)
