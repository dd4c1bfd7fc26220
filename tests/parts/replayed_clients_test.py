"""What Debian lacks (sbt with Coursier, Gradle, Helm, NuGet) is replayed as its exchange, through the real web server: a
credential to write with works, one to read with writes nothing, a revoked one reads nothing, and no answer of ours on the
way is a page, a redirect or a cookie, which these clients would save as what they asked for."""
import pytest

from tests.parts.packages import Packages
from tests.parts.replayed_clients import Coursier, Gradle, HelmRegistry, HelmRepository, NuGet

# Which statuses each sees when it fetches what it may read.
CLIENTS = {Coursier: [401, 200, 401, 200], Gradle: [401, 200], HelmRepository: [200, 200], HelmRegistry: [401, 200, 200, 200],
           NuGet: [401, 200, 401, 200, 401, 200]}


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    made = Packages(tmp_path_factory.mktemp("replayed"))
    root = made.files / "repository"
    for file, content in {"helm/index.yaml": "entries: {hello: [{urls: [hello-0.1.0.tgz]}]}\n", "helm/hello-0.1.0.tgz": "a chart",
                          "nuget/index.json": "{}", "nuget/v3-flatcontainer/lab.hello/index.json": "{}",
                          "nuget/v3-flatcontainer/lab.hello/1.0.0/lab.hello.1.0.0.nupkg": "a package"}.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(content)
    yield made
    made.stop()


def assert_is_for_a_program(reply):
    assert not 300 <= reply.status < 400 and not reply.all("Set-Cookie") and "<html" not in reply.text.lower(), reply
    if reply.status in (401, 403):
        assert reply.get("Cache-Control") == "no-store" and reply.location is None, reply
        schemes = [value.split(" ")[0] for value in reply.all("WWW-Authenticate")]
        assert schemes == (["Basic"] if reply.status == 401 else []), reply


@pytest.mark.parametrize("kind, reading", CLIENTS.items(), ids=[kind.__name__ for kind in CLIENTS])
def test_a_replayed_client_reads_writes_and_loses_it_by_revocation(packages, kind, reading):
    writer, reader = packages.credentials()
    packages.received.clear()
    write, read = kind(packages, writer), kind(packages, reader)

    refused = read.write()
    assert refused.status == 403 and "not meant for this" in refused.text, refused
    assert not packages.received.requests
    if not kind.hosted:
        assert kind(packages, reader).read().status == 404
    assert write.write().status in (200, 201, 204) and write.read().status == 200
    assert len(packages.received.requests) == kind.hosted
    asked = len(read.replies)
    assert read.read().status == 200 and [reply.status for reply in read.replies[asked:]] == reading
    packages.revoke(writer, reader)
    for client in (write, read):
        assert client.read().status == 401 and client.write().status == 401
        for reply in client.replies:
            assert_is_for_a_program(reply)
    assert len(packages.received.requests) == kind.hosted


def test_coursier_sends_nothing_to_a_realm_of_another_name(packages):
    client = Coursier(packages, packages.latchkey.issue("alice"), realm="Sonatype Nexus Repository Manager")
    assert client.read().status == 401 and len(client.replies) == 1


def test_helm_logs_in_to_a_registry_and_not_with_a_revoked_credential(packages):
    credential = packages.latchkey.issue("alice")
    client = HelmRegistry(packages, credential)
    assert client.log_in().status == 200 and [reply.status for reply in client.replies] == [401, 200]
    packages.revoke(credential)
    assert client.log_in().status == 401
    for reply in client.replies:
        assert_is_for_a_program(reply)


def test_nugets_key_is_left_to_the_application_and_proves_nothing(packages):
    credential = packages.latchkey.issue("alice")
    client = NuGet(packages, credential)
    packages.received.clear()
    assert client.write().status == 200 and [reply.status for reply in client.replies] == [401, 200]
    (arrived,) = packages.received.asked_for(client.push_path)
    seen = dict(arrived.fields)
    assert seen["X-NuGet-ApiKey"] == client.key and seen["X-Forwarded-User"] == "alice" and "Authorization" not in seen
    client.basic, client.key = None, credential["password"]
    assert client.write().status == 401 and len(packages.received.requests) == 1


def test_pips_search_is_posted_and_so_is_no_reading(packages):
    writer, reader = packages.credentials()
    packages.received.clear()
    fields = [("User-Agent", "pip/23.0.1"), ("Content-Type", "text/xml")]
    body = b"<?xml version='1.0'?><methodCall><methodName>search</methodName></methodCall>"

    def search(credential):
        return packages.site.ask("POST", "/repository/hosted/pypi", fields=fields, body=body, basic=("alice", credential["password"]))
    assert search(reader).status == 403 and search(writer).status == 200
    assert [request.body_bytes for request in packages.received.requests] == [len(body)]


@pytest.mark.parametrize("agent, accept", [
    ("pip/23.0.1", "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"),
    ("uv/0.9.5", "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01")],
    ids=["pip", "uv"])
def test_who_reads_a_page_only_for_want_of_better_is_challenged_on_any_path_c10(packages, agent, accept):
    """pip asks a keyring, or its user, when it is challenged; a sign-in page is an index without packages to it."""
    reply = packages.site.get("/pypi/simple/hello/", fields=[("User-Agent", agent), ("Accept", accept)])
    assert reply.status == 401, reply
    assert_is_for_a_program(reply)
