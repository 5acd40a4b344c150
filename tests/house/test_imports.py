"""The import rules: one row for each room of chat/."""

import ast
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# The other rooms that each room of chat/ may import, beside conf. A room is a folder or a single file.
ROOMS = {
    "__init__": set(),
    "conf": set(),
    "naming": set(),
    "origins": set(),
    "redaction": set(),
    "grip": {"metrics", "redaction"},
    "models": {"naming"},
    "events": {"metrics", "grip", "models", "naming"},
    "limits": {"models"},
    "health": {"web", "streams", "grip"},
    "messages": {"limits", "models", "events", "naming"},
    "upkeep": {"messages", "models", "events", "naming"},
    "web": {"metrics", "limits", "models", "messages.errors", "messages.pause", "messages.writer", "naming", "origins"},
    "policy": {"web", "limits", "messages.errors", "messages.writer", "events", "grip", "models", "naming"},
    "maintenance": {"limits", "messages", "policy", "upkeep", "events", "grip", "web.outages"},
    "api": {"policy", "web", "limits", "messages", "events", "models", "naming"},
    "pages": {"policy", "web", "limits", "messages", "events", "models", "naming"},
    "streams": {"policy", "web", "limits", "messages", "events", "models", "naming", "grip"},
    "admin": {"messages", "models"},
    "checks": {"grip", "middleware", "origins", "policy", "redaction"},
    "doctor": {"checks", "health", "streams", "events", "grip", "models", "policy", "redaction"},
    "apps": {"checks"},
    "urls": {"api", "pages", "streams", "health", "policy", "web"},
    "templatetags": {"pages", "web", "naming"},
    "management": {"doctor", "events", "upkeep", "messages", "models", "naming"},
    "middleware": {"maintenance", "streams", "web"},
    "migrations": set(),
    "metrics": set(),
}

# The only places that may use these libraries.
LIBRARIES = {
    "django_eventstream": {
        "chat.doctor.way",
        "chat.events",
        "chat.grip.publisher",
        "chat.streams",
    },
    "django_grip": {"chat.streams.middleware", "chat.streams.grip_response"},
    "gripcontrol": {
        "chat.grip.config",
        "chat.grip.control_port",
        "chat.grip.publisher",
        "chat.grip.signature",
        "chat.streams.grip_response",
    },
    "pubcontrol": {"chat.grip.publisher"},
    "requests": set(),
    "urllib3": {"chat.grip.control_port"},
    "zmq": {"chat.grip.command_socket", "chatsite.serve.pulse"},
    "cryptography": {"chat.grip.config"},
    "dj_database_url": {"chatsite.database"},
    "psycopg": set(),
    "jwt": {"chat.grip.signature", "chat.policy.signed_tokens"},
    "yaml": {"chat.api.description_parts"},
    "prometheus_client": {"chat.metrics", "chatsite.serve.internal"},
}


def modules(*packages):
    found = {}
    for package in packages:
        for path in (PROJECT / package).rglob("*.py"):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            found[".".join(parts)] = path
    return found


MODULES = modules("chat", "chatsite")


def tree_of(name):
    return ast.parse(MODULES[name].read_text())


def imports(name):
    """Return the full name of everything that the module imports, also inside functions."""
    found = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: -node.level] if node.level else []
            origin = ".".join([*package, *filter(None, [node.module])])
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


def is_within(name, places):
    return any(f"{name}.".startswith(f"{place}.") for place in places)


def importers(package):
    """Return the names of the modules that import the package or a part of it."""
    return {name for name in MODULES if any(is_within(found, [package]) for found in imports(name))}


def room_of(name):
    return name.split(".")[1]


def test_this_test_finds_the_modules_and_their_imports():
    assert {"chat.models.messages", "chat.api.views", "chatsite.settings", "chatsite.env"} <= {*MODULES}
    assert "chat.naming.MAX_NAME_LENGTH" in imports("chat.models.messages")
    assert "chat.messages.errors.KeyConflict" in imports("chat.messages.actions")
    assert "chat.events.channels.room_channel" in imports("chat.streams.views")


def test_each_room_has_a_row():
    assert {room_of(name) for name in modules("chat")} == {*ROOMS}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_in_its_row(room):
    allowed = ["chat.__version__", "chat.conf", *(f"chat.{place}" for place in (room, *ROOMS[room]))]
    for name in MODULES:
        if name.startswith("chat.") and room_of(name) == room:
            ours = {found for found in imports(name) if found.split(".")[0] in ("chat", "chatsite", "tests", "bench")}
            assert {found for found in ours if not is_within(found, allowed)} == set(), name


def test_no_two_rooms_import_each_other():
    """Two rooms never import each other, neither directly nor through other rooms."""
    below = {room: {place.split(".")[0] for place in places} for room, places in ROOMS.items()}

    def all_below(room, seen=()):
        assert room not in seen, f"a circle: {' → '.join([*seen, room])}"
        for other in below[room]:
            all_below(other, (*seen, room))

    for room in ROOMS:
        all_below(room)


def test_models_import_only_django_naming_and_settings():
    used = {name for module in MODULES if room_of(module) == "models" for name in imports(module)}
    others = {name for name in used if name.split(".")[0] not in {"django", *sys.stdlib_module_names}}
    assert {name for name in others if not name.startswith("chat.models.")} == {
        "chat.conf.conf",
        "chat.naming.MAX_NAME_LENGTH",
    }


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_used_only_in_its_places(library):
    assert {name for name in importers(library) if not is_within(name, LIBRARIES[library])} == set()


def test_the_chat_never_imports_the_site():
    assert {name for name in importers("chatsite") if name.startswith("chat.")} == set()


def test_the_product_never_imports_its_tests():
    assert importers("tests") | importers("bench") | importers("pytest") == set()


def test_only_the_site_reads_the_environment():
    for name in MODULES:
        read = {node.attr for node in ast.walk(tree_of(name)) if isinstance(node, ast.Attribute)}
        read |= {found.rpartition(".")[2] for found in imports(name)}
        assert not read & {"environ", "getenv"} or name.startswith("chatsite.")
