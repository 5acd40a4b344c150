"""bin/torture's own eyes: what is wrong is seen, and what is right is let pass."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from tests.helpers.sse import EventParser
from tests.torture import faults, texts
from tests.torture.continuity import Continuity
from tests.torture.crowd import end
from tests.torture.ledger import AFTERMATH_S, Ledger, Said, Window, version_of
from tests.torture.report import summary, table
from tests.torture.verdict import LATEST_S, Evidence, findings

LOBBY = "lobby"
DATE = "2026-11-22T10:30:00.123Z"
PROJECT = Path(__file__).resolve().parents[2]


class Evening:
    """An evening in #lobby: Alice says what she is asked to, Bob reads along, and all of it goes well."""

    def __init__(self, *texts):
        self.ledger = Ledger(began=0)
        self.bob = SimpleNamespace(name="Bob", room=LOBBY, shown={}, awaiting={}, since=0, until=None, resident=True)
        self.bob.version = lambda number: version_of(self.bob.shown.get(number, {}))
        self.ledger.enter(self.bob)
        self.stored, self.events = [], []
        for text in texts:
            self.say(text)

    def say(self, text):
        said = self.ledger.say(Said(LOBBY, "Alice", text, key=f"key of {text}"))
        message = {"id": len(self.stored) + 1, "from": "Alice", "text": text, "date": DATE}
        self.stored.append(message)
        self.events.append(("message", message))
        self.bob.shown[message["id"]] = message
        self.ledger.acknowledge(said, message)
        return said

    def edit(self, text, new_text):
        said = self.ledger.said[text]
        said.edited_to = new_text
        edited = {**said.message, "text": new_text, "edited": DATE, "change": len(self.events) + 1}
        self.stored[said.message["id"] - 1] = self.bob.shown[said.message["id"]] = edited
        self.events.append(("message-edited", edited))
        self.ledger.acknowledge_change(said, "PATCH", edited)

    def delete(self, text):
        said = self.ledger.said[text]
        said.deleted = True
        tombstone = {**said.message, "text": "", "deleted": DATE, "change": len(self.events) + 1}
        self.stored[said.message["id"] - 1] = tombstone
        del self.bob.shown[said.message["id"]]
        self.events = [("message-deleted", tombstone) if m["id"] == tombstone["id"] else (k, m) for k, m in self.events]
        self.events.append(("message-deleted", tombstone))
        self.ledger.acknowledge_change(said, "DELETE", tombstone)

    def evidence(self):
        rows = [(LOBBY, m["id"], m["from"], m["text"], "", m.get("change"), "deleted" in m) for m in self.stored]
        logged = [event(n, kind, m) for n, (kind, m) in enumerate(self.events, 1)]
        standing = [m for m in self.stored if "deleted" not in m]
        return Evidence(rows, logged, {LOBBY: standing}, {LOBBY: [[*standing]]})

    def findings(self, evidence=None):
        return "\n".join(findings(self.ledger, evidence or self.evidence()))


def event(number, kind, message):
    return f"room-{LOBBY}", number, kind, json.dumps(json.dumps(message))


@pytest.fixture
def evening():
    return Evening("one", "two", "three")


def test_a_good_evening_is_green(evening):
    assert evening.findings() == ""


def test_a_message_that_a_reader_was_never_shown_is_found(evening):
    del evening.bob.shown[2]
    assert "Bob in 'lobby' was never shown 1 messages: [2]" in evening.findings()


def test_who_has_left_need_not_have_seen_what_came_later(evening):
    del evening.bob.shown[3]
    evening.bob.until = 2
    assert evening.findings() == ""


def test_who_came_late_need_not_have_seen_what_was_before(evening):
    del evening.bob.shown[1]
    evening.bob.since = 2
    assert evening.findings() == ""


def test_an_acknowledged_message_that_is_not_stored_is_lost(evening):
    evidence = evening.evidence()
    del evidence.stored[1]
    assert "lost: 'two' of Alice in 'lobby' was acknowledged and is not stored" in evening.findings(evidence)


