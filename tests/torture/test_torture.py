"""bin/torture's checks: they find every kind of fault, and find none in a run without faults."""

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
from tests.torture.ledger import AFTERMATH_S, Ledger, SentMessage, Window, version_of
from tests.torture.report import summary, table
from tests.torture.tokens import Guest, Stranger
from tests.torture.verdict import LATEST_S, Evidence, findings

LOBBY = "lobby"
DATE = "2026-11-22T10:30:00.123Z"
PROJECT = Path(__file__).resolve().parents[2]


class Conversation:
    """A conversation in #lobby: Alice posts the given texts, and Bob reads them. Nothing goes wrong."""

    def __init__(self, *texts):
        self.ledger = Ledger(began=0)
        self.bob = SimpleNamespace(name="Bob", room=LOBBY, shown={}, awaiting={}, since=0, until=None, resident=True)
        self.bob.version = lambda number: version_of(self.bob.shown.get(number, {}))
        self.ledger.enter(self.bob)
        self.stored, self.events = [], []
        for text in texts:
            self.post(text)

    def post(self, text):
        sent = self.ledger.add(SentMessage(LOBBY, "Alice", text, key=f"key of {text}"))
        message = {"id": len(self.stored) + 1, "from": "Alice", "text": text, "date": DATE}
        self.stored.append(message)
        self.events.append(("message", message))
        self.bob.shown[message["id"]] = message
        self.ledger.acknowledge(sent, message)
        return sent

    def edit(self, text, new_text):
        sent = self.ledger.sent[text]
        sent.edited_to = new_text
        edited = {**sent.message, "text": new_text, "edited": DATE, "change": len(self.events) + 1}
        self.stored[sent.message["id"] - 1] = self.bob.shown[sent.message["id"]] = edited
        self.events.append(("message-edited", edited))
        self.ledger.acknowledge_change(sent, "PATCH", edited)

    def delete(self, text):
        sent = self.ledger.sent[text]
        sent.deleted = True
        deleted = {**sent.message, "text": "", "deleted": DATE, "change": len(self.events) + 1}
        self.stored[sent.message["id"] - 1] = deleted
        del self.bob.shown[sent.message["id"]]
        self.events = [("message-deleted", deleted) if m["id"] == deleted["id"] else (k, m) for k, m in self.events]
        self.events.append(("message-deleted", deleted))
        self.ledger.acknowledge_change(sent, "DELETE", deleted)

    def evidence(self):
        rows = [(LOBBY, m["id"], m["from"], m["text"], "", m.get("change"), "deleted" in m) for m in self.stored]
        logged = [event(n, kind, m) for n, (kind, m) in enumerate(self.events, 1)]
        not_deleted = [m for m in self.stored if "deleted" not in m]
        return Evidence(rows, logged, {LOBBY: not_deleted}, {LOBBY: [[*not_deleted]]})

    def findings(self, evidence=None):
        return "\n".join(findings(self.ledger, evidence or self.evidence()))


def event(number, kind, message):
    return f"room-{LOBBY}", number, kind, json.dumps(json.dumps(message))


@pytest.fixture
def conversation():
    return Conversation("one", "two", "three")


def test_a_conversation_without_faults_is_green(conversation):
    assert conversation.findings() == ""


def test_a_message_that_a_reader_was_never_shown_is_found(conversation):
    del conversation.bob.shown[2]
    assert "Bob in 'lobby' was never shown 1 messages: [2]" in conversation.findings()


def test_a_reader_who_has_left_may_miss_later_messages(conversation):
    del conversation.bob.shown[3]
    conversation.bob.until = 2
    assert conversation.findings() == ""


def test_a_reader_who_came_late_may_miss_earlier_messages(conversation):
    del conversation.bob.shown[1]
    conversation.bob.since = 2
    assert conversation.findings() == ""


def test_an_acknowledged_message_that_is_not_stored_is_found(conversation):
    evidence = conversation.evidence()
    del evidence.stored[1]
    assert "lost: 'two' of Alice in 'lobby' was acknowledged and is not stored" in conversation.findings(evidence)


