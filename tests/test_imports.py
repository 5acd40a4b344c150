"""Who may know of whom: what each module of the project imports."""

import ast
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
MODULES = {
    ".".join(path.relative_to(PROJECT).with_suffix("").parts): path
    for package in ("chat", "chatsite")
    for path in (PROJECT / package).rglob("*.py")
}
DJANGO_EVENTSTREAM = {
    "chat.channels",
    "chat.embedded",
    "chat.event_stream",
    "chat.eventlog",
    "chat.held",
    "chat.management.commands.trim_event_log",
    "chat.publisher",
    "chat.background",
    "chat.stream_body",
}


def tree_of(name):
    return ast.parse(MODULES[name].read_text())


def imports(name):
    """Return the full names of all that the module imports, also inside functions."""
    found = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: -node.level] if node.level else []
            origin = ".".join([*package, *filter(None, [node.module])])
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


def importers(package):
    """Return the names of the modules that import the package or something of it."""
    return {name for name in MODULES if any(f"{found}.".startswith(f"{package}.") for found in imports(name))}


def test_the_modules_are_found():
    assert {"chat.models", "chat.views", "chatsite.settings", "chatsite.env"} <= {*MODULES}
    assert "chat.names.MAX_NAME_LENGTH" in imports("chat.models")


def test_models_import_django_and_the_names():
    strange = {
        name for name in imports("chat.models") if name.split(".")[0] not in {"django", *sys.stdlib_module_names}
    }
    assert strange == {"chat.names.MAX_NAME_LENGTH"}


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("django_eventstream", DJANGO_EVENTSTREAM),
        ("django_grip", {"chat.middleware"}),
        ("gripcontrol", {"chat.grip", "chat.held", "chat.publisher"}),
        ("pubcontrol", {"chat.publisher"}),
        ("requests", set()),
        ("urllib3", {"chat.control_port"}),
        ("cryptography", {"chat.grip"}),
        ("dj_database_url", {"chatsite.database"}),
        ("psycopg", set()),
        ("jwt", set()),
    ],
)
def test_a_library_is_known_to_these_modules_alone(package, allowed):
    assert importers(package) <= allowed


def test_the_chat_does_not_know_the_site():
    assert not {name for name in importers("chatsite") if name.startswith("chat.")}


def test_the_product_does_not_know_its_tests():
    assert not importers("tests") | importers("pytest")


def test_the_chat_does_not_read_the_environment():
    for name in MODULES:
        read = {node.attr for node in ast.walk(tree_of(name)) if isinstance(node, ast.Attribute)}
        assert not read & {"environ", "getenv"} or name.startswith("chatsite.")
