"""manage.py doctor names each trap, and the hop at which a message is lost; it leaves nothing behind."""

import os
import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django_eventstream.models import Event as LoggedEvent

from chat.doctor import front, pushpin_config, steps
from chat.grip import publisher
from chat.health import database
from tests.helpers.certificate import write_certificate
from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.signing_front import SigningFront

PROXY = {"control_uri": "http://127.0.0.1:1", "key": KEY}
SAMPLE = """
[runner]
http_port=7999
client_buffer_size={buffer}
[proxy]
sig_key={key}
x_forwarded_for={forwarded}
max_open_requests={places}
{more}
[handler]
push_in_spec=tcp://127.0.0.1:5560
push_in_sub_specs={sub}
command_spec=ipc://{{rundir}}/command
message_rate={rate}
push_in_http_addr={address}
push_in_http_port=5561
"""
SOUND = {
    **{"key": KEY, "forwarded": "append", "rate": 0, "address": "127.0.0.1", "more": ""},
    **{"buffer": 8192, "places": 64, "sub": "tcp://127.0.0.1:5562"},
}


def doctor(**options):
    """Return the ids of the problems, all that the doctor printed, and its exit status."""
    out, status = StringIO(), 0
    try:
        call_command("doctor", stdout=out, **options)
    except SystemExit as end:
        status = end.code
    lines = out.getvalue().splitlines()
    assert all(re.match(r"ok     \S|WRONG  chat\S+: .+ → .+|WRONG  (?!chat)\S+: ", line) for line in lines), lines
    assert status == any(line.startswith("WRONG") for line in lines)
    return re.findall(r"^WRONG  (\S+):", out.getvalue(), re.MULTILINE), out.getvalue(), status


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch, settings, tmp_path):
    """Let no Pushpin of this machine count, and no test wait for long."""
    monkeypatch.setattr(pushpin_config, "DEBIANS", tmp_path / "none")
    monkeypatch.setattr(front, "ANSWER_S", 2)
    monkeypatch.setattr(publisher, "LAST_RETRY_S", 0.05)
    settings.RUN_LOCK = settings.PUSHPIN_CONFIG = tmp_path / "none"


@pytest.fixture
def proxy(settings):
    with GripProxy() as proxy:
        settings.GRIP_PROXIES = [{"control_uri": proxy.uri, "key": KEY}]
        publisher.forget_lanes()
        yield proxy
    publisher.forget_lanes()


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


def rows():
    return {model: model.objects.count() for model in apps.get_models() if model.__name__ != "Bucket"}


@pytest.fixture
def through(live_server, proxy):
    """Return a function that runs the doctor through a front with these faults, and returns the ids."""

    def run(**faults):
        before = rows()
        with SigningFront(live_server.url.removeprefix("http://"), **{"deliver": proxy, **faults}) as fake:
            found = doctor(url=fake.url)
        assert rows() == before
        return found[0]

    return run


# The settings.


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("id", "name", "value"),
    [
        ("chat.E001", "MIDDLEWARE", ["chat.streams.proxies.TrustedProxies", "chat.streams.middleware.GripMiddleware"]),
        ("chat.E002", "GRIP_URL", "http://127.0.0.1:5561"),
        ("chat.E003", "GRIP_PROXIES", [{"control_uri": "proxy:5561"}]),
        ("chat.E004", "GRIP_PROXIES", [PROXY, PROXY]),
        ("chat.E005", "EVENTSTREAM_STORAGE_CLASS", "django_eventstream.storage.DjangoModelStorage"),
        (
            "chat.E006",
            "MIDDLEWARE",
            ["chat.streams.middleware.GripMiddleware", "django.middleware.common.CommonMiddleware"],
        ),
        ("chat.E007", "GRIP_PROXIES", [{**PROXY, "key": "changeme"}]),
        ("chat.E008", "EVENTSTREAM_CHANNELMANAGER_CLASS", "django_eventstream.channelmanager.DefaultChannelManager"),
        ("chat.W001", "GRIP_PROXIES", [{"control_uri": "http://127.0.0.1:1"}]),
        ("chat.W002", "GRIP_PROXIES", [{**PROXY, "control_uri": "http://8.8.8.8:5561"}]),
        ("chat.W004", "TRUSTED_PROXIES", ("0.0.0.0/0",)),
    ],
)
def test_a_trap_in_the_settings_is_named(settings, monkeypatch, id, name, value):
    monkeypatch.setattr("chat.doctor.way.publish", lambda: ())
    assert id not in doctor()[0]
    setattr(settings, name, value)
    assert id in doctor()[0]


