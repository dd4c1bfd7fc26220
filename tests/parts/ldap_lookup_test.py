"""What [ldap] makes of a real directory: every key, against slapd, by `latchkey user lookup` and `latchkey check`."""
import contextlib
import json
import socket
import sqlite3
import subprocess
import time

import pytest

from tests.support.processes import BIN, clean_environment, free_port
from tests.support.slapd import (GROUPS, MANAGER, MANAGER_PASSWORD, PEOPLE, SUFFIX, Slapd, dn_of, group, person,
                                 unix_group)
from tests.support.stalling import StallingProxy
from tests.support.stack import users_file
from tests.support.tls import Authority

ALICE, BOB = dn_of("Alice Example"), dn_of("Bob (Ops), Example")
DEEP = 12


def level(number):
    return f"cn=level{number},{GROUPS}"


TREE = "".join([
    person("alice"), person("bob", cn="Bob (Ops), Example"), person("carol"),
    person("dev", cn="A person called dev"), person("Mixed", cn="Mixed Case"),
    person("twin", cn="Twin One"), person("twin", cn="Twin Two"),
    person("we(ird)*", cn="Odd Name"),
    group("dev", ALICE, BOB, more="description: Developers\n"), group("ops", ALICE),
    group("everyone", f"cn=dev,{GROUPS}"),
    group("loop-a", ALICE, f"cn=loop-b,{GROUPS}"), group("loop-b", f"cn=loop-a,{GROUPS}"),
    f"dn: cn=unique,{GROUPS}\nobjectClass: groupOfUniqueNames\ncn: unique\nuniqueMember: {ALICE}\n\n",
    unix_group("unix", 20001, "alice"), unix_group("trap", 20002, "dev"),
    group("level0", dn_of("Mixed Case")), *(group(f"level{n}", level(n - 1)) for n in range(1, DEEP + 1)),
    f"dn: ou=more,{GROUPS}\nobjectClass: organizationalUnit\nou: more\n\n",
    f"dn: cn=below,ou=more,{GROUPS}\nobjectClass: groupOfNames\ncn: below\nmember: {ALICE}\n\n",
])


@pytest.fixture(scope="module")
def slapd(tmp_path_factory):
    made = Slapd(tmp_path_factory.mktemp("slapd")).load(TREE).start()
    yield made
    made.stop()