def test_a_message_that_is_stored_twice_is_found(evening):
    evidence = evening.evidence()
    evidence.stored.append((LOBBY, 4, "Alice", "two", "", None, False))
    assert "stored 2 times: 'two'" in evening.findings(evidence)


def test_a_ghost_is_found(evening):
    evening.bob.shown[4] = {"id": 4, "from": "Alice", "text": "never committed", "date": ""}
    assert "was shown what is not stored" in evening.findings()


def test_what_nobody_said_is_found(evening):
    evening.stored.append({"id": 4, "from": "Mallory", "text": "invented", "date": ""})
    assert "stored and never said: 'invented'" in evening.findings()


def test_a_text_that_was_changed_on_its_way_is_found(evening):
    evening.bob.shown[2] = {**evening.bob.shown[2], "text": "two "}
    assert "Bob in 'lobby' was shown" in evening.findings()


def test_an_answer_that_is_not_what_was_sent_is_found(evening):
    said = evening.ledger.say(Said(LOBBY, "Alice", "100 %", key="k"))
    evening.ledger.acknowledge(said, {"id": 4, "from": "Alice", "text": "100 %%", "date": ""})
    assert "is not what Alice sent: '100 %'" in evening.findings()


def test_two_different_answers_to_one_key_are_found(evening):
    said = evening.say("four")
    evening.ledger.acknowledge(said, {**said.message, "id": 5})
    assert "two answers to one key differ" in evening.findings()


def test_a_repeated_answer_is_no_fault_and_counted(evening):
    said = evening.say("four")
    evening.ledger.acknowledge(said, dict(said.message))
    assert evening.findings() == ""
    assert evening.ledger.counters["duplicates suppressed"] == 1


def test_what_is_never_acknowledged_is_found(evening):
    evening.ledger.say(Said(LOBBY, "Alice", "into the void", key="k", attempts=7))
    assert "never acknowledged, after 7 attempts: 'into the void'" in evening.findings()


def test_a_list_that_skips_a_message_is_found(evening):
    evidence = evening.evidence()
    del evidence.listed[LOBBY][1]
    assert "?after= of 'lobby' tells 2 messages other than the 3 that are stored" in evening.findings(evidence)


def test_a_fresh_page_that_differs_from_an_old_one_is_found(evening):
    evidence = evening.evidence()
    evidence.fresh[LOBBY][0][1] = {**evening.stored[1], "date": "another"}
    assert "Bob in 'lobby' shows something else than a fresh page" in evening.findings(evidence)


def test_an_event_log_in_another_order_is_found(evening):
    evidence = evening.evidence()
    evidence.logged[1:] = [event(2, "message", evening.stored[2]), event(3, "message", evening.stored[1])]
    assert "the events of 'lobby' are not its messages in their order" in evening.findings(evidence)


def test_an_event_log_with_a_hole_is_found(evening):
    evidence = evening.evidence()
    evidence.logged[2] = event(4, "message", evening.stored[2])
    assert "the events of 'lobby' are not numbered from 1 to 3" in evening.findings(evidence)


def test_an_evening_with_changes_is_green(evening):
    evening.edit("two", "two, edited")
    evening.delete("one")
    evening.edit("three", "three, edited")
    evening.delete("three")
    assert evening.findings() == ""
    assert evening.bob.awaiting == {}


def test_a_reader_who_has_not_heard_of_a_change_is_waited_for(evening):
    evening.bob.version = lambda number: 0
    evening.edit("two", "two, edited")
    assert {*evening.bob.awaiting} == {("change", 2)}


def test_an_old_text_on_a_screen_is_found(evening):
    old = evening.bob.shown[2]
    evening.edit("two", "two, edited")
    evening.bob.shown[2] = old
    assert "Bob in 'lobby' was shown" in evening.findings()
    evening.bob.until = 3
    assert "Bob in 'lobby' was shown" not in evening.findings()


def test_a_deleted_message_on_a_screen_is_found(evening):
    old = evening.bob.shown[2]
    evening.delete("two")
    evening.bob.shown[2] = old
    assert "was shown what is not stored" in evening.findings()


