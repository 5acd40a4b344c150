"""How many statements each view takes: Open takes none more than a chat without policies, the others a few."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.messages.actions import say
from tests.helpers.grip_proxy import KEY
from tests.helpers.posting import url_of
from tests.policy.people import FORM, KEYS, bearer, signed_in, token_of
from tests.policy.test_private_room import signed

pytestmark = pytest.mark.django_db

LIST = url_of()
# What each view takes with Open, and how many more with SiteUsers: the session and the user, and the permissions of the
# user and of the user's groups, where it counts whether somebody is a moderator.
VIEWS = {
    "join page": ("GET", "/", "", 0, 2),
    "join, with a room": ("GET", "/?user=Al&room=lobby", "", 0, 2),
    "page": ("GET", "/lobby?user=Al", "", 2, 4),
    "page of older messages": ("GET", "/lobby?user=Al&before=99", "", 4, 4),
    "form": ("POST", "/lobby?user=Al", "text=hi", 5, 4),
    "list": ("GET", LIST, "", 2, 2),
    "list, head": ("HEAD", LIST, "", 2, 2),
    "list before": ("GET", f"{LIST}?before=99", "", 4, 2),
    "list since": ("GET", f"{LIST}?since=room-lobby:0", "", 4, 2),
    "message": ("GET", f"{LIST}M/", "", 2, 2),
    "post": ("POST", LIST, "from=Al&text=hi", 5, 4),
    "edit": ("PATCH", f"{LIST}M/", "text=hello&key=k1", 10, 4),
    "delete": ("DELETE", f"{LIST}M/", "key=k1", 10, 4),
    "moderate": ("POST", "/-/moderate/", "action=lock&room=lobby", 0, 4),
    # One statement, unless there is something to read.
    "stream": ("GET", "/events/?channel=room-lobby", "", 1, 2),
    "stream, after the newest event": ("GET", "/events/?channel=room-lobby&lastEventId=room-lobby:1", "", 1, 2),
    "stream, after an older event": ("GET", "/events/?channel=room-lobby&lastEventId=room-lobby:0", "", 3, 2),
    "stream of two rooms": ("GET", "/events/?channel=room-lobby&channel=room-attic", "", 1, 2),
}


def by_anybody(settings):
    return Client()


def by_user(settings):
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    return signed_in(User.objects.create_user("Al"))


def by_token(settings):
    settings.CHAT_POLICY, settings.CHAT_TOKEN_KEYS = "chat.policy.SignedTokens", KEYS
    return bearer(token_of("Al", "*"))


def statements(client, view, settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    method, path, body, _, _ = VIEWS[view]
    message_id = say("lobby", "Al", "hi", "k1").pk
    say("attic", "Al", "hi")
    path = path.replace("/M/", f"/{message_id}/")
    headers = signed() if "events" in path else {}
    Client().get(LIST, headers={"Author-Key": "a" * 20})  # the process reads the authors' secret once
    with CaptureQueriesContext(connection) as taken:
        client.generic(method, path, body, content_type=FORM, headers=headers)
    return [query["sql"] for query in taken]


@pytest.mark.parametrize("view", VIEWS)
def test_open_takes_what_a_chat_without_policies_takes(settings, view):
    assert len(statements(by_anybody(settings), view, settings)) == VIEWS[view][3]


@pytest.mark.parametrize("view", VIEWS)
def test_site_users_takes_the_session_the_user_and_for_moderators_two_more(settings, view):
    found = statements(by_user(settings), view, settings)
    asked = [sql for sql in found if '"django_session"' in sql or '"auth_' in sql]
    assert len(asked) == VIEWS[view][4], asked


@pytest.mark.parametrize("view", VIEWS)
def test_a_signed_token_takes_no_statement(settings, view):
    found = statements(by_token(settings), view, settings)
    assert [sql for sql in found if '"django_session"' in sql or '"auth_' in sql] == []
