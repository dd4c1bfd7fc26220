"""A provider that lies, is broken, or is an attacker: nobody gets in, and every attempt ends on a page."""
import pytest

from tests.parts.conftest import OIDC, SECRET, PlainStack, ask
from tests.support.processes import ROOT, Part, free_port, program
from tests.support.web import Browser, Site


class Misbehaving:
    def __init__(self, directory):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.part = Part("misbehaving", [program("node"), ROOT / "tests/parts/misbehaving_provider.mjs", self.port], directory)
        self.part.ready_when_logged("READY")

    def evil(self, word):
        ask(f"{self.issuer}/__test/evil", word.encode())

    def asked(self):
        return ask(f"{self.issuer}/__test/asked")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    directory = tmp_path_factory.mktemp("evil")
    provider = Misbehaving(directory)
    stack = PlainStack(directory, OIDC.replace("{issuer}", provider.issuer).replace('"3s"', '"2s"'), secret=SECRET)
    yield provider, stack
    stack.stop()
    provider.part.stop()


def attempt(pair, evil):
    provider, stack = pair
    provider.evil(evil)
    browser = Browser(stack.site, Site("127.0.0.1", provider.port))
    browser.open(stack.site.origin + "/page")
    provider.evil("good")
    return browser


def signed_in(browser):
    return any(name.endswith("latchkey") for name in browser.jar.get("127.0.0.1", {}))


def test_without_a_fault_it_works(pair):
    browser = attempt(pair, "good")
    assert browser.reply.seen()["x-forwarded-user"] == ["alice"]


ID_TOKEN = ["exp", "noexp", "exp_text", "exp_huge", "iat_future", "nbf", "iss", "noiss", "aud", "noaud", "aud_empty",
            "aud_list_no_azp", "azp", "nonce", "nononce", "nosub", "sub_number", "at_hash", "kid", "crit", "jku", "embedded",
            "none", "hs256", "signature_other_key", "signature_changed", "payload_changed", "padded", "weak_key"]
CLAIMS = ["crlf", "nul", "utf8", "huge", "noname"]
ANSWERS = ["denied", "no_answer_iss", "answer_iss", "state", "code_twice", "state_twice"]
TOKEN_ENDPOINT = ["token_500", "token_503", "token_garbage", "token_array", "token_no_id_token", "token_no_type", "token_error",
                  "token_redirect", "token_reset", "token_slow", "token_trickle"]
# Everything else is the provider's fault: 502. Here the person may not in, or the browser brought nonsense.
STATUSES = {"crlf": 403, "utf8": 403, "denied": 403, "state": 400, "code_twice": 400, "state_twice": 400}


@pytest.mark.parametrize("evil", ID_TOKEN + CLAIMS + ANSWERS + TOKEN_ENDPOINT)
def test_nobody_gets_in_and_a_page_explains_m35_m45_j1_j2_j3(pair, evil):
    browser = attempt(pair, evil)
    assert browser.reply.status == STATUSES.get(evil, 502), (evil, browser.reply)
    assert not signed_in(browser), evil
    assert "<h1" in browser.reply.text and "<script>alert" not in browser.reply.text
    assert browser.reply.get("Cache-Control") == "no-store"
    assert len(browser.history) <= 6, browser.history  # no loop
    assert ask(f"{pair[0].issuer}/__test/listened") == []  # nothing a token names is ever fetched


def test_groups_that_cannot_be_sent_are_left_out_and_the_person_gets_in(pair):
    browser = attempt(pair, "delimiter_group")
    seen = browser.reply.seen()
    assert seen["x-forwarded-groups"] == ["dev|ops"] and "y" not in seen


@pytest.mark.parametrize("evil", ["mail_two_at", "mail_denied"])
def test_a_doubtful_mail_address_is_none_o13(pair, evil):
    assert "x-forwarded-mail" not in attempt(pair, evil).reply.seen()


def test_an_identity_too_large_for_a_header_is_a_403_with_a_reason(pair):
    browser = attempt(pair, "huge_groups")
    assert browser.reply.status == 403, browser.reply


def test_many_unknown_key_ids_fetch_the_keys_once_m29(pair):
    provider, stack = pair
    provider.asked()
    for _ in range(5):
        attempt(pair, "kid")
    assert provider.asked().get("/jwks", 0) <= 1


@pytest.mark.parametrize("evil", ["discovery_redirect", "discovery_issuer", "discovery_no_token_endpoint", "discovery_garbage",
                                  "discovery_huge"])
def test_a_discovery_document_that_cannot_be_believed_starts_no_sign_in_n12(tmp_path, evil):
    provider = Misbehaving(tmp_path)
    provider.evil(evil)
    stack = PlainStack(tmp_path, OIDC.replace("{issuer}", provider.issuer), secret=SECRET)
    try:
        reply = stack.site.browse("/oauth/login")
        assert reply.status == 502 and "<h1" in reply.text, reply
        assert stack.site.get("/healthz").status == 200
    finally:
        stack.stop()
        provider.part.stop()
