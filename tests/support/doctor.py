"""`latchkey doctor` as the tests run it."""
import json

NEXUS = "https://nexus.example.com"


def examine(latchkey, tls, port, *more, url=NEXUS, http=1):
    """Runs the doctor on `url`, or on all hosts of the configuration (None). Returns (exit status, {(fault, where): finding})."""
    done = latchkey.admin("doctor", *([url] if url else []), "--connect", f"127.0.0.1:{port}", "--connect-http",
                          f"127.0.0.1:{http}", "--ca", tls.ca, "--json", *more, check=False)
    report = json.loads(done.stdout or "{}")
    assert report, done.stderr
    return done.returncode, {(finding["fault"], finding["where"]): finding for finding in report["findings"]}


def worse_than_notes(findings):
    return {fault: finding["seen"] for (fault, _), finding in findings.items() if finding["severity"] != "note"}


def assert_nothing_to_mend(front, site):
    """The doctor finds nothing worse than a note at a Site in front of this latchkey, not even with a credential."""
    status, findings = examine(front.latchkey, front.tls, site.port, "--user", "alice", url=f"https://{site.host}")
    assert status == 0, (site.host, worse_than_notes(findings))
    return findings
