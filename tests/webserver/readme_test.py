"""Every folder of examples/ says the same of itself, in the same order: how to set it up, how to see that it works, and
what to check. `latchkey doctor` is named in each, and each file that is named is there."""
import re

import pytest

from tests.support.processes import ROOT

FOLDERS = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())
SECTIONS = ["Set it up", "See that it works", "Check these"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_readme_has_the_sections_of_the_others(folder):
    text = (ROOT / "examples" / folder / "README.md").read_text()
    assert re.findall(r"^## (.*)$", text, re.M) == SECTIONS
    works = text[text.index("## See that it works"):text.index("## Check these")]
    assert re.search(r"`[^`]*latchkey[^`]* doctor ", works), "latchkey doctor"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_readme_names_every_file_of_its_folder_and_no_other(folder):
    here = ROOT / "examples" / folder
    head = (here / "README.md").read_text().partition("## Set it up")[0]
    rows = [line.split("|")[1] for line in head.splitlines() if line.startswith("| `")]
    named, last = set(), ""
    for name in re.findall(r"`([^`]+)`", " ".join(rows)):
        last = last.rpartition(".")[0] + name if name.startswith(".") else name
        named.add(last.split("/")[0])
    there = {path.name for path in here.iterdir()} - {"README.md"}
    generated = {"programs", "lib"}  # of the tarball for shared hosting
    assert named - generated <= there, "named, and not there"
    assert there <= named | {"hidden.htaccess"}, "there, and not named"
