"""Maven, npm and curl with a personal credential: it works, a wrong one is refused in the tool's own words, and a revoked
one is refused at the next command."""
import json
import os
import zipfile
from xml.sax.saxutils import escape

import pytest

from tests.parts.repositories import Repositories
from tests.support.processes import program, run


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    made = Repositories(tmp_path_factory.mktemp("tools"))
    yield made
    made.stop()


def maven(tmp_path, password, goal, *options, local="m2", user="alice"):
    """Runs one goal with Debian's own plugins; nothing is fetched from elsewhere."""
    settings = tmp_path / "settings.xml"
    settings.write_text(f"""<settings>
  <localRepository>{tmp_path / local}</localRepository>
  <servers><server><id>company</id><username>{user}</username><password>{escape(password)}</password></server></servers>
  <mirrors><mirror><id>debian</id><mirrorOf>central</mirrorOf><url>file:///usr/share/maven-repo</url></mirror></mirrors>
</settings>""")
    return run([program("mvn"), "-B", "-q", "-s", settings, goal, *options], tmp_path, HOME=tmp_path,
               MAVEN_OPTS="-XX:TieredStopAtLevel=1")


DEPLOY = "org.apache.maven.plugins:maven-deploy-plugin:3.0.0:deploy-file"
GET = "org.apache.maven.plugins:maven-dependency-plugin:3.5.0:get"


def test_maven_deploys_and_gets_and_loses_it_by_revocation(repositories, tmp_path):
    credential = repositories.credential()
    with zipfile.ZipFile(tmp_path / "lib.jar", "w") as jar:
        jar.writestr("hello.txt", "hello")
    url = f"{repositories.site.origin}/repository/maven/"

    def deploy(password):
        return maven(tmp_path, password, DEPLOY, f"-Dfile={tmp_path / 'lib.jar'}", "-DgroupId=test.parts", "-DartifactId=lib",
                     "-Dversion=1.0", "-Dpackaging=jar", "-DrepositoryId=company", f"-Durl={url}")

    def get(password, local):
        return maven(tmp_path, password, GET, "-Dartifact=test.parts:lib:1.0", "-Dtransitive=false",
                     f"-DremoteRepositories=company::default::{url}", local=local)
    wrong = deploy("wrong")
    assert wrong.returncode != 0 and "401" in wrong.stdout, wrong.stdout
    assert deploy(credential["password"]).returncode == 0
    stored = repositories.directory / "files/repository/maven/test/parts/lib/1.0/lib-1.0.jar"
    assert stored.read_bytes() == (tmp_path / "lib.jar").read_bytes()
    got = get(credential["password"], "fresh1")
    assert got.returncode == 0, got.stdout
    assert (tmp_path / "fresh1/test/parts/lib/1.0/lib-1.0.jar").read_bytes() == stored.read_bytes()
    repositories.revoke(credential)
    gone = get(credential["password"], "fresh2")
    assert gone.returncode != 0 and not (tmp_path / "fresh2/test/parts/lib/1.0/lib-1.0.jar").exists(), gone.stdout


def npm(directory, *arguments):
    return run([program("npm"), *arguments], directory, HOME=directory, npm_config_cache=directory / "cache",
               npm_config_update_notifier="false", npm_config_userconfig=directory / ".npmrc", npm_config_audit="false",
               npm_config_fund="false", npm_config_loglevel="http", npm_config_fetch_retries="0")


@pytest.mark.parametrize("way", ["token", "basic"])
def test_npm_publishes_and_installs_and_loses_it_by_revocation(repositories, tmp_path, way):
    from base64 import b64encode
    credential = repositories.credential()
    registry = f"127.0.0.1:{repositories.npm_port}"
    package = tmp_path / "package"
    package.mkdir()
    name = f"@lab/hello-{way}"
    (package / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0", "main": "index.js"}))
    (package / "index.js").write_text("module.exports = 'hello';\n")

    def configure(password):
        secret = (f"_authToken={password}" if way == "token" else
                  f"_auth={b64encode(f'alice:{password}'.encode()).decode()}")
        (tmp_path / ".npmrc").write_text(f"registry=http://{registry}/\n//{registry}/:{secret}\n")
    configure("wrong")
    wrong = run([program("npm"), "publish"], package, HOME=tmp_path, npm_config_userconfig=tmp_path / ".npmrc",
                npm_config_cache=tmp_path / "cache", npm_config_fetch_retries="0")
    assert wrong.returncode != 0 and ("E401" in wrong.stdout or "ENEEDAUTH" in wrong.stdout), wrong.stdout
    configure(credential["password"])
    published = run([program("npm"), "publish"], package, HOME=tmp_path, npm_config_userconfig=tmp_path / ".npmrc",
                    npm_config_cache=tmp_path / "cache", npm_config_fetch_retries="0")
    assert published.returncode == 0, published.stdout
    consumer = tmp_path / "consumer"
    consumer.mkdir()
    (consumer / ".npmrc").write_text((tmp_path / ".npmrc").read_text())
    (consumer / "package.json").write_text('{"name": "consumer", "version": "1.0.0"}')
    installed = npm(consumer, "install", name)
    assert installed.returncode == 0, installed.stdout
    assert (consumer / "node_modules" / name / "index.js").read_text() == "module.exports = 'hello';\n"
    repositories.revoke(credential)
    os.rename(consumer / "cache", consumer / "old-cache")
    gone = npm(consumer, "view", name)
    assert gone.returncode != 0 and "E401" in gone.stdout, gone.stdout


def test_curl_with_basic_bearer_and_netrc_and_never_an_html_page(repositories, tmp_path):
    credential = repositories.credential()
    url = f"{repositories.site.origin}/repository/pypi/"

    def curl(*arguments):
        return run([program("curl"), "-sS", "-L", "-w", "%{http_code}", "-o", tmp_path / "out", *arguments, url], tmp_path).stdout
    (repositories.directory / "files/repository/pypi").mkdir(parents=True, exist_ok=True)
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login alice password {credential['password']}\n")
    assert curl() == "401" and "<html" not in (tmp_path / "out").read_text().lower()
    assert curl("-u", f"alice:{credential['password']}") == "200"
    assert curl("-H", f"Authorization: Bearer {credential['password']}") == "200"
    assert curl("--netrc-file", netrc) == "200"
    assert curl("-u", "alice:wrong") == "401"
    repositories.revoke(credential)
    assert curl("-u", f"alice:{credential['password']}") == "401"
