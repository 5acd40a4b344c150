"""Collected static files: hashed, so that browsers may keep them for ever, and the scripts of a page in one."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from chat.pages.js_bundles import BUNDLES, joined, parts
from tests.helpers.page import Page

STATIC = Path(__file__).resolve().parents[2] / "static"
COLLECTED = {"staticfiles": {"BACKEND": "chat.pages.static_storage.StaticFiles"}}
FIRST_VISIT_BYTES = 90_000
WITHOUT_JQUERY_BYTES = 45_000
HEADERS_BYTES = 700  # of an answer, at most


@pytest.fixture
def collected(tmp_path, settings):
    """The folder of the collected files."""
    settings.STORAGES = COLLECTED
    settings.STATIC_ROOT = tmp_path
    settings.DEBUG = False
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


@pytest.mark.parametrize("bundle", BUNDLES)
def test_a_bundle_holds_its_scripts_in_their_order(collected, bundle):
    code = (collected / bundle).read_text()
    places = [code.index(last_line((collected / name).read_text())) for name in parts(bundle)]
    assert places == sorted(places)


def last_line(script):
    """Return the last line that names something: the others are not of this script alone."""
    return [line for line in script.splitlines() if re.match(r"chat\.\w+ =|\(function|jQuery|  const hub", line)][-1]


def test_every_script_of_ours_is_in_a_bundle():
    ours = {f"chat/{path.name}" for path in (STATIC / "chat").glob("*.js")}
    assert {name for bundle in BUNDLES for name in parts(bundle)} == ours


def test_a_bundle_is_renewed_when_a_script_changes(collected, tmp_path_factory, settings):
    changed = tmp_path_factory.mktemp("static")
    (changed / "chat").mkdir()
    (changed / "chat" / "theme.js").write_text("chat.theme = 2;\n")
    settings.STATICFILES_DIRS = [changed, *settings.STATICFILES_DIRS]
    finders.get_finder.cache_clear()
    call_command("collectstatic", interactive=False, verbosity=0)
    finders.get_finder.cache_clear()
    assert "chat.theme = 2;" in (collected / "chat/room.js").read_text()


def test_comments_are_left_out_and_addresses_stay():
    assert (
        joined(['// why\nopen("http://a"); // here\n  // and why\nclose();\n'])
        == 'open("http://a"); // here\nclose();\n'
    )


@pytest.mark.django_db
def test_a_page_loads_its_scripts_in_one(collected, client):
    (jquery, bundle) = Page(client.get("/lobby?user=ann")).all("script", defer=None)
    assert re.fullmatch(r"/static/admin/js/vendor/jquery/jquery\.min\.\w{12}\.js", jquery["src"])
    assert re.fullmatch(r"/static/chat/room\.\w{12}\.js", bundle["src"])


@pytest.mark.django_db
def test_without_collected_files_a_page_loads_each(client):
    sources = [script["src"] for script in Page(client.get("/lobby?user=ann")).all("script", defer=None)]
    assert sources[1:] == [f"/static/{name}" for name in parts("chat/room.js")]


@pytest.mark.django_db
def test_a_first_visit_is_light(collected, client):
    for number in range(50):
        said = {"from": f"person {number % 7}", "text": f"message {number}: " + "some words to read " * (number % 5)}
        client.post("/rooms/lobby/messages/", said)
    answer = client.get("/lobby?user=ann", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    html = gzip.decompress(answer.content).decode()
    names = {*re.findall(r'"/static/([^"]+)"', html)}
    sizes = {name: compressed_size(collected / name) + HEADERS_BYTES for name in names}
    page = len(answer.content) + HEADERS_BYTES
    assert page + sum(sizes.values()) <= FIRST_VISIT_BYTES
    assert page + sum(size for name, size in sizes.items() if "jquery" not in name) <= WITHOUT_JQUERY_BYTES


def compressed_size(path):
    compressed = path.with_name(f"{path.name}.gz")
    return (compressed if compressed.exists() else path).stat().st_size
