"""Hypothesis strategies for every part of a request, valid or hostile."""

import json
from urllib.parse import quote_from_bytes, urlencode

from hypothesis import strategies as st

from tests.helpers.posting import FORM, JSON, MULTIPART

METHODS = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
# fmt: off
HOSTILE = [
    "", " ", ".", "..", "/", "\\", "\0", "\n", "%", "%I", "%(x)s", "%00", "%zz", "'", '"', "<b>", "{{ 7 }}", "\u200b",
    "日本", "ü", "u\u0308", "\U0001f600", "\u2028", "\ufffe", "\ud83d", "a\udc00",
    "x" * 64, "x" * 65, "\U0001f600" * 64, "x" * 8001,
    "0", "1", "-1", "+1", "1_0", "1.5", "1e3", "٣", "9" * 18, "9" * 19, "9" * 400, "0x1", "NaN", "null", "true",
    "room-lobby", "room-", "room", "user-1", "room-lobby:1", "room-lobby:", "room-lobby:x", ":", ",", "error",
    "room-lobby:1,room-a:2", "room-%FF:1", "room-a%00:1", "next", "base64:", "e30.e30.e30", "lobby", "Alice",
]
PARAMETERS = [
    "channel", "lastEventId", "link", "recover", "es-meta", "after", "before", "limit", "user", "room", "key", "q",
    "from", "text", "tag", "since", "callback", "_method", "csrfmiddlewaretoken",
]
HEADERS = [
    "Last-Event-ID", "Idempotency-Key", "Accept", "Accept-Encoding", "Cookie", "Grip-Last", "Grip-Sig", "Grip-Status",
    "X-HTTP-Method-Override", "X-Forwarded-For", "X-Forwarded-Proto", "If-None-Match", "If-Modified-Since", "Range",
    "Origin", "Referer", "X-CSRFToken", "Expect", "Content-Encoding", "Connection-Id", "Authorization",
]
CONTENT_TYPES = [
    FORM, JSON, MULTIPART, "", "text/plain", "application/websocket-events", "multipart/form-data", "a/b; c=d; ;;",
    "multipart/form-data; boundary=" + "x" * 300, f"{FORM}; charset=utf-16", f"{JSON}; charset=base64", "\xff/\xff",
]
# fmt: on
SIZES = [0, 1, 8192, 131_071, 131_072, 131_073, 200_000]  # bytes, around the limit of a body

# Also halves of surrogate pairs: JSON and careless clients can send them.
HOSTILE_CHARACTERS = "\0\n\r\x1b \u200b\u2028\ud83d\udc00\ufffe\U0001f600é%:,;&=/\\'\"<{+.1٣x"
strings = st.sampled_from(HOSTILE) | st.text(HOSTILE_CHARACTERS, max_size=9) | st.text(max_size=70)
octets = st.binary(max_size=70) | strings.map(lambda text: text.encode("utf-8", "surrogatepass"))
CONTROLS = dict.fromkeys([*range(32), 127], " ")  # no proxy passes these on
header_values = octets.map(lambda value: value.decode("latin-1").translate(CONTROLS))
segments = octets.map(lambda value: quote_from_bytes(value, safe=""))
paths = st.one_of(
    st.sampled_from(["/", "/events/", "/rooms/lobby/messages/", "/rooms/lobby/events/", "/lobby", "/favicon.ico"]),
    segments.map("/{}".format),
    segments.map("/rooms/{}/messages/".format),
    segments.map("/rooms/{}/events/".format),
    segments.map("/rooms/lobby/messages/{}/".format),
    segments.map("/static/{}".format),
    st.lists(segments, max_size=5).map(lambda parts: "/" + "/".join(parts)),
)
pairs = st.lists(st.tuples(st.sampled_from(PARAMETERS) | octets, octets), max_size=14)
queries = pairs.map(urlencode) | st.text("abcdef&=;%?/+0123456789", max_size=80)
numbers = st.integers(-(10**21), 10**21) | octets
event_ids = st.tuples(segments, numbers).map("room-{0[0]}:{0[1]}".format) | numbers.map("room-lobby:{}".format) | octets
pages = st.lists(
    st.tuples(st.sampled_from(["after", "before", "limit"]), numbers) | st.tuples(st.just("since"), event_ids),
    max_size=2,
).map(urlencode)
ids_sent = st.tuples(segments, header_values).map("events-room-{0[0]}; last-id={0[1]}".format)
headers = st.dictionaries(st.sampled_from(HEADERS), header_values, max_size=4)
proxy_headers = st.builds(lambda sent, others: {**others, "Grip-Last": sent}, ids_sent, headers)


@st.composite
def messages(draw):
    """Draw the fields of a message, most of them valid."""
    fields = {"from": "Alice", "text": "hi"}
    fields |= draw(st.dictionaries(st.sampled_from(["from", "text", "key", "tag"]), strings, max_size=3))
    return fields


@st.composite
def bodies(draw):
    """Draw a content type and a body. They may not match, and the body may be damaged or too large."""
    fields = draw(messages())
    form = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}).encode()
    part = '--BoUnDaRyStRiNg\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = "".join(part.format(*field) for field in fields.items()) + "--BoUnDaRyStRiNg--\r\n"
    matching = st.sampled_from(
        [(FORM, form), (JSON, json.dumps(fields).encode()), (MULTIPART, parts.encode("utf-8", "surrogatepass"))]
    )
    content_type, body = draw(matching)
    body = draw(st.just(body) | st.sampled_from([form, parts.encode("utf-8", "replace")]) | json_values | octets)
    damage = draw(st.integers(0, len(body)))
    body = draw(st.just(body) | st.just(body[:damage]) | octets.map(lambda junk: body[:damage] + junk + body[damage:]))
    content_type = draw(st.just(content_type) | st.sampled_from(CONTENT_TYPES) | header_values)
    return content_type, draw(st.just(body) | st.sampled_from(SIZES).map(lambda size: body.ljust(size, b"x")))


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | strings,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(strings, values, max_size=3),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())


@st.composite
def octet_requests(draw):
    """Draw a whole request as bytes, as a client sends it."""
    method = draw(st.sampled_from(METHODS))
    content_type, body = draw(bodies())
    if method == "HEAD":
        body = b""  # Pushpin answers 502 otherwise
    sent = {"Host": "127.0.0.1", "Content-Type": content_type.translate(CONTROLS), **draw(headers | proxy_headers)}
    sent["Content-Length"] = len(body)
    head = [f"{method} {draw(paths)}?{draw(queries)} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in sent.items()]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body
