"""The keys that sign credentials are changed under running pools, by one command, without a restart."""
import base64
import json
import stat
import time

import pytest

from tests.support.processes import wait_until
from tests.webserver.conftest import every_worker


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tests.webserver.conftest import Stack
    made = Stack(tmp_path_factory.mktemp("keys"), workers=4)
    yield made
    made.stop()


def kid_of(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def published(site):
    return {key["kid"] for key in json.loads(site.nexus.get("/.well-known/jwks.json").text)["keys"]}


def states(site):
    return {key["id"]: key["state"] for key in site.latchkey.admin_json("key", "list")}


def told(site, action):
    return [row["object"] for row in map(json.loads, site.latchkey.admin("audit", "export").splitlines())
            if row["action"] == action]


def plan(site):
    """Makes a key that is to sign in an hour. Returns its id."""
    return site.latchkey.admin("key", "rotate", "--activate-in", "1h").split(":")[0]


def let_its_time_come(site, planned):
    """Nobody waits an hour, and on a busy machine a key may take longer to make than a shorter wait would be."""
    file = site.latchkey.directory / "state/keys/next"
    assert file.read_text().startswith(planned + " ")
    fresh = file.with_name(".new-next")
    fresh.write_text(f"{planned} {int(time.time())}\n")
    fresh.rename(file)


def test_after_a_rotation_old_and_new_credentials_are_good(site):
    old = site.fresh_account("bob")
    site.latchkey.admin("key", "rotate")
    new = site.latchkey.issue("bob")
    assert kid_of(old["password"]) != kid_of(new["password"])
    assert published(site) >= {kid_of(old["password"]), kid_of(new["password"])}
    for issued in (old, new):
        assert every_worker(site, bearer=issued["password"]) == {200}
    assert told(site, "key_added")[-1] == kid_of(new["password"])


def test_a_planned_key_is_published_at_once_and_signs_later(site):
    before = kid_of(site.latchkey.issue("bob")["password"])
    planned = plan(site)
    assert planned in published(site) and states(site)[planned] == "next"
    assert kid_of(site.latchkey.issue("bob")["password"]) == before
    assert site.latchkey.admin("key", "rotate", check=False).returncode == 1  # one waits already
    assert site.latchkey.admin("key", "retire", planned, check=False).returncode == 1
    let_its_time_come(site, planned)
    wait_until(lambda: kid_of(site.latchkey.issue("bob")["password"]) == planned, "the planned key to sign")
    assert states(site)[planned] == "active" and states(site)[before] == "verify-only"
    assert site.nexus.get("/x", bearer=site.latchkey.issue("bob")["password"]).status == 200
    site.latchkey.admin("housekeep")
    assert told(site, "key_activated") == [planned]


def test_a_key_that_began_to_sign_is_told_of_before_the_next_is_made(site):
    planned = plan(site)
    let_its_time_come(site, planned)
    site.latchkey.admin("key", "rotate")
    assert told(site, "key_activated")[-1] == planned


def test_the_key_for_registries_that_an_export_makes_is_told_of_once(site):
    for _ in range(2):
        assert "BEGIN CERTIFICATE" in site.latchkey.admin("key", "export-registry")
    (key,) = site.latchkey.admin_json("key", "list-registry")
    assert told(site, "key_added").count(key["id"]) == 1


@pytest.mark.parametrize("wrong", ["x", "-1s", "366d", "1"])
def test_a_wait_that_is_none_is_refused(site, wrong):
    before = states(site)
    done = site.latchkey.admin("key", "rotate", f"--activate-in={wrong}", check=False)
    assert done.returncode == 64, done
    assert states(site) == before


def test_a_dropped_key_is_worthless_at_once_on_every_worker_l7(site):
    stolen = site.latchkey.issue("bob")
    assert every_worker(site, bearer=stolen["password"]) == {200}
    kid = kid_of(stolen["password"])
    site.latchkey.admin("key", "drop", kid)
    assert every_worker(site, bearer=stolen["password"]) == {401}
    assert kid not in published(site) and kid not in states(site)
    fresh = site.latchkey.issue("bob")
    assert kid_of(fresh["password"]) != kid
    assert every_worker(site, bearer=fresh["password"]) == {200}
    assert told(site, "key_removed")[-1] == kid and told(site, "key_added")[-1] == kid_of(fresh["password"])
    assert site.latchkey.admin("key", "drop", kid, check=False).returncode == 1


def test_private_keys_are_the_services_own_n29(site):
    directory = site.latchkey.directory / "state/keys"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    private = [file for file in directory.iterdir() if file.name.startswith("signing-") or file.name == "seal.key"]
    assert len(private) >= 2
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in private)