def test_a_message_that_is_stored_twice_is_found(conversation):
    evidence = conversation.evidence()
    evidence.stored.append((LOBBY, 4, "Alice", "two", "", None, False))
    assert "stored 2 times: 'two'" in conversation.findings(evidence)


def test_a_message_on_a_screen_that_was_never_stored_is_found(conversation):
    conversation.bob.shown[4] = {"id": 4, "from": "Alice", "text": "never committed", "date": ""}
    assert "was shown a message that is not stored" in conversation.findings()


def test_a_stored_message_that_nobody_sent_is_found(conversation):
    conversation.stored.append({"id": 4, "from": "Mallory", "text": "invented", "date": ""})
    assert "stored, but nobody sent it: 'invented'" in conversation.findings()


def test_a_wrong_text_on_a_screen_is_found(conversation):
    conversation.bob.shown[2] = {**conversation.bob.shown[2], "text": "two "}
    assert "Bob in 'lobby' was shown" in conversation.findings()


def test_an_answer_with_another_text_than_sent_is_found(conversation):
    sent = conversation.ledger.add(SentMessage(LOBBY, "Alice", "100 %", key="k"))
    conversation.ledger.acknowledge(sent, {"id": 4, "from": "Alice", "text": "100 %%", "date": ""})
    assert "is not what Alice sent: '100 %'" in conversation.findings()


def test_two_different_answers_to_one_key_are_found(conversation):
    sent = conversation.post("four")
    conversation.ledger.acknowledge(sent, {**sent.message, "id": 5})
    assert "two answers to one key differ" in conversation.findings()


def test_a_repeated_answer_is_counted_and_is_no_fault(conversation):
    sent = conversation.post("four")
    conversation.ledger.acknowledge(sent, dict(sent.message))
    assert conversation.findings() == ""
    assert conversation.ledger.counters["duplicates suppressed"] == 1


def test_a_message_that_is_never_acknowledged_is_found(conversation):
    conversation.ledger.add(SentMessage(LOBBY, "Alice", "into the void", key="k", attempts=7))
    assert "never acknowledged, after 7 attempts: 'into the void'" in conversation.findings()


def test_a_list_that_skips_a_message_is_found(conversation):
    evidence = conversation.evidence()
    del evidence.listed[LOBBY][1]
    assert "?after= of 'lobby' lists 2 messages, but not the 3 stored ones" in conversation.findings(evidence)


def test_an_old_page_that_differs_from_a_fresh_one_is_found(conversation):
    evidence = conversation.evidence()
    evidence.fresh[LOBBY][0][1] = {**conversation.stored[1], "date": "another"}
    assert "Bob in 'lobby' shows other messages than a fresh page" in conversation.findings(evidence)


def test_an_event_log_in_another_order_is_found(conversation):
    evidence = conversation.evidence()
    evidence.logged[1:] = [event(2, "message", conversation.stored[2]), event(3, "message", conversation.stored[1])]
    assert "the events of 'lobby' are not its messages in their order" in conversation.findings(evidence)


def test_an_event_log_with_a_gap_is_found(conversation):
    evidence = conversation.evidence()
    evidence.logged[2] = event(4, "message", conversation.stored[2])
    assert "the events of 'lobby' are not numbered from 1 to 3" in conversation.findings(evidence)


def test_a_recheck_in_the_event_log_is_no_fault(conversation):
    conversation.delete("one")
    conversation.events.append(("recheck", {}))
    assert conversation.findings() == ""


@pytest.mark.parametrize(
    ("greatest", "over", "found"), [(7, 99, False), (7, 101, False), (8, 99, True), (8, 101, False)]
)
def test_what_a_guest_was_shown_after_a_recheck_is_found(conversation, greatest, over, found):
    """Recheck 7 came at 100 s. A guest may see later events only if the right was not over by then."""
    guest = Guest(LOBBY, 0, conversation.ledger, Random(1))
    guest.streams.append([over, greatest])
    evidence = conversation.evidence()
    evidence.rechecks = [("room-lobby", 7, 100), ("room-other", 1, 100)]
    assert ("after the recheck 7" in conversation.findings(evidence)) is found


