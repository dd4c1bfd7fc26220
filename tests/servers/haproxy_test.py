"""What only HAProxy does: it goes on with a request when a Lua action breaks off."""
import pytest

from tests.support.servers.haproxy import HaproxyFront


@pytest.mark.parametrize("place", ["  local answer = ask(", "  for _, fact in ipairs(FACTS) do set(", "  set(http, \"x-forwarded-host\""])
def test_a_request_goes_nowhere_when_lua_breaks_off(tmp_path, place):
    broken = HaproxyFront(tmp_path, replace={place: f"  error('broken')\n{place}"})
    try:
        token = broken.latchkey.issue("alice")["password"] if "ask(" not in place else None
        broken.application.clear()
        assert broken.nexus.get("/public/x").status == 503
        assert broken.nexus.get("/x", bearer=token).status == 503
        assert broken.docker.get("/v2/", bearer=token).status == 503
        assert broken.application.requests == []
    finally:
        broken.stop()


def test_connection_names_no_field_to_the_application(tmp_path):
    front = HaproxyFront(tmp_path)
    try:
        front.nexus.ask(target="/public/x", fields=[("Connection", "X-Forwarded-User, Upgrade"), ("Upgrade", "h2c")])
        [request] = front.application.requests
        assert not {"connection", "upgrade"} & {name.lower() for name, _ in request.fields}, request.fields
    finally:
        front.stop()
