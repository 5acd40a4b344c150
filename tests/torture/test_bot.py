"""bin/torture --bot's checks: they find every kind of fault, and find none in a run without faults."""

import pytest

from tests.torture.bot import findings

SAID = [(1, "Alice", "!ping"), (2, "Bob", "pong"), (3, "bot", "pong to message 1")]


def test_a_run_without_faults_is_green():
    assert [*findings(SAID)] == []


@pytest.mark.parametrize(
    ("more", "finding"),
    [
        ((4, "Bob", "!ping"), "question 4 has 0 answers"),
        ((4, "bot", "pong to message 1"), "question 1 has 2 answers"),
        ((4, "bot", "pong to message 2"), "'pong to message 2' answers no question"),
    ],
    ids=["a lost question", "a second answer", "an answer to nothing"],
)
def test_a_fault_makes_it_red(more, finding):
    assert [*findings([*SAID, more])] == [finding]
