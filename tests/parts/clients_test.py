"""Clients of packages and sources with personal credentials: one to write with works, one to read with writes nothing, and
a revoked one reads nothing at the client's next command, in the client's own words."""
import hashlib
import zipfile

import pytest

from tests.parts.packages import Packages
from tests.support.processes import program, run


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    made = Packages(tmp_path_factory.mktemp("packages"))
    yield made
    made.stop()


def wheel(directory):
    made = directory / "hello_lab-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as built:
        built.writestr("hello_lab.py", "x = 1\n")
        built.writestr("hello_lab-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: hello-lab\nVersion: 1.0\n")
        built.writestr("hello_lab-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\n"
                       "Root-Is-Purelib: true\nTag: py3-none-any\n")
        built.writestr("hello_lab-1.0.dist-info/RECORD", "")
    return made


def test_pip_installs_with_a_read_only_credential_and_loses_it_by_revocation(packages, tmp_path):
    _, reader = packages.credentials("carol@example.test")
    index = packages.files / "repository/pypi/simple/hello-lab"
    index.mkdir(parents=True)
    name = wheel(index).name
    (index / "index.html").write_text(f'<!doctype html><a href="{name}">{name}</a>')

    def pip(target, credential=reader):
        return run(["/usr/bin/python3", "-m", "pip", "--isolated", "install", "--no-input", "--no-deps", "--no-cache-dir",
                    "--no-compile", "--disable-pip-version-check", "--target", tmp_path / target, "--index-url",
                    packages.url(credential, "/repository/pypi/simple/"), "hello-lab"], tmp_path, HOME=tmp_path)
    wrong = pip("wrong", {**reader, "password": "wrong"})
    assert wrong.returncode != 0 and "No matching distribution" in wrong.stdout, wrong.stdout
    installed = pip("good")
    assert installed.returncode == 0 and (tmp_path / "good/hello_lab.py").read_text() == "x = 1\n", installed.stdout
    packages.revoke(reader)
    gone = pip("revoked")
    assert gone.returncode != 0 and "No matching distribution" in gone.stdout and not (tmp_path / "revoked").exists(), gone.stdout


def test_twine_uploads_not_with_a_read_only_nor_a_revoked_credential(packages, tmp_path):
    writer, reader = packages.credentials()
    path = "/repository/hosted/pypi/"
    file = wheel(tmp_path)

    def twine(credential):
        return run([program("twine"), "upload", "--non-interactive", "--disable-progress-bar", "--repository-url",
                    packages.site.origin + path, "-u", credential["username"], "-p", credential["password"], file],
                   tmp_path, HOME=tmp_path, TERM="dumb")
    packages.received.clear()
    refused = twine(reader)
    assert refused.returncode != 0 and "403" in refused.stdout and not packages.received.asked_for(path), refused.stdout
    uploaded = twine(writer)
    assert uploaded.returncode == 0, uploaded.stdout
    (arrived,) = packages.received.asked_for(path)
    assert arrived.method == "POST" and arrived.body_bytes > file.stat().st_size
    assert ("X-Forwarded-User", "alice") in arrived.fields and not [name for name, _ in arrived.fields if name == "Authorization"]
    packages.revoke(writer)
    gone = twine(writer)
    assert gone.returncode != 0 and "401" in gone.stdout and len(packages.received.asked_for(path)) == 1, gone.stdout