@pytest.mark.parametrize("body", [b"", b"retry: 4321\n\n"])
def test_a_stranger_may_be_asked_to_come_back(conversation, body):
    Stranger(LOBBY, 0, conversation.ledger, Random(1))._judge("/events/", 200, body)
    assert conversation.findings() == ""


def test_a_stranger_who_gets_a_message_or_a_stream_is_found(conversation):
    stranger = Stranger(LOBBY, 0, conversation.ledger, Random(1))
    for body in (b"event: stream-open\n", b'{"messages": []}'):
        stranger._judge("/events/", 200, body)
    assert conversation.findings().count("a stranger got /events/") == 2


def test_a_conversation_with_edits_and_deletions_is_green(conversation):
    conversation.edit("two", "two, edited")
    conversation.delete("one")
    conversation.edit("three", "three, edited")
    conversation.delete("three")
    assert conversation.findings() == ""
    assert conversation.bob.awaiting == {}


def test_the_ledger_waits_for_readers_that_lack_a_change(conversation):
    conversation.bob.version = lambda number: 0
    conversation.edit("two", "two, edited")
    assert {*conversation.bob.awaiting} == {("change", 2)}


def test_an_old_text_on_a_screen_is_found(conversation):
    old = conversation.bob.shown[2]
    conversation.edit("two", "two, edited")
    conversation.bob.shown[2] = old
    assert "Bob in 'lobby' was shown" in conversation.findings()
    conversation.bob.until = 3
    assert "Bob in 'lobby' was shown" not in conversation.findings()


def test_a_deleted_message_on_a_screen_is_found(conversation):
    old = conversation.bob.shown[2]
    conversation.delete("two")
    conversation.bob.shown[2] = old
    assert "was shown a message that is not stored" in conversation.findings()


def test_a_deleted_message_that_is_stored_again_is_found(conversation):
    deleted = len(conversation.stored)
    conversation.delete("three")
    conversation.stored[deleted - 1] = {**conversation.ledger.sent["three"].message}
    assert "stored otherwise than sent" in conversation.findings()


def test_an_acknowledged_edit_that_is_not_stored_is_found(conversation):
    before = conversation.stored[1]
    conversation.edit("two", "two, edited")
    conversation.stored[1] = before
    assert "stored otherwise than sent" in conversation.findings()


def test_a_deleted_text_in_the_event_log_is_found(conversation):
    sent = conversation.stored[1]
    conversation.delete("two")
    conversation.events[1] = ("message", sent)
    assert "the events of 'lobby' keep the text of a deleted message" in conversation.findings()


def test_an_edit_without_an_event_is_found(conversation):
    conversation.edit("two", "two, edited")
    conversation.events.pop()
    assert "the events of 'lobby' are not its messages in their order" in conversation.findings()


def test_a_wrong_answer_to_an_edit_is_found(conversation):
    sent = conversation.ledger.sent["two"]
    sent.edited_to = "two, edited"
    conversation.ledger.acknowledge_change(sent, "PATCH", {**sent.message, "change": 4})
    assert "is not what the PATCH asked for" in conversation.findings()


def test_slow_deliveries_outside_of_faults_are_found(conversation):
    conversation.ledger.deliveries = [(100, 100 + LATEST_S + 1)] * 100
    assert "deliveries outside of faults took 6.0 s" in conversation.findings()
    conversation.ledger.windows.append(Window("condure-killed", start=101, ended=101, healed=105))
    assert conversation.findings() == ""


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
def test_an_error_answer_is_found_unless_a_fault_explains_it(
    conversation, monkeypatch, status, body, of_database, seconds_after, good
):
    conversation.ledger.windows.append(Window("fault", start=5, of_database=of_database, ended=8, healed=10))
    monkeypatch.setattr("time.monotonic", lambda: (8 if of_database else 10) + seconds_after)
    conversation.ledger.answered("POST", status, body)
    assert (conversation.findings() == "") == good


def continuity(opened_at="room-lobby:7"):
    stream = Continuity(LOBBY, opened_at)
    assert stream.opened(opened_at) is None
    return stream


def test_a_stream_without_a_gap_has_no_fault():
    stream = continuity()
    assert stream.message("room-lobby:8", 21) is None
    assert stream.message("room-lobby:9", 25) is None


