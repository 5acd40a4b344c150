"""The way of a message: it is posted, saved, logged, published, and arrives in a held stream.

The room has a name that nobody knows, and all that it left in the database is removed in the end.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import transaction
from django_eventstream.event import Event
from django_eventstream.models import Event as LoggedEvent
from django_eventstream.models import EventCounter

from chat.events.channels import room_channel
from chat.grip import publisher
from chat.models import ChatMessage, ChatRoom
from chat.policy.doctor import proof
from chat.redaction import public_part

from .front import NO_ANSWER, Front, Stream

SENDER = "doctor"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def publish() -> Iterator[CheckMessage]:
    """Publish an event to each proxy, in a channel that nobody reads; yield which of them do not take it."""
    yield from _refusals(Event(f"{room_channel(SENDER)}-{secrets.token_hex(8)}", "message", "{}", id=1))


def _refusals(event: Event) -> Iterator[CheckMessage]:
    for proxy in settings.GRIP_PROXIES:
        try:
            publisher.publish_now(proxy, event)
        except Exception as error:  # whatever failed, this proxy has not got it
            yield Error(
                f"Publish: {public_part(proxy['control_uri'])} does not take events: {' '.join(str(error).split())}",
                hint="Start this proxy, or correct its address and its key in GRIP_URL. A firewall may be in between.",
                id="chat.E321",
            )


def walk(front: Front) -> Iterator[CheckMessage]:
    """Send a message along the whole way; yield at which hop it was lost, if it was."""
    room = f"{SENDER}-{secrets.token_hex(8)}"
    channel = room_channel(room)
    try:
        with front.stream(f"/events/?channel={quote(channel)}", proof(room)) as stream:
            yield from _walk(front, stream, room, channel)
    except NO_ANSWER as error:
        yield Error(
            f"Held stream: {front.url} does not answer: {error or type(error).__name__}",
            hint="The GRIP proxy hangs, or slow clients have taken all its places: look into its log, and restart it.",
            id="chat.E322",
        )
    finally:
        forget(room, channel)


def _walk(front: Front, stream: Stream, room: str, channel: str) -> Iterator[CheckMessage]:
    if stream.status != 200 and not stream.is_ours:
        yield Error(
            f"Held stream: the proxy opens no stream, and this answer is its own: {stream.refusal()}",
            hint="Look into the proxy's log (bin/run's Pushpin: log/ in DATA_DIR), then into the web server's.",
            id="chat.E330",
        )
        return
    if stream.status != 200 or not stream.has("event: stream-open"):
        yield Error(
            f"Held stream: the web server opens no stream: {stream.refusal()}",
            hint="Look at the checks above this one, then into the web server's log.",
            id="chat.E323",
        )
        return
    text = secrets.token_hex(8)
    sent = urlencode({"from": SENDER, "text": text})
    answer = front.ask("POST", f"/rooms/{quote(room)}/messages/", sent, FORM | proof(room))
    if answer.status != 200:
        yield Error(
            f"Post: the message is refused: {answer.error()}",
            hint="The sentence says why. For a 5xx, look into the web server's log by the Request-Id.",
            id="chat.E324",
        )
        return
    message = ChatMessage.objects.filter(room__eid=room, id=answer.json().get("id")).first()
    if message is None:
        yield Error(
            "Save: the message is not in the database of this command, so the web server uses another one.",
            hint="Give this command and all servers the same DATABASE_URL, or the same DATA_DIR.",
            id="chat.E325",
        )
        return
    logged = LoggedEvent.objects.filter(channel=channel, eid=message.event).first()
    if logged is None:
        yield Error(
            "Log: the message is saved, but its event is not in the event log, so nobody can resume.",
            hint="Call send_event in the transaction that saves the message, and use the chat's own event log.",
            id="chat.E326",
        )
        return
    if not stream.has(text):
        yield from _lost(stream, Event(channel, logged.type, json.loads(logged.data), id=logged.eid), text)


def _lost(stream: Stream, event: Event, text: str) -> Sequence[CheckMessage]:
    """Return why the event has not arrived: this command publishes it once more."""
    if not settings.GRIP_PROXIES:  # manage.py has not found the Pushpin of bin/run
        return [
            Error(
                "Publish: the event has not arrived: the web server did not publish it, or Pushpin did not pass it on.",
                hint="/-/ready at INTERNAL and the log say which. Restart the chat.",
                id="chat.E329",
            )
        ]
    if refusals := [*_refusals(event)]:
        return refusals
    if stream.has(text):
        return [
            Error(
                "Publish: the web server does not publish to this proxy. This command has, and the event arrived.",
                hint="Restart the web server with the GRIP_URL that this command has; /-/ready says what waits there.",
                id="chat.E327",
            )
        ]
    return [
        Error(
            "Held stream: the proxies of GRIP_URL have taken the event, but the one that holds the streams has not.",
            hint="Name every Pushpin in GRIP_URL, also the one that people connect to; or it hangs: restart it.",
            id="chat.E328",
        )
    ]


def forget(room: str, channel: str) -> None:
    """Remove all rows of the room and its channel."""
    with transaction.atomic():
        ChatMessage.objects.filter(room__eid=room).delete()
        ChatRoom.objects.filter(eid=room).delete()
        LoggedEvent.objects.filter(channel=channel).delete()
        EventCounter.objects.filter(name=channel).delete()
