"""The doctor names each trap in the settings and in Pushpin's configuration."""

import os
import re

import pytest

from chat.doctor import pushpin_config
from tests.helpers.grip_proxy import KEY

from .conftest import doctor

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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("id", "name", "value"),
    [
        ("chat.E001", "MIDDLEWARE", ["django.middleware.common.CommonMiddleware", "chat.middleware.ChatMiddleware"]),
        ("chat.E002", "GRIP_URL", "http://127.0.0.1:5561"),
        ("chat.E003", "GRIP_PROXIES", [{"control_uri": "proxy:5561"}]),
        ("chat.E004", "GRIP_PROXIES", [PROXY, PROXY]),
        ("chat.E007", "GRIP_PROXIES", [{**PROXY, "key": "changeme"}]),
        ("chat.E010", "CHAT_POLICY", "chat.policy.Nobody"),
        ("chat.E010", "CHAT_POLICY", "chat.models.ChatRoom"),
        ("chat.E011", "CHAT_POLICY", "chat.policy.SignedTokens"),
        ("chat.E013", "CHAT_ORIGINS", ("shop.example.com",)),
        ("chat.W001", "GRIP_PROXIES", [{"control_uri": "http://127.0.0.1:1"}]),
        ("chat.W002", "GRIP_PROXIES", [{**PROXY, "control_uri": "http://8.8.8.8:5561"}]),
        ("chat.W004", "CHAT_TRUSTED_PROXIES", ("0.0.0.0/0",)),
    ],
)
def test_a_trap_in_the_settings_is_named(settings, monkeypatch, id, name, value):
    monkeypatch.setattr("chat.doctor.way.publish", lambda: ())
    assert id not in doctor()[0]
    setattr(settings, name, value)
    assert id in doctor()[0]


@pytest.mark.django_db
def test_every_site_beside_a_policy_with_cookies_is_named(settings, monkeypatch):
    monkeypatch.setattr("chat.doctor.way.publish", lambda: ())
    settings.CHAT_ORIGINS = ("*",)
    assert "chat.E012" not in doctor()[0]
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    assert "chat.E012" in doctor()[0]


@pytest.mark.django_db
def test_sqlite_without_wal_and_immediate_is_named(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "chatsite.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", {"transaction_mode": "IMMEDIATE"})
    assert "chat.W005" in doctor()[0]


@pytest.mark.django_db
def test_another_database_is_named(monkeypatch):
    monkeypatch.setattr("chat.checks.DATABASES", ("oracle",))
    assert "chat.E009" in doctor()[0]


@pytest.mark.django_db
def test_in_a_site_of_your_own_the_doctor_needs_the_address(settings):
    settings.CHAT_RUN_LOCK = None
    assert "chat.E205" in doctor()[0]


@pytest.mark.django_db
def test_debug_in_public_is_named(settings):
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["127.0.0.1"]
    assert "chat.W003" not in doctor()[0]
    settings.ALLOWED_HOSTS = ["chat.example.com"]
    assert "chat.W003" in doctor()[0]


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
