"""/metrics: one text with what all workers of both pools have counted, wherever it is asked for."""
import os
import signal
import subprocess
import time

import pytest

from tests.support.exposition import Figures
from tests.support.processes import clean_environment, free_port, wait_until
from tests.webserver.conftest import CONFIGURATION

WORKERS = 3


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tests.webserver.conftest import Stack
    made = Stack(tmp_path_factory.mktemp("metrics"), workers=WORKERS)
    yield made
    made.stop()


def scrape(site):
    reply = site.nexus.get("/metrics")
    assert reply.status == 200, reply
    assert reply.get("Content-Type").startswith("text/plain; version=0.0.4"), reply
    assert reply.get("Cache-Control") == "no-store"
    return Figures(reply.text)


def decisions(figures, **labels):
    return figures.get("latchkey_decisions_total", **labels)


def test_decisions_are_counted_by_result_and_reason_over_all_workers(site):
    issued = site.fresh_account("bob")
    before = scrape(site)
    for _ in range(30):
        assert site.nexus.get("/x", basic=("bob", issued["password"])).status == 200
    for _ in range(7):
        assert site.nexus.get("/x").status == 401
    assert site.nexus.get("/admin", bearer=issued["password"]).status == 403
    after = scrape(site)
    assert decisions(after, result="allowed") - decisions(before, result="allowed") == 30
    assert decisions(after, reason="no_credential") - decisions(before, reason="no_credential") == 7
    assert decisions(after, reason="rule_denied", result="refused") - decisions(before, reason="rule_denied") == 1
    assert after.get("latchkey_approvals_total", auth="jwt") - before.get("latchkey_approvals_total", auth="jwt") == 30
    # On nginx a refusal is asked for a second time, to be rendered: it is counted as a request, not as a decision.
    requests = [figures.get("latchkey_request_duration_seconds_count", pool="authorizer") for figures in (before, after)]
    assert requests[1] - requests[0] == 30 + 2 * 8


def test_durations_and_workers_of_both_pools(site):
    figures = scrape(site)
    for pool in ("authorizer", "responder"):
        assert figures.get("latchkey_workers", pool=pool) == WORKERS
        assert figures.get("latchkey_worker_starts_total", pool=pool) >= WORKERS
        assert 0 < figures.get("latchkey_request_duration_seconds_sum", pool=pool) < 60
    assert figures.get("latchkey_workers", pool="responder", state="busy") == 1  # the one that answers this


def test_store_keys_and_housekeeping(site):
    wait_until(lambda: scrape(site).samples.get("latchkey_task_success_timestamp_seconds"), "the housekeeper's first round")
    figures = scrape(site)
    assert figures.get("latchkey_store_up") == 1 and figures.get("latchkey_keys_up") == 1
    assert figures.get("latchkey_store_bytes", file="database") > 4096
    assert figures.get("latchkey_audit_rows_total") > 0
    assert figures.get("latchkey_keys", state="active") == 1 and figures.get("latchkey_keys", state="next") == 0
    assert figures.get("latchkey_registry_keys", state="active") == 0  # none is made before it is needed
    assert abs(figures.get("latchkey_key_created_timestamp_seconds") - time.time()) < 600
    assert abs(figures.get("latchkey_task_success_timestamp_seconds", task="purge") - time.time()) < 600


def test_what_a_killed_worker_has_counted_stays(site):
    before = scrape(site)
    worker = site.authorizer_pids()[1]
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: scrape(site).get("latchkey_worker_starts_total", pool="authorizer") >
               before.get("latchkey_worker_starts_total", pool="authorizer"), "the worker's replacement")
    after = scrape(site)
    assert after.get("latchkey_workers", pool="authorizer") == WORKERS
    assert decisions(after, result="allowed") >= decisions(before, result="allowed")
    assert decisions(after) >= decisions(before)


