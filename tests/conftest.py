"""Fixtures for all tests."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from chat.grip import publisher, signature
from chat.web import outages
from tests.helpers.grip_proxy import KEY, GripProxy


@pytest.fixture(autouse=True)
def no_request_is_an_error(caplog):
    """Fail each test in which the site answered 500, even if the test did not look at the answer."""
    yield
    mistakes = [record for record in caplog.get_records("call") if record.name == "django.request"]
    assert not [record for record in mistakes if record.levelname == "ERROR" and record.status_code == 500]


@pytest.fixture(autouse=True)
def no_outage_of_an_earlier_test(monkeypatch):
    """Let each outage end with its test, and not log its end into a later one."""
    monkeypatch.setattr(outages, "_wait_for_the_end", lambda: None)
    monkeypatch.setattr(outages._Outage, "began", None)


@pytest.fixture(autouse=True)
def no_refused_signature_of_an_earlier_test(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(signature._Log, "last", float("-inf"))
    settings.CHAT_LATE_PROXY_FILE = tmp_path / "late_proxy.txt"


@pytest.fixture
def client():
    """A client like a real one: Django checks its CSRF tokens, and answers 500 instead of raising an exception."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def moderator(db):
    """A client that is logged in as a moderator."""
    user = User.objects.create(username="mod", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="moderate"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def grip_proxy(settings):
    """A fake GRIP proxy, the only one that the site publishes to."""
    with GripProxy() as proxy:
        settings.GRIP_PROXIES = [{"control_uri": proxy.uri, "key": KEY}]
        publisher.forget_lanes()
        yield proxy
    publisher.forget_lanes()
