"""bin/torture --restore's checks: they find every kind of fault, and find none in a run without faults."""

from types import SimpleNamespace

import pytest

from tests.torture.restore import LARGEST_ID, Evidence, findings

ROOM = "hall 0"


def row(number, text, deleted=False):
    return ROOM, number, "Alice", text, None, None, deleted


@pytest.fixture
def evidence():
    """Message 2 was lost, message 3 deleted; message 4 came after the restore."""
    shown = {1: "one", 4: "four"}
    page = SimpleNamespace(room=ROOM, shown=shown, seen={"room-hall 0:1": 1, "room-hall 0:9": 4})
    other = SimpleNamespace(room=ROOM, shown={**shown}, seen={"room-hall 0:1": 1, "room-hall 0:2": 2})
    said = [(1, {"id": 1}), (12, {"id": 2}), (2, {"id": 3}), (30, {"id": 4})]
    stored = [row(1, "one"), row(3, "", deleted=True), row(4, "four")]
    return Evidence(stored, [("open", page), ("frozen", other)], said, [(10, 20)])


def test_a_run_without_faults_is_green(evidence):
    assert [*findings(evidence)] == []


def lose_in_a_page(evidence):
    del evidence.mirrors[1][1].shown[4]


def keep_what_was_lost(evidence):
    evidence.mirrors[1][1].shown[2] = "two"


def keep_an_edit_that_was_lost(evidence):
    evidence.mirrors[1][1].shown[1] = "one, edited"


def give_an_id_again(evidence):
    evidence.said.append((31, {"id": 4}))


def give_an_event_number_again(evidence):
    evidence.mirrors[0][1].seen["room-hall 0:2"] = 4


def lose_what_the_backup_should_have(evidence):
    evidence.said.append((9, {"id": 5}))


def lose_what_came_after_the_restore(evidence):
    evidence.said.append((21, {"id": 5}))


def store_twice(evidence):
    evidence.stored.append(row(6, "four"))
    for _, mirror in evidence.mirrors:
        mirror.shown[6] = "four"


def give_a_great_id(evidence):
    evidence.stored.append(row(LARGEST_ID + 1, "", deleted=True))


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (lose_in_a_page, "the frozen page of 'hall 0' lacks 1 messages, shows 0 that are gone and 0 with an old text"),
        (keep_what_was_lost, "the frozen page of 'hall 0' lacks 0 messages, shows 1 that are gone"),
        (keep_an_edit_that_was_lost, "shows 0 that are gone and 1 with an old text"),
        (give_an_id_again, "1 message ids were given out twice"),
        (give_an_event_number_again, "event room-hall 0:2 came twice: about message 4 and about message 2"),
        (
            lose_what_the_backup_should_have,
            "message 5 was acknowledged before a backup or after a restore, and is gone",
        ),
        (lose_what_came_after_the_restore, "message 5 was acknowledged before a backup or after a restore"),
        (store_twice, "1 messages are stored twice"),
        (give_a_great_id, "has an id that not all clients can read"),
    ],
)
def test_a_fault_is_found(evidence, fault, found):
    fault(evidence)
    (finding,) = findings(evidence)
    assert found in finding
