"""Everything that the documents name exists: files, links, addresses, variables, options, limits."""

import dataclasses
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import get_resolver, resolve
from django.utils import timezone
from django.utils.module_loading import import_string

from chat.events.log import KEPT
from chat.messages.forms import PageForm
from chat.models import (
    MAX_KEY_LENGTH,
    MAX_PAGE_SIZE,
    MAX_TAG_LENGTH,
    MAX_TEXT_LENGTH,
    PAGE_SIZE,
    ChatMessage,
)
from chat.naming import MAX_NAME_LENGTH
from chat.streams.sse import KEEP_ALIVE_S
from chat.streams.views import MAX_CHANNELS
from chat.web.body_reader import BODY_S
from chatsite.env import Environment
from tests.helpers.documents import DOCUMENTS, PAGES, PROJECT, anchors, codes, commands, examples, rows, section
from tests.house.test_imports import ROOMS
from tests.torture import faults

MAX_BODY_KIB = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024
VARIABLES = {field.name.upper() for field in dataclasses.fields(Environment)}
OTHER_VARIABLES = {
    "BOT_SECRET",  # of the bot in docs/examples
    "TOKEN_KEYS_FILE",
    "SSL_CERT_FILE",
    "FORWARDED_ALLOW_IPS",  # of version 1.0.0
    "TORTURE_WITHOUT_CURES",
    "MOVE_AT_FULL_SIZE",
    "CONTAINER_BASE",
}
FOLDERS = "bench|bin|chat|chatsite|deploy|docs|static|templates|tests"
NAMED = sorted(
    {
        (document, path)
        for document, text in DOCUMENTS.items()
        for path in re.findall(rf"(?<![\w/.:-])(?:{FOLDERS})/[\w./-]*\w", text)
    }
)
LINKS = [(document, link) for document in DOCUMENTS for link in re.findall(r"\]\(([^)]+)\)", DOCUMENTS[document])]
EVENTS = [codes(cells[0])[0] for cells in rows(section("docs/http_api.md", "Listen to the stream"))]
REQUESTS = [codes(cells[0])[0] for cells in rows(section("docs/http_api.md", "Addresses"))]
NOT_FOR_CLIENTS = {"manifest", "next-link"}
OPTIONS = sorted(
    {
        (document, option)
        for document, text in DOCUMENTS.items()
        for words in re.findall(r"(?:bin/(?:bench|torture) |`(?=--))([^`\n]+)", text)
        for option in re.findall(r"--[a-z-]+", words)
        if option != "--help"
    }
)
PROGRAMS = "".join(
    (PROJECT / file).read_text()
    for file in (
        "bench/__main__.py",
        "bin/torture",
        "tests/torture/__main__.py",
        "tests/torture/restore.py",
        "tests/torture/bot.py",
        "chat/management/commands/doctor.py",
    )
)


def test_this_test_finds_the_documents():
    assert {"docs/http_api.md", "docs/configuration.md", "docs/make_it_yours.md"} <= {*PAGES}
    assert len(NAMED) > 50
    assert len(LINKS) > 30
    assert len(REQUESTS) > 10
    assert len(EVENTS) == 9
    assert ("docs/promise_and_proof.md", "--pushpins") in OPTIONS


def test_the_readme_is_one_and_a_half_screens():
    assert len(DOCUMENTS["README.md"].splitlines()) <= 90


@pytest.mark.parametrize(("document", "path"), NAMED)
def test_every_file_that_a_document_names_exists(document, path):
    assert any((PROJECT / folder / path).exists() for folder in ("", "templates", "static"))  # Django's names of files


@pytest.mark.parametrize(("document", "link"), [found for found in LINKS if not found[1].startswith("https://")])
def test_every_link_leads_to_a_file_and_a_heading(document, link):
    path, _, anchor = link.partition("#")
    target = (PROJECT / document).parent.joinpath(path).resolve() if path else PROJECT / document
    assert target.is_file()
    if anchor:
        assert anchor in anchors(str(target.relative_to(PROJECT)))


@pytest.mark.parametrize("page", PAGES)
def test_the_readme_leads_to_every_page(page):
    assert f"]({page})" in DOCUMENTS["README.md"]