def test_a_missing_event_is_found():
    assert continuity().message("room-lobby:9", 25) == "event 9 followed event 7"


def test_an_event_that_arrives_twice_is_found():
    stream = continuity()
    stream.message("room-lobby:8", 21)
    assert stream.message("room-lobby:8", 21) == "event 8 followed event 8"


def test_messages_in_another_order_than_their_events_are_found():
    stream = continuity()
    stream.message("room-lobby:8", 25)
    assert stream.message("room-lobby:9", 21) == "message 21 followed message 25"


def test_changes_are_checked_by_their_event_numbers_and_not_by_message_ids():
    stream = continuity()
    stream.message("room-lobby:8", 25)
    assert stream.change("room-lobby:9", 3, version=9) is None
    assert stream.message("room-lobby:10", 26) is None
    assert stream.change("room-lobby:12", 3, version=12) == "event 12 followed event 10"
    assert stream.change("room-lobby:13", 3, version=40) is None  # an older event of a message that was deleted later
    assert stream.change("room-lobby:14", 3, version=9) == "event 14 carries the older change 9"


def test_a_reset_starts_the_order_again():
    stream = Continuity(LOBBY, "room-lobby:9999")
    assert stream.opened(None) is None
    assert stream.reset("room-lobby:12") is None
    assert stream.message("room-lobby:13", 40) is None
    assert stream.message("room-lobby:15", 41) == "event 15 followed event 13"


def test_a_stream_that_opens_at_another_event_is_found():
    stream = Continuity(LOBBY, "room-lobby:7")
    assert (
        stream.opened("room-lobby:8")
        == "the reader asked for the events after room-lobby:7, but the stream opened at room-lobby:8"
    )


def test_an_event_of_another_room_is_found():
    assert "strange event id" in continuity().message("room-other:8", 21)


def test_events_are_parsed_correctly_from_any_pieces_of_the_stream():
    opening = ":   \n\nevent: stream-open\nid: room-%C3%BC:1\ndata:\n\n"
    stream = opening + 'event: message\nid: room-%C3%BC:2\ndata: {"text": "ü"}\n\n'
    whole = EventParser().feed(stream.encode())
    parser = EventParser()
    assert [event for byte in stream.encode() for event in parser.feed(bytes([byte]))] == whole
    assert [event["event"] for event in whole] == ["stream-open", "message"]
    assert whole[1]["data"] == '{"text": "ü"}'


def test_no_two_texts_are_equal_and_none_is_too_long():
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


def test_the_outcome_lists_each_fault_with_its_times(conversation):
    conversation.ledger.windows += [
        Window("condure-killed", 0, ended=1, healed=3),
        Window("condure-killed", 10, ended=11, healed=12),
        Window("control-hangs", 20, ended=25),
    ]
    outcome = summary(conversation.ledger, ["something"], {"seed": 7})
    assert outcome["verdict"] == "red"
    assert outcome["faults"]["condure-killed"] == {"count": 2, "not_healed": 0, "heal_p50_s": 2, "heal_max_s": 2}
    assert outcome["faults"]["control-hangs"]["not_healed"] == 1
    assert json.loads(json.dumps(outcome)) == outcome
    assert "control-hangs                  1         -         -  NOT HEALED" in table(outcome)


@pytest.mark.parametrize(
    "patch", sorted((PROJECT / "tests" / "torture" / "without").glob("*.patch")), ids=lambda p: p.stem
)
def test_every_patch_that_removes_a_cure_still_applies(patch):
    """Nothing else notices an outdated patch, because the runs without cures happen only on demand."""
    subprocess.run(["git", "apply", "--check", patch], cwd=PROJECT, check=True)


def test_a_task_that_misses_its_cancellation_is_cancelled_again():
    async def ignores_its_first_cancellation():
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    async def run():
        task = asyncio.ensure_future(ignores_its_first_cancellation())
        await asyncio.sleep(0)
        await end([task])
        assert task.done()

    asyncio.run(asyncio.wait_for(run(), 10))


def test_it_lists_its_options():
    command = [sys.executable, "-m", "tests.torture", "--help"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: bin/torture")
