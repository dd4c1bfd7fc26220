"""Maven with the pair of a user token, as Nexus' users have it in their settings.xml."""
import json
import zipfile

import pytest

from tests.parts.backends import FILES_SERVER
from tests.parts.conftest import PlainStack
from tests.parts.tools_test import DEPLOY, GET, maven
from tests.support.processes import free_port

NGINX = """
include latchkey/http.conf;
server {
    listen 80;
    client_max_body_size 0;
    include latchkey/server.conf;
    include latchkey/user-tokens.conf;
    location /repository/ {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8082;
    }
    location / {
        include latchkey/protect.conf;
        proxy_pass http://127.0.0.1:8081;
    }
}
"""
EXTRA = '[local]\nusers_file = "{dir}/users"\nbasic = true\n[user_token]\nenabled = true\nprotect_content = true\n'


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    directory = tmp_path_factory.mktemp("user-token")
    (directory / "files").mkdir()
    made = PlainStack(directory, EXTRA, NGINX + FILES_SERVER.replace("{files}", str(directory / "files")),
                      ports={8082: free_port()}, users={"alice": "alice-pw"})
    yield made
    made.stop()


def test_maven_deploys_and_gets_with_the_pair_and_loses_it_by_a_reset(stack, tmp_path):
    cookie = stack.sign_in("alice", "alice-pw")
    pair = json.loads(stack.site.get("/service/rest/internal/current-user/user-token", cookie=cookie).text)
    with zipfile.ZipFile(tmp_path / "lib.jar", "w") as jar:
        jar.writestr("hello.txt", "hello")
    url = f"{stack.site.origin}/repository/maven/"

    def deploy(user, password):
        return maven(tmp_path, password, DEPLOY, f"-Dfile={tmp_path / 'lib.jar'}", "-DgroupId=test.parts", "-DartifactId=lib",
                     "-Dversion=1.0", "-Dpackaging=jar", "-DrepositoryId=company", f"-Durl={url}", user=user)

    def get(user, password, local):
        return maven(tmp_path, password, GET, "-Dartifact=test.parts:lib:1.0", "-Dtransitive=false",
                     f"-DremoteRepositories=company::default::{url}", local=local, user=user)
    plain = deploy("alice", "alice-pw")
    assert plain.returncode != 0 and "401" in plain.stdout, plain.stdout  # content takes no plain password here
    assert deploy(pair["nameCode"], pair["passCode"]).returncode == 0
    got = get("alice", pair["passCode"], "fresh1")
    assert got.returncode == 0, got.stdout
    assert (tmp_path / "fresh1/test/parts/lib/1.0/lib-1.0.jar").read_bytes() == (tmp_path / "lib.jar").read_bytes()
    stack.latchkey.admin("user-token", "reset", "alice")
    gone = get(pair["nameCode"], pair["passCode"], "fresh2")
    assert gone.returncode != 0 and not (tmp_path / "fresh2/test/parts/lib/1.0/lib-1.0.jar").exists(), gone.stdout
