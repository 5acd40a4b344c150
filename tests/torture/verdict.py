"""Compares the sent messages, the stored messages, and the messages that each reader was shown."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .ledger import is_as_sent
from .tokens import shown_without_right

LATEST_S = 5  # the most that 99 of 100 deliveries may take outside of faults


@dataclass
class Evidence:
    """The state of the chat after the last message has arrived."""

    stored: list  # rows (room, id, sender, text, tag, change, deleted) of the database, by id
    logged: list  # rows (channel, event id, type, data) of the event log, by channel and event id
    listed: dict = field(default_factory=dict)  # {room: messages}, through ?after=
    fresh: dict = field(default_factory=dict)  # {room: [messages of a new list, messages of a new page]}, oldest first
    rechecks: list = field(default_factory=list)  # (channel, event id, time of time.time()) of each recheck


def findings(ledger, evidence):
    """Return all faults of the run, each as a sentence."""
    stored, deleted_messages = defaultdict(list), defaultdict(list)
    for room, number, sender, text, tag, change, deleted in evidence.stored:
        message = {"id": number, "from": sender, "text": text, "tag": tag, "change": change}
        message = {name: value for name, value in message.items() if value not in (None, "") or name == "text"}
        (deleted_messages if deleted else stored)[room].append(message)
    return [
        *ledger.violations,
        *unexpected_answers(ledger),
        *lost_or_doubled_messages(ledger, stored, deleted_messages),
        *wrong_lists(stored, evidence.listed),
        *wrong_event_logs(stored, deleted_messages, evidence.logged),
        *wrong_screens(ledger, stored),
        *outdated_screens(ledger, evidence.fresh),
        *slow_deliveries(ledger),
        *shown_without_right(ledger.guests, evidence.rechecks),
    ]


def unexpected_answers(ledger):
    """Find error answers that no fault explains. Only a fault of the database explains an error answer of Django."""
    for answer in ledger.answers:
        if answer.of_django:
            excused = any(window.excuses_database_errors(answer.moment) for window in ledger.windows)
        else:
            excused = any(window.excuses_errors(answer.moment) for window in ledger.windows)
        if answer.status < 500 or not excused:
            moment = answer.moment - ledger.began
            yield f"at {moment:.1f} s {answer.request} was answered {answer.status}: {answer.body}"


def lost_or_doubled_messages(ledger, stored, deleted_messages):
    """Compare the acknowledgements with the database."""
    copies = Counter(message["text"] for messages in stored.values() for message in messages)
    in_database = [*stored.items(), *deleted_messages.items()]
    by_id = {message["id"]: (room, message) for room, messages in in_database for message in messages}
    for sent in ledger.sent.values():
        if copies[sent.final_text] > 1:
            yield f"stored {copies[sent.final_text]} times: {sent.final_text[:60]!r} of {sent.sender} in {sent.room!r}"
        if sent.message is None:
            yield f"never acknowledged, after {sent.attempts} attempts: {sent.text[:60]!r} in {sent.room!r}"
            continue
        room, found = by_id.get(sent.message["id"], (None, None))
        if found is None:
            yield f"lost: {sent.text[:60]!r} of {sent.sender} in {sent.room!r} was acknowledged and is not stored"
        elif room != sent.room or not is_as_sent(found, sent, sent.final_text):
            yield f"stored otherwise than sent: {found} in {room!r}, sent to {sent.room!r}: {sent.final_text[:60]!r}"
        elif (found in deleted_messages[room]) != sent.deleted:
            yield f"deleted: {sent.deleted}, and stored is {found} in {room!r}"
    for text in copies.keys() - {sent.final_text for sent in ledger.sent.values()}:
        yield f"stored, but nobody sent it: {text[:60]!r}"


def wrong_lists(stored, listed):
    """Compare the lists of ?after= with the database."""
    for room, messages in stored.items():
        without_dates = [_without_dates(message) for message in listed.get(room, [])]
        if without_dates != messages:
            yield f"?after= of {room!r} lists {len(without_dates)} messages, but not the {len(messages)} stored ones"


def wrong_event_logs(stored, deleted_messages, logged):
    """Compare the event log with the database: its events lead to the same messages, and have no deleted texts."""
    events = defaultdict(list)
    for channel, event_id, kind, data in logged:
        events[channel.removeprefix("room-")].append((event_id, kind, _message_of(data)))
    for room in stored.keys() | events.keys():
        numbers = [number for number, _, _ in events[room]]
        if numbers != [*range(1, len(numbers) + 1)]:
            yield f"the events of {room!r} are not numbered from 1 to {len(numbers)}"
        new = [message["id"] for _, kind, message in events[room] if kind == "message"]
        latest = {}
        for _, kind, message in events[room]:
            if kind == "recheck":
                continue
            if kind == "message-deleted":
                latest.pop(message["id"], None)
            else:
                latest[message["id"]] = _without_dates(message)
        if new != sorted(new) or [*latest.values()] != stored.get(room, []):
            yield f"the events of {room!r} are not its messages in their order"
        deleted = {message["id"] for message in deleted_messages[room]}
        if any(message["text"] for _, _, message in events[room] if message.get("id") in deleted):
            yield f"the events of {room!r} keep the text of a deleted message"


def _message_of(data):
    """Return the message in a logged event: the log has JSON in JSON."""
    data = json.loads(data) if isinstance(data, str) else data
    return json.loads(data) if isinstance(data, str) else data


def wrong_screens(ledger, stored):
    """Compare each reader's messages with the database; of a reader who has left, also with earlier versions."""
    sent_by_id = {sent.message["id"]: sent for sent in ledger.sent.values() if sent.message}
    for reader in ledger.readers:
        known = {message["id"]: message for message in stored.get(reader.room, [])}
        who = f"{reader.name} in {reader.room!r}"
        for number, message in reader.shown.items():
            if reader.until is not None and _was_once(message, sent_by_id.get(number)):
                continue
            if number not in known:
                yield f"{who} was shown a message that is not stored: {message}"
            elif _without_dates(message) != known[number]:
                yield f"{who} was shown {message} instead of {known[number]}"
        wanted = {number for number in known if number >= (reader.since or 0)}
        if reader.until is not None:
            wanted = {number for number in wanted if number <= reader.until}
        if missed := sorted(wanted - reader.shown.keys()):
            yield f"{who} was never shown {len(missed)} messages: {missed[:10]}"


