"""A real slapd of the tests' own: any user, free ports, its own certificate authority, ldap with StartTLS and ldaps."""
import subprocess

from tests.support.processes import Part, clean_environment, free_port, program
from tests.support.tls import Authority

SUFFIX = "dc=example,dc=test"
MANAGER = f"cn=latchkey,{SUFFIX}"
MANAGER_PASSWORD = "manager-pw"
ADMIN = f"cn=admin,{SUFFIX}"
ADMIN_PASSWORD = "admin-pw"

PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"

BASE = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {GROUPS}
objectClass: organizationalUnit
ou: groups

dn: {MANAGER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: latchkey
userPassword: {MANAGER_PASSWORD}
"""

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {directory}/slapd.pid
argsfile {directory}/slapd.args
modulepath /usr/lib/ldap
moduleload back_mdb
{tls}
database mdb
suffix "{suffix}"
rootdn "{admin}"
rootpw {password}
directory {directory}/db
maxsize 67108864
sizelimit unlimited
dbnosync
index objectClass,uid,cn,member,memberUid,mail eq
limits dn.exact="{manager}" {limits}
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=secret,{suffix}" by dn.exact="{manager}" read by * none
access to * by dn.exact="{manager}" read by anonymous {anonymous} by * none
"""


def person(uid, cn=None, mail=None, password=None, more=""):
    cn = cn or f"{uid.capitalize()} Example"
    return (f"dn: cn={escaped(cn)},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {cn}\nsn: Example\n"
            f"displayName: {cn}\nmail: {mail or uid + '@example.test'}\nuserPassword: {password or uid + '-pw'}\n{more}\n")


def group(cn, *members, more=""):
    """A groupOfNames; it needs a member, so that an empty one holds itself."""
    dn = f"cn={cn},{GROUPS}"
    return f"dn: {dn}\nobjectClass: groupOfNames\ncn: {cn}\n" + "".join(
        f"member: {member}\n" for member in members or [dn]) + more + "\n"


def unix_group(cn, number, *uids):
    return (f"dn: cn={cn},{GROUPS}\nobjectClass: posixGroup\ncn: {cn}\ngidNumber: {number}\n" +
            "".join(f"memberUid: {uid}\n" for uid in uids) + "\n")


def escaped(value):
    """A value as it stands in a DN. Spec: RFC 4514 section 2.4."""
    return "".join("\\" + c if c in ',+"\\<>;=' else c for c in value)


def dn_of(cn):
    return f"cn={escaped(cn)},{PEOPLE}"


class Slapd:
    """`limits` is what slapd.conf grants the manager, `anonymous` what everybody may do; `certificate` has
    arguments for Authority.server, None for no TLS at all."""

    def __init__(self, directory, limits="size=unlimited", anonymous="none", certificate=()):
        self.directory = directory
        self.port, self.tls_port = free_port(), free_port()
        (directory / "db").mkdir()
        self.ca, tls = None, ""
        if certificate is not None:
            authority = Authority(directory / "ca")
            self.ca = authority.ca
            file, key = authority.server("ldap.example.test", **dict(certificate))
            tls = f"TLSCACertificateFile {self.ca}\nTLSCertificateFile {file}\nTLSCertificateKeyFile {key}\n"
        (directory / "slapd.conf").write_text(CONFIGURATION.format(
            directory=directory, tls=tls, suffix=SUFFIX, admin=ADMIN, password=ADMIN_PASSWORD, manager=MANAGER,
            limits=limits, anonymous=anonymous))
        self.part = None
        self.starts = 0

    url = property(lambda self: f"ldap://127.0.0.1:{self.port}")
    tls_url = property(lambda self: f"ldaps://127.0.0.1:{self.tls_port}")

    def load(self, ldif):
        """Fills the database before the first start: thousands of entries in a second."""
        done = subprocess.run([program("slapadd"), "-q", "-f", self.directory / "slapd.conf"], input=BASE + "\n" + ldif,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return self

    def start(self):
        self.starts += 1
        self.part = Part(f"slapd-{self.starts}", [
            program("slapd"), "-d", "0", "-f", self.directory / "slapd.conf", "-h",
            f"{self.url}/ {self.tls_url}/" if self.ca else f"{self.url}/"], self.directory)
        self.part.ready_on(*[self.port] + [self.tls_port] * bool(self.ca))
        return self

    def stop(self):
        if self.part is not None:
            self.part.stop()
        self.part = None

    def add(self, ldif):
        self._change("ldapadd", ldif)

    def modify(self, ldif):
        self._change("ldapmodify", ldif)

    def delete(self, dn):
        self._change("ldapmodify", f"dn: {dn}\nchangetype: delete\n")

    def _change(self, tool, ldif):
        environment = clean_environment(LDAPNOINIT="1")
        done = subprocess.run([program(tool), "-x", "-H", self.url, "-D", ADMIN, "-w", ADMIN_PASSWORD], input=ldif,
                              capture_output=True, text=True, env=environment, timeout=60)
        assert done.returncode == 0, done.stderr
