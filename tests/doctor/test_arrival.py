"""The doctor names what is wrong before the web server; it leaves nothing behind."""

import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError

from tests.helpers.certificate import write_certificate
from tests.helpers.signing_front import SigningFront

from .conftest import doctor


@pytest.fixture
def own_certificate(tmp_path):
    """A proxy with a certificate that it has signed itself, and no web server behind it: its URL, its root."""
    write_certificate(tmp_path)
    root = tmp_path / "fullchain.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(root, tmp_path / "privkey.pem")
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"https://localhost:{server.server_port}", root
        server.shutdown()


@pytest.mark.django_db(transaction=True)
def test_all_is_well_and_nothing_is_left_behind(through):
    assert through() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("id", "faults"),
    [
        ("chat.E301", {"answers": {"GET /-/seen": None}}),
        ("chat.E302", {"answers": {"GET /-/seen": (400, b"")}}),
        ("chat.E303", {"answers": {"GET /-/seen": (502, b"Error while proxying to origin.")}}),
        ("chat.E311", {"key": None}),
        ("chat.E312", {"key": "another-key-of-at-least-32-characters"}),
        ("chat.E313", {"behind_s": 7200}),
        ("chat.E314", {"senders": ""}),
        ("chat.E315", {"senders": "203.0.113.7, 10.0.0.5"}),
    ],
)
def test_what_is_wrong_before_the_web_server_is_named(through, id, faults):
    assert through(**faults) == [id]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("ids", "faults"),
    [
        ([], {}),
        (["chat.E311"], {"key": None}),
        (["chat.E312"], {"key": "another-key-of-at-least-32-characters"}),
        (["chat.E313"], {"behind_s": 7200}),
        (["chat.E314"], {"senders": ""}),
        (["chat.E315"], {"senders": "203.0.113.7, 10.0.0.5"}),
        (["chat.E330"], {"answers": {"GET /events/": (502, b"")}}),
    ],
)
def test_only_the_way_of_the_streams_counts_if_nothing_else_passes_the_grip_proxy(through, ids, faults):
    assert through(only_streams=True, **faults) == ids


@pytest.mark.django_db(transaction=True)
def test_a_web_server_with_older_code_on_the_way_of_the_streams_is_named(through):
    missing = b'{"errors": [{"field": "channel", "message": "channel is missing."}]}'
    assert through(answers={"GET /events/": (400, missing, [("Chat-Version", "1.0.0")])}) == ["chat.E304"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("chat.test", "begin it with http:// or https://"),
        ("ftp://chat.test/", "begin it with http:// or https://"),
        ("https:///", "begin it with http:// or https://"),
        ("", "begin it with http:// or https://"),
        ("https://chat.test:99999/", "Port out of range 0-65535."),
        ("https://[chat.test/", "Invalid IPv6 URL."),
        (f"https://{'x' * 70}/", "label"),
        ("https://chat.test/ä/", "ascii"),
    ],
)
def test_a_url_that_nobody_can_open_is_one_sentence(url, why):
    with pytest.raises(CommandError, match=f"^--url {re.escape(url)} won't do: .*{why}"):
        doctor(url=url)


@pytest.mark.django_db
def test_a_certificate_that_this_machine_does_not_trust_is_named(own_certificate, monkeypatch):
    url, root = own_certificate
    ids, text, _ = doctor(url=url)
    assert ids == ["chat.E305"]
    assert "self-signed certificate" in text
    monkeypatch.setenv("SSL_CERT_FILE", str(root))
    assert doctor(url=url)[0] == ["chat.E303"]


@pytest.mark.django_db(transaction=True)
def test_a_doctor_that_is_on_a_trusted_proxy_misses_nobody_in_trusted_proxies(through, settings):
    assert through(senders="127.0.0.1, 127.0.0.1") == ["chat.E315"]
    settings.CHAT_TRUSTED_PROXIES = ("127.0.0.1",)
    assert through(senders="127.0.0.1, 127.0.0.1") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("behind_s", [1800, -7200])
def test_a_clock_that_still_works_is_named_and_the_message_is_still_sent(live_server, proxy, behind_s):
    with SigningFront(live_server.url.removeprefix("http://"), deliver=proxy, behind_s=behind_s) as fake:
        ids, text, _ = doctor(url=fake.url)
    assert ids == ["chat.W311"]
    assert "\nok     a message is posted" in text


@pytest.mark.django_db(transaction=True)
def test_a_wrong_clock_is_called_a_clock(live_server, proxy):
    with SigningFront(live_server.url.removeprefix("http://"), behind_s=7200) as fake:
        text = doctor(url=fake.url)[1]
    assert "The clocks differ: the key is right" in text
    assert "about 720" in text


@pytest.mark.django_db(transaction=True)
def test_another_secret_key_is_named(through, monkeypatch):
    monkeypatch.setattr("chat.doctor.arrival._proof", lambda: {"Doctor": "forged:signature"})
    assert through() == ["chat.E304"]


@pytest.mark.django_db(transaction=True)
def test_embedded_mode_in_several_processes_is_named(live_server, monkeypatch):
    monkeypatch.setattr("chat.streams.arrival.os.getpid", iter(range(100)).__next__)
    assert doctor(url=live_server.url)[0] == ["chat.E316"]


def test_strangers_see_nothing(client):
    for proof in ("", "x", "x:y"):
        assert client.get("/-/seen", headers={"Doctor": proof}).status_code == 404
        assert "signature" not in client.get("/events/", headers={"Doctor": proof}).json()
