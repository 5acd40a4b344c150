"""Collected static files: hashed, so that browsers may keep them, with the scripts and the styles joined."""

import gzip
import posixpath
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command

from chat.pages.js_bundles import ENTRIES, BundleError, join, names_of
from tests.helpers.page import Page

STATIC = Path(__file__).resolve().parents[2] / "static"
COLLECTED = {"staticfiles": {"BACKEND": "chat.pages.static_storage.StaticFiles"}}
FIRST_VISIT_BYTES = 85_000
WITHOUT_JQUERY_BYTES = 52_000
HEADERS_BYTES = 640  # of each answer, as bench/first_visit.py measures them in a browser


@pytest.fixture
def collected(tmp_path, settings):
    """The folder of the collected files."""
    settings.STORAGES = COLLECTED
    settings.STATIC_ROOT = tmp_path
    settings.DEBUG = False
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


@pytest.fixture
def changed(tmp_path_factory, settings):
    """A folder whose files replace those in static/."""
    folder = tmp_path_factory.mktemp("static")
    settings.STATICFILES_DIRS = [folder, *settings.STATICFILES_DIRS]
    finders.get_finder.cache_clear()
    yield folder
    finders.get_finder.cache_clear()


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read_script(name):
    return (STATIC / name).read_text()


@pytest.mark.parametrize("bundle", ENTRIES)
def test_a_bundle_holds_each_module_before_the_ones_that_import_it(collected, bundle):
    modules = names_of(ENTRIES[bundle], read_script)
    assert modules[-1] == ENTRIES[bundle]
    assert (collected / bundle).read_text() == join(ENTRIES[bundle], read_script)
    exports = re.findall(r"^export .*?(\w+)[( ]", "\n".join(map(read_script, modules)), re.MULTILINE)
    assert {*exports} <= {*re.findall(r"\w+", (collected / bundle).read_text())}
    assert len(modules) > 1
    for place, name in enumerate(modules):
        imported = re.findall(r'^import .* from "(.+)";$', (STATIC / name).read_text(), re.MULTILINE)
        assert {posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in imported} <= {
            *modules[:place]
        }


def test_every_script_of_ours_is_in_a_bundle():
    ours = {path.relative_to(STATIC).as_posix() for path in (STATIC / "chat").rglob("*.js")}
    assert {name for entry in ENTRIES.values() for name in names_of(entry, read_script)} == ours


def test_a_bundle_is_renewed_when_a_script_changes(collected, changed):
    write(changed / "chat/status/theme.js", "export const connectTheme = 2;\n")
    call_command("collectstatic", interactive=False, verbosity=0)
    assert "const connectTheme=2;" in (collected / "chat/room.js").read_text()


def test_a_script_that_can_not_be_joined_stops_collectstatic(collected, changed):
    write(changed / "chat/status/theme.js", "export default 2;\n")
    with pytest.raises(BundleError, match=r"^chat/status/theme\.js:1: .*: export default 2;$"):
        call_command("collectstatic", interactive=False, verbosity=0)


def test_the_parts_of_the_stylesheet_are_joined_in_their_order(collected):
    names = re.findall(r'^@import "(.+)";$', (STATIC / "chat/chat.css").read_text(), re.MULTILINE)
    assert names[0] == "css/tokens.css"
    styles = (collected / "chat/chat.css").read_text()
    assert "@import" not in styles
    sources = "\n".join((STATIC / "chat" / name).read_text() for name in names)
    without_comments = re.sub(r"/\*.*?\*/", "", sources, flags=re.DOTALL)
    assert re.sub(r"\s", "", styles) == re.sub(r"\s", "", without_comments)
    assert not re.search(r"/\*|^\s", styles, re.MULTILINE)
    assert {*names} == {path.relative_to(STATIC / "chat").as_posix() for path in (STATIC / "chat/css").iterdir()}


def test_a_part_of_the_stylesheet_that_is_missing_stops_collectstatic(collected, changed):
    write(changed / "chat/chat.css", '@import "css/none.css";\n')
    with pytest.raises(BundleError, match=r"^chat/chat\.css:1: there is no file chat/css/none\.css$"):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.mark.django_db
def test_a_page_loads_its_scripts_in_one(collected, client):
    (jquery, bundle) = Page(client.get("/lobby?user=ann")).all("script", defer=None)
    assert re.fullmatch(r"/static/admin/js/vendor/jquery/jquery\.min\.\w{12}\.js", jquery["src"])
    assert re.fullmatch(r"/static/chat/room\.\w{12}\.js", bundle["src"])


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "entry"), [("/lobby?user=ann", "room_page"), ("/", "join_page")])
def test_without_collected_files_a_page_loads_its_modules(client, path, entry):
    (module,) = Page(client.get(path)).all("script", type="module")
    assert module["src"] == f"/static/chat/{entry}.js"


@pytest.mark.django_db
@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_a_first_visit_is_light(collected, client, language):
    for number in range(50):
        author = {"from": f"person {number % 7}", "author_key": f"the secret of person {number % 7}"}
        said = {**author, "text": f"message {number}: " + "some words to read " * (number % 5)}
        client.post("/rooms/lobby/messages/", said)
    answer = client.get("/lobby?user=ann", headers={"Accept-Encoding": "gzip", "Accept-Language": language})
    assert answer["Content-Encoding"] == "gzip"
    html = gzip.decompress(answer.content).decode()
    names = {*re.findall(r'(?<!data-unread=)"/static/((?!chat/icons/)[^"]+)"', html)}  # a visit needs no other icon
    sizes = {name: compressed_size(collected / name) + HEADERS_BYTES for name in names}
    page = len(answer.content) + HEADERS_BYTES
    assert page + sum(sizes.values()) <= FIRST_VISIT_BYTES
    assert page + sum(size for name, size in sizes.items() if "jquery" not in name) <= WITHOUT_JQUERY_BYTES


def compressed_size(path):
    compressed = path.with_name(f"{path.name}.gz")
    return (compressed if compressed.exists() else path).stat().st_size


def test_a_second_start_compresses_only_what_has_changed(collected, changed):
    [before] = collected.glob("chat/chat.????????????.css.gz")
    inode = before.stat().st_ino
    write(changed / "chat/lib/strings.js", read_script("chat/lib/strings.js") + "\nexport const NEW = 1;\n")
    call_command("collectstatic", interactive=False, verbosity=0)
    assert before.stat().st_ino == inode
    for script in collected.glob("chat/room_page*.js"):
        assert gzip.decompress(Path(f"{script}.gz").read_bytes()) == script.read_bytes()
    assert not [*collected.rglob("*.part")]
