"""Runs manage.py doctor, also through a front that has the faults which people meet."""

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from chat.doctor import front, pushpin_config
from chat.grip import publisher
from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.signing_front import SigningFront


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
    settings.CHAT_RUN_LOCK = settings.CHAT_PUSHPIN_CONFIG = tmp_path / "none"


@pytest.fixture
def proxy(settings):
    with GripProxy() as proxy:
        settings.GRIP_PROXIES = [{"control_uri": proxy.uri, "key": KEY}]
        publisher.forget_lanes()
        yield proxy
    publisher.forget_lanes()


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
