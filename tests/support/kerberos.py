"""A real MIT KDC for one realm, on a free port of loopback, with everything in one directory."""
import subprocess
from pathlib import Path

from tests.support.processes import Part, clean_environment, free_port, program


class Kdc:
    """`principal(name, password)` and `service(name, keytab)` add to it; `environment` is for its clients."""

    def __init__(self, directory, realm="EXAMPLE.ORG", domain="example.com"):
        self.directory, self.realm = Path(directory), realm
        self.port = free_port()
        (self.directory / "krb5.conf").write_text(
            f"[libdefaults]\ndefault_realm = {realm}\ndns_lookup_kdc = false\ndns_lookup_realm = false\nrdns = false\n"
            f"dns_canonicalize_hostname = false\nudp_preference_limit = 1\n[realms]\n{realm} = {{\n"
            f"  kdc = 127.0.0.1:{self.port}\n}}\n[domain_realm]\n.{domain} = {realm}\n")
        (self.directory / "kdc.conf").write_text(
            f"[kdcdefaults]\nkdc_listen = 127.0.0.1:{self.port}\nkdc_tcp_listen = 127.0.0.1:{self.port}\n[realms]\n"
            f"{realm} = {{\n  database_name = {self.directory}/principal\n  key_stash_file = {self.directory}/stash\n"
            f"  acl_file = {self.directory}/acl\n  supported_enctypes = aes256-cts:normal\n}}\n")
        self.environment = clean_environment(KRB5_CONFIG=self.directory / "krb5.conf",
                                             KRB5_KDC_PROFILE=self.directory / "kdc.conf")
        self.run("kdb5_util", "create", "-s", "-r", realm, "-P", "master")
        self.part = Part("krb5kdc", [program("krb5kdc"), "-n", "-r", realm, "-P", self.directory / "kdc.pid"],
                         self.directory, environment=self.environment)
        self.part.ready_on(self.port)

    def run(self, name, *arguments, **how):
        subprocess.run([program(name), *map(str, arguments)], cwd=self.directory, check=True, capture_output=True,
                       text=True, env={**self.environment, **how.pop("environment", {})}, timeout=60, **how)

    def principal(self, name, password):
        self.run("kadmin.local", "-r", self.realm, "-q", f"addprinc -pw {password} {name}")

    def service(self, name, keytab):
        self.run("kadmin.local", "-r", self.realm, "-q", f"addprinc -randkey {name}")
        self.run("kadmin.local", "-r", self.realm, "-q", f"ktadd -norandkey -k {keytab} {name}")

    def ticket(self, name, password):
        """Returns an environment in which `name` has a ticket."""
        file = name.replace("/", "-")
        cache = {"KRB5CCNAME": f"FILE:{self.directory}/tickets-{file}"}
        self.run("kinit", name, input=password + "\n", environment=cache)
        return {**self.environment, **cache}

    def stop(self):
        self.part.stop()
