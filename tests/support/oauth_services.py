"""GitHub, GitLab and Google as far as signing in needs them: local servers that answer in the documented shapes,
page by page, and with the documented faults. People sign in there by being chosen: `service.visitor = "ann"`."""
import base64
import hashlib
import json
import secrets
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, status, body=None, **fields):
        super().__init__(status)
        self.status, self.body, self.fields = status, body or {}, {k.replace("_", "-"): v for k, v in fields.items()}


class Service:
    """What all of them do: send the browser back with a code, redeem it once and only with the verifier, know who
    owns a token, count what they were asked, and fail where a test says so."""

    code_path, token_path = "", ""
    client = "rp:rp-secret-rp-secret-rp-secret-0001"
    refreshes = False  # whether a refresh token comes along; it is good once

    def __init__(self):
        self.people = {}     # name -> whatever the kind of service tells of them
        self.visitor = None  # who is signed in there
        self.codes, self.tokens, self.refresh_tokens = {}, {}, {}
        self.asked = []      # (method, path with query)
        self.faults = {}     # path -> Refusal, bytes (garbage), or seconds to wait
        self.page_size = 100
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.closing = threading.Event()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def handler(service):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                service.answer(self, {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                service.answer(self, {k: v[0] for k, v in parse_qs(body).items()})

            def log_message(self, *arguments):
                pass
        return Handler

    def answer(self, request, form):
        url = urlsplit(request.path)
        self.asked.append((request.command, request.path))
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        try:
            fault = self.faults.get(url.path)
            if isinstance(fault, Refusal):
                raise fault
            if isinstance(fault, (int, float)):
                self.closing.wait(fault)
            if isinstance(fault, bytes):
                return self.send(request, 200, fault)
            self.send(request, 200, *self.route(request, url.path, query, form))
        except Refusal as refusal:
            self.send(request, refusal.status, refusal.body, refusal.fields)

    @staticmethod
    def send(request, status, body, fields=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **(fields or {})}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def times_asked(self, path):
        return sum(1 for _, target in self.asked if urlsplit(target).path == path)

    # ---- OAuth ----

    def route(self, request, path, query, form):
        if path == self.code_path:
            return self.authorize(query)
        if path == self.token_path:
            return (self.token(request, form),)
        return self.api(request, path, query)

    def authorize(self, query):
        """Sends the browser back at once: signing in at these services is none of our business."""
        code = secrets.token_hex(10)
        self.codes[code] = {**query, "person": self.visitor}
        raise Refusal(302, Location=query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]}))

    def redeem(self, form):
        """The person and the parameters of the code, once, for who began it only."""
        begun = self.codes.pop(form.get("code"), None)
        challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if not begun or begun["code_challenge"] != challenge or begun["redirect_uri"] != form.get("redirect_uri"):
            raise self.bad_grant("bad_verification_code")
        return begun

    def bad_grant(self, word):
        return Refusal(400, {"error": "invalid_grant", "error_description": word})

    def issue(self, person, scope):
        access = "at-" + secrets.token_hex(12)
        self.tokens[access] = {"person": person, "scope": scope}
        answer = {"access_token": access, "token_type": "Bearer", "scope": scope}
        if self.refreshes:
            refresh = "rt-" + secrets.token_hex(12)
            self.refresh_tokens[refresh] = {"person": person, "scope": scope}
            answer.update(refresh_token=refresh, expires_in=7200)
        return answer

    def token(self, request, form):
        self.check_client(request, form)
        if form.get("grant_type") == "refresh_token":
            known = self.refresh_tokens.pop(form.get("refresh_token"), None)
            if not known or self.people.get(known["person"], {}).get("gone"):
                raise self.bad_grant("refresh token")
            return self.more(self.issue(known["person"], known["scope"]), known["person"], None)
        begun = self.redeem(form)
        return self.more(self.issue(begun["person"], begun.get("scope", "")), begun["person"], begun.get("nonce"))

    def check_client(self, request, form):
        """Only the client with its secret gets tokens, whichever of the two ways it shows it."""
        basic = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        shown = basic or f"{form.get('client_id')}:{form.get('client_secret')}"
        if shown != self.client:
            raise Refusal(401, {"error": "invalid_client"})

    def more(self, answer, person, nonce):
        return answer

    def owner(self, request):
        """Whose token it is: (name, what is told of them, scopes)."""
        token = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if not token or self.people.get(token["person"], {}).get("gone"):
            raise Refusal(401, {"message": "Bad credentials", "status": "401"})
        return token["person"], self.people[token["person"]], token["scope"].split()


