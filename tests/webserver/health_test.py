"""The health answer of nexus-proxy: an empty 200 of our own that never lets anything through."""
import pytest


@pytest.mark.parametrize("agent", ["GoogleHC/1.0", "googlehc", "xx kube-probe/1.27 yy", "Kube-Probe/1.2"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_a_probe_on_the_root_is_answered_and_not_passed_on(stack, agent, method):
    reply = stack.nexus.ask(method, "/", fields=[("User-Agent", agent)], body=b"" if method == "POST" else None)
    assert reply.status == 200, reply
    assert reply.body == b"" and reply.get("Set-Cookie") is None


@pytest.mark.parametrize("target", ["//", "/.", "/?a=b"])
def test_other_spellings_of_the_root_are_the_root(stack, target):
    assert stack.nexus.get(target, fields=[("User-Agent", "GoogleHC/1.0")]).status == 200


@pytest.mark.parametrize("target,status", [("/foo", 401), ("/repository/x", 401), ("/v2/", 401), ("/%2f", 400),
                                           ("/index.html", 401), ("/admin", 401), ("/oauth/x", 404)])
@pytest.mark.parametrize("agent", ["GoogleHC/1.0", "kube-probe/1.0", "ELB-HealthChecker/2.0"])
def test_a_probes_user_agent_opens_no_other_path_o10(stack, target, status, agent):
    assert stack.nexus.get(target, fields=[("User-Agent", agent)]).status == status


def test_other_agents_and_none_take_the_normal_way(stack):
    assert stack.nexus.get("/", fields=[("User-Agent", "ELB-HealthChecker/2.0")]).status == 401
    assert stack.nexus.get("/").status == 401
    assert stack.nexus.get("/", fields=[("User-Agent", "")]).status == 401


def test_a_probe_may_name_any_host(stack):
    """A balancer asks by address; whoever else names a host that is none of ours is refused."""
    for host in ("docker.example.com", "10.0.0.1", "evil.test"):
        reply = stack.nexus.get("/", fields=[("User-Agent", "GoogleHC/1.0")], host=host)
        assert reply.status == 200 and reply.body == b"", reply
    for target in ("/", "/v2/", "/oauth/login", "/whoami"):
        assert stack.nexus.get(target, host="10.0.0.1").status == 400, target


def test_the_responder_tells_that_it_lives_and_is_ready(stack):
    for path in ("/healthz", "/readyz"):
        reply = stack.nexus.get(path)
        assert reply.status == 200 and reply.get("Cache-Control") == "no-store", reply