class Command:
    """`latchkey` with an [ldap] of one's choice."""

    def __init__(self, directory, slapd):
        self.directory, self.slapd = directory, slapd
        users_file(directory / "users", root="root-pw")
        self.secret(MANAGER_PASSWORD)
        self.rules = ""

    def secret(self, text, mode=0o600):
        (self.directory / "ldap.secret").write_text(text + "\n")
        (self.directory / "ldap.secret").chmod(mode)

    def write(self, **keys):
        keys = {"server": self.slapd.url, "manager_dn": MANAGER, "manager_password_file": "ldap.secret",
                "retries": 0, **keys}
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items() if value is not None)
        (self.directory / "latchkey.toml").write_text(
            f'[site]\nurl = "http://127.0.0.1:1"\n[store]\nurl = "sqlite:state/latchkey.db"\n'
            f'[local]\nusers_file = "users"\n{self.rules}[ldap]\n{text}')

    def run(self, *arguments, **environment):
        return subprocess.run([BIN / "latchkey", "--config", self.directory / "latchkey.toml", *arguments],
                              capture_output=True, text=True, timeout=60, env=clean_environment(**environment))

    def lookup(self, user, **keys):
        """Returns what the directory says of `user`."""
        self.write(**keys)
        done = self.run("user", "lookup", user, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def groups(self, user, **keys):
        return set(self.lookup(user, **keys)["groups"])

    def fault(self, user, **keys):
        """Returns why `user` was not looked up."""
        self.write(**keys)
        done = self.run("user", "lookup", user, "--json")
        assert done.returncode in (1, 78), f"{done.returncode} {done.stdout}"
        return done.stderr

    def check(self, **keys):
        self.write(**keys)
        return self.run("check")


@pytest.fixture
def latchkey(tmp_path, slapd):
    tmp_path.chmod(0o700)
    return Command(tmp_path, slapd)


# ---- people


def test_a_person_is_found_below_the_root_that_the_server_names(latchkey):
    found = latchkey.lookup("alice")
    assert found["dn"] == ALICE and found["user"] == "alice"
    assert len(found["unique_id"]) == 36  # entryUUID
    assert {"dev", "ops", "unique", "unix", "loop-a", "below"} == set(found["groups"])


def test_attributes_are_taken_only_where_they_are_named(latchkey):
    bare = latchkey.lookup("alice")
    assert (bare["mail"], bare["display_name"]) == ("", "")
    named = latchkey.lookup("alice", mail_attribute="mail", display_name_attribute="displayName")
    assert (named["mail"], named["display_name"]) == ("alice@example.test", "Alice Example")


def test_the_root_can_be_named_and_must_be_right(latchkey):
    assert latchkey.lookup("alice", root_dn=SUFFIX)["dn"] == ALICE
    assert "search base does not exist" in latchkey.fault("alice", root_dn="dc=other,dc=test")


def test_without_inference_the_root_is_the_empty_one(latchkey):
    # slapd has nothing below the empty DN itself.
    assert "search base does not exist" in latchkey.fault("alice", inhibit_infer_root_dn=True)
    assert latchkey.lookup("alice", inhibit_infer_root_dn=True, user_search_base=PEOPLE,
                           group_search_base=GROUPS)["dn"] == ALICE


def test_people_are_looked_for_below_their_base(latchkey):
    assert latchkey.lookup("alice", user_search_base="ou=people")["dn"] == ALICE
    assert "no such user" in latchkey.fault("alice", user_search_base="ou=groups")


def test_another_filter_finds_people_by_another_name(latchkey):
    found = latchkey.lookup("alice@example.test", user_search_filter="(&(objectClass=inetOrgPerson)(mail={0}))")
    assert found["user"] == "alice" and "unix" in found["groups"]  # by {1}, the directory's name for her


def test_the_filter_leaves_disabled_people_out(latchkey):
    assert "no such user" in latchkey.fault("alice", user_search_filter="(&(uid={0})(!(mail=alice@*)))")


def test_names_are_spelled_as_the_directory_spells_them(latchkey):
    assert latchkey.lookup("mIXED")["user"] == "Mixed"
    assert latchkey.lookup("alice", user_name_attribute="cn")["user"] == "Alice Example"


def test_a_name_of_two_people_is_nobodys(latchkey):
    assert "several entries" in latchkey.fault("twin")


@pytest.mark.parametrize("name", ["*", "al*", "alice)(uid=*", "*)(objectClass=*", "alice)(|(uid=bob", "x)(|(uid=alice)",
                                  "\\2a", "alice\\", "(uid=alice)", "\u00e4lice", "alice&", "{1}"])
def test_filter_injection_finds_nobody(latchkey, name):
    assert "no such user" in latchkey.fault(name)


def test_a_name_of_special_characters_is_found_as_it_is(latchkey):
    assert latchkey.lookup("we(ird)*")["dn"] == dn_of("Odd Name")


# ---- groups


def test_a_dn_with_commas_and_brackets_is_a_member_like_others(latchkey):
    found = latchkey.lookup("bob")
    assert "Bob (Ops)" in found["dn"] and found["groups"] == ["dev"]


def test_groups_are_looked_for_below_their_base(latchkey):
    assert latchkey.groups("alice", group_search_base="ou=more,ou=groups") == {"below"}


def test_the_membership_filter_takes_the_dn_and_the_name(latchkey):
    assert latchkey.groups("alice", group_membership_filter="memberUid={1}") == {"unix"}
    assert latchkey.groups("alice", group_membership_filter="(uniqueMember={0})") == {"unique"}


def test_another_attribute_names_groups_and_those_without_it_have_none(latchkey):
    assert latchkey.groups("alice", group_name_attribute="description") == {"Developers"}


def test_groups_of_groups_count_only_where_it_is_said_so(latchkey):
    plain, nested = latchkey.groups("alice"), latchkey.groups("alice", nested_groups=True)
    assert nested == plain | {"everyone", "loop-b"}  # the loop ends


def test_a_nested_group_is_no_user_of_its_name(latchkey):
    assert "trap" in latchkey.groups("dev")
    assert "trap" not in latchkey.groups("alice", nested_groups=True)  # she is in the group dev


def test_nesting_is_bounded(latchkey):
    assert latchkey.groups("mixed", nested_groups=True) == {f"level{n}" for n in range(11)}


# ---- who asks


def test_without_a_manager_nobody_in_particular_asks(latchkey, tmp_path):
    # Here nobody in particular may not even see that there is something.
    assert "may not read it" in latchkey.fault("alice", manager_dn=None, manager_password_file=None, root_dn=SUFFIX)
    directory = tmp_path / "open"
    directory.mkdir()
    opened = Slapd(directory, anonymous="read").load(person("alice")).start()
    try:
        found = latchkey.lookup("alice", server=opened.url, manager_dn=None, manager_password_file=None)
        assert found["user"] == "alice"
    finally:
        opened.stop()


def test_a_wrong_password_of_the_manager_says_so_and_concludes_nothing(latchkey):
    latchkey.secret("wrong")
    fault = latchkey.fault("alice")
    assert "ldap.manager_dn is not let in" in fault and "Invalid credentials" in fault and "wrong" not in fault


def test_a_secret_that_others_can_read_is_refused(latchkey):
    latchkey.secret(MANAGER_PASSWORD, mode=0o644)
    assert "ldap.manager_password_file" in latchkey.fault("alice")


def test_what_people_set_for_their_own_tools_changes_nothing(latchkey, tmp_path):
    (tmp_path / "ldaprc").write_text("TLS_REQCERT never\nURI ldap://127.0.0.1:1\nBASE dc=wrong\n")
    latchkey.write(server=latchkey.slapd.tls_url)
    done = latchkey.run("user", "lookup", "alice", LDAPRC=tmp_path / "ldaprc", LDAPTLS_REQCERT="never",
                        LDAPCONF=tmp_path / "ldaprc")
    assert done.returncode == 1 and "certificate" in done.stderr


# ---- servers


def test_every_server_of_the_list_is_tried(latchkey):
    servers = f"127.0.0.1:{free_port()} 127.0.0.1:{latchkey.slapd.port}"
    assert latchkey.lookup("alice", server=servers)["user"] == "alice"


def test_all_servers_down_is_told_of_each(latchkey):
    first, second = free_port(), free_port()
    fault = latchkey.fault("alice", server=f"127.0.0.1:{first} 127.0.0.1:{second}")
    assert f":{first}" in fault and f":{second}" in fault and "Connection refused" in fault


def test_the_housekeeper_tries_again_after_a_pause(latchkey):
    latchkey.write(server=f"127.0.0.1:{free_port()}", retries=1, sign_in=True)
    latchkey.run("init")
    with contextlib.closing(sqlite3.connect(latchkey.directory / "state/latchkey.db")) as database:
        database.execute("INSERT INTO account (id, provider, issuer, subject, user_name, display_name, mail, mail_verified, "
                         "group_names, created, refreshed) VALUES ('a', 'ldap', 'ldap', 'alice', 'alice', '', '', 0, '', 1, 1)")
        database.commit()
    begin = time.monotonic()
    done = latchkey.run("housekeep")
    assert done.returncode == 1 and "Connection refused" in done.stderr
    assert time.monotonic() - begin >= 1  # between two tries


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_hanging_server_is_given_up_in_time(latchkey, scheme):
    proxy = StallingProxy(latchkey.slapd.port)
    proxy.stall()
    try:
        fault = latchkey.fault("alice", server=f"{scheme}://127.0.0.1:{proxy.port}", ca_file=str(latchkey.slapd.ca),
                               connect_timeout="1s", search_timeout="1s")
        assert f":{proxy.port}" in fault
    finally:
        proxy.stop()


def test_the_next_server_stands_in_for_a_hanging_one(latchkey):
    proxy = StallingProxy(latchkey.slapd.port)
    proxy.stall()
    try:
        servers = f"127.0.0.1:{proxy.port} {latchkey.slapd.url}"
        found = latchkey.lookup("alice", server=servers, connect_timeout="2s", search_timeout="1s")
        assert found["user"] == "alice"
    finally:
        proxy.stop()


# ---- TLS


def test_ldaps_with_a_ca_of_ones_own(latchkey):
    found = latchkey.lookup("alice", server=latchkey.slapd.tls_url, ca_file=str(latchkey.slapd.ca))
    assert found["user"] == "alice"


def test_starttls_with_a_ca_of_ones_own(latchkey):
    found = latchkey.lookup("alice", start_tls=True, ca_file=str(latchkey.slapd.ca))
    assert found["user"] == "alice"


@pytest.mark.parametrize("keys", [{"server": "ldaps"}, {"start_tls": True}])
def test_a_certificate_of_an_unknown_authority_is_refused_l2(latchkey, tmp_path, keys):
    keys = {"server": latchkey.slapd.tls_url} if "server" in keys else keys
    assert "certificate" in latchkey.fault("alice", **keys)  # not the machine's
    other = Authority(tmp_path / "other")
    assert "certificate" in latchkey.fault("alice", ca_file=str(other.ca), **keys).lower()


def test_a_certificate_of_another_name_is_refused_l2(latchkey, tmp_path):
    directory = tmp_path / "named"
    directory.mkdir()
    other = Slapd(directory, certificate={"others": ""}).load("").start()
    try:
        fault = latchkey.fault("alice", server=other.tls_url, ca_file=str(other.ca))
        assert "certificate" in fault and "127.0.0.1" in fault, fault
    finally:
        other.stop()


def test_an_expired_certificate_is_refused_l2(latchkey, tmp_path):
    directory = tmp_path / "expired"
    directory.mkdir()
    other = Slapd(directory, certificate={"days": -1}).load("").start()
    try:
        fault = latchkey.fault("alice", server=other.tls_url, ca_file=str(other.ca))
        assert "certificate" in fault.lower(), fault
    finally:
        other.stop()


def test_starttls_that_the_server_does_not_have_is_not_done_without(latchkey, tmp_path):
    directory = tmp_path / "plain"
    directory.mkdir()
    plain = Slapd(directory, certificate=None).load(person("alice")).start()
    try:
        assert latchkey.lookup("alice", server=plain.url)["user"] == "alice"
        assert "StartTLS" in latchkey.fault("alice", server=plain.url, start_tls=True)
    finally:
        plain.stop()


# ---- limits and references


def test_five_thousand_groups_come_in_pages_and_a_size_limit_is_no_answer(latchkey, tmp_path):
    directory = tmp_path / "many"
    directory.mkdir()
    many = Slapd(directory, limits="size.soft=500 size.hard=500 size.prtotal=unlimited").load(
        person("alice") + "".join(group(f"g{n}", ALICE) for n in range(5000))).start()
    try:
        assert len(latchkey.groups("alice", server=many.url)) == 5000
    finally:
        many.stop()


def test_a_size_limit_is_never_taken_for_all_groups(latchkey, tmp_path):
    directory = tmp_path / "limited"
    directory.mkdir()
    limited = Slapd(directory, limits="size=100").load(
        person("alice") + "".join(group(f"g{n}", ALICE) for n in range(150))).start()
    try:
        fault = latchkey.fault("alice", server=limited.url)
        assert "size limit" in fault.lower() and "ldap.manager_dn" in fault
    finally:
        limited.stop()


def test_a_referral_is_told_and_not_followed(latchkey, tmp_path):
    directory = tmp_path / "referring"
    directory.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        port = elsewhere.getsockname()[1]
        referring = Slapd(directory).load(
            person("alice") + f"dn: ou=away,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\nou: away\n"
            f"ref: ldap://127.0.0.1:{port}/ou=away,{SUFFIX}\n\n").start()
        try:
            # Below a root with references elsewhere the rest is found ...
            assert latchkey.lookup("alice", server=referring.url)["user"] == "alice"
            # ... and a base that is elsewhere is told.
            fault = latchkey.fault("alice", server=referring.url, user_search_base="ou=away")
            assert f"ldap://127.0.0.1:{port}" in fault and "ldap.server" in fault
            elsewhere.settimeout(0)
            with pytest.raises(BlockingIOError):
                elsewhere.accept()
        finally:
            referring.stop()


# ---- the test of the connection


def test_check_tells_what_is_wrong_with_each_server(latchkey):
    latchkey.write()
    assert latchkey.run("init").returncode == 0
    closed = free_port()
    good = latchkey.slapd.port
    done = latchkey.check(server=f"127.0.0.1:{good} 127.0.0.1:{closed} ldaps://ldap.invalid")
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "directory: " in line]
    assert len(lines) == 3, done.stdout + done.stderr
    assert f"ldap://127.0.0.1:{good}" in lines[0] and "ldap.manager_dn" not in lines[0]
    assert f"ldap://127.0.0.1:{closed}" in lines[1] and "Connection refused" in lines[1]
    assert "ldaps://ldap.invalid:636" in lines[2] and "unknown host" in lines[2]


