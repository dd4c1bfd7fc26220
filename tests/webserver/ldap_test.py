"""A directory behind latchkey behind nginx: who it lets in, what its changes end, and that nobody waits for it."""
import contextlib
import json
import statistics
import time

import pytest

from tests.support.processes import wait_until
from tests.support.slapd import (GROUPS, MANAGER, MANAGER_PASSWORD, Slapd, dn_of, group, person)
from tests.support.stack import sign_in_locally
from tests.support.stalling import StallingProxy
from tests.webserver.conftest import CONFIGURATION, Stack
from tests.webserver.conftest import every_worker

# alice and bob are people of the users file.
PEOPLE = ("carol", "dora", "eve", "frank", "grace", "heidi", "ivan", "judy", "mallory", "niaj", "olivia", "peggy")
INTERVAL = 2


def configuration(server, *more):
    keys = [f'server = "{server}"', f'manager_dn = "{MANAGER}"', 'manager_password_file = "ldap.secret"',
            'user_search_base = "ou=people"', 'group_search_base = "ou=groups"', 'mail_attribute = "mail"',
            'display_name_attribute = "displayName"', "sign_in = true", "basic = true", "trust_mail = true",
            f'update_interval = "{INTERVAL}s"', 'connect_timeout = "1s"', 'search_timeout = "1s"', "retries = 1", *more]
    rules = '[[rule]]\npaths = ["/dev-only"]\ngroups = ["dev"]\n\n[[rule]]\npaths = ["/public"'
    text = CONFIGURATION.replace('[[rule]]\npaths = ["/public"', rules, 1)
    assert text != CONFIGURATION
    return text.replace("[local]", "[ldap]\n" + "\n".join(keys) + "\n\n[local]", 1)


