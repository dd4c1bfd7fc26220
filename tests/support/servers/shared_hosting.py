"""Shared hosting as modes of the suite: examples/shared-hosting as its README says, on tests/support/servers/shared_host.py."""
import contextlib
import os
import shutil
import signal
from pathlib import Path

from tests.support.application import Request
from tests.support.processes import wait_until
from tests.support.servers.apache import open_directory
from tests.support.servers.front import HOSTS, PASSWORDS, Front, killed_one_of, recording_program
from tests.support.servers.shared_host import SharedHost
from tests.support.stack import Latchkey, users_file
from tests.support.tls import Authority


class HostedLatchkey(Latchkey):
    """latchkey in the customer's home, as the tarball's `init --cgi` left it. Apache starts its programs."""

    def __init__(self, host, configuration):
        self.host = host
        super().__init__(host.latchkey, configuration)

    def configure(self, configuration):
        super().configure(configuration)
        self.host.own(self.file)

    def admin(self, *arguments, check=True, text_input=None):
        done = self.host.run_program("latchkey/bin/latchkey", *arguments, text_input=text_input)
        assert not check or done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if check else done

    def start(self, *pools):
        return self


class HostedApplication:
    """The customer's own application, a script that Apache runs: what it was asked stands in a log."""

    def __init__(self, host):
        self.host = host

    @property
    def requests(self):
        found = []
        for line in self.host.requests():
            found.append(Request(line["method"], line["target"], [tuple(field) for field in line["fields"]]))
            found[-1].body_bytes = line["size"]
        return found

    def asked_for(self, word):
        return [request for request in self.requests if word in request.target]

    def clear(self):
        self.host.forget_requests()

    def stop(self):
        pass


class HtaccessFront(Front):
    """mod_fcgid asks latchkey as .htaccess says; the application, latchkey's own pages and its refusals are CGI."""

    name = "apache-htaccess"
    starts_a_program_per_question = True
    variant = "htaccess-mod_fcgid"
    fails_at_once = False  # mod_fcgid starts a program that ends over and over while its clients wait
    reasons = {
        "the_example_of_each_application": "Nexus, Jenkins and a registry are servers that such an account cannot run; its own "
                                           "application, a script, is protected as shipped under each of its host names",
        "user_tokens": "there is no Nexus: such paths are the application's own, and protected like the others",
        "npm_login": "a package registry is a server that such an account cannot run, so no address is taken from its application",
        "websocket": "a program that Apache runs per request cannot take over the connection; without a credential it is not "
                     "even asked",
        "encoded_slash": "Apache answers 404 to every `%2F` before anybody is asked, unless the host itself sets "
                         "`AllowEncodedSlashes`, which no `.htaccess` can",
    }

    def __init__(self, directory, *arguments, tls=None, **how):
        self.open = open_directory("latchkey-tls-")  # the customer's account, which is not this one, reads the CA
        super().__init__(directory, *arguments, tls=tls or Authority(self.open), **how)

    def make_latchkey(self, configuration, workers):
        self.host = SharedHost(self.tls, self.variant, HOSTS)
        return HostedLatchkey(self.host, configuration)

    def fill_latchkey(self):  # keys and store are there since the set-up
        self.host.own(users_file(self.host.latchkey / "users", **PASSWORDS))

    def application_class(self, _directory):
        return HostedApplication(self.host)

    def make_server(self, application, **how):
        return self.host

    def site(self, application, host):
        return self.server.site(host)

    def stop(self):
        super().stop()
        shutil.rmtree(self.open)

    @contextlib.contextmanager
    def recorded(self):
        program = self.host.latchkey / "bin/latchkey-authorizer"
        # The same launcher, which finds out by its own name what to start.
        launcher = self.host.put("latchkey/bin/recorded", program.read_text().replace("${0##*/}", "latchkey-authorizer"), 0o755)
        away = program.rename(program.with_name("away"))
        self.host.end_spawned()
        try:
            with recording_program(program, launcher) as asked:
                yield self.server, asked
                for pid in self.host.pids("bin/latchkey-authorizer"):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGTERM)
        finally:
            away.rename(program)

    def authorizer_pids(self):
        """Those that Apache asks about a request, and not those that render a refusal."""
        return [pid for pid in self.host.pids("programs/latchkey-authorizer") if not renders_refusals(pid)]

    @contextlib.contextmanager
    def stuck_authorizer(self):
        """Those that run stand still, and so does each that Apache starts meanwhile, before it has read anything."""
        starter, away = self.host.latchkey / "bin/latchkey-authorizer", self.host.latchkey / "away"
        starter.rename(away)
        self.host.put("latchkey/bin/latchkey-authorizer", "#!/bin/sh\nkill -STOP $$\n", 0o755)
        try:
            with super().stuck_authorizer():
                yield
        finally:
            away.rename(starter)
            for pid in self.host.pids("bin/latchkey-authorizer"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def kill_worker(self):
        return killed_one_of(self.authorizer_pids())

    def stop_authorizer(self):
        self.program.rename(self.host.latchkey / "away")
        self.host.end_spawned()
        wait_until(lambda: not self.authorizer_pids(), "the end of the authorizer")

    def start_authorizer(self):
        (self.host.latchkey / "away").rename(self.program)
        wait_until(lambda: self.nexus.get("/public/x").status == 200, "the authorizer's return")

    @property
    def program(self):
        return self.host.latchkey / "programs/latchkey-authorizer"


def renders_refusals(pid):
    with contextlib.suppress(OSError):
        return b"\0LATCHKEY_MODE=refused\0" in b"\0" + Path(f"/proc/{pid}/environ").read_bytes()
    return True  # it is no more
