"""An application with tokens of its own: the line each README names leaves it the Authorization field on one path, and
nowhere else."""
import pytest

from tests.support.servers.caddy import CaddyFront
from tests.support.servers.haproxy import HaproxyFront
from tests.support.servers.lighttpd import LighttpdFront

LINES = {
    LighttpdFront: ('include "latchkey/protect.conf"\n',
                    '$HTTP["url"] =~ "^/api(/|$)" { setenv.add-environment = ( "LATCHKEY_AUTHORIZATION" => "application" ) }\n'),
    CaddyFront: ("import latchkey_ask\n", "vars /api/* latchkey_authorization application\n"),
    HaproxyFront: ("http-request lua.latchkey\n",
                   "http-request set-var(txn.latchkey_authorization) str(application) if { path_beg /api/ }\n"),
}


@pytest.fixture(scope="module", params=LINES, ids=[front.name for front in LINES])
def server(request, tmp_path_factory):
    before, line = LINES[request.param]
    made = request.param(tmp_path_factory.mktemp(f"own-{request.param.name}"), replace={before: f"{line}    {before}"})
    yield made
    made.stop()


def test_an_application_keeps_its_own_tokens_where_it_says_so(server):
    credential = server.fresh_account("alice")["password"]
    own = [("Authorization", "Bearer of-the-application")]
    assert server.nexus.get("/api/x", fields=own).seen()["authorization"] == ["Bearer of-the-application"]
    assert server.nexus.get("/api/x", fields=own, cookie=server.sign_in("bob")).seen()["x-forwarded-user"] == ["bob"]
    server.application.clear()
    assert server.nexus.get("/apix", fields=own).status == 401 and server.application.requests == []
    for target in ("/x", "/public/x", "/public/api/x"):
        assert "authorization" not in server.nexus.get(target, bearer=credential).seen(), target
