"""The short answer by which a GRIP proxy holds a stream.

The proxy passes a reader's request on to us. After our answer it closes its connection to us and keeps the reader's.
Later it asks us again for that reader, at the *next link* in our answer: every ten minutes or so, after an event that
it missed, and at once while there is more to read. The instructions are those of the GRIP protocol,
https://pushpin.org/docs/protocols/grip/.
"""

import hashlib
import time
import zlib
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.urls import reverse
from django_eventstream.eventrequest import EventRequest
from django_eventstream.utils import make_id
from django_grip import GripInstruct
from gripcontrol import Channel

from chat.events.reading import get_events
from chat.grip.channel_names import name_at_proxy

from .middleware import GripRequest
from .sse import KEEP_ALIVE, KEEP_ALIVE_S, stream_body

# Pushpin follows 10 next links a second, each for up to 100 readers. A reader gets no events while it waits for its
# turn. Pushpin also follows each room's link right after the room's first reader came. With a link for each room, the
# last of 1 000 rooms waited for 100 seconds. With one link for all rooms, Django got 1 000 requests a second.
NEXT_LINK_S = 600
LINKS = 50
# Pushpin answers 502 if a first response with instructions has over 100 000 bytes. Next links have no such limit.
MAX_FIRST_BODY_BYTES = 90_000


def grip_response(request: GripRequest, wanted: EventRequest) -> HttpResponse:
    """Return the response that opens or continues the stream."""
    found = get_events(wanted)
    body, last_ids = stream_body(found, opening=not wanted.is_next)
    if len(_format(body)) > MAX_FIRST_BODY_BYTES and not wanted.is_next:
        found.channel_items = {}
        found.channel_more = set(wanted.channels)
        body, last_ids = stream_body(found, opening=True)
    _instruct(request.grip.start_instruct(), last_ids, more=bool(found.channel_more))
    return HttpResponse(_format(body), content_type="text/event-stream")


def _format(body: str) -> bytes:
    # The proxy reads the body as a format with %(channel)s in it.
    return body.replace("%", "%%").encode()


def _instruct(instruct: GripInstruct, last_ids: Mapping[str, str], more: bool) -> None:
    """Write the instructions: which channels the proxy holds, and how it builds an event id from their ids."""
    for channel, last_id in last_ids.items():
        held = Channel(name_at_proxy(channel), prev_id=last_id)
        held.filters.append("build-id")
        instruct.add_channel(held)
    ids = (f"{_format(quote(channel)).decode()}:%({name_at_proxy(channel)})s" for channel in last_ids)
    instruct.meta["id_format"] = ",".join(ids)
    instruct.set_keep_alive(KEEP_ALIVE, KEEP_ALIVE_S)
    if not more:
        instruct.set_hold_stream()
    instruct.set_next_link(_next_link(last_ids, more), _next_link_timeout(last_ids))


def _next_link(last_ids: Mapping[str, str], more: bool) -> str:
    """Return the address that the proxy asks next.

    Usually it is one of LINKS addresses, and all readers of the same channels have the same one. When the proxy asks,
    its header Grip-Last says the channels and their last events. It asks once for all readers with the same last
    events. While there is more to read, the proxy sends no Grip-Last, so the address has the channels and the last
    events. Such an address needs a path of its own: the proxy asks only once for two addresses that differ in their
    query alone, and would give one room's messages to another room's readers.
    """
    if not more:
        return f"{reverse('chat:next-link', args=[_number(last_ids) % LINKS])}?link=next&recover=true"
    fields = [*(("channel", channel) for channel in last_ids), ("link", "next"), ("lastEventId", make_id(last_ids))]
    query = urlencode(fields)
    return f"{reverse('chat:next-link', args=[hashlib.sha256(query.encode()).hexdigest()[:32]])}?{query}"


def _next_link_timeout(channels: Iterable[str]) -> int:
    """Return the seconds until the proxy follows the link unasked, from half to one and a half NEXT_LINK_S.

    The channels decide the second of the clock at which the proxy asks. So it asks once for all readers of the same
    channels, and at different times for different rooms.
    """
    until = (_number(channels) - int(time.time())) % NEXT_LINK_S
    return until if until >= NEXT_LINK_S / 2 else until + NEXT_LINK_S


def _number(channels: Iterable[str]) -> int:
    """Return the same number for the same channels."""
    return zlib.crc32("\n".join(channels).encode())