def test_labels_are_bounded_whatever_strangers_send(site):
    before = scrape(site)
    for i in range(20):
        site.nexus.get(f"/{i}-{os.urandom(8).hex()}", fields=[("User-Agent", f"agent {i}")], basic=(f"user{i}", "x"))
        site.nexus.get("/x", host=f"h{i}.evil.test")
    after = scrape(site)
    assert {name: set(samples) for name, samples in before.samples.items()} == \
        {name: set(samples) for name, samples in after.samples.items()}


def test_forwarded_fields_open_the_figures_to_nobody_o11(own_stack):
    closed = own_stack(configuration=CONFIGURATION + '\n[metrics]\nallow = ["192.0.2.0/24", "2001:db8::1"]\n')
    for fields in ([], [("X-Forwarded-For", "192.0.2.7")], [("X-Real-IP", "192.0.2.7"), ("Forwarded", "for=192.0.2.7")]):
        reply = closed.nexus.get("/metrics", fields=fields)
        assert reply.status == 403 and "latchkey_" not in reply.text, reply
    for method in ("POST", "PUT", "DELETE"):
        assert closed.nexus.ask(method, "/metrics", body=b"").status == 405


def test_a_store_that_is_away_is_told(own_stack):
    stack = own_stack()
    stack.fresh_account("bob")
    database = stack.latchkey.database
    database.rename(database.with_suffix(".away"))
    wait_until(lambda: scrape(stack).get("latchkey_store_up") == 0, "the store's absence to be seen")
    assert scrape(stack).get("latchkey_keys_up") == 1


def test_calls_to_a_provider_that_is_away_are_told_by_workers_and_housekeeper(tmp_path):
    from tests.webserver.conftest import Stack

    class WithProvider(Stack):
        def fill_latchkey(self):
            secret = self.latchkey.directory / "client.secret"
            secret.write_text("a-client-secret-of-some-length")
            secret.chmod(0o600)
            super().fill_latchkey()

    provider = f"""
[[provider]]
name = "company"
issuer = "http://127.0.0.1:{free_port()}"
client_id = "rp"
client_secret_file = "client.secret"
"""
    stack = WithProvider(tmp_path / "stack", CONFIGURATION + provider)
    try:
        failed = lambda: scrape(stack).get("latchkey_provider_calls_total", provider="company", result="failed")
        wait_until(lambda: failed() >= 1, "the housekeeper's first question")
        before = failed()
        assert stack.nexus.get("/oauth/login?provider=company&rd=/").status == 502
        assert failed() >= before + 1
        figures = scrape(stack)
        assert figures.get("latchkey_provider_calls_total", provider="company", result="answered") == 0
        assert figures.get("latchkey_task_success_timestamp_seconds", task="provider:company") == 0
        assert "latchkey_directory_calls_total" not in figures.samples
        assert figures.get("latchkey_workers", pool="responder") == figures.get("latchkey_workers", pool="authorizer")
    finally:
        stack.stop()


def test_a_key_for_registries_that_cannot_be_read_is_told(site):
    site.latchkey.admin("key", "export-registry")
    assert scrape(site).get("latchkey_registry_keys", state="active") == 1
    (private,) = (site.latchkey.directory / "state/keys").glob("registry-*.pem")
    away = private.rename(private.with_suffix(".away"))
    figures = scrape(site)
    away.rename(private)
    assert figures.get("latchkey_keys_up") == 0 and figures.get("latchkey_keys", state="active") == 1
    assert scrape(site).get("latchkey_keys_up") == 1


def test_a_network_that_is_none_is_a_fault_of_the_configuration(site, tmp_path):
    file = tmp_path / "latchkey.toml"
    for wrong in ('["localhost"]', '["10.0.0.1/8"]', '[""]', '"127.0.0.1"', '["127.0.0.1/33"]'):
        file.write_text(site.latchkey.file.read_text() + f"\n[metrics]\nallow = {wrong}\n")
        file.chmod(0o600)
        done = subprocess.run([site.latchkey.parts["responder"].process.args[0], "--config", file, "--check"], text=True,
                              capture_output=True, timeout=30, env=clean_environment())
        assert done.returncode == 78 and "metrics.allow" in done.stderr, (wrong, done)
