"""What stands around the application in the examples for the Docker registry, which has one path and no pages."""


def test_registry_host_has_nothing_else(front):
    """a registry's host name answers nothing beside `/v2` and latchkey's own pages, and leads nobody to a host that a client named"""
    site = front.site("docker-registry", "registry.example.com")
    front.application.clear()
    for target in ("/anything", "/v1/", "/v2x", "/index.html"):
        assert site.get(target).status >= 400, target
    assert site.get("/v2").status == site.get("/v2/").status == 401
    for target in ("/", "/v2", "/oauth", "/cli"):
        for reply in (site.get(target, host="evil.test"), site.browse(target, host="evil.test")):
            assert reply.status != 200 and "evil.test" not in (reply.location or ""), (target, reply)
    assert front.application.requests == []
