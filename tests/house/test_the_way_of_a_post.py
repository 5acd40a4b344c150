"""A POST goes through the files that the documents name."""

import sys
from pathlib import Path

import pytest

from chat.grip import publisher
from tests.helpers.documents import PROJECT, codes, rows, section


def files_of(document, title):
    """Return the files in the first three columns of a section's table."""
    named = [name for cells in rows(section(document, title)) for name in codes(" ".join(cells[:3]))]
    return [name for name in named if (PROJECT / name).is_file()]


README_FILES = files_of("README.md", "A POST, file by file")


@pytest.fixture
def files_run(client, transactional_db, grip_proxy):
    """The files of chat/ whose code runs during a POST."""
    seen = set()

    def look(frame, event, _):
        if event == "call":
            seen.add(frame.f_code.co_filename)

    sys.setprofile(look)
    try:
        answer = client.post("/rooms/lobby/messages/", {"from": "ann", "text": "hello"})
    finally:
        sys.setprofile(None)
    publisher.flush()
    assert answer.status_code == 200
    return {str(Path(name).relative_to(PROJECT)) for name in seen if name.startswith(f"{PROJECT}/chat/")}


def test_the_readme_names_at_most_eight_files():
    assert 5 < len(README_FILES) <= 8


def test_a_post_runs_through_the_files_that_the_readme_names(files_run):
    assert {*README_FILES} - {"chat/urls.py"} <= files_run  # chat/urls.py contains data, so no code of it runs


def test_how_a_message_travels_names_these_files_too():
    whole = files_of("docs/how_a_message_travels.md", "How a message travels")
    assert len(whole) > 8
    assert {*README_FILES} <= {*whole}
