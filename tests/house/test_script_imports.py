"""Which script may import which: its own folder and lib/, as CONTRIBUTING.md says."""

import re
from pathlib import PurePosixPath

import pytest

from tests.helpers.documents import PROJECT

SCRIPTS = PROJECT / "static" / "chat"
ENTRIES = {"join_page.js", "room_page.js", "stream_worker.js"}
IMPORT = re.compile(r'^import .* from "(.+)";$', re.MULTILINE)
IMPORTS = [
    (path.relative_to(SCRIPTS).parent.name, path.name, found)
    for path in sorted(SCRIPTS.glob("*/*.js"))
    for found in IMPORT.findall(path.read_text())
]


def test_the_imports_are_found():
    assert ("room", "message_view.js", "./rich_text.js") in IMPORTS
    assert len(IMPORTS) > 30


def test_only_the_entries_are_outside_of_a_folder():
    assert {path.name for path in SCRIPTS.glob("*.js")} == ENTRIES


@pytest.mark.parametrize(("folder", "script", "imported"), IMPORTS)
def test_a_script_imports_only_its_own_folder_and_lib(folder, script, imported):
    parts = PurePosixPath(imported).parts
    assert imported.startswith("./") or (parts[:2] == ("..", "lib") and folder != "lib")