def test_every_setting_is_in_the_table_and_nothing_else():
    named = [codes(cells[0])[0] for cells in rows(section("docs/configuration.md", "Settings"))]
    assert sorted(named) == sorted(VARIABLES)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_variable_in_a_command_exists(document):
    set_here = {name for line in commands(document) for name in re.findall(r"\b([A-Z][A-Z_]+)=", line)}
    assert set_here <= VARIABLES | OTHER_VARIABLES


@pytest.mark.parametrize("name", sorted({*re.findall(r"manage\.py (\w+)", "".join(DOCUMENTS.values()))}))
def test_every_management_command_exists(name):
    assert name in get_commands()


@pytest.mark.parametrize(("document", "option"), OPTIONS)
def test_every_option_of_torture_and_bench_exists(document, option):
    assert f'"{option}"' in PROGRAMS


def test_bin_run_knows_the_options_that_the_documents_name():
    named = {option for text in DOCUMENTS.values() for option in re.findall(r"bin/run (--\w+)", text)}
    assert "--reload" in named
    known = re.findall(r"^(--.*)\)$", (PROJECT / "bin" / "run").read_text(), re.M)
    assert named <= {option for line in known for option in line.split(" | ")}


def test_the_documents_send_no_signal_to_a_pid_from_a_file():
    """A killed bin/run leaves its pid in run.lock, and another program may have that number now."""
    assert not [document for document, text in DOCUMENTS.items() if re.search(r"kill[^\n]*run\.lock", text)]


@pytest.mark.parametrize("document", ["docs/bare_machine.md", "docs/many_machines.md"])
def test_a_guide_that_installs_pushpin_turns_off_the_service_of_its_package(document):
    text = DOCUMENTS[document]
    assert "on the ports 7999 and 5560 to 5563" in text
    assert "systemctl disable --now pushpin" in text


@pytest.mark.django_db
@pytest.mark.parametrize("request_line", REQUESTS)
def test_every_address_is_served(request_line, client):
    method, _, address = request_line.partition(" ")
    address = address.replace("<room>", "lobby").replace("<name>", "ann").replace("<id>", "1")
    assert client.generic(method, address).status_code != 405


def test_every_route_is_in_the_table():
    paths = [line.split()[1].partition("?")[0].replace("<room>", "lobby").replace("<id>", "1") for line in REQUESTS]
    routes = {name for name in get_resolver("chat.urls").reverse_dict if isinstance(name, str)}
    assert {resolve(path).url_name for path in paths} == routes - NOT_FOR_CLIENTS


def test_the_table_of_the_message_has_its_keys():
    now = timezone.now()
    sent = {"user": "ann", "text": "hello", "tag": "t", "author_hash": b"x" * 32, "staff": True}
    message = ChatMessage(id=1, date=now, edited=now, deleted=now, change=2, **sent)
    named = [name for cells in rows(section("docs/http_api.md", "Post a message")) for name in codes(cells[0])]
    assert sorted(named) == sorted(message.to_data())


@pytest.mark.parametrize(
    "name", [codes(cells[0])[0] for cells in rows(section("docs/http_api.md", "Listen to the stream"))]
)
def test_the_stream_has_the_events_in_the_table(name):
    sources = (path.read_text() for path in (PROJECT / "chat").rglob("*.py"))
    assert any(re.search(rf'["\s]{name}(["\\])', source) for source in sources)


def number(value):
    return f"{value:,}".replace(",", " ")


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Addresses", f"up to {MAX_CHANNELS} `channel=`"),
        ("Post a message", f"up to {MAX_TAG_LENGTH} characters"),
        ("Send a message again without saying it twice", f"1 to {MAX_KEY_LENGTH} printable characters"),
        ("Read the list", f"`?limit=` takes 1 to {MAX_PAGE_SIZE}. The default is {PAGE_SIZE}."),
        ("Listen to the stream", f"every {KEEP_ALIVE_S} seconds"),
        ("Listen to the stream", f"older than {KEPT // timedelta(hours=1)} hours"),
        ("Limits and errors", f"| a room's name | {MAX_NAME_LENGTH} printable characters"),
        ("Limits and errors", f"| a person's name | {MAX_NAME_LENGTH} characters"),
        ("Limits and errors", f"| a text | {number(MAX_TEXT_LENGTH)} characters"),
        (
            "Limits and errors",
            f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KiB, which must arrive within {BODY_S} s",
        ),
    ],
)
def test_the_limits_in_the_documents_are_those_of_the_code(title, words):
    assert words in section("docs/http_api.md", title)


