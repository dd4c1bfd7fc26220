"""docs/servers.md: which behaviour holds behind which server and mode, written from a run and compared with it."""
import re

from tests.support.processes import ROOT

FILE = ROOT / "docs/servers.md"
HEAD = """# What holds behind which web server

The table is written by the run of `tests/servers`, never by hand: each row is a test there, each column a web server and
the way it asks latchkey, started on the files of `examples/` as shipped. A `no` has the reason in the notes; no cell
means that a request was let through that latchkey did not allow.

To write it anew after a change: `LATCHKEY_WRITE_TABLE=1 python3 -m pytest --rootdir=. tests/servers`.
"""
BY_HAND = "<!-- Everything below this line is written by hand; the run keeps it. -->"


class Results:
    """The cells of the table, from the outcomes of tests."""

    def __init__(self):
        self.rows = {}    # behaviour -> its sentence, in the order of the tests
        self.cells = {}   # (behaviour, mode) -> "yes" or "no: reason"
        self.failed = set()

    def add(self, mode, function, passed):
        behaviour = function.__name__.removeprefix("test_")
        self.rows.setdefault(behaviour, " ".join((function.__doc__ or behaviour).split("\n\n")[0].split()))
        reason = mode.reasons.get(behaviour)
        self.cells[behaviour, mode.name] = "yes" if reason is None else f"no: {reason}"
        if not passed:
            self.failed.add((behaviour, mode.name))

    def modes(self):
        return list(dict.fromkeys(mode for _, mode in self.cells))


def render(sentences, modes, cells):
    """Returns the text of the whole file from {(sentence, mode): cell}. A cell that nobody ran is `?`."""
    cells = {(sentence, mode): cells.get((sentence, mode), "?") for sentence in sentences for mode in modes}
    reasons = list(dict.fromkeys(cell for cell in cells.values() if cell.startswith("no: ")))

    def shown(cell):
        return f"no ({reasons.index(cell) + 1})" if cell in reasons else cell
    lines = [HEAD, f"| behaviour | {' | '.join(modes)} |", "|---" * (len(modes) + 1) + "|"]
    lines += [f"| {sentence} | {' | '.join(shown(cells[sentence, mode]) for mode in modes)} |" for sentence in sentences]
    if reasons:
        lines += ["", "Notes:", ""] + [f"{number}. {reason.removeprefix('no: ')}" for number, reason in enumerate(reasons, 1)]
    return "\n".join(lines) + "\n"


def by_hand(text):
    """Returns the end of a file, which no run writes."""
    _, mark, end = text.partition(BY_HAND)
    return f"\n{mark}{end}" if mark else ""


def parse(text):
    """Returns (modes, {(sentence, mode): cell}) of a rendered file."""
    text = text.partition(BY_HAND)[0]
    table = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    notes = dict(re.findall(r"^(\d+)\. (.*)$", text, re.M))
    if not table:
        return [], {}
    modes = table[0][1:]

    def meant(cell):
        number = re.fullmatch(r"no \((\d+)\)", cell)
        return f"no: {notes[number[1]]}" if number else cell
    return modes, {(row[0], mode): meant(cell) for row in table[1:] for mode, cell in zip(modes, row[1:], strict=True)}
