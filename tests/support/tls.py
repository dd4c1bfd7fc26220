"""A certificate authority of the tests' own, and server certificates from it."""
import subprocess
from pathlib import Path


def openssl(*arguments, directory):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)


class Authority:
    """Makes ca.crt in `directory`; `server(name)` adds NAME.crt and NAME.key for that host name."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ca = self.directory / "ca.crt"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=latchkey tests", "-keyout", "ca.key", "-out", "ca.crt",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
                directory=self.directory)
        # The examples name an authority of people, too; where no person has a certificate any will do.
        (self.directory / "people-ca.crt").write_bytes(self.ca.read_bytes())

    def server(self, name, days=2, others="DNS:localhost,IP:127.0.0.1"):
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName=DNS:{name}{',' * bool(others)}{others}\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.csr", directory=self.directory)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", str(days), "-extfile", extensions.name, "-out", f"{name}.crt", directory=self.directory)
        return self.directory / f"{name}.crt", self.directory / f"{name}.key"
