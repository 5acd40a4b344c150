"""GET /events/ by a GRIP proxy: the instructions for the proxy, and the events of the first answer."""

import json
import time
from urllib.parse import quote, urlencode

import jwt
import pytest
from django.db import transaction
from django.utils import timezone
from django_eventstream.models import Event

from chat.events.log import KEPT, EventLog, go_on_from
from chat.models import history_mark
from chat.streams import next_links
from tests.helpers.grip_proxy import KEY
from tests.helpers.posting import STRANGE_ROOMS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signing_proxy(settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]


def signature(key=KEY, exp=60, **claims):
    return jwt.encode({"iss": "pushpin", "exp": int(time.time()) + exp, **claims}, key)


@pytest.fixture
def ask(client):
    """A function that sends a request as the proxy does, with its signature."""

    def ask(query="channel=room-lobby", path="/events/", **headers):
        return client.get(f"{path}?{query}", headers={"Grip-Sig": signature(), **headers})

    return ask


def log(count, room="lobby", text="hi"):
    with transaction.atomic():
        for _ in range(count):
            EventLog().append_event(f"room-{room}", "message", json.dumps({"text": text}))


def link(response):
    """Return the next link without its timeout."""
    return response["Grip-Link"].partition(">")[0].removeprefix("<")


def events(response):
    """Return the events of a body as [(event, id, data)], with single percent signs, as the proxy sends them."""
    blocks = response.content.decode().replace("%%", "%").split("\n\n")
    fields = [dict(line.partition(":")[::2] for line in block.split("\n")) for block in blocks if "event:" in block]
    return [(f["event"].strip(), f.get("id", "").strip(), f["data"].strip()) for f in fields]


def kinds(response):
    return [kind for kind, _, _ in events(response)]


@pytest.mark.parametrize("room", ["lobby", "attic"])
def test_a_stream_opens_at_the_number_from_which_a_restored_log_goes_on(ask, room):
    log(1)
    go_on_from(7)
    assert "prev-id=7" in ask(f"channel=room-{room}")["Grip-Channel"]


def test_the_answer_makes_the_proxy_hold_the_stream_from_the_current_id(ask):
    log(3)
    response = ask()
    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    assert response["Grip-Hold"] == "stream"
    assert "events-room-lobby; prev-id=3; filter=build-id" in response["Grip-Channel"]
    assert "; rel=next; timeout=" in response["Grip-Link"]
    assert response["Grip-Set-Meta"] == 'id_format="room-lobby:%(events-room-lobby)s"'
    assert events(response) == [("stream-open", "room-lobby:3", f'{{"history": "{history_mark()}"}}')]


def test_no_cache_and_no_proxy_may_keep_a_stream_back(ask):
    response = ask()
    assert response["Cache-Control"] == "no-cache"
    assert response["X-Accel-Buffering"] == "no"  # nginx


def test_a_keep_alive_event_comes_every_twenty_seconds(ask):
    assert ask()["Grip-Keep-Alive"] == "event: keep-alive\\ndata: {}\\n\\n; format=cstring; timeout=20"


@pytest.mark.parametrize(
    ("query", "headers"), [("", {"Last-Event-ID": "room-lobby:2"}), ("&lastEventId=room-lobby:2", {})]
)
def test_a_reader_gets_the_missed_events(ask, query, headers):
    log(4)
    response = ask(f"channel=room-lobby{query}", **headers)
    assert [(kind, event_id) for kind, event_id, _ in events(response)] == [
        ("stream-open", "room-lobby:2"),
        ("message", "room-lobby:3"),
        ("message", "room-lobby:4"),
    ]


def test_the_last_event_id_header_overrides_the_query(ask):
    log(4)
    response = ask("channel=room-lobby&lastEventId=room-lobby:1", **{"Last-Event-ID": "room-lobby:3"})
    assert kinds(response) == ["stream-open", "message"]


UNKNOWN = ["room-lobby:99", "room-lobby:", "room-lobby:abc", "room-lobby:1.5", "room-lobby:-1", "room-lobby:1_0"]
UNKNOWN += ["room-lobby:\u0661", "\0", "junk", ":", ",", "room-lobby:1:2", "room-x:1", "room-lobby:" + "9" * 30, "é"]


@pytest.mark.parametrize("event_id", UNKNOWN)
def test_an_unknown_id_resets_the_stream_and_the_stream_continues(ask, event_id):
    log(3)
    response = ask(urlencode({"channel": "room-lobby", "lastEventId": event_id}))
    assert events(response) == [
        ("stream-open", "", f'{{"history": "{history_mark()}"}}'),
        ("stream-reset", "room-lobby:3", f'{{"channels": ["room-lobby"], "history": "{history_mark()}"}}'),
    ]
    assert response["Grip-Hold"] == "stream"


