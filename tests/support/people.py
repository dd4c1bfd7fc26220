"""Client certificates of people, from an authority of their own."""
import subprocess

from tests.support.tls import openssl


class PeopleAuthority:
    """Makes people-ca.crt in `directory`, and certificates of people from it."""

    def __init__(self, directory, name="people-ca", subject="/O=Example/CN=People CA"):
        self.directory, self.name = directory, name
        directory.mkdir(parents=True, exist_ok=True)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.crt",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
                directory=directory)

    def person(self, file, subject, expired=False):
        """Returns (certificate, key), paths."""
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-utf8",
                "-keyout", f"{file}.key", "-out", f"{file}.csr", directory=self.directory)
        (self.directory / "people.ext").write_text("extendedKeyUsage=clientAuth\n")
        begins, ends = ("20200101000000Z", "20200102000000Z") if expired else ("20200101000000Z", "20491231000000Z")
        self.sign(file, begins, ends)
        return self.directory / f"{file}.crt", self.directory / f"{file}.key"

    def sign(self, file, begins, ends):
        """By `openssl ca`: the other ways take no date in the past."""
        place = self.directory
        (place / "index.txt").write_text("")
        (place / "serial").write_text(f"{abs(hash(file)) % 10**12 * 2 + 2:014d}\n")
        (place / "ca.cnf").write_text(
            "[ca]\ndefault_ca = people\n[people]\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .\n"
            "policy = any\ndefault_md = sha256\nunique_subject = no\n[any]\norganizationName = optional\n"
            "commonName = optional\norganizationalUnitName = optional\n")
        subprocess.run(["openssl", "ca", "-batch", "-config", "ca.cnf", "-cert", f"{self.name}.crt", "-keyfile",
                        f"{self.name}.key", "-in", f"{file}.csr", "-out", f"{file}.crt", "-notext", "-preserveDN",
                        "-startdate", begins, "-enddate", ends, "-extfile", "people.ext"],
                       cwd=place, check=True, capture_output=True)
