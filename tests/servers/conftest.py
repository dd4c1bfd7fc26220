"""The suite every web server and mode passes: each test is one behaviour, and its name is the row of docs/servers.md."""
import inspect
import pytest

from tests.support.servers import fronts
from tests.support.servers.table import Results

MODES = fronts()
RESULTS = pytest.StashKey[Results]()


def pytest_configure(config):
    config.stash[RESULTS] = Results()


@pytest.fixture(scope="session", params=MODES, ids=[mode.name for mode in MODES])
def front(request, tmp_path_factory):
    """One server of each mode, for all tests that leave it as they found it."""
    made = request.param(tmp_path_factory.mktemp(request.param.name))
    yield made
    made.stop()


@pytest.fixture(params=MODES, ids=[mode.name for mode in MODES])
def own_front(request, tmp_path):
    """Makes fronts of each mode that a test may break: own_front(configuration=..., workers=...)."""
    made = []

    def make(**how):
        made.append(request.param(tmp_path / f"front{len(made)}", **how))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="session")
def session(front):
    """A Cookie field of alice's session."""
    return front.sign_in("alice")


@pytest.fixture(scope="session")
def credential(front, session):
    """A credential of alice."""
    return front.fetch_credential(session)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == "table_test.py")  # it compares what all the others showed


def mode_of(item):
    parameters = getattr(item, "callspec", None)
    return parameters and (parameters.params.get("front") or parameters.params.get("own_front"))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """What a mode shows in place of a behaviour that it cannot, where that is a test of its own."""
    mode = mode_of(pyfuncitem)
    instead = mode and mode.instead.get(pyfuncitem.originalname.removeprefix("test_"))
    if instead:
        instead(**{name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters})
        return True
    return None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    mode = mode_of(item)
    if mode and (report.when == "call" or report.failed):
        item.config.stash[RESULTS].add(mode, item.function, report.passed)


@pytest.fixture
def results(request):
    """What every behaviour that ran so far showed."""
    return request.config.stash[RESULTS]
