"""Runs last in this folder: what was shown is what docs/servers.md says, and nothing else."""
import os

from tests.servers.conftest import MODES, mode_of
from tests.support.servers import table


def behaviours(session):
    """Returns {name: sentence} of all tests of this folder that run on every mode."""
    found = table.Results()
    for item in session.items:
        mode = mode_of(item)
        if mode:
            found.add(mode, item.function, True)
    return found.rows


def test_a_reason_names_a_behaviour_and_says_why(request):
    names = behaviours(request.session)
    for mode in MODES:
        assert set(mode.instead) <= set(mode.reasons), mode.name
        for behaviour, reason in mode.reasons.items():
            assert len(reason) > 20 and "|" not in reason and "\n" not in reason, (mode.name, behaviour, reason)
            assert behaviour in names or len(names) < 20, f"{mode.name}: no test is called test_{behaviour}"


def test_docs_servers_says_what_was_shown(request, results):
    ran = {(results.rows[behaviour], mode): cell for (behaviour, mode), cell in results.cells.items()
           if (behaviour, mode) not in results.failed}
    text = table.FILE.read_text() if table.FILE.exists() else ""
    known, said = table.parse(text)
    if os.environ.get("LATCHKEY_WRITE_TABLE"):
        modes = [mode.name for mode in MODES if mode.name in results.modes() or mode.name in known]
        written = list(dict.fromkeys(sentence for sentence, _ in said))
        shown = list(results.rows.values())
        # A run of everything also forgets what is no more, and decides the order.
        sentences = shown if len(shown) >= len(written) else list(dict.fromkeys(written + shown))
        table.FILE.write_text(table.render(sentences, modes, {**said, **ran}) + table.by_hand(text))
        return
    drift = {cell: (said.get(cell), shown) for cell, shown in ran.items() if said.get(cell) != shown}
    assert not drift, f"docs/servers.md says otherwise (LATCHKEY_WRITE_TABLE=1 writes it anew): {drift}"
    everything = {(sentence, mode.name) for sentence in results.rows.values() for mode in MODES}
    if set(ran) == everything and len(results.rows) >= 20:
        assert set(said) == everything, f"rows or columns nobody shows any more: {set(said) - everything}"
        assert "?" not in said.values()
