"""The pages in an administrator's own words, and templates that must not be used."""
import signal

import pytest

from tests.support.processes import wait_until
from tests.support.servers.front import CONFIGURATION
from tests.support.web import NAVIGATION


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tests.webserver.conftest import Stack
    directory = tmp_path_factory.mktemp("templates")
    (directory / "own").mkdir()
    (directory / "own/signed_out.mustache").write_text('<p class="house">Good bye from {{site}}</p>')
    (directory / "own/style.css").write_text("p.house { color: teal }")
    made = Stack(directory / "stack", configuration=CONFIGURATION + f'\n[pages]\ntemplates = "{directory}/own"\n')
    made.templates = directory / "own"
    yield made
    made.stop()


def signed_out(site):
    return site.nexus.get("/oauth/logout", fields=NAVIGATION)


def test_a_template_and_the_style_of_ones_own_are_used(site):
    page = signed_out(site)
    assert '<p class="house">Good bye from latchkey</p>' in page.text and "p.house { color: teal }" in page.text
    assert "<form" in site.nexus.get("/oauth/login", fields=NAVIGATION).text  # ours, as nobody wrote another


def test_a_template_that_could_write_a_value_as_it_is_changes_nothing(site):
    (site.templates / "message.mustache").write_text("{{{text}}}")
    told = site.latchkey.admin("check", check=False)
    assert told.returncode == 1 and "message.mustache: writes a value as it is" in told.stdout + told.stderr
    site.latchkey.parts["responder"].send(signal.SIGHUP)
    wait_until(lambda: "message.mustache: writes a value as it is" in site.latchkey.log_text(), "the refusal of the reload")
    assert "Good bye" in signed_out(site).text
