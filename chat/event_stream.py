"""GET /events/: opens a stream, which the GRIP proxy holds from then on.

The proxy sends a reader's request on to us, keeps the connection and lets ours go. It comes back for the reader
by the *next link* that we gave it: from time to time, when it was told of an event out of sequence, and at once
while there is more to read.
"""

import re
import time
import zlib
from urllib.parse import unquote, urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.urls import reverse
from django_eventstream.eventrequest import EventRequest
from django_eventstream.eventstream import get_events
from django_eventstream.utils import add_default_headers, make_id

from . import embedded
from .channels import clean_channel, room_channel
from .errors import only, refuse, refuse_invalid

MAX_CHANNELS = 10
# Pushpin follows 10 next links a second, each for up to 100 readers of the same one, and a reader whose turn has not
# come is told nothing meanwhile: 600 rooms that asked every 20 s were told up to 50 s late. So links are rare.
NEXT_LINK_S = 600
# Pushpin answers 502 for a first response with instructions of over 100 000 bytes. Next links have no such limit.
MAX_FIRST_BODY_BYTES = 90_000
UNKNOWN_ID = "-1"


@only("GET")  # the proxy would hold the stream of any other method too
def events(request):
    return _open(request, request.GET.getlist("channel"))


@only("GET")
def room_events(request, room):
    return _open(request, [room_channel(room)])


def _open(request, names):
    wanted = EventRequest()
    wanted.channels = _channels(names)
    wanted.is_next = request.GET.get("link") == "next"
    if request.grip.proxied:
        is_recovery = request.GET.get("recover") == "true"
        wanted.channel_last_ids = (
            _proxy_last_ids(request) if is_recovery else _reader_last_ids(request, wanted.channels)
        )
        response = _held_response(request, wanted)
    elif isinstance(request, ASGIRequest) and not settings.GRIP_PROXIES:
        wanted.channel_last_ids = _reader_last_ids(request, wanted.channels)
        response = StreamingHttpResponse(embedded.stream(wanted), content_type="text/event-stream")
    else:
        raise refuse(
            501,
            "connection",
            "Streams are held by the GRIP proxy, not by Django: connect to the address that bin/run prints, "
            "http://127.0.0.1:8000/ unless HOST or PORT says otherwise.",
        )
    add_default_headers(response, request)
    return response


def _channels(names):
    """Return the channels sorted and each once, so that all their readers share one next link."""
    if not names:
        raise refuse(400, "channel", "channel is missing. Add ?channel=room-<room>.")
    try:
        channels = sorted({clean_channel(name) for name in names})
    except ValidationError as error:
        raise refuse_invalid("channel", error) from None
    if len(channels) > MAX_CHANNELS:
        raise refuse(
            400,
            "channel",
            f"At most {MAX_CHANNELS} channels fit into one stream, these are {len(channels)}. Open several.",
            limit=MAX_CHANNELS,
        )
    return channels


def _proxy_last_ids(request):
    """Return what the proxy says it has sent, {channel: id}, from the header Grip-Last."""
    sent = {unquote(name.removeprefix("events-")): last_id for name, last_id in request.grip.last.items()}
    return {channel: _id(last_id) for channel, last_id in sent.items()}


def _reader_last_ids(request, channels):
    """Return what the reader says it has seen, {channel: id}, UNKNOWN_ID for what it doesn't say sensibly.

    The header wins over the query, for an EventSource sends its first query again for ever. Old clients store
    the id `error` of a stream-error: it counts as none.
    """
    text = request.headers.get("Last-Event-ID") or next(filter(None, reversed(request.GET.getlist("lastEventId"))), "")
    if text in ("", "error"):
        return {}
    unknown = dict.fromkeys(channels, UNKNOWN_ID)
    try:
        pairs = [part.rsplit(":", 1) for part in text.split(",")]
        return unknown | {clean_channel(unquote(name)): _id(last_id) for name, last_id in pairs}
    except (ValueError, ValidationError):
        return unknown


def _id(text):
    return str(int(text)) if re.fullmatch(r"[0-9]{1,18}", text) else UNKNOWN_ID


def _held_response(request, wanted):
    found = get_events(wanted)
    response = found.to_grip_response(request)
    if len(response.content) > MAX_FIRST_BODY_BYTES and not wanted.is_next:
        found.channel_items = {channel: [] for channel in found.channel_items}
        found.channel_more = set(wanted.channels)
        request.grip.instruct = None
        response = found.to_grip_response(request)
    response.content = _escape_ids(response.content)
    request.grip.instruct.set_next_link(_next_link(wanted.channels, found), _next_link_timeout(wanted.channels))
    return response


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
    """
    query = [*(("channel", channel) for channel in channels), ("link", "next")]
    if found.channel_more:
        query.append(("lastEventId", make_id(_ids_sent(found))))
    else:
        query.append(("recover", "true"))
    return f"{reverse('events')}?{urlencode(query)}"


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
