"""Compares what was said, what is stored, and what each reader was shown."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .ledger import is_as_said

LATEST_S = 5  # what 99 of 100 deliveries may take at most while nothing is broken


@dataclass
class Evidence:
    """What was found when all had fallen silent."""

    stored: list  # rows (room, id, sender, text, tag, change, deleted) of the database, by id
    logged: list  # rows (channel, event id, type, data) of the event log, by channel and event id
    listed: dict = field(default_factory=dict)  # {room: messages}, through ?after=
    fresh: dict = field(default_factory=dict)  # {room: [messages of a new list, messages of a new page]}, oldest first


def findings(ledger, evidence):
    """Return everything that is wrong, each as a sentence."""
    stored, tombstones = defaultdict(list), defaultdict(list)
    for room, number, sender, text, tag, change, deleted in evidence.stored:
        message = {"id": number, "from": sender, "text": text, "tag": tag, "change": change}
        message = {name: value for name, value in message.items() if value not in (None, "") or name == "text"}
        (tombstones if deleted else stored)[room].append(message)
    return [
        *ledger.violations,
        *unexpected_answers(ledger),
        *lost_or_doubled(ledger, stored, tombstones),
        *otherwise_listed(stored, evidence.listed),
        *otherwise_logged(stored, tombstones, evidence.logged),
        *otherwise_shown(ledger, stored),
        *otherwise_fresh(ledger, evidence.fresh),
        *too_slow(ledger),
    ]


def unexpected_answers(ledger):
    """Find errors that no fault excuses; Django's own are excused by a fault of the database alone."""
    for answer in ledger.answers:
        if answer.of_django:
            excused = any(window.excuses_database_errors(answer.moment) for window in ledger.windows)
        else:
            excused = any(window.excuses_errors(answer.moment) for window in ledger.windows)
        if answer.status < 500 or not excused:
            moment = answer.moment - ledger.began
            yield f"at {moment:.1f} s {answer.request} was answered {answer.status}: {answer.body}"


def lost_or_doubled(ledger, stored, tombstones):
    """Compare the acknowledgements with the database."""
    copies = Counter(message["text"] for messages in stored.values() for message in messages)
    kept = [*stored.items(), *tombstones.items()]
    by_id = {message["id"]: (room, message) for room, messages in kept for message in messages}
    for said in ledger.said.values():
        if copies[said.final_text] > 1:
            yield f"stored {copies[said.final_text]} times: {said.final_text[:60]!r} of {said.sender} in {said.room!r}"
        if said.message is None:
            yield f"never acknowledged, after {said.attempts} attempts: {said.text[:60]!r} in {said.room!r}"
            continue
        room, found = by_id.get(said.message["id"], (None, None))
        if found is None:
            yield f"lost: {said.text[:60]!r} of {said.sender} in {said.room!r} was acknowledged and is not stored"
        elif room != said.room or not is_as_said(found, said, said.final_text):
            yield f"stored otherwise than sent: {found} in {room!r}, sent to {said.room!r}: {said.final_text[:60]!r}"
        elif (found in tombstones[room]) != said.deleted:
            yield f"deleted: {said.deleted}, and stored is {found} in {room!r}"
    for text in copies.keys() - {said.final_text for said in ledger.said.values()}:
        yield f"stored and never said: {text[:60]!r}"


def otherwise_listed(stored, listed):
    """Compare what ?after= tells with the database."""
    for room, messages in stored.items():
        told = [_without_dates(message) for message in listed.get(room, [])]
        if told != messages:
            yield f"?after= of {room!r} tells {len(told)} messages other than the {len(messages)} that are stored"


def otherwise_logged(stored, tombstones, logged):
    """Compare the event log with the database: whoever hears it all knows the same, and nothing of deleted texts."""
    events = defaultdict(list)
    for channel, event_id, kind, data in logged:
        events[channel.removeprefix("room-")].append((event_id, kind, _message_of(data)))
    for room in stored.keys() | events.keys():
        numbers = [number for number, _, _ in events[room]]
        if numbers != [*range(1, len(numbers) + 1)]:
            yield f"the events of {room!r} are not numbered from 1 to {len(numbers)}"
        new = [message["id"] for _, kind, message in events[room] if kind == "message"]
        heard = {}
        for _, kind, message in events[room]:
            if kind == "message-deleted":
                heard.pop(message["id"], None)
            else:
                heard[message["id"]] = _without_dates(message)
        if new != sorted(new) or [*heard.values()] != stored.get(room, []):
            yield f"the events of {room!r} are not its messages in their order"
        deleted = {message["id"] for message in tombstones[room]}
        if any(message["text"] for _, _, message in events[room] if message["id"] in deleted):
            yield f"the events of {room!r} keep the text of a deleted message"


def _message_of(data):
    """Return what a logged event tells: the log holds JSON in JSON."""
    data = json.loads(data) if isinstance(data, str) else data
    return json.loads(data) if isinstance(data, str) else data


def otherwise_shown(ledger, stored):
    """Compare what each reader was shown with the database; who has left, with what it was at any time."""
    said_by_id = {said.message["id"]: said for said in ledger.said.values() if said.message}
    for reader in ledger.readers:
        known = {message["id"]: message for message in stored.get(reader.room, [])}
        who = f"{reader.name} in {reader.room!r}"
        for number, message in reader.shown.items():
            if reader.until is not None and _was_once(message, said_by_id.get(number)):
                continue
            if number not in known:
                yield f"{who} was shown what is not stored: {message}"
            elif _without_dates(message) != known[number]:
                yield f"{who} was shown {message} for {known[number]}"
        wanted = {number for number in known if number >= (reader.since or 0)}
        if reader.until is not None:
            wanted = {number for number in wanted if number <= reader.until}
        if missed := sorted(wanted - reader.shown.keys()):
            yield f"{who} was never shown {len(missed)} messages: {missed[:10]}"


def _was_once(message, said):
    return said and any(is_as_said(message, said, text) for text in (said.text, said.edited_to) if text)


def otherwise_fresh(ledger, fresh):
    """An old page and what it received since make a fresh page."""
    for reader in ledger.readers:
        if reader.until is None:
            shown = [message for _, message in sorted(reader.shown.items())]
            for messages in fresh.get(reader.room, ()):
                common = min(len(messages), len(shown))
                if common and messages[-common:] != shown[-common:]:
                    yield f"{reader.name} in {reader.room!r} shows something else than a fresh page"


def too_slow(ledger):
    delays = calm_delays(ledger)
    if delays and (late := percentile(delays, 99)) > LATEST_S:
        yield f"the 99th percentile of deliveries outside of faults took {late:.1f} s"


def calm_delays(ledger):
    """Return the seconds from acknowledgement to display, sorted, where no fault lay between or shortly before."""
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
