"""ChatMiddleware in a host's site: it does everything for the chat's addresses, and nothing for the others."""

import re

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from chat import maintenance
from chat.conf import Conf, conf
from chat.middleware import is_ours
from chat.policy import Open
from chat.web.place import path_in_chat
from tests.helpers.documents import DOCUMENTS

PREFIX = "/s%C3%BC%C3%9F/chat/"
NAMES = [name for name in vars(Conf) if not name.startswith("_") and name != "shares_log"]  # that one is for the tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def host(settings):
    """A host with Django's usual middleware and none of our settings but one: no thread in the tests."""
    for name in NAMES:
        if hasattr(settings, f"CHAT_{name.upper()}"):
            delattr(settings, f"CHAT_{name.upper()}")
    settings.CHAT_MAINTENANCE = False
    settings.ROOT_URLCONF = "tests.embedding.urls"
    settings.APPEND_SLASH = True
    settings.CSRF_FAILURE_VIEW = "tests.embedding.urls.csrf_failure"
    settings.LANGUAGE_CODE = "de"
    settings.MIDDLEWARE = [
        "chat.middleware.ChatMiddleware",
        "django.middleware.gzip.GZipMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    return settings


@pytest.mark.parametrize("path", ["", "lobby", "rooms/lobby/messages/", "rooms/x", "events/", "-/live", "-/nothing"])
def test_the_chats_addresses_are_below_its_prefix(path):
    request = RequestFactory().get(PREFIX + path)
    assert is_ours(request)
    assert path_in_chat(request) == f"/{path}"


@pytest.mark.parametrize(
    "path", ["/", "/lobby", "/events/", PREFIX[:-1], f"{PREFIX}help/", f"{PREFIX}a/b", "/failing/"]
)
def test_all_other_addresses_are_the_hosts(path):
    assert not is_ours(RequestFactory().get(path))


def test_a_hosts_request_gets_nothing_from_the_chat(client, host):
    with_chat = client.get("/", headers={"X-Forwarded-For": "6.6.6.6", "Grip-Sig": "x"})
    host.MIDDLEWARE = host.MIDDLEWARE[1:]
    without = Client().get("/", headers={"X-Forwarded-For": "6.6.6.6", "Grip-Sig": "x"})
    assert (with_chat.json(), with_chat.headers) == (without.json(), without.headers)


def test_a_post_needs_no_setting_of_ours(client):
    answer = client.post(f"{PREFIX}rooms/lobby/messages/", "from=ann&text=hi", content_type=FORM)
    assert (answer.status_code, answer.headers["Chat-Version"] != "") == (200, True)


FORM = "application/x-www-form-urlencoded"


def test_the_policy_decides_although_the_host_wants_everybody_signed_in(client, host):
    host.MIDDLEWARE = [*host.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert client.get("/").status_code == 302
    assert client.get(f"{PREFIX}rooms/lobby/messages/").status_code == 200
    assert client.get(f"{PREFIX}lobby?user=ann").status_code == 200


@pytest.mark.parametrize(
    ("path", "goes_on"),
    [
        ("events/?channel=room-lobby", True),
        ("events/next-link/", True),
        ("rooms/lobby/events/", True),
        ("rooms/lobby/messages/", False),
        ("lobby?user=ann", False),
        ("rooms/a/b/events/", False),
    ],
)
def test_the_documents_exemption_lets_streams_come_by_plain_http_and_nothing_else(client, host, path, goes_on):
    [line] = re.findall(r"^SECURE_REDIRECT_EXEMPT = .*", DOCUMENTS["docs/embedding.md"], re.MULTILINE)
    written = {}
    exec(line.replace("community/chat", "süß/chat"), written)
    host.SECURE_SSL_REDIRECT, host.SECURE_REDIRECT_EXEMPT = True, written["SECURE_REDIRECT_EXEMPT"]
    host.MIDDLEWARE = [host.MIDDLEWARE[0], "django.middleware.security.SecurityMiddleware", *host.MIDDLEWARE[1:]]
    assert (client.get(PREFIX + path).status_code != 301) is goes_on


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "rooms/lobby/messages", 404), ("post", "rooms/lobby/messages", 404), ("post", "-/moderate/", 403)],
)
def test_a_program_gets_json_in_english_and_not_the_hosts_page(client, method, path, status):
    answer = getattr(client, method)(PREFIX + path, headers={"Accept-Language": "fr"})
    assert (answer.status_code, [*answer.json()]) == (status, ["errors"])
    assert answer["Content-Length"] == str(len(answer.content))


def test_programs_get_english_although_the_host_speaks_another_language(client):
    answer = client.get(f"{PREFIX}rooms/nothing/", headers={"Accept-Language": "fr"})
    assert answer.json()["errors"][0]["message"].startswith("Nothing lives at this address.")


def test_a_mistake_of_ours_is_json_for_programs_and_the_hosts_page_for_people(client, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("chat.api.views.newest_page", broken)
    monkeypatch.setattr("chat.pages.room_page.newest_page", broken)
    answer = client.get(f"{PREFIX}rooms/lobby/messages/")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (500, "server")
    assert client.get(f"{PREFIX}lobby?user=ann").content == b"the host's own mistake"
    caplog.clear()


def test_an_outage_in_the_hosts_middleware_brings_streams_back_later(client, monkeypatch, caplog):
    def away(*_):
        raise OperationalError

    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_response", away)
    answer = client.get(f"{PREFIX}events/?channel=room-lobby")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    assert answer.content.startswith(b"retry: ")
    caplog.clear()


def test_no_transaction_of_the_host_is_around_our_views(client, monkeypatch, settings):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    seen = []
    monkeypatch.setattr("chat.policy.asking.name_of", lambda request: seen.append(len(connection.savepoint_ids)))
    client.get(f"{PREFIX}?user=ann&room=lobby")
    assert seen == [0]


def test_the_first_request_for_the_chat_starts_the_thread_of_its_process(client, host, monkeypatch):
    started = []
    monkeypatch.setattr(maintenance, "start", lambda: started.append(1))
    monkeypatch.setattr(maintenance, "_has_it", None)
    host.CHAT_MAINTENANCE = True
    client.get("/")
    assert started == []
    for _ in range(3):
        client.get(PREFIX)
    assert started == [1]


class EverybodyModerates(Open):
    def may_moderate(self, request, room):
        return True


def test_a_host_without_users_may_have_moderators(host):
    host.CHAT_POLICY = f"{__name__}.EverybodyModerates"
    host.MIDDLEWARE = host.MIDDLEWARE[:1]
    client = Client(raise_request_exception=False)
    client.post(f"{PREFIX}rooms/lobby/messages/", "from=ann&text=hi", content_type=FORM)
    answer = client.post(f"{PREFIX}-/moderate/", "action=lock&room=lobby", content_type=FORM)
    assert (answer.status_code, answer.json()) == (200, {"messages": 0, "done": True})


def test_every_setting_has_a_default():
    assert (conf.site_name, conf.limits, conf.trusted_proxies, conf.source_days) == ("Chat", True, None, 30)
    assert [getattr(conf, name) for name in ("run_lock", "pulse_file", "keep_messages")] == [None, None, None]
