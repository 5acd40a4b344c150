"""What the tests that need no server share."""

import pytest
from django.test import Client

from chat.grip import publisher
from tests.helpers.grip_proxy import KEY, GripProxy


@pytest.fixture(autouse=True)
def no_request_is_an_error(caplog):
    """Fail a test during which the server made a mistake, even if nobody looked at the answer."""
    yield
    mistakes = [record for record in caplog.get_records("call") if record.name == "django.request"]
    assert not [record for record in mistakes if record.levelname == "ERROR" and record.status_code == 500]


@pytest.fixture
def client():
    """A client that gets a 500 as an answer and no favours from the CSRF check, like everybody else."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def grip_proxy(settings):
    """The one GRIP proxy that the site publishes to."""
    with GripProxy() as proxy:
        settings.GRIP_PROXIES = [{"control_uri": proxy.uri, "key": KEY}]
        publisher.forget_lanes()
        yield proxy
    publisher.forget_lanes()
