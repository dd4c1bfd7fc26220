"""The REST of Nexus' user tokens on the examples for Nexus."""
import json
from base64 import b64encode
from urllib.parse import quote

# Where a ticket is asked for and where the pair is fetched: Nexus 3.24 and later, 3.0 to 3.7, 2.0 to 2.6.
PATHS = (("/service/rest/wonderland/authenticate", "/service/rest/internal/current-user/user-token"),
         ("/service/siesta/wonderland/authenticate", "/service/siesta/usertoken/current"),
         ("/nexus/service/local/usertoken/authenticate", "/nexus/service/local/usertoken/current"))


def encoded(text):
    return b64encode(text.encode()).decode()


def test_user_tokens(front, session):
    """the REST of Nexus' user tokens is latchkey's, with the paths of each version; the pair is its owner at the application"""
    front.application.clear()
    page = front.nexus.browse("/cli/credentials/user-token", cookie=session)
    assert page.status == 200 and "<h1>Your user token</h1>" in page.text, page
    if front.cannot("user_tokens"):
        for path in sum(PATHS, ()):
            assert front.nexus.get(path).status == 401, path
        assert front.application.requests == []
        return
    fields = [("Content-Type", "application/json"), ("Accept", "application/json"), ("Sec-Fetch-Site", "same-origin")]
    pairs = []
    for authenticate, current in PATHS:
        asked = front.nexus.ask("POST", authenticate, cookie=session, body=json.dumps({"u": encoded("alice")}).encode(), fields=fields)
        assert asked.status == 200, (authenticate, asked)
        ticket = quote(encoded(json.loads(asked.text)["t"]), safe="")
        got = front.nexus.get(f"{current}?authToken={ticket}", cookie=session, fields=fields)
        assert got.status == 200, (current, got)
        pairs.append(json.loads(got.text))
        assert front.nexus.get(f"{current}?authToken={ticket}", cookie=session, fields=fields).status == 403
        assert front.nexus.get(current).status == 401
        assert front.nexus.get(f"{current}/", cookie=session).status == 404, current
    assert pairs[0] == pairs[1] == pairs[2]
    assert front.application.requests == []
    pair = (pairs[0]["nameCode"], pairs[0]["passCode"])
    reply = front.nexus.get("/repository/maven/x.jar", basic=pair)
    seen = reply.seen()
    # Scripts tell Nexus' version by it. Caddy adds the application's to its own.
    assert reply.all("Server")[-1].startswith("BaseHTTP"), reply.all("Server")
    assert seen["x-forwarded-user"] == ["alice"] and "authorization" not in seen
    # What only looks like one of these paths is the application's, and protected.
    for path in ("/service/rest/v1/status", "/x/service/rest/usertoken/current", "/service/rest/v1/security/users/a/b/c/user-token"):
        front.application.clear()
        assert front.nexus.get(path).status == 401 and front.application.requests == [], path
        assert front.nexus.get(path, basic=pair).text.splitlines()[0] == f"GET {path}"