@pytest.mark.django_db
def test_sqlite_without_wal_and_immediate_is_named(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "chatsite.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", {"transaction_mode": "IMMEDIATE"})
    assert "chat.E009" in doctor()[0]


@pytest.mark.django_db
def test_debug_in_public_is_named(settings):
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["127.0.0.1"]
    assert "chat.W003" not in doctor()[0]
    settings.ALLOWED_HOSTS = ["chat.example.com"]
    assert "chat.W003" in doctor()[0]


# Pushpin's configuration.


@pytest.mark.parametrize(
    ("id", "change"),
    [
        ("chat.E102", {"rate": 2500}),
        ("chat.E103", {"key": "changeme"}),
        ("chat.E104", {"key": ""}),
        ("chat.E105", {"forwarded": ""}),
        ("chat.E106", {"address": ""}),
        ("chat.E106", {"address": "0.0.0.0"}),
        ("chat.E107", {"sub": "tcp://127.0.0.1:5562,tcp://*:5563"}),
        ("chat.E107", {"sub": "tcp://0.0.0.0:5562"}),
        ("chat.W103", {"places": ""}),
        ("chat.W103", {"places": 0}),
        ("chat.W103", {"places": 96}),
        ("chat.W104", {"buffer": 4096}),
        (None, {"buffer": ""}),
        (None, {"sub": ""}),
        ("chat.W101", {"more": "accept_pushpin_route=true"}),
        ("chat.W102", {"more": "auto_cross_origin=true"}),
        (None, {}),
    ],
)
@pytest.mark.django_db
def test_a_trap_of_pushpin_is_named(tmp_path, id, change):
    file = tmp_path / "pushpin.conf"
    file.write_text(SAMPLE.format(**{**SOUND, **change}))
    found = [found for found in doctor(pushpin=[file])[0] if re.match(r"chat\..1\d\d", found)]
    assert found == ([id] if id else [])


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_named(tmp_path):
    assert "chat.E101" in doctor(pushpin=[tmp_path / "missing"])[0]


def test_debians_file_counts_if_its_control_port_is_ours_and_a_process_uses_it(settings, monkeypatch, tmp_path):
    file = tmp_path / "pushpin.conf"
    file.write_text(SAMPLE.format(**SOUND))
    monkeypatch.setattr(pushpin_config, "DEBIANS", file)
    monkeypatch.setattr(pushpin_config, "PROCESSES", tmp_path)
    command_line = tmp_path / "61" / "cmdline"
    command_line.parent.mkdir()
    command_line.write_bytes(os.fsencode(f"/usr/bin/pushpin-handler\0--config={file}\0--loglevel=2\0"))
    assert pushpin_config.files() == []
    settings.GRIP_PROXIES = [{**PROXY, "control_uri": "http://127.0.0.1:5561"}]
    assert pushpin_config.files() == [file]
    command_line.write_bytes(b"/usr/bin/pushpin-handler\0--config=/tmp/chat-0-d0efaf59/pushpin.conf\0")  # bin/pushpin
    assert pushpin_config.files() == []


# The database, and whether anything runs.


@pytest.mark.django_db
def test_nothing_that_runs_is_named():
    assert doctor()[0] == ["chat.E201"]


@pytest.mark.django_db(transaction=True)
def test_without_a_url_the_doctor_connects_to_where_bin_run_listens(live_server, proxy, settings, tmp_path):
    settings.ALLOWED_HOSTS = ["chat.test"]
    settings.RUN_LOCK = tmp_path / "run.lock"
    address = urlsplit(live_server.url).netloc
    settings.RUN_LOCK.write_text(f"http://chat.test:8000/\n{os.getpid()}\n{address}\n")
    ids, text, _ = doctor()
    assert ids == ["chat.E311"]  # it has arrived, but there is no Pushpin
    assert f"http://chat.test:8000 at {address}" in text


@pytest.mark.django_db
def test_a_lock_of_an_older_version_has_no_address(settings, tmp_path):
    settings.RUN_LOCK = tmp_path / "run.lock"
    settings.RUN_LOCK.write_text(f"http://127.0.0.1:1/\n{os.getpid()}\n")
    ids, text, _ = doctor()
    assert ids == ["chat.E301"]
    assert "Nobody answers at http://127.0.0.1:1: " in text


