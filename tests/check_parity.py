#!/usr/bin/env python3
"""Holds tests/parity.tsv: every row of the checklists it covers names a test that exists, or says why not.

Columns, separated by tabs: section, row, verdict (test | cannot-apply | different), where. For `test` (and for
`different`, when something shows the difference) `where` holds one or more `FILE::NAME`, separated by blanks: the
file exists and holds the name. The rows that must be there stand in tests/parity-rows.tsv: section and row.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERDICTS = {"test", "cannot-apply", "different"}


def rows(file, columns):
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != columns:
            yield number, None
        else:
            yield number, [part.strip() for part in parts]


def named_test_is_missing(reference):
    file, _, name = reference.partition("::")
    path = ROOT / file
    if not path.is_file():
        return f"no file {file}"
    text = path.read_text()
    if path.suffix == ".cc":
        suite, _, test = name.partition(".")
        found = re.search(rf"TEST(?:_F|_P)?\(\s*{re.escape(suite)},\s*{re.escape(test)}\s*\)", text)
    else:
        found = re.search(rf"def {re.escape(name)}\(", text)
    return None if found else f"{file} has no test {name}"


def faults():
    mapped = set()
    for number, row in rows(ROOT / "tests/parity.tsv", 4):
        at = f"tests/parity.tsv:{number}"
        if row is None:
            yield f"{at}: not four columns"
            continue
        section, name, verdict, where = row
        mapped.add((section, name))
        if verdict not in VERDICTS:
            yield f"{at}: verdict {verdict!r}; one of {sorted(VERDICTS)}"
        references = [word for word in where.split() if "::" in word]
        if verdict == "test" and not references:
            yield f"{at}: names no test"
        if verdict != "test" and len(where) < 20:
            yield f"{at}: says no reason"
        for reference in references:
            missing = named_test_is_missing(reference.rstrip(".,;)"))
            if missing:
                yield f"{at}: {missing}"
    for number, row in rows(ROOT / "tests/parity-rows.tsv", 2):
        if row is None:
            yield f"tests/parity-rows.tsv:{number}: not two columns"
        elif tuple(row) not in mapped:
            yield f"tests/parity.tsv: nothing for {row[0]}: {row[1]}"


found = list(faults())
print("\n".join(found) if found else "parity: complete")
sys.exit(1 if found else 0)
