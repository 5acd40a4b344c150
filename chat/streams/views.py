"""GET /events/: opens or continues a stream, and says which channels it carries and from which event on."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django_eventstream.utils import add_default_headers, make_id

from chat import limits
from chat.events.channels import clean_channel, room_channel
from chat.grip import signature
from chat.grip.channel_names import channel_named
from chat.grip.config import proxies
from chat.policy import asking
from chat.web.place import is_next_link
from chat.web.refusals import only, refuse, refuse_invalid
from chat.web.sources import source_of
from chat.web.writers import is_limited

from . import arrival, embedded, next_links
from .grip_response import continue_stream, end_stream, open_stream
from .middleware import GripRequest
from .next_links import Rights
from .wanted import Wanted

MAX_CHANNELS = 10
MAX_HEAD_BYTES = 8_192  # of a request through Pushpin: client_buffer_size in deploy/pushpin.conf
BROWSER_HEADERS_BYTES = 2_048
MAX_DIGITS = 15  # of an event's number, however many events a channel will have
UNKNOWN_ID = "-1"


@only("GET")  # the proxy would hold the stream for any other method too
def events(request: GripRequest, link: str = "") -> HttpResponseBase:
    if arrival.is_asked(request):
        return arrival.report(request)
    return _stream(request, request.GET.getlist("channel"), link)


@only("GET")
def room_events(request: GripRequest, room: str) -> HttpResponseBase:
    return _stream(request, [room_channel(room)])


def _stream(request: GripRequest, names: list[str], link: str = "") -> HttpResponseBase:
    response: HttpResponseBase
    if request.grip.proxied and is_next_link(request):
        continued = _continued(request, link)
        response = continue_stream(request, continued) if continued else end_stream()
    else:
        response = _open(request, names)
    add_default_headers(response, request)
    return response


def _open(request: GripRequest, names: list[str]) -> HttpResponseBase:
    channels = _channels(names)
    wanted = Wanted(channels, _reader_last_ids(request, channels), Rights(), is_next=False)
    _refuse_long(request, channels)
    _refuse_too_many(request)
    if request.grip.proxied:
        return open_stream(request, wanted)
    if isinstance(request, ASGIRequest) and not proxies():
        if embedded.is_full():
            raise refuse(503, "connection", "Embedded mode holds no more streams. Try later, or use Pushpin.")
        return StreamingHttpResponse(embedded.open_stream(request, wanted), content_type="text/event-stream")
    asking.refuse_readers(request, channels)
    if "Grip-Sig" in request.headers:
        signature.refuse(request.headers["Grip-Sig"], proxies())
        raise refuse(
            503, "Grip-Sig", "The GRIP proxy's signature was refused. The operator finds the reason in the log."
        )
    raise refuse(
        501,
        "connection",
        "Streams are held by the GRIP proxy, not by Django: connect to the address that bin/run prints, "
        "http://127.0.0.1:8000/ unless HOST or PORT says otherwise.",
    )


def _continued(request: GripRequest, link: str) -> Wanted | None:
    """Return how a stream of the proxy goes on; None if it ends, and its readers have to open it again.

    `link` is the last part of the next link's path.
    """
    if signed := next_links.signed_position(request, link):
        names, event_id, rights = signed
        channels = _channels(names)
        last_ids = _last_ids(event_id, channels)
    elif request.grip.last:
        last_ids = _proxy_last_ids(request)
        channels = _channels(last_ids)
        rights = Rights()
        if not asking.is_open():
            rights = Rights(next_links.end_in_hold_link(link), {c: int(last_ids[c]) for c in last_ids})
    else:
        return None  # a reader, or a link of an older version or with another SECRET_KEY
    if rights.are_over() or (rights.end is None and not asking.is_open()):
        return None
    return Wanted(channels, last_ids, rights, is_next=True)


def _refuse_long(request: GripRequest, channels: Iterable[str]) -> None:
    """Raise Refusal if the reader could not resume: its URL and its event id would not fit into Pushpin's buffer."""
    farthest_id = make_id(dict.fromkeys(channels, "9" * MAX_DIGITS))
    needed = len(request.get_full_path()) + len(farthest_id) + BROWSER_HEADERS_BYTES
    if needed > MAX_HEAD_BYTES:
        raise refuse(
            400,
            "channel",
            f"The address and the event id of these channels need {needed} bytes with a browser's headers, at most "
            f"{MAX_HEAD_BYTES} fit. Open several streams.",
            limit=MAX_HEAD_BYTES,
        )


def _refuse_too_many(request: GripRequest) -> None:
    """Raise a temporary Refusal if the client opens more streams than the limit allows.

    Each process counts for itself: a statement for each stream would slow down the return of all readers after a
    restart.
    """
    if is_limited(request) and (source := source_of(request)):
        try:
            limits.take_here(limits.STREAMS, source)
        except limits.OverLimit as over:
            raise refuse(503, "connection", str(over)) from None


def _channels(names: Iterable[str]) -> list[str]:
    """Return the channels sorted and each once, so that all their readers get the same instructions."""
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


def _proxy_last_ids(request: GripRequest) -> dict[str, str]:
    """Return the ids that the proxy has sent, {channel: id}, from its header Grip-Last."""
    return {channel_named(name): _id(last_id) for name, last_id in request.grip.last.items()}


def _reader_last_ids(request: GripRequest, channels: Iterable[str]) -> dict[str, str]:
    """Return the ids that the reader has seen, {channel: id}, or UNKNOWN_ID for ids that make no sense.

    The header wins over the query, because an EventSource repeats its first query endlessly. Old clients store the id
    `error` of a stream-error: it counts as no id.
    """
    text = request.headers.get("Last-Event-ID") or next(filter(None, reversed(request.GET.getlist("lastEventId"))), "")
    return {} if text in ("", "error") else _last_ids(text, channels)


def _last_ids(event_id: str, channels: Iterable[str]) -> dict[str, str]:
    """Return the ids in the event id of a stream, {channel: id}, or UNKNOWN_ID for ids that make no sense."""
    unknown = dict.fromkeys(channels, UNKNOWN_ID)
    try:
        pairs = [part.rsplit(":", 1) for part in event_id.split(",")]
        return unknown | {clean_channel(unquote(name)): _id(last_id) for name, last_id in pairs}
    except (ValueError, ValidationError):
        return unknown


def _id(text: str) -> str:
    return str(int(text)) if re.fullmatch(r"[0-9]{1,18}", text) else UNKNOWN_ID