def test_a_deleted_message_that_is_raised_again_is_found(evening):
    tombstone = len(evening.stored)
    evening.delete("three")
    evening.stored[tombstone - 1] = {**evening.ledger.said["three"].message}
    assert "stored otherwise than sent" in evening.findings()


def test_an_edit_that_was_acknowledged_and_is_not_stored_is_found(evening):
    before = evening.stored[1]
    evening.edit("two", "two, edited")
    evening.stored[1] = before
    assert "stored otherwise than sent" in evening.findings()


def test_a_deleted_text_in_the_log_is_found(evening):
    said = evening.stored[1]
    evening.delete("two")
    evening.events[1] = ("message", said)
    assert "the events of 'lobby' keep the text of a deleted message" in evening.findings()


def test_an_edit_that_the_log_does_not_tell_is_found(evening):
    evening.edit("two", "two, edited")
    evening.events.pop()
    assert "the events of 'lobby' are not its messages in their order" in evening.findings()


def test_an_answer_that_is_not_the_change_that_was_asked_for_is_found(evening):
    said = evening.ledger.said["two"]
    said.edited_to = "two, edited"
    evening.ledger.acknowledge_change(said, "PATCH", {**said.message, "change": 4})
    assert "is not what the PATCH asked for" in evening.findings()


def test_slow_deliveries_are_found_unless_something_is_broken(evening):
    evening.ledger.deliveries = [(100, 100 + LATEST_S + 1)] * 100
    assert "deliveries outside of faults took 6.0 s" in evening.findings()
    evening.ledger.windows.append(Window("condure-killed", start=101, ended=101, healed=105))
    assert evening.findings() == ""


DJANGOS_500, DJANGOS_503 = b'{"errors": [{"field": "server"', b'{"errors": [{"field": "database"'


@pytest.mark.parametrize(
    ("status", "body", "of_database", "seconds_after", "good"),
    [
        (503, DJANGOS_503, True, AFTERMATH_S - 1, True),
        (503, DJANGOS_503, True, AFTERMATH_S + 1, False),
        (503, DJANGOS_503, False, 0, False),
        (500, DJANGOS_500, True, 0, True),
        (500, DJANGOS_500, False, 0, False),
        (500, b"Accept service unavailable.\n", False, 0, True),
        (502, b"Error while proxying to origin.\n", False, 0, True),
        (502, b"Error while proxying to origin.\n", False, AFTERMATH_S + 1, False),
        (409, b'{"errors": [{"field": "key"', True, 0, False),
        (404, b"", False, 0, False),
    ],
)
def test_an_error_answer_is_excused_by_a_fault_that_explains_it(
    evening, monkeypatch, status, body, of_database, seconds_after, good
):
    evening.ledger.windows.append(Window("fault", start=5, of_database=of_database, ended=8, healed=10))
    monkeypatch.setattr("time.monotonic", lambda: (8 if of_database else 10) + seconds_after)
    evening.ledger.answered("POST", status, body)
    assert (evening.findings() == "") == good


def continuity(asked="room-lobby:7"):
    stream = Continuity(LOBBY, asked)
    assert stream.opened(asked) is None
    return stream


def test_a_stream_without_a_gap_is_good():
    stream = continuity()
    assert stream.message("room-lobby:8", 21) is None
    assert stream.message("room-lobby:9", 25) is None


def test_an_event_that_is_left_out_is_seen():
    assert continuity().message("room-lobby:9", 25) == "event 9 followed event 7"


def test_an_event_that_comes_twice_is_seen():
    stream = continuity()
    stream.message("room-lobby:8", 21)
    assert stream.message("room-lobby:8", 21) == "event 8 followed event 8"


def test_messages_in_another_order_than_their_events_are_seen():
    stream = continuity()
    stream.message("room-lobby:8", 25)
    assert stream.message("room-lobby:9", 21) == "message 21 followed message 25"