def _was_once(message, sent):
    return sent and any(is_as_sent(message, sent, text) for text in (sent.text, sent.edited_to) if text)


def outdated_screens(ledger, fresh):
    """Compare each old page, with all later events, with a fresh page."""
    for reader in ledger.readers:
        if reader.until is None:
            shown = [message for _, message in sorted(reader.shown.items())]
            for messages in fresh.get(reader.room, ()):
                common = min(len(messages), len(shown))
                if common and messages[-common:] != shown[-common:]:
                    yield f"{reader.name} in {reader.room!r} shows other messages than a fresh page"


def slow_deliveries(ledger):
    """Find out whether deliveries took too long outside of faults."""
    delays = calm_delays(ledger)
    if delays and (late := percentile(delays, 99)) > LATEST_S:
        yield f"the 99th percentile of deliveries outside of faults took {late:.1f} s"


def calm_delays(ledger):
    """Return the times from acknowledgement to display, in seconds and sorted, of deliveries outside of faults."""
    broken = [(window.start, window.healed or float("inf")) for window in ledger.windows]
    return sorted(
        shown - acknowledged
        for acknowledged, shown in ledger.deliveries
        if not any(start <= shown and acknowledged <= end for start, end in broken)
    )


def percentile(values, percent):
    """Return the percentile of sorted values."""
    return values[min(len(values) - 1, len(values) * percent // 100)]


def _without_dates(message):
    return {name: value for name, value in message.items() if name not in ("date", "edited", "deleted")}