def test_an_id_older_than_the_log_resets_the_stream(ask):
    log(3)
    Event.objects.update(created=timezone.now() - 2 * KEPT)
    EventLog().trim_event_log()
    assert kinds(ask(**{"Last-Event-ID": "room-lobby:1"})) == ["stream-open", "stream-reset"]


@pytest.mark.parametrize("event_id", ["error", ""])
def test_the_id_error_counts_as_no_id(ask, event_id):
    log(3)
    assert kinds(ask(**{"Last-Event-ID": event_id})) == ["stream-open"]


def test_all_readers_of_the_same_rooms_share_one_next_link(ask):
    log(2, "b")
    first = ask("channel=room-b&channel=room-a&es-meta=x&nonsense=1")
    later = ask("channel=room-a&channel=room-b&channel=room-a", **{"Last-Event-ID": "room-a:0,room-b:1"})
    assert link(first) == link(later)


def test_many_rooms_share_few_next_links(ask):
    """Pushpin follows at most ten next links a second."""
    links = {link(ask(f"channel=room-{number}")) for number in range(300)}
    assert 1 < len(links) <= next_links.LINKS


def test_next_links_to_missed_events_have_paths_of_their_own(ask):
    """The proxy gives the same answer to two links that differ only in their query."""
    log(150, "a")
    log(150, "b")
    pending = [ask(f"channel=room-{room}", **{"Last-Event-ID": f"room-{room}:{n}"}) for room in "ab" for n in (1, 2)]
    paths = [link(answer).partition("?")[0] for answer in [*pending, ask()]]
    assert len({*paths}) == len(paths)
    assert all(path.startswith("/events/") for path in paths)


def test_both_addresses_of_a_rooms_stream_share_one_next_link(ask):
    assert link(ask("", path="/rooms/lobby/events/")) == link(ask())


@pytest.mark.parametrize("room", STRANGE_ROOMS)
def test_the_next_link_of_a_strange_room_is_plain_ascii_and_leads_to_its_stream(ask, client, room):
    response = ask("", path=f"/rooms/{quote(room, safe='')}/events/")
    address = link(response)
    assert address.isascii()
    assert not set(address) & set(' ",;<>')
    last = f"{response['Grip-Channel'].partition(';')[0]}; last-id=0"
    again = client.get(address, headers={"Grip-Sig": signature(), "Grip-Last": last})
    assert again["Grip-Channel"] == response["Grip-Channel"]


@pytest.mark.parametrize("room", STRANGE_ROOMS)
def test_the_proxy_sends_the_ids_of_a_strange_room_unchanged(ask, room):
    """The proxy takes the first body for a format: a single percent sign in an id would end the stream."""
    log(2, room)
    channel = f"room-{room}"
    for last_id in (f"{quote(channel)}:1", "nonsense"):
        body = ask(urlencode({"channel": channel, "lastEventId": last_id})).content.decode()
        assert "%" not in body.replace("%%", "")
        assert f"id: {quote(channel)}:2" in body.replace("%%", "%")


def test_all_streams_with_one_next_link_have_one_time_for_it(monkeypatch):
    """Pushpin has one timer for each link and time, and slows down with the number of its timers."""
    times = {}
    for now in (1_000_000, 1_000_003, 1_000_250):
        monkeypatch.setattr(next_links.time, "time", lambda now=now: now)
        for room in range(500):
            channels, rights = [f"room-{room}"], next_links.Rights()
            times.setdefault(next_links.hold_link(channels, rights), set()).add(next_links.timeout(channels, rights))
    assert len(times) == next_links.LINKS
    assert {len(found) for found in times.values()} == {1}
    assert len({*map(min, times.values())}) == next_links.LINKS  # not all rooms at once
    assert all(next_links.NEXT_LINK_S / 2 <= min(found) < next_links.NEXT_LINK_S * 1.5 for found in times.values())


def test_a_next_link_continues_after_the_last_event_that_the_proxy_has_sent(ask):
    log(3)
    response = ask("link=next&recover=true", **{"Grip-Last": "events-room-lobby; last-id=2"})
    assert events(response) == [("message", "room-lobby:3", '{"text": "hi"}')]
    assert "prev-id=3" in response["Grip-Channel"]


def test_a_next_link_without_new_events_has_an_empty_body(ask):
    log(3)
    response = ask("link=next&recover=true", **{"Grip-Last": "events-room-lobby; last-id=3"})
    assert response.content == b""
    assert response["Grip-Hold"] == "stream"


@pytest.mark.parametrize("last", ["events-room-lobby; last-id=abc", "events-room-lobby"])
def test_a_next_link_with_a_malformed_position_resets_the_stream(ask, last):
    log(3)
    assert kinds(ask("link=next&recover=true", **{"Grip-Last": last})) == ["stream-reset"]


