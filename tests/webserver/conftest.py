"""One latchkey behind one nginx, on examples/nginx/nexus-two-hosts.conf as shipped, for all tests of this folder
that do not break things. Those that do start their own."""
import pytest

from tests.support.processes import only
from tests.support.servers import front
from tests.support.servers.nginx import NginxFront
from tests.support.stack import Application

# Tests here put other names in the place of these two.
CONFIGURATION = front.CONFIGURATION.replace(', "jenkins.example.com", "registry.example.com"', "")


class Stack(NginxFront):
    """The demo's application behind nginx, as a process that a test may end."""

    name = ""
    application_class = Application

    def __init__(self, directory, configuration=CONFIGURATION, **how):
        super().__init__(directory, configuration, **how)

    @property
    def nginx(self):
        return self.server


def every_worker(stack, target="/x", **how):
    """Asks each worker of the authorizer by itself, all others standing still. Returns the statuses."""
    authorizer = stack.latchkey.parts["authorizer"]
    workers = authorizer.children()
    assert len(workers) == stack.latchkey.workers, workers
    statuses = set()
    for worker in workers:
        with only(worker, authorizer):
            statuses.add(stack.nexus.get(target, **how).status)
    return statuses


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    made = Stack(tmp_path_factory.mktemp("stack"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def session(stack):
    """A Cookie field of alice's session."""
    return stack.sign_in("alice")


@pytest.fixture(scope="session")
def credential(stack, session):
    """A credential of alice."""
    return stack.fetch_credential(session)


@pytest.fixture
def own_stack(tmp_path):
    """Makes stacks that a test may break: own_stack(kind=..., directory=..., configuration=..., workers=...)."""
    made = []

    def make(kind=Stack, directory=None, **how):
        made.append(kind(directory or tmp_path / f"stack{len(made)}", **how))
        return made[-1]

    yield make
    for one in made:
        one.stop()
