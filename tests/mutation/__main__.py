"""Tries mutants of the Python modules: bin/mutate.

Each mutant is a module with one small mistake, and a test should fail. This prints the mutants with which all tests
pass, those that took too long, and a line for each module. A fork runs the module's tests on each mutant, because each
process imports a module once. A test that starts another Python does not see the mutant there. equivalent.md names the
mutants that no test needs to notice.
"""

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections import Counter

import pytest

from .mutants import mutants_of

LONGEST = 5  # times the seconds without a mutant; a mutant that takes longer may run for ever
FIRST_LIMIT_S = 600
# module: the tests that belong to it, the quickest first
TESTS = {
    "chat.events.log": "tests/events tests/streams tests/messages tests/api",
    "chat.events.send": "tests/events tests/messages tests/streams tests/api",
    "chat.events.channels": "tests/events tests/streams tests/api",
    "chat.events.local": "tests/streams tests/events",
    "chat.maintenance": "tests/maintenance tests/events tests/grip",
    "chat.grip.command_socket": "tests/grip/test_command_socket.py tests/grip/test_publisher.py",
    "chat.grip.publisher": "tests/grip tests/events",
    "chat.grip.lane_log": "tests/grip",
    "chat.grip.tnetstring": "tests/grip/test_tnetstring.py",
    "chat.limits": "tests/limits tests/streams/test_temporary_trouble.py",
    "chat.messages.actions": "tests/messages tests/limits tests/api",
    "chat.messages.authors": "tests/messages/test_authors.py",
    "chat.messages.batches": "tests/messages",
    "chat.messages.pause": "tests/messages/test_pause.py",
    "chat.messages.moderation": "tests/messages/test_moderation.py tests/api/test_moderation.py",
    "chat.messages.sources": "tests/web/test_sources.py",
    "chat.messages.turn": "tests/limits tests/messages",
    "chat.messages.recent": "tests/messages tests/pages tests/api",
    "chat.messages.room_deletion": "tests/messages tests/models",
    "chat.messages.write_lock": "tests/messages",
    "chat.naming": "tests/models/test_naming.py tests/messages/test_authors.py tests/api",
    "chat.streams.views": "tests/streams tests/api tests/web/test_outages.py",
    "chat.streams.grip_response": "tests/streams",
    "chat.streams.sse": "tests/streams",
    "chat.streams.embedded": "tests/streams",
    "chat.streams.middleware": "tests/streams tests/api/test_bodies.py",
    "chat.doctor.arrival": "tests/doctor",
    "chat.doctor.pushpin_config": "tests/doctor",
    "chat.doctor.way": "tests/doctor",
    "chat.grip.lane_metrics": "tests/grip/test_lane_metrics.py",
    "chat.grip.signature": "tests/streams/test_temporary_trouble.py tests/health tests/doctor",
    "chat.health.database": "tests/health",
    "chat.health.proxy": "tests/health",
    "chat.health.views": "tests/health tests/doctor",
    "chatsite.serve.pulse": "tests/serve/test_pulse.py",
    "chat.upkeep.new_history": "tests/upkeep/test_new_history.py",
    "chat.upkeep.expiry": "tests/upkeep/test_expiry.py tests/messages/test_pause.py",
    "chat.upkeep.erase": "tests/upkeep/test_erase.py",
    "chat.upkeep.rooms": "tests/upkeep/test_rooms.py",
    "chat.web.outages": "tests/web/test_outage_kinds.py tests/web/test_outages.py",
    "chat.web.addresses": "tests/web/test_sources.py tests/limits",
    "chat.web.foreign_pages": "tests/web/test_foreign_pages.py",
    "chat.web.sources": "tests/web/test_sources.py",
    "chat.web.writers": "tests/limits tests/messages/test_authors.py",
    "chat.web.body_reader": "tests/web/test_body_reader.py tests/api",
}


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the mutant's syntax tree."""

    def __init__(self, name, tree):
        self.name, self.tree = name, tree

    def find_spec(self, name, path, target=None):
        if name == self.name:
            origin = importlib.util.find_spec(name.rpartition(".")[0]).submodule_search_locations[0]
            file = os.path.join(origin, f"{name.rpartition('.')[2]}.py")
            return importlib.util.spec_from_file_location(name, file, loader=self)

    def exec_module(self, module):
        exec(compile(self.tree, module.__file__, "exec"), module.__dict__)


def main(names):
    warm_up()
    for name in names or TESTS:
        tests = TESTS[name].split()
        with open(f"{name.replace('.', '/')}.py") as file:
            source = file.read()
        code, seconds = run(Mutated(name, ast.parse(source)), tests, FIRST_LIMIT_S)
        if code != 0:
            sys.exit(f"{name}: its tests fail without a mutant")
        found = list(mutants_of(source))
        print(f"{name}: {len(found)} mutants, {seconds:.1f} s for all tests", flush=True)
        ends = Counter()
        for line, what, tree in found:
            code, _ = run(Mutated(name, tree), tests, LONGEST * seconds)
            end = {0: "survived", None: "took too long"}.get(code, "killed")
            ends[end] += 1
            if end != "killed":
                print(f"  {name}:{line} {end}: {what}", flush=True)
        print(f"{name}: {dict(ends)}", flush=True)


def warm_up():
    """Import what takes long, except chat: each fork imports that itself."""
    for name in ("django.db.backends.sqlite3.base", "django.forms", "django.template", "django.test", "hypothesis"):
        importlib.import_module(name)


def run(mutated, tests, limit_s):
    """Run the tests in a fork; return the exit code, None if they took longer than the limit, and the seconds."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        run_here(mutated, tests)
    while time.monotonic() < began + limit_s:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), time.monotonic() - began
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None, limit_s


def run_here(mutated, tests):
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.meta_path.insert(0, mutated)
    code = 1
    try:
        code = pytest.main([*tests, "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not live"])
    finally:
        os._exit(int(code))


if __name__ == "__main__":
    main(sys.argv[1:])