class GitHub(Service):
    """github.com, or an Enterprise Server: the API is below /api/v3. People: id, name, mails, orgs, teams."""

    code_path, token_path = "/login/oauth/authorize", "/login/oauth/access_token"
    LIMIT = dict(X_RateLimit_Limit="5000", X_RateLimit_Remaining="0")

    def bad_grant(self, word):
        return Refusal(200, {"error": word, "error_description": "The code passed is incorrect or expired."})

    def more(self, answer, person, nonce):
        return {**answer, "token_type": "bearer", "scope": answer["scope"].replace(" ", ",")}

    def api(self, request, path, query):
        name, person, scopes = self.owner(request)
        if path == "/api/v3/user":
            return ({"login": name, "id": person["id"], "node_id": "MDQ6", "type": "User", "site_admin": False,
                     "name": person.get("name"), "email": None, "two_factor_authentication": True},)
        if path == "/api/v3/user/emails" and "user:email" in scopes:
            return self.page(path, query, [{"email": mail, "primary": index == 0, "verified": verified, "visibility": None}
                                           for index, (mail, verified) in enumerate(person.get("mails", []))])
        if path == "/api/v3/user/orgs" and "read:org" in scopes:
            return self.page(path, query, [{"login": org, "id": index, "description": ""}
                                           for index, org in enumerate(person.get("orgs", []))])
        if path == "/api/v3/user/teams" and "read:org" in scopes:
            return self.page(path, query, [{"id": index, "name": team.split(":")[1].title(), "slug": team.split(":")[1],
                                            "organization": {"login": team.split(":")[0], "id": 1}}
                                           for index, team in enumerate(person.get("teams", []))])
        raise Refusal(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})

    def page(self, path, query, entries):
        size = min(int(query.get("per_page", 30)), self.page_size)
        number = int(query.get("page", 1))
        last = max(1, -(-len(entries) // size))
        def at(page, relation):
            return f'<{self.origin}{path}?per_page={size}&page={page}>; rel="{relation}"'
        links = [at(number - 1, "prev"), at(1, "first")] if number > 1 else []
        links += [at(number + 1, "next"), at(last, "last")] if number < last else []
        return entries[(number - 1) * size:number * size], {"Link": ", ".join(links)} if links else {}


class OpenIdService(Service):
    """What GitLab and Google have in common: discovery, signed ID tokens, userinfo. `key_file` holds an RSA key."""

    refreshes = True
    keys_path, userinfo_path = "", ""

    def __init__(self, directory):
        self.key_file = directory / f"{type(self).__name__}.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.key_file, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key_file, "-noout", "-modulus"], check=True,
                                 capture_output=True, text=True).stdout.strip().removeprefix("Modulus=")
        self.jwk = {"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": base64url(bytes.fromhex(modulus)),
                    "e": "AQAB"}
        super().__init__()

    def sign(self, claims):
        text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "k1", "typ": "JWT"}, claims))
        made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key_file], input=text.encode(), check=True,
                              capture_output=True)
        return f"{text}.{base64url(made.stdout)}"

    def id_claims(self, person):
        return {}

    def more(self, answer, person, nonce):
        now = int(time.time())
        claims = {"iss": self.origin, "aud": "rp", "sub": self.people[person]["sub"], "iat": now, "exp": now + 120,
                  **self.id_claims(person), **({"nonce": nonce} if nonce else {})}
        return {**answer, "id_token": self.sign(claims)}

    def api(self, request, path, query):
        if path == "/.well-known/openid-configuration":
            return ({"issuer": self.origin, "authorization_endpoint": self.origin + self.code_path,
                     "token_endpoint": self.origin + self.token_path, "userinfo_endpoint": self.origin + self.userinfo_path,
                     "jwks_uri": self.origin + self.keys_path, "response_types_supported": ["code"],
                     "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                     "code_challenge_methods_supported": ["plain", "S256"]},)
        if path == self.keys_path:
            return ({"keys": [self.jwk]},)
        if path == self.userinfo_path:
            name, person, scopes = self.owner(request)
            return ({"sub": person["sub"], **self.userinfo(name)},)
        return self.more_api(request, path, query)

    def more_api(self, request, path, query):
        raise Refusal(404, {"error": "404 Not Found"})


class GitLab(OpenIdService):
    """People: sub, mail, groups (full paths)."""

    code_path, token_path = "/oauth/authorize", "/oauth/token"
    keys_path, userinfo_path = "/oauth/discovery/keys", "/oauth/userinfo"

    def id_claims(self, person):
        return {"sub_legacy": "0123", "name": person.title(), "nickname": person, "preferred_username": person,
                "email": self.people[person]["mail"], "email_verified": True, "groups_direct": []}

    def userinfo(self, person):
        return {**self.id_claims(person), "groups": self.people[person]["groups"]}


class Google(OpenIdService):
    """Accounts and, in the same place, the Resource Manager API. People: sub, hd (or None), organizations (numbers)."""

    code_path, token_path = "/o/oauth2/v2/auth", "/token"
    keys_path, userinfo_path = "/oauth2/v3/certs", "/v1/userinfo"
    READ = "https://www.googleapis.com/auth/cloud-platform.read-only"

    def id_claims(self, person):
        hosted = self.people[person].get("hd")
        return {"email": person, "email_verified": True, "name": person.split("@")[0].title(), "azp": "rp",
                **({"hd": hosted} if hosted else {})}

    def userinfo(self, person):
        return self.id_claims(person)

    def more_api(self, request, path, query):
        if path != "/v3/organizations:search":
            raise Refusal(404, {"error": {"code": 404, "status": "NOT_FOUND"}})
        name, person, scopes = self.owner(request)
        if self.READ not in scopes:
            raise Refusal(403, {"error": {"code": 403, "status": "PERMISSION_DENIED",
                                          "message": "Request had insufficient authentication scopes."}})
        size = min(int(query.get("pageSize", 50)), self.page_size)
        start = int(query.get("pageToken", 0))
        numbers = person.get("organizations", [])
        page = {"organizations": [{"name": f"organizations/{number}", "displayName": f"org{number}.test", "state": "ACTIVE",
                                   "directoryCustomerId": "C01"} for number in numbers[start:start + size]]}
        if start + size < len(numbers):
            page["nextPageToken"] = str(start + size)
        return (page if page["organizations"] else {},)
