"""The short answer by which a GRIP proxy holds a stream.

The proxy passes a reader's request on to us. After our answer it closes its connection to us and keeps the reader's.
Later it asks us again for that reader, at the *next link* in our answer: every ten minutes or so, after an event that
it missed, and at once while there is more to read. The instructions are those of the GRIP protocol,
https://pushpin.org/docs/protocols/grip/.
"""

from collections.abc import Mapping
from urllib.parse import quote

from django.http import HttpResponse
from django_grip import GripInstruct
from gripcontrol import Channel

from chat.events.reading import get_events
from chat.grip import slots
from chat.grip.channel_names import name_at_proxy
from chat.policy import asking

from . import next_links
from .middleware import GripRequest
from .next_links import Rights
from .sse import KEEP_ALIVE, KEEP_ALIVE_S, stream_body
from .wanted import Wanted

# Pushpin answers 502 if a first response with instructions has over 100 000 bytes. Next links have no such limit.
MAX_FIRST_BODY_BYTES = 90_000


def open_stream(request: GripRequest, wanted: Wanted) -> HttpResponse:
    """Return the response that opens the stream; raise Refusal if the policy refuses it."""
    found = get_events(wanted)
    body, last_ids = stream_body(found, opening=True)
    if len(_format(body)) > MAX_FIRST_BODY_BYTES:
        found.channel_items = {}
        found.channel_more = set(wanted.channels)
        body, last_ids = stream_body(found, opening=True)
    if not asking.is_open():
        wanted.restrict(last_ids, more=bool(found.channel_more))
        asking.refuse_readers(request, wanted.channels)  # after the log was read, see chat/policy/recheck.py
    return _held(request, body, last_ids, wanted.rights, more=bool(found.channel_more))


def continue_stream(request: GripRequest, wanted: Wanted) -> HttpResponse:
    """Return the response to a next link of the stream. It ends the stream if the policy is to be asked again."""
    found = get_events(wanted)
    if wanted.must_end(found):
        return end_stream()
    body, last_ids = stream_body(found, opening=False)
    return _held(request, body, last_ids, wanted.rights, more=bool(found.channel_more))


def end_stream() -> HttpResponse:
    """Return the response by which the proxy ends the streams of all readers who share the next link.

    They reconnect and go on after their last event.
    """
    return HttpResponse(content_type="text/event-stream")


def _held(request: GripRequest, body: str, last_ids: Mapping[str, str], rights: Rights, more: bool) -> HttpResponse:
    _instruct(request.grip.start_instruct(), last_ids, rights, more)
    return HttpResponse(_format(body), content_type="text/event-stream")


def _format(body: str) -> bytes:
    # The proxy reads the body as a format with %(channel)s in it.
    return body.replace("%", "%%").encode()


def _instruct(instruct: GripInstruct, last_ids: Mapping[str, str], rights: Rights, more: bool) -> None:
    """Write the instructions: which channels the proxy holds, and how it builds an event id from their ids."""
    for channel, last_id in last_ids.items():
        held = Channel(name_at_proxy(channel), prev_id=last_id)
        held.filters.append("build-id")
        instruct.add_channel(held)
    if rights.end is not None:
        instruct.add_channel(Channel(slots.channel_of(rights.end)))
    ids = (f"{_format(quote(channel)).decode()}:%({name_at_proxy(channel)})s" for channel in last_ids)
    instruct.meta["id_format"] = ",".join(ids)
    instruct.set_keep_alive(KEEP_ALIVE, KEEP_ALIVE_S)
    if not more:
        instruct.set_hold_stream()
    link = next_links.more_link(last_ids, rights) if more else next_links.hold_link(last_ids, rights)
    instruct.set_next_link(link, next_links.timeout(last_ids, rights))
