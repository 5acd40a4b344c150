"""The static files' names hold their hashes, so that browsers may keep them for ever."""

import re
import shutil
from pathlib import Path

import pytest

from chatsite.static_files import StaticFiles

OURS = Path(__file__).resolve().parents[1] / "static" / "chat"


@pytest.fixture
def collected(tmp_path):
    """A function that returns where a file of ours went when all were collected."""
    shutil.copytree(OURS, tmp_path / "chat")
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    names = [f"chat/{path.name}" for path in OURS.iterdir()]
    written = storage.post_process({name: (storage, name) for name in names})
    stored = {name: new for name, new, _ in written if new.endswith((".js", ".css", ".svg"))}
    return lambda name: tmp_path / stored[f"chat/{name}"]


def test_a_module_imports_the_files_that_the_page_has_loaded_already(collected):
    imported = re.findall(r'^import"./(.+)";$', collected("stream_worker.js").read_text(), re.MULTILINE)
    originals = re.findall(r'^import "./(.+)";$', (OURS / "stream_worker.js").read_text(), re.MULTILINE)
    assert len(originals) > 3
    assert imported == [collected(name).name for name in originals]
    assert not {*imported} & {*originals}