class Site(Stack):
    """Stack with a slapd behind a proxy that can stall."""

    def __init__(self, directory, *keys, **how):
        self.slapd = Slapd(directory / "slapd").load(
            "".join(person(uid) for uid in PEOPLE) + group("dev", *(dn_of(f"{uid.capitalize()} Example") for uid in PEOPLE))
            + group("ops", dn_of("Carol Example"))).start()
        self.proxy = StallingProxy(self.slapd.port)
        with contextlib.ExitStack() as undo:
            undo.callback(self.slapd.stop)
            undo.callback(self.proxy.stop)
            super().__init__(directory, configuration(f"ldap://127.0.0.1:{self.proxy.port}", *keys), **how)
            undo.pop_all()

    def fill_latchkey(self):
        secret = self.latchkey.directory / "ldap.secret"
        secret.write_text(MANAGER_PASSWORD)
        secret.chmod(0o600)
        super().fill_latchkey()

    def stop(self):
        super().stop()
        self.proxy.stop()
        self.slapd.stop()

    def arrive(self, user):
        """Signs in by the form with the directory's password. Returns the value of a Cookie field."""
        browser = sign_in_locally(self.nexus, user, f"{user}-pw")
        assert browser.reply.status == 200, browser.reply
        return f"__Host-latchkey={browser.jar['nexus.example.com']['__Host-latchkey']}"

    def refused_form(self, user, password):
        """Tries the form. Returns the reply."""
        return sign_in_locally(self.nexus, user, password).reply

    def leave_group(self, user):
        self.slapd.modify(f"dn: cn=dev,{GROUPS}\nchangetype: modify\ndelete: member\n"
                          f"member: {dn_of(user.capitalize() + ' Example')}\n")

    def leave(self, user):
        self.slapd.delete(dn_of(f"{user.capitalize()} Example"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    directory = tmp_path_factory.mktemp("ldap")
    (directory / "slapd").mkdir()
    made = Site(directory, 'max_stale = "4s"', workers=4)
    yield made
    made.stop()


def facts(reply):
    """Returns {lower-case name: value} of the fields that the application received."""
    return {name: values[0] for name, values in reply.seen().items()}


# ---- signing in


def test_the_form_takes_the_directorys_password_and_hands_its_facts_on(site):
    seen = facts(site.nexus.get("/x", cookie=site.arrive("carol")))
    assert seen["x-forwarded-user"] == "carol" and seen["x-forwarded-mail"] == "carol@example.test", seen
    assert set(seen["x-forwarded-groups"].split("|")) == {"dev", "ops"}
    assert seen["x-forwarded-displayname"] == "Carol Example"
    account = site.latchkey.admin_json("user", "show", "carol")
    assert (account["provider"], account["directory"]) == ("ldap", "answered"), account


def test_names_are_the_directorys_whatever_was_typed(site):
    reply = sign_in_locally(site.nexus, "CAROL", "carol-pw").reply
    assert facts(reply)["x-forwarded-user"] == "carol"


def test_a_wrong_password_and_an_unknown_name_read_alike_and_take_alike_long_n40(site):
    # bob is in the users file, of whom no directory is asked.
    texts, times = {}, {"dora": [], "nobody-there": [], "bob": []}
    for _ in range(3):
        for user, taken in times.items():
            begin = time.monotonic()
            reply = site.refused_form(user, "wrong")
            taken.append(time.monotonic() - begin)
            assert reply.status == 403, reply
            texts[user] = "The user name or the password is wrong." in reply.text
    assert texts == dict.fromkeys(times, True)
    assert all(min(taken) >= 0.25 for taken in times.values()), times  # both wait for the same beat


def test_a_local_name_is_not_asked_of_the_directory(site):
    # The housekeeper has connections of its own meanwhile, so what they ask is looked at, not how many there are.
    assert site.refused_form("bob", "wrong").status == 403
    site.sign_in("bob")
    assert site.latchkey.admin_json("user", "show", "bob")["provider"] == "local"
    assert site.nexus.get("/x", cookie=site.arrive("carol")).status == 200
    assert site.proxy.asked(b"carol") and not site.proxy.asked(b"bob")


@pytest.mark.parametrize("password", ["", "\0", "\0wrong"])
def test_an_empty_password_never_reaches_the_directory(site, password):
    # A name that nobody asked for before. The housekeeper asks for others at any time.
    name = f"niaj{len(password)}"
    assert site.refused_form(name, password).status in (400, 403)
    basic = site.nexus.get("/x", basic=(name, password))
    assert basic.status in (400, 401), basic
    assert not site.proxy.asked(name.encode())


def test_filter_injection_signs_nobody_in(site):
    for name in ("*", "carol)(uid=*", "c*rol", "carol)(|(uid=dora"):
        assert site.refused_form(name, "carol-pw").status in (400, 403), name
        assert site.nexus.get("/x", basic=(name, "carol-pw")).status == 401, name


def test_basic_takes_the_directorys_password(site):
    reply = site.nexus.get("/x", basic=("eve", "eve-pw"))
    assert reply.status == 200, reply
    assert facts(reply)["x-latchkey-auth"] == "password" and facts(reply)["x-forwarded-groups"] == "dev"
    assert site.nexus.get("/x", basic=("eve", "wrong")).status == 401


def test_guessing_is_throttled_with_a_time_to_wait_and_outlives_a_restart_n39(site):
    # The first waits are a second or two, as long as a guess takes: the seventh makes one that lasts.
    wrong = 0

    def seventh_guess():
        nonlocal wrong
        status = site.nexus.get("/x", basic=("mallory", "guess")).status
        assert status in (401, 429) and (status == 401 or wrong >= 5), (status, wrong)
        wrong += status == 401
        return wrong == 7
    wait_until(seventh_guess, "the seventh guess", 30)
    throttled = site.nexus.get("/x", basic=("mallory", "mallory-pw"))
    assert throttled.status == 429 and int(throttled.get("Retry-After")) > 0, throttled
    form = site.refused_form("MALLORY ", "mallory-pw")
    assert form.status == 429 and int(form.get("Retry-After")) > 0, form
    site.latchkey.restart()
    assert site.nexus.get("/x", basic=("mallory", "mallory-pw")).status == 429


# ---- what changes


def test_a_lost_group_is_refused_by_every_worker_right_after_a_refresh(site):
    cookie = site.arrive("frank")
    issued = site.latchkey.issue("frank")
    for how in ({"cookie": cookie}, {"basic": ("frank", issued["password"])}):
        assert every_worker(site, "/dev-only/x", **how) == {200}
    site.leave_group("frank")
    assert "1 account" in site.latchkey.admin("user", "refresh", "frank")
    for how in ({"cookie": cookie}, {"basic": ("frank", issued["password"])}):
        assert every_worker(site, "/dev-only/x", **how) == {403}
        assert every_worker(site, "/x", **how) == {200}


def test_a_lost_group_is_refused_within_the_interval(site):
    cookie = site.arrive("grace")
    assert every_worker(site, "/dev-only/x", cookie=cookie) == {200}
    site.leave_group("grace")
    wait_until(lambda: site.nexus.get("/dev-only/x", cookie=cookie).status == 403, "the housekeeper")
    assert every_worker(site, "/dev-only/x", cookie=cookie) == {403}


def test_a_lost_account_loses_everything_on_every_worker(site):
    cookie = site.arrive("heidi")
    issued = site.latchkey.issue("heidi")
    basic = ("heidi", issued["password"])
    assert every_worker(site, cookie=cookie) == {200} == every_worker(site, basic=basic)
    site.leave("heidi")
    assert "heidi: lost" in site.latchkey.admin("user", "refresh", "heidi")
    assert 200 not in every_worker(site, cookie=cookie)
    assert every_worker(site, basic=basic) == {401}
    docker = site.docker.get("/v2/", basic=basic)
    assert docker.status == 401 and "errors" in json.loads(docker.text)
    assert site.refused_form("heidi", "heidi-pw").status == 403
    assert site.latchkey.admin_json("user", "show", "heidi")["directory"] == "refused"


def test_somebody_else_under_the_old_name_gets_nothing_of_it(site):
    cookie = site.arrive("judy")
    issued = site.latchkey.issue("judy")
    site.leave("judy")
    site.slapd.add(person("judy"))  # another entryUUID
    site.latchkey.admin("user", "refresh", "judy")
    assert 200 not in every_worker(site, cookie=cookie)
    assert every_worker(site, basic=("judy", issued["password"])) == {401}
    assert site.nexus.get("/x", cookie=site.arrive("judy")).status == 200


# ---- a directory in trouble


def test_while_the_directory_hangs_decisions_wait_for_nothing(site):
    cookie = site.arrive("niaj")
    issued = site.latchkey.issue("niaj")
    site.proxy.stall()
    try:
        times = []
        for how in [{"cookie": cookie}, {"basic": ("niaj", issued["password"])}] * 20:
            begin = time.monotonic()
            assert site.nexus.get("/dev-only/x", **how).status == 200
            times.append(time.monotonic() - begin)
        assert statistics.median(times) < 1, times  # what each would take that waits for a second at least
        # Who comes new has to wait, and is not let in.
        assert site.refused_form("olivia", "olivia-pw").status == 503
        assert site.nexus.get("/x", basic=("olivia", "olivia-pw")).status == 503
    finally:
        site.proxy.flow()
    assert site.arrive("olivia")


def test_the_last_answer_counts_for_so_long_and_comes_back_with_the_directory(site):
    cookie = site.arrive("peggy")
    site.proxy.stall()
    try:
        assert site.nexus.get("/x", cookie=cookie).status == 200
        wait_until(lambda: site.nexus.get("/x", cookie=cookie).status == 503, "max_stale")
        refused = site.nexus.get("/x", cookie=cookie)
        assert "directory" in refused.text and refused.get("Retry-After"), refused
        assert every_worker(site, "/x", cookie=cookie) == {503}
        assert "directory_stale" in site.latchkey.log_text()
    finally:
        site.proxy.flow()
    wait_until(lambda: site.nexus.get("/x", cookie=cookie).status == 200, "the directory is back")


def test_an_authorizer_loads_the_ldap_library_only_when_it_asks(site, tmp_path):
    def loaded():
        return {pid for pid in site.authorizer_pids()[1:] if "libldap" in open(f"/proc/{pid}/maps").read()}
    site.latchkey.restart()
    site.nexus.get("/x", cookie=site.arrive("carol"))
    assert loaded() == set()
    assert site.nexus.get("/x", basic=("carol", "carol-pw")).status == 200
    assert len(loaded()) == 1
