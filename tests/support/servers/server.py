"""What starting a web server on a shipped example has in common: ports, paths and names of this machine are
put in place of the example's, and nothing else is changed."""
from pathlib import Path

from tests.support.processes import free_port
from tests.support.web import Site


class WebServer:
    """One server process on localised files. `ports` maps each port of the example to one of ours, `replace`
    any other text. A subclass writes its files, each through its localise(text), and sets `self.part` in start()."""

    site_class = Site

    def __init__(self, directory, tls=None, ports=None, replace=None):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.tls, self.ports, self.replace = tls, dict(ports or {}), dict(replace or {})
        self.part = None

    def port(self, shipped):
        """Returns the port that stands for port `shipped` of the example."""
        return self.ports.setdefault(shipped, free_port())

    def write_includes(self, folder):
        """Writes the files that the examples of a server share into latchkey/, localised."""
        (self.directory / "latchkey").mkdir(exist_ok=True)
        for file in folder.iterdir():
            (self.directory / "latchkey" / file.name).write_text(self.localise(file.read_text()))

    def replaced(self, text):
        for old, new in self.replace.items():
            text = text.replace(old, str(new))
        return text

    def stop(self):
        if self.part:
            self.part.stop()

    def site(self, host, shipped_port=443):
        ca = self.tls.ca if self.tls is not None and shipped_port == 443 else None
        return self.site_class(host, self.ports[shipped_port], ca, name_port=443 if ca else None)