def test_the_list_has_the_parameters_in_the_documents():
    text = section("docs/http_api.md", "Read the list") + section("docs/http_api.md", "Addresses")
    assert {*re.findall(r"[?&](\w+)=", text)} - {"user", "channel", "room", "read"} == {*PageForm.base_fields}


def test_the_table_of_faults_has_all_faults_of_torture():
    shown = next(found.printed for found in examples("docs/promise_and_proof.md") if "bin/torture" in found.command)
    named = {*re.findall(r"^([a-z-]+) +\d+ ", shown, re.MULTILINE)}
    processes = {name.rpartition("-")[0] for name in named if name.endswith(("-killed", "-stopped"))}
    assert named == {*faults.kinds(processes, postgres=False)}


def test_the_moved_modules_are_where_the_changelog_says():
    moved = re.findall(r"is\s+`(chat\.[\w.]+)`", DOCUMENTS["CHANGELOG.md"])
    assert len(moved) == 2
    assert all(map(import_string, moved))


def test_the_table_of_imports_has_the_rows_of_the_imports_test():
    written = {}
    for packages, _, places in rows(section("CONTRIBUTING.md", "The map, and who may import whom")):
        written |= {package: {*codes(places)} for package in codes(packages)}
    assert written == ROOMS


def test_the_line_that_contributors_break_for_practice_exists():
    (line,) = (line for line in commands("CONTRIBUTING.md") if "on_commit" in line)
    assert line in (PROJECT / "chat/events/send.py").read_text().splitlines()


def test_every_metric_is_in_the_table_and_nothing_else():
    table = [name for cells in rows(section("docs/metrics.md", "What is counted")) for name in codes(cells[0])]
    written = (PROJECT / "chat" / "metrics.py").read_text() + (PROJECT / "chatsite/serve/internal.py").read_text()
    counters = {f"{name}_total" for name in re.findall(r'Counter\(\s*"(\w+)"', written)}
    others = {*re.findall(r'(?:Gauge|Histogram)\(\s*"(\w+)"', written)}
    assert {name for name in table if name.startswith("chat_")} == counters | others
    assert len(others) > 5


def test_the_alerts_name_only_metrics_of_the_table():
    table = {name for cells in rows(section("docs/metrics.md", "What is counted")) for name in codes(cells[0])}
    named = {*re.findall(r"\b(?:chat|pushpin)_\w+", DOCUMENTS["docs/metrics.md"].partition("## Five alerts")[2])}
    assert len(named) == 5
    assert named <= table


def test_the_page_about_trouble_names_only_metrics_of_the_table():
    table = {name for cells in rows(section("docs/metrics.md", "What is counted")) for name in codes(cells[0])}
    named = {*re.findall(r"\b(?:chat|pushpin)_\w+", section("docs/trouble.md", "What turns red"))}
    assert len(named) > 10
    assert named <= table


def test_every_check_is_in_the_page_about_trouble_and_no_other_and_a_test_makes_the_doctor_name_it():
    sources = [PROJECT / "chat" / "checks.py", *(PROJECT / "chat" / "doctor").glob("*.py")]
    ids = [found for file in sources for found in re.findall(r'id="(chat\.[EW]\d+)"', file.read_text())]
    assert len(ids) == len({*ids}) > 30
    assert sorted(re.findall(r"^\| `(chat\.[EW]\d+)` \|", DOCUMENTS["docs/trouble.md"], re.MULTILINE)) == sorted(ids)
    tests = "".join(file.read_text() for file in (PROJECT / "tests/doctor").glob("test_*.py"))
    assert {*ids} == {*re.findall(r"chat\.[EW]\d+", tests)}
