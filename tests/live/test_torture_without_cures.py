"""bin/torture can fail: it goes red in a copy of the project that lacks one cure, and it names the right reason.

These runs take a quarter of an hour, so they run only on demand:

    TORTURE_WITHOUT_CURES=1 .venv/bin/python -m pytest tests/live/test_torture_without_cures.py
"""

import json
import os
import re
import shutil
import subprocess

import pytest

from tests.helpers import postgres
from tests.helpers.running import PROJECT

pytestmark = pytest.mark.skipif(
    not os.environ.get("TORTURE_WITHOUT_CURES"), reason="takes a quarter of an hour: set TORTURE_WITHOUT_CURES=1"
)
PATCHES = PROJECT / "tests" / "torture" / "without"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache")
RUN_S = 300

MILD = ("--only", "web-worker-terminated,some-readers-cut")
ON_POSTGRESQL = ("--postgres", *MILD)
NEW_ROOMS_ON_POSTGRESQL = (*ON_POSTGRESQL, "--new-rooms", "0.2")

# The cure that the patch removes, the options that show the fault, and a part of the findings.
CURES = [
    ("publishing_after_the_commit", ("--only", "commits-refused"), "was shown a message that is not stored"),
    ("escaped_ids", ("--only", "all-readers-cut"), "no stream could be opened"),
    ("small_first_bodies", ("--only", "readers-away"), "not healed"),
    # a command socket that refuses delivers without a retry, as soon as it takes connections again; the second
    # Pushpin has a control port
    ("retries_of_publishing", ("--only", "control-refuses", "--pushpins", "2"), "not healed"),
    ("a_path_for_each_next_link", ("--only", "readers-away"), "strange event id|followed event"),
    ("no_limit_on_deliveries", ("--only", "room-crowded", "--patience", "6"), "not healed"),
    ("sqlite_wal_and_immediate", MILD, "answered 50[03]: .*database"),
    ("the_number_before_the_id", ON_POSTGRESQL, "message [0-9]+ followed message [0-9]+"),
    ("key_lookup_under_the_lock", MILD, "answered 500"),
    ("a_counter_created_without_conflict", NEW_ROOMS_ON_POSTGRESQL, "answered 500"),
    ("events_for_edits", MILD, "still waited|was shown .* instead of"),
]


def torture(project, options):
    """Run bin/torture of the project; return its outcome."""
    if "--postgres" in options and not postgres.find_programs():
        pytest.skip("PostgreSQL is not installed: sudo apt install postgresql")
    outcome = project / "outcome.json"
    short = ("--seconds", "15", "--patience", "20", "--seed", "1")
    command = [project / "bin" / "torture", *short, "--json", outcome, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S)
    assert outcome.exists(), done.stderr
    print(done.stderr)
    return json.loads(outcome.read_text())


@pytest.fixture
def without(tmp_path, pushpin):
    """A function that copies the project and removes a cure from the copy."""

    def copied(cure=None):
        copy = tmp_path / "project"
        shutil.copytree(PROJECT, copy, ignore=NOT_COPIED)
        (copy / ".venv").symlink_to(PROJECT / ".venv")
        if cure:
            subprocess.run(["git", "apply", PATCHES / f"{cure}.patch"], cwd=copy, check=True)
        return copy

    return copied


@pytest.mark.parametrize(("cure", "options", "found"), CURES, ids=[cure for cure, _, _ in CURES])
def test_torture_goes_red_without_the_cure(without, cure, options, found):
    outcome = torture(without(cure), options)
    assert outcome["verdict"] == "red"
    assert re.search(found, "\n".join(outcome["findings"]))


@pytest.mark.parametrize("options", sorted({options for _, options, _ in CURES}), ids=" ".join)
def test_torture_is_green_with_all_cures(without, options):
    assert torture(without(), options)["findings"] == []


RESTORES = [
    ("ids_from_the_clock_after_a_restore", "message ids were given out twice"),
    ("a_new_history_after_a_restore", "page of .* lacks .*, shows .* that are gone"),
]


def restored(project):
    """Run bin/torture --restore of the project; return what it says."""
    command = [project / "bin" / "torture", "--restore", "--rounds", "1", "--seconds", "5", "--patience", "20"]
    return subprocess.run(command, capture_output=True, text=True, timeout=RUN_S).stderr


@pytest.mark.parametrize(("cure", "found"), RESTORES, ids=[cure for cure, _ in RESTORES])
def test_a_restore_goes_red_without_the_cure(without, cure, found):
    said = restored(without(cure))
    assert "Verdict: red" in said
    assert re.search(found, said)


def test_a_restore_is_green_with_all_cures(without):
    assert "Verdict: green" in restored(without())
