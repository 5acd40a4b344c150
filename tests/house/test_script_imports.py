"""Which script may import which, as CONTRIBUTING.md says: one row for each folder of static/chat/."""

import posixpath
import re

import pytest

from tests.helpers.documents import PROJECT

SCRIPTS = PROJECT / "static" / "chat"

# The folders from which the scripts of each folder may import.
FOLDERS = {
    "lib": {"lib"},
    "stream": {"lib", "stream"},
    "room": {"lib", "room"},
    "compose": {"lib", "compose"},
    "status": {"lib", "status"},
    "moderation": {"lib", "moderation"},
}
# A page or the worker starts with one of these. They may import from every folder.
ENTRIES = {"frame_page.js", "join_page.js", "moderator_page.js", "room_page.js", "stream_worker.js"}
WIRING = {"open_room.js"}  # the two pages of a room share it

IMPORT = re.compile(r'^import .* from "(.+)";$', re.MULTILINE)


def imports(folder):
    """Return (script, imported script) for all imports in the folder, as paths below static/chat/."""
    return {
        (f"{folder}/{path.name}", posixpath.normpath(posixpath.join(folder, imported)))
        for path in (SCRIPTS / folder).glob("*.js")
        for imported in IMPORT.findall(path.read_text())
    }


def test_the_imports_are_found():
    assert ("room/message_view.js", "room/rich_text.js") in imports("room")
    assert ("room/store.js", "lib/listeners.js") in imports("room")


def test_only_the_entries_and_their_wiring_are_outside_of_a_folder():
    assert {path.name for path in SCRIPTS.glob("*.js")} == ENTRIES | WIRING


def test_every_folder_of_scripts_has_a_row():
    assert {str(path.parent.relative_to(SCRIPTS)) for path in SCRIPTS.rglob("*.js")} == {".", *FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_script_imports_only_from_its_own_folder_and_lib(folder):
    strange = {
        (script, imported) for script, imported in imports(folder) if posixpath.dirname(imported) not in FOLDERS[folder]
    }
    assert not strange


def test_only_the_pages_of_a_room_read_the_global_jquery():
    code = {path: re.sub(r"//.*", "", path.read_text()) for path in SCRIPTS.rglob("*.js")}
    assert sorted(path.name for path, text in code.items() if re.search(r"\bjQuery\b", text)) == [
        "frame_page.js",
        "moderator_page.js",
        "room_page.js",
    ]
