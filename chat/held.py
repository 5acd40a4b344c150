"""Streams that a GRIP proxy holds: one short answer of ours opens each.

The proxy sends a reader's request on to us, keeps the connection and lets ours go. It comes back for the reader
by the *next link* that we gave it: from time to time, when it was told of an event out of sequence, and at once
while there is more to read.
"""

import hashlib
import re
import time
import zlib
from urllib.parse import urlencode

from django.urls import reverse
from django_eventstream.eventstream import get_events
from django_eventstream.utils import make_id

# Pushpin follows 10 next links a second, each for up to 100 readers of the same one, and a reader whose turn has not
# come is told nothing meanwhile: 600 rooms that asked every 20 s were told up to 50 s late. So links are rare.
NEXT_LINK_S = 600
# Pushpin answers 502 for a first response with instructions of over 100 000 bytes. Next links have no such limit.
MAX_FIRST_BODY_BYTES = 90_000


def response(request, wanted):
    """Return the response that opens or continues the stream for an EventRequest.

    The library writes it; we mend what would lose messages.
    """
    found = get_events(wanted)
    response = _mended(request, found)
    if len(response.content) > MAX_FIRST_BODY_BYTES and not wanted.is_next:
        found.channel_items = {channel: [] for channel in found.channel_items}
        found.channel_more = set(wanted.channels)
        request.grip.instruct = None
        response = _mended(request, found)
    request.grip.instruct.set_next_link(_next_link(wanted.channels, found), _next_link_timeout(wanted.channels))
    return response


def _mended(request, found):
    response = found.to_grip_response(request)
    response.content = _escape_ids(_number_open(response.content, found))
    return response


def _number_open(body, found):
    """Give stream-open an id: a reader that is cut off before its first message resumes from there.

    But not before a reset, which it would then never hear of.
    """
    if found.channel_reset:
        return body
    numbered = f"event: stream-open\nid: {make_id(found.channel_last_ids)}\n"
    return body.replace(b"event: stream-open\n", numbered.encode(), 1)


def _escape_ids(body):
    """Double the percent signs of ids and resets: for the proxy the body is a format with %(channel)s in it."""
    return re.sub(
        rb"^id: .*|^event: stream-reset\n(id: .*\n)?data: .*",
        lambda found: found[0].replace(b"%", b"%%"),
        body,
        flags=re.MULTILINE,
    )


def _next_link(channels, found):
    """Return the address by which the proxy goes on.

    It is the same for all readers of the same channels, and the proxy asks once for all of them; the library's
    own differs by the second and by the reader's parameters. Only while more is pending it carries the ids.
    Links that differ have different paths: while one is being answered, the proxy takes another that differs in
    its query alone for the same one, and gives a room's messages to the readers of another room.
    """
    query = [*(("channel", channel) for channel in channels), ("link", "next")]
    if found.channel_more:
        query.append(("lastEventId", make_id(_ids_sent(found))))
    else:
        query.append(("recover", "true"))
    query = urlencode(query)
    return f"{reverse('next-link', args=[hashlib.sha256(query.encode()).hexdigest()[:32]])}?{query}"


def _next_link_timeout(channels):
    """Return the seconds until the proxy follows the link unasked, between half and one and a half NEXT_LINK_S.

    It ends in a second that belongs to these channels: their readers then ask together, and rooms one by one.
    """
    their_second = zlib.crc32("\n".join(channels).encode())
    until = (their_second - int(time.time())) % NEXT_LINK_S
    return until if until >= NEXT_LINK_S / 2 else until + NEXT_LINK_S


def _ids_sent(found):
    sent = {channel: events[-1].id for channel, events in found.channel_items.items() if events}
    return {**found.channel_last_ids, **sent}