@pytest.mark.parametrize("last", ["nonsense", ";;;=,", "", "events-x; last-id=1"])
def test_a_next_link_with_a_position_in_no_room_is_refused(ask, last):
    response = ask("link=next&recover=true", **{"Grip-Last": last})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "channel"


def test_more_than_a_hundred_missed_events_come_in_several_answers(ask, client):
    log(250)
    response = ask(**{"Last-Event-ID": "room-lobby:0"})
    seen = []
    while True:
        seen += [event_id for kind, event_id, _ in events(response) if kind == "message"]
        if "Grip-Hold" in response:
            break
        assert "recover" not in link(response)
        response = client.get(link(response), headers={"Grip-Sig": signature()})
    assert seen == [f"room-lobby:{n}" for n in range(1, 251)]


def test_missed_events_too_big_for_a_first_answer_come_through_a_next_link(ask, client):
    log(20, text="x" * 8000)
    response = ask(**{"Last-Event-ID": "room-lobby:0"})
    assert len(response.content) < 100_000
    assert kinds(response) == ["stream-open"]
    assert "Grip-Hold" not in response
    rest = client.get(link(response), headers={"Grip-Sig": signature()})
    assert kinds(rest) == ["message"] * 20


def test_the_size_of_a_first_answer_counts_with_doubled_percent_signs(ask):
    """95 messages in a room of 64 emoji take 86 000 bytes, or 111 000 with the doubled percent signs of their ids."""
    room = "😀" * 64
    log(95, room)
    response = ask(urlencode({"channel": f"room-{room}", "lastEventId": f"{quote(f'room-{room}')}:0"}))
    assert len(response.content) < 100_000
    assert "Grip-Hold" not in response


@pytest.mark.parametrize("es_meta", ["junk", signature(KEY), ""])
def test_es_meta_is_ignored(ask, es_meta):
    assert ask(f"channel=room-lobby&es-meta={es_meta}").status_code == 200


REFUSED = [
    "",
    "channel=",
    "channel=lobby",
    "channel=user-1",
    "channel=events-room-x",
    "channel=room-",
    "channel=room-a/b",
]
REFUSED += ["channel=room-%00", "channel=room-..", "channel=room-%20x", "channel=room-" + "x" * 65, "channel=Room-x"]


@pytest.mark.parametrize("query", REFUSED)
def test_a_channel_that_belongs_to_no_room_is_refused(ask, query):
    response = ask(query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "channel"


def test_a_stream_has_at_most_ten_channels(ask):
    assert ask("&".join(f"channel=room-{n}" for n in range(10))).status_code == 200
    response = ask("&".join(f"channel=room-{n}" for n in range(11)))
    assert response.status_code == 400
    assert response.json()["errors"][0]["limit"] == 10


def test_all_unicode_forms_of_a_room_name_mean_the_same_channel(ask):
    assert link(ask(urlencode({"channel": "room-u\u0308"}))) == link(ask(urlencode({"channel": "room-ü"})))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "head", "options"])
@pytest.mark.parametrize("path", ["/events/?channel=room-x", "/rooms/x/events/"])
def test_only_get_opens_a_stream(client, method, path):
    response = getattr(client, method)(path, headers={"Grip-Sig": signature()})
    assert response.status_code == 405
    assert response["Allow"] == "GET"
    assert "Grip-Hold" not in response


FORGED = [
    signature("another key of at least 32 characters.."),
    signature(exp=-10),
    "x",
    jwt.encode({"exp": 2**31}, None, "none"),
]


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_signature_opens_no_stream(client, forged):
    response = client.get("/events/?channel=room-lobby", headers={"Grip-Sig": forged})
    assert "Grip-Hold" not in response
    assert response.content.startswith(b"retry: ")


def test_a_request_without_a_signature_learns_where_to_connect(client):
    response = client.get("/events/?channel=room-lobby")
    assert response.status_code == 501
    assert "connect to" in response.json()["errors"][0]["message"]


def test_forged_proxy_headers_cause_no_500(client):
    headers = {"Grip-Last": 'x; last-id="', "Grip-Feature": ",", "Last-Event-ID": "a:b"}
    assert client.get("/events/?channel=room-x&recover=true", headers=headers).status_code == 501


def test_a_stream_is_never_compressed(ask):
    """The proxy would append its uncompressed events to a compressed beginning."""
    log(20)
    answer = ask("channel=room-lobby&lastEventId=room-lobby:0", **{"Accept-Encoding": "gzip"})
    assert not answer.has_header("Content-Encoding")
    assert kinds(answer).count("message") == 20


def test_an_expired_signature_opens_no_stream_even_if_it_was_valid_before(ask):
    headers = {"Grip-Sig": signature(exp=2)}
    assert "Grip-Hold" in ask(**headers)
    deadline = time.monotonic() + 10
    while "Grip-Hold" in ask(**headers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
