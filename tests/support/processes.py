"""Starts the parts of a test, waits until they are ready, and ends them again. Nothing here sleeps for a
fixed time: readiness is asked for, with a bound, and a part that ends early is an error with its log."""
import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("LATCHKEY_BIN", ROOT / "build/bin"))
NODE_MODULES = ROOT / "build/parts/node_modules"
READY_SECONDS = 20

# The machine may point clients at its own certificate authorities; the tests have their own.
CA_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE",
                "PIP_CERT", "NODE_EXTRA_CA_CERTS", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY",
                "ALL_PROXY", "all_proxy", "no_proxy", "NO_PROXY", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")


def clean_environment(**extra):
    """Returns this process's environment without CA and proxy variables, plus `extra`."""
    environment = {k: v for k, v in os.environ.items() if k not in CA_VARIABLES}
    environment.update({k: str(v) for k, v in extra.items()})
    return environment


def program(name):
    """Returns the path of a program; servers live in /usr/sbin, which is not in everybody's PATH."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert found, f"{name} is not installed; run tests/setup.sh test"
    return found


# Below the range from which the kernel takes ports for connections, and begun elsewhere by each process, so
# that nobody takes a port between its choice and its use.
PORTS = itertools.cycle(range(12000, 32000))
for _ in range(os.getpid() * 131 % 20000):
    next(PORTS)


def free_port():
    """Returns a TCP port of 127.0.0.1 that nobody listens on, another one at each call."""
    for port in itertools.islice(PORTS, 20000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_until(true, what, seconds=READY_SECONDS, alive=None):
    """Asks `true()` until it holds. `alive` is a Part that must not end meanwhile."""
    end = time.monotonic() + seconds
    while not true():
        if alive is not None and alive.process.poll() is not None:
            raise AssertionError(f"{what}: it ended with {alive.process.returncode}\n{alive.log_text()}")
        assert time.monotonic() < end, f"{what}: not within {seconds} s\n{alive.log_text() if alive else ''}"
        time.sleep(0.01)


def accepts(address):
    """True if somebody accepts on a port of 127.0.0.1 (int) or on a unix socket (path)."""
    family = socket.AF_INET if isinstance(address, int) else socket.AF_UNIX
    with socket.socket(family) as probe:
        probe.settimeout(1)
        with contextlib.suppress(OSError):
            probe.connect(("127.0.0.1", address) if isinstance(address, int) else str(address))
            return True
    return False


class Part:
    """One process of a test, in a session of its own, so that its whole group can be ended."""

    def __init__(self, name, command, directory, environment=None, stdin=subprocess.DEVNULL, **kwargs):
        self.name, self.directory = name, Path(directory)
        self.log = self.directory / f"{name}.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(c) for c in command], cwd=directory, stdin=stdin, stdout=log,
                                            stderr=log, env=environment or clean_environment(),
                                            start_new_session=True, **kwargs)

    def ready_on(self, *addresses):
        for address in addresses:
            self.wait_for(lambda a=address: accepts(a), f"{self.name} on {address}")
        return self

    def ready_when_logged(self, text):
        self.wait_for(lambda: text in self.log_text(), f"{self.name} saying {text!r}")
        return self

    def wait_for(self, condition, what):
        """Waits until it is ready. One that never is gets ended, since nobody has it yet who would do so."""
        try:
            wait_until(condition, what, alive=self)
        except AssertionError:
            self.stop()
            raise

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def send(self, number):
        os.kill(self.process.pid, number)

    def children(self):
        """Returns the process ids of the direct children."""
        listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in listing.stdout.split()]

    def stop(self, seconds=15):
        """TERM, a bounded wait, then KILL for the group. Returns the exit status, or None if it was killed."""
        if self.process.poll() is None:
            self.process.terminate()
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return status


def is_stopped(pid):
    """True when the kernel has stopped the process, which takes it a moment after the signal."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@contextlib.contextmanager
def only(pid, part):
    """While this lasts, `pid` is the one of all children of `part` that takes requests: the others are stopped."""
    others = [child for child in part.children() if child != pid]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        wait_until(lambda: all(map(is_stopped, others)), "the others standing still")
        yield
    finally:
        for other in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(other, signal.SIGCONT)


def run(command, directory=None, timeout=120, check=False, text_input=None, **environment):
    """Runs a client to its end. Returns CompletedProcess with text output, stderr joined into stdout."""
    done = subprocess.run([str(c) for c in command], cwd=directory, timeout=timeout, text=True, input=text_input,
                          stdin=None if text_input is not None else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                          env=clean_environment(**environment))
    if check:
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}"
    return done