def test_git_clones_pushes_and_loses_it_by_revocation(packages, tmp_path):
    writer, reader = packages.credentials()
    bare = packages.bare_repository("lab.git")
    work = tmp_path / "work"

    def git(*arguments, directory=work):
        return run([program("git"), "-c", "user.name=Alice", "-c", "user.email=alice@example.test", *arguments], directory,
                   HOME=tmp_path, GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1", LC_ALL="C")

    def push(credential):
        return git("push", "-q", packages.url(credential, "/git/lab.git"), "HEAD:main")
    git("init", "-q", "-b", "main", work, directory=tmp_path)
    (work / "hello.txt").write_text("hello\n")
    git("add", "hello.txt")
    assert git("commit", "-q", "-m", "one").returncode == 0

    anonymous = git("clone", "-q", f"{packages.site.origin}/git/lab.git", directory=tmp_path)
    assert anonymous.returncode != 0 and "could not read Username" in anonymous.stdout, anonymous.stdout
    refused = push(reader)
    assert refused.returncode != 0 and "403" in refused.stdout and not list(bare.glob("refs/heads/*")), refused.stdout
    pushed = push(writer)
    assert pushed.returncode == 0 and (bare / "refs/heads/main").exists(), pushed.stdout
    assert " alice <alice@" in (bare / "logs/refs/heads/main").read_text()  # git knows who it was
    cloned = git("clone", "-q", packages.url(reader, "/git/lab.git"), "clone", directory=tmp_path)
    assert cloned.returncode == 0 and (tmp_path / "clone/hello.txt").read_text() == "hello\n", cloned.stdout

    packages.revoke(writer, reader)
    for credential in (writer, reader):
        gone = git("ls-remote", packages.url(credential, "/git/lab.git"))
        assert gone.returncode != 0 and "Authentication failed" in gone.stdout, gone.stdout
    assert push(writer).returncode != 0


def debian_repository(directory):
    """One package in a flat repository."""
    tree = directory / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = "Package: hello-lab\nVersion: 1.0\nArchitecture: all\nMaintainer: Lab <lab@example.test>\nDescription: hello\n"
    (tree / "DEBIAN/control").write_text(control)
    package = directory / "hello-lab_1.0_all.deb"
    run([program("dpkg-deb"), "--root-owner-group", "-Znone", "-b", tree, package], check=True)
    data = package.read_bytes()
    (directory / "Packages").write_text(
        f"{control}Filename: ./{package.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n")
    return package


def test_apt_reads_with_a_read_only_credential_and_loses_it_by_revocation(packages, tmp_path):
    _, reader = packages.credentials()
    place = packages.files / "repository/debian"
    place.mkdir(parents=True)
    package = debian_repository(place)
    for name in ("state/lists/partial", "cache/archives/partial", "etc/parts"):
        (tmp_path / name).mkdir(parents=True)
    url = f"{packages.site.origin}/repository/debian"
    (tmp_path / "etc/sources.list").write_text(f"deb [trusted=yes] {url} ./\n")
    (tmp_path / "etc/auth.conf").write_text(f"machine {url} login alice password {reader['password']}\n")
    (tmp_path / "status").write_text("")
    options = {"Dir::State": tmp_path / "state", "Dir::State::status": tmp_path / "status", "Dir::Cache": tmp_path / "cache",
               "Dir::Etc::sourcelist": tmp_path / "etc/sources.list", "Dir::Etc::sourceparts": tmp_path / "etc/parts",
               "Dir::Etc::netrc": tmp_path / "etc/auth.conf", "Dir::Etc::netrcparts": tmp_path / "etc/parts",
               "Acquire::Retries": 0, "Acquire::http::Proxy": "DIRECT", "APT::Sandbox::User": "root"}

    def apt(*arguments):
        return run([program("apt-get"), *(f"-o{key}={value}" for key, value in options.items()), *arguments], tmp_path, LC_ALL="C")
    updated = apt("update", "--error-on=any")
    assert updated.returncode == 0, updated.stdout
    downloaded = apt("download", "hello-lab")
    assert downloaded.returncode == 0 and (tmp_path / package.name).read_bytes() == package.read_bytes(), downloaded.stdout
    (tmp_path / package.name).unlink()
    packages.revoke(reader)
    gone = apt("update", "--error-on=any")
    assert gone.returncode != 0 and "401" in gone.stdout, gone.stdout
    kept = apt("download", "hello-lab")  # it still knows what there was
    assert kept.returncode != 0 and "401" in kept.stdout and not (tmp_path / package.name).exists(), kept.stdout


IVY = """<ivysettings>
  <settings defaultResolver="company"/>
  <caches defaultCacheDir="{cache}"/>
  <credentials host="127.0.0.1" realm="{realm}" username="alice" passwd="{password}"/>
  <resolvers><url name="company" m2compatible="true" checkmodified="true">
    <ivy pattern="{root}/[organisation]/[module]/[revision]/ivy-[revision].xml"/>
    <artifact pattern="{root}/[organisation]/[module]/[revision]/[artifact]-[revision].[ext]"/>
  </url></resolvers>
</ivysettings>
"""
IVY_MODULE = """<ivy-module version="2.0">
  <info organisation="test.parts" module="hello" revision="1.0"/>
  <publications><artifact name="hello" type="jar" ext="jar"/></publications>
</ivy-module>
"""


def ivy(packages, directory, credential, *arguments, realm="nexus-proxy", cache="cache"):
    """Ivy is what sbt fetched with before Coursier; like it, it compares the realm before it sends anything."""
    settings = directory / "ivysettings.xml"
    settings.write_text(IVY.format(cache=directory / cache, realm=realm, password=credential["password"],
                                   root=f"{packages.site.origin}/repository/ivy"))
    return run([program("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", "/usr/share/java/ivy.jar",
                "-settings", settings, *arguments], directory, HOME=directory)


def test_ivy_publishes_and_resolves_and_loses_it_by_revocation(packages, tmp_path):
    writer, reader = packages.credentials()
    (tmp_path / "ivy.xml").write_text(IVY_MODULE)
    (tmp_path / "hello-1.0.jar").write_bytes(b"a library")
    stored = packages.files / "repository/ivy/test/parts/hello/1.0/hello-1.0.jar"

    def publish(credential):
        return ivy(packages, tmp_path, credential, "-ivy", tmp_path / "ivy.xml", "-publish", "company", "-revision", "1.0",
                   "-deliverto", tmp_path / "ivy-[revision].xml", "-publishpattern",
                   tmp_path / "[artifact]-[revision].[ext]", "-overwrite")

    def resolve(credential, cache, **how):
        done = ivy(packages, tmp_path, credential, "-dependency", "test.parts", "hello", "1.0", "-retrieve",
                   tmp_path / cache / "got/[artifact].[ext]", cache=cache, **how)
        return done, tmp_path / cache / "got/hello.jar"
    refused = publish(reader)
    assert refused.returncode != 0 and "refused by the server: Forbidden" in refused.stdout and not stored.exists(), refused.stdout
    published = publish(writer)
    assert published.returncode == 0 and stored.read_bytes() == (tmp_path / "hello-1.0.jar").read_bytes(), published.stdout
    resolved, got = resolve(reader, "good")
    assert resolved.returncode == 0 and got.read_bytes() == stored.read_bytes(), resolved.stdout
    silent, got = resolve(reader, "other", realm="Another realm")
    assert "UNRESOLVED" in silent.stdout and not got.exists(), silent.stdout
    packages.revoke(reader)
    gone, got = resolve(reader, "revoked")
    assert "UNRESOLVED" in gone.stdout and not got.exists(), gone.stdout