def test_changes_count_as_events_and_not_as_messages():
    stream = continuity()
    stream.message("room-lobby:8", 25)
    assert stream.change("room-lobby:9", 3, version=9) is None
    assert stream.message("room-lobby:10", 26) is None
    assert stream.change("room-lobby:12", 3, version=12) == "event 12 followed event 10"
    assert stream.change("room-lobby:13", 3, version=40) is None  # a deletion, told early
    assert stream.change("room-lobby:14", 3, version=9) == "event 14 tells change 9"


def test_a_reset_begins_anew():
    stream = Continuity(LOBBY, "room-lobby:9999")
    assert stream.opened(None) is None
    assert stream.reset("room-lobby:12") is None
    assert stream.message("room-lobby:13", 40) is None
    assert stream.message("room-lobby:15", 41) == "event 15 followed event 13"


def test_a_stream_that_opens_elsewhere_is_seen():
    stream = Continuity(LOBBY, "room-lobby:7")
    assert stream.opened("room-lobby:8") == "asked to go on after room-lobby:7, it opened with room-lobby:8"


def test_an_event_of_another_room_is_seen():
    assert "strange event id" in continuity().message("room-other:8", 21)


def test_events_are_understood_wherever_the_network_cuts_them():
    opening = ":   \n\nevent: stream-open\nid: room-%C3%BC:1\ndata:\n\n"
    stream = opening + 'event: message\nid: room-%C3%BC:2\ndata: {"text": "ü"}\n\n'
    whole = EventParser().feed(stream.encode())
    parser = EventParser()
    assert [event for byte in stream.encode() for event in parser.feed(bytes([byte]))] == whole
    assert [event["event"] for event in whole] == ["stream-open", "message"]
    assert whole[1]["data"] == '{"text": "ü"}'


def test_no_two_texts_are_the_same_and_none_is_too_long():
    rng = Random(1)
    written = [texts.text(rng, number) for number in range(2000)]
    assert len(set(written)) == 2000
    assert max(map(len, written)) <= len(texts.of_length(rng, 1, 9000)) == texts.MAX_LENGTH
    assert min(map(len, written)) < 5


def test_a_seed_repeats_the_schedule_and_a_round_has_every_fault_once():
    kinds = faults.kinds(["condure", "web worker"], postgres=True)
    one, again = (list(islice(faults.schedule(kinds, Random("7/schedule")), 2 * len(kinds))) for _ in range(2))
    assert one == again
    assert set(Counter(one[: len(kinds)]).values()) == {1}
    assert one[: len(kinds)] != one[len(kinds) :]


def test_the_outcome_tells_each_fault_with_its_times(evening):
    evening.ledger.windows += [
        Window("condure-killed", 0, ended=1, healed=3),
        Window("condure-killed", 10, ended=11, healed=12),
        Window("control-hangs", 20, ended=25),
    ]
    outcome = summary(evening.ledger, ["something"], {"seed": 7})
    assert outcome["verdict"] == "red"
    assert outcome["faults"]["condure-killed"] == {"count": 2, "not_healed": 0, "heal_p50_s": 2, "heal_max_s": 2}
    assert outcome["faults"]["control-hangs"]["not_healed"] == 1
    assert json.loads(json.dumps(outcome)) == outcome
    assert "control-hangs                  1         -         -  NOT HEALED" in table(outcome)


@pytest.mark.parametrize(
    "patch", sorted((PROJECT / "tests" / "torture" / "without").glob("*.patch")), ids=lambda p: p.stem
)
def test_every_cure_can_still_be_taken_out(patch):
    """The runs without them are made on demand only."""
    subprocess.run(["git", "apply", "--check", patch], cwd=PROJECT, check=True)


def test_who_misses_a_cancellation_is_cancelled_again():
    async def deaf_once():
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    async def run():
        task = asyncio.ensure_future(deaf_once())
        await asyncio.sleep(0)
        await end([task])
        assert task.done()

    asyncio.run(asyncio.wait_for(run(), 10))


def test_it_lists_its_options():
    command = [sys.executable, "-m", "tests.torture", "--help"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: bin/torture")
