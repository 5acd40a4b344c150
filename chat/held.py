"""Streams that a GRIP proxy holds: one short answer of ours opens each.

The proxy sends a reader's request on to us, keeps the connection and lets ours go. It comes back for the reader
by the *next link* that we gave it: from time to time, when it was told of an event out of sequence, and at once
while there is more to read. The instructions are those of the GRIP protocol, https://pushpin.org/docs/protocols/grip/.
"""

import hashlib
import time
import zlib
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.urls import reverse
from django_eventstream.eventstream import get_events
from django_eventstream.utils import make_id
from gripcontrol import Channel

from .channels import name_at_proxy
from .stream_body import KEEP_ALIVE, KEEP_ALIVE_S, stream_body

# Pushpin follows 10 next links a second, each for up to 100 readers, and a reader whose turn has not come is told
# nothing meanwhile. And it follows that of each room right after the room's first reader came. So links are rare, and
# few: with one for each room the last of 1 000 rooms had to wait for 100 seconds, with one for all of them Django got
# 1 000 requests a second.
NEXT_LINK_S = 600
LINKS = 50
# Pushpin answers 502 for a first response with instructions of over 100 000 bytes. Next links have no such limit.
MAX_FIRST_BODY_BYTES = 90_000


def response(request, wanted):
    """Return the response that opens or continues the stream for an EventRequest."""
    found = get_events(wanted)
    body, last_ids = stream_body(found, opening=not wanted.is_next)
    if len(_format(body)) > MAX_FIRST_BODY_BYTES and not wanted.is_next:
        found.channel_items = {}
        found.channel_more = set(wanted.channels)
        body, last_ids = stream_body(found, opening=True)
    _instruct(request.grip.start_instruct(), last_ids, more=bool(found.channel_more))
    return HttpResponse(_format(body), content_type="text/event-stream")


def _format(body):
    # For the proxy the body is a format with %(channel)s in it.
    return body.replace("%", "%%").encode()


def _instruct(instruct, last_ids, more):
    """Tell the proxy what to hold: the channels, and how the ids of all of them make an event's id."""
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


def _next_link(last_ids, more):
    """Return the address by which the proxy goes on.

    Usually it is one of a few, the same for everybody in the same channels: the proxy says in its header Grip-Last
    which channels it means and what it has told of them, and of readers who are equally far it asks for one. Only
    while more is pending there is no such header, and the link says it. Such links have paths of their own: while one
    is being answered, the proxy takes another that differs in its query alone for the same one, and gives a room's
    messages to the readers of another room.
    """
    if not more:
        return f"{reverse('next-link', args=[_number(last_ids) % LINKS])}?link=next&recover=true"
    query = [*(("channel", channel) for channel in last_ids), ("link", "next"), ("lastEventId", make_id(last_ids))]
    query = urlencode(query)
    return f"{reverse('next-link', args=[hashlib.sha256(query.encode()).hexdigest()[:32]])}?{query}"


def _next_link_timeout(channels):
    """Return the seconds until the proxy follows the link unasked, between half and one and a half NEXT_LINK_S.

    It ends in a second that belongs to these channels: their readers then ask together, and rooms one by one.
    """
    until = (_number(channels) - int(time.time())) % NEXT_LINK_S
    return until if until >= NEXT_LINK_S / 2 else until + NEXT_LINK_S


def _number(channels):
    """Return a number (int) that belongs to these channels."""
    return zlib.crc32("\n".join(channels).encode())