def test_check_finds_groups_of_rules_that_do_not_exist(latchkey):
    latchkey.rules = '[[rule]]\ngroups = ["dev", "devv"]\n'
    latchkey.write()
    assert latchkey.run("init").returncode == 0
    text = latchkey.check().stdout
    assert "devv" in text and "group dev:" not in text, text
    text = latchkey.check(group_search_filter="(&(cn={0})(objectClass=posixGroup))").stdout
    assert "group dev:" in text, text


@pytest.mark.parametrize("keys, told", [
    ({"user_search_base": "ou=peple"}, ["ldap.user_search_base: ", f"ou=peple,{SUFFIX}", "No such object"]),
    ({"group_search_base": "ou=gruops"}, ["ldap.group_search_base: ", f"ou=gruops,{SUFFIX}", "No such object"]),
    ({"user_search_base": PEOPLE}, ["ldap.user_search_base: ", f"relative to root_dn ({SUFFIX})",
                                    "write `ou=people`, not the full DN"]),
    ({"group_search_base": "OU=groups, DC=Example, DC=test"}, ["ldap.group_search_base: ", "write `OU=groups`"]),
    ({"user_search_base": SUFFIX}, ["ldap.user_search_base: ", "leave the line out"]),
    ({"root_dn": "dc=other,dc=test", "user_search_base": "ou=people"}, ["ldap.root_dn: ", "dc=other,dc=test"]),
    ({"root_dn": "dc=other,dc=test"}, ["ldap.root_dn: ", "dc=other,dc=test"]),
    ({"inhibit_infer_root_dn": True}, ["ldap.root_dn: ", "No such object"]),
])
def test_check_finds_a_base_that_is_not_there(latchkey, keys, told):
    latchkey.write()
    assert latchkey.run("store", "migrate").returncode == 0
    done = latchkey.check(**keys)
    [fault] = [line for line in done.stdout.splitlines() if " directory: " in line]
    assert done.returncode == 1 and fault.startswith("FAULT  directory: "), done.stdout + done.stderr
    assert all(text in fault for text in told), fault


def test_check_takes_bases_that_are_there(latchkey):
    latchkey.write()
    assert latchkey.run("store", "migrate").returncode == 0
    for keys in ({}, {"root_dn": SUFFIX, "user_search_base": "ou=people", "group_search_base": "ou=groups"},
                 {"inhibit_infer_root_dn": True, "user_search_base": PEOPLE, "group_search_base": GROUPS}):
        text = latchkey.check(**keys).stdout
        assert f"good   directory: {latchkey.slapd.url}" in text, text