@pytest.mark.django_db
def test_missing_tables_are_named():
    MigrationRecorder.Migration.objects.filter(app="chat", name__gte="0010", name__lt="0012").delete()
    ids, text, _ = doctor()
    assert ids == ["chat.E202"]
    assert "Migrations are missing: chat.0010_moderation and 1 more." in text


@pytest.mark.django_db
def test_a_database_that_takes_no_write_is_named(monkeypatch):
    def fail():
        raise OperationalError("the disk is full")

    monkeypatch.setattr(database, "write", fail)
    ids, text, _ = doctor()
    assert ids == ["chat.E203"]
    assert "the disk is full" in text


@pytest.mark.django_db
def test_a_file_of_another_user_is_named_with_the_command_that_gives_it_back(monkeypatch, tmp_path):
    def fail():
        raise OperationalError("unable to open the write queue: Permission denied")

    (tmp_path / "chat.sqlite3-queue").touch()
    monkeypatch.setattr(database, "write", fail)
    monkeypatch.setattr(steps.connection, "vendor", "sqlite")
    monkeypatch.setitem(steps.connection.settings_dict, "NAME", tmp_path / "chat.sqlite3")
    assert "chown" not in doctor()[1]
    monkeypatch.setattr(steps.os, "access", lambda *_: False)
    monkeypatch.setattr(steps.os, "geteuid", lambda: -1)
    text = doctor()[1]
    assert f"{tmp_path}/chat.sqlite3-queue is {tmp_path.owner()}'s" in text
    assert f"chown -R {tmp_path.owner()}: {tmp_path}\n" in text


@pytest.mark.django_db
def test_a_disk_without_wal_is_named(monkeypatch):
    monkeypatch.setattr(steps.connection, "vendor", "sqlite")
    monkeypatch.setattr(steps, "_journal_mode", lambda: "delete")
    assert doctor()[0] == ["chat.E204"]


# How requests arrive.


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
    settings.TRUSTED_PROXIES = ("127.0.0.1",)
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
    monkeypatch.setattr("chat.health.views.os.getpid", iter(range(100)).__next__)
    assert doctor(url=live_server.url)[0] == ["chat.E316"]


def test_strangers_see_nothing(client):
    for proof in ("", "x", "x:y"):
        assert client.get("/-/seen", headers={"Doctor": proof}).status_code == 404


# The way of a message.


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("id", "faults"),
    [
        ("chat.E322", {"answers": {"GET /events/": None}}),
        ("chat.E330", {"answers": {"GET /events/": (502, b"")}}),
        ("chat.E324", {"answers": {"POST /rooms/": (429, b'{"errors": [{"message": "Too fast."}]}')}}),
        ("chat.E325", {"answers": {"POST /rooms/": (200, b'{"id": 999}')}}),
        ("chat.E326", {"after_post": lambda: LoggedEvent.objects.all().delete()}),
        ("chat.E328", {"deliver": None}),
    ],
)
def test_the_hop_that_loses_the_message_is_named(through, id, faults):
    assert through(**faults) == [id]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_said_to_be_the_proxys_or_the_web_servers(live_server, proxy, monkeypatch):
    upstream = live_server.url.removeprefix("http://")
    with SigningFront(upstream, answers={"GET /events/": (502, b"too large")}) as fake:
        assert "the proxy opens no stream, and this answer is its own: 502 too large" in doctor(url=fake.url)[1]
    monkeypatch.setattr("chat.doctor.way.quote", lambda channel: "")
    with SigningFront(upstream) as fake:
        ids, text, _ = doctor(url=fake.url)
    assert ids == ["chat.E323"]
    assert "the web server opens no stream: 400 " in text


@pytest.mark.django_db(transaction=True)
def test_a_web_server_that_does_not_publish_is_named(through, monkeypatch):
    monkeypatch.setattr(publisher, "publish", lambda event: None)
    assert through() == ["chat.E327"]


@pytest.mark.django_db(transaction=True)
def test_a_lost_event_is_named_beside_a_chat_whose_proxy_only_bin_run_knows(through, monkeypatch):
    monkeypatch.setattr("chat.doctor.way.settings", SimpleNamespace(GRIP_PROXIES=[]))
    assert through() == []
    assert through(deliver=None) == ["chat.E329"]


@pytest.mark.django_db(transaction=True)
def test_a_proxy_that_takes_nothing_is_named(through, proxy):
    proxy.mode = "refuse"
    assert {*through()} == {"chat.E321"}
