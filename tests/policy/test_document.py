"""The code of docs/policies.md works as it stands there."""

import re
import shutil
import subprocess
import sys
from types import ModuleType

import pytest
from django.contrib.auth.models import Group as DjangoGroup
from django.contrib.auth.models import User
from django.db.models.signals import m2m_changed, pre_delete
from django.test import Client

from chat.models import Recheck
from tests.helpers.documents import BLOCK, DOCUMENTS
from tests.helpers.posting import url_of
from tests.policy.people import KEYS, SECRET, bearer, signed_in, token

pytestmark = pytest.mark.django_db

PAGE = DOCUMENTS["docs/policies.md"]
BLOCKS = [(language, code) for language, code in BLOCK.findall(PAGE) if language]


def code(language, word):
    [found] = [code for name, code in BLOCKS if name == language and word in code]
    return found


def module(name, text):
    made = ModuleType(name)
    exec(text, vars(made))
    return made


rules = module("mysite.rules", code("python", "class Groups"))
Groups = rules.Groups


def test_the_class_makes_a_private_room_of_a_group(settings):
    settings.CHAT_POLICY = "tests.policy.test_document.Groups"
    alice, bob = (User.objects.create_user(name) for name in ("alice", "bob"))
    alice.groups.add(DjangoGroup.objects.create(name="attic"))
    for user, attic in ((alice, 200), (bob, 403)):
        client = signed_in(user)
        assert client.get(url_of("attic")).status_code == attic
        assert client.post(url_of("attic"), {"text": "hi"}).status_code == attic
        assert client.post(url_of("lobby"), {"text": "hi"}).status_code == 200


def test_a_private_room_stays_closed_when_its_group_is_renamed_or_deleted(settings):
    settings.CHAT_POLICY = "tests.policy.test_document.Groups"
    alice, bob = (User.objects.create_user(name) for name in ("alice", "bob"))
    attic = DjangoGroup.objects.create(name="attic")
    alice.groups.add(attic)
    DjangoGroup.objects.update(name="loft")
    assert [signed_in(user).get(url_of("attic")).status_code for user in (alice, bob)] == [403, 403]
    assert [signed_in(user).get(url_of("loft")).status_code for user in (alice, bob)] == [200, 403]
    attic.delete()
    assert [signed_in(user).get(url_of("loft")).status_code for user in (alice, bob)] == [403, 403]


@pytest.mark.parametrize("room", ["lobby", "attic"])
def test_the_class_refuses_strangers(settings, room):
    settings.CHAT_POLICY = "tests.policy.test_document.Groups"
    assert Client().get(url_of(room)).status_code == 401


@pytest.fixture
def receivers(monkeypatch):
    """The document's receivers listen during the test."""
    for signal in (m2m_changed, pre_delete):
        monkeypatch.setattr(signal, "receivers", [*signal.receivers])
    monkeypatch.setitem(sys.modules, "mysite.rules", rules)
    monkeypatch.setitem(sys.modules, "mysite", ModuleType("mysite"))
    yield module("mysite.rechecks", code("python", "def membership_ends"))
    monkeypatch.undo()
    for signal in (m2m_changed, pre_delete):
        signal.sender_receivers_cache.clear()


def saved_in_the_admin(user, group):
    """Save the user's page in the admin with no group."""
    root = signed_in(User.objects.create_superuser("root"))
    form = {"username": user.username, "is_active": "on", "date_joined_0": "2026-11-01", "date_joined_1": "10:00"}
    assert root.post(f"/admin/auth/user/{user.pk}/change/", form).status_code == 302


ENDS = {
    "the user leaves": (lambda user, group: user.groups.remove(group), {"attic"}),
    "the group removes": (lambda user, group: group.user_set.remove(user), {"attic"}),
    "the user leaves all": (lambda user, group: user.groups.clear(), {"attic"}),
    "the group removes all": (lambda user, group: group.user_set.clear(), {"attic"}),
    "other groups": (lambda user, group: user.groups.set([]), {"attic"}),
    "the admin": (saved_in_the_admin, {"attic"}),
    "the group is deleted": (lambda user, group: group.delete(), {"attic"}),
    "all groups are deleted": (lambda user, group: DjangoGroup.objects.all().delete(), {"attic"}),
    "the user is deleted": (lambda user, group: user.delete(), {"attic", "lobby"}),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_receivers_recheck_the_rooms_of_a_membership_that_ends(receivers, end):
    user, group = User.objects.create_user("alice"), DjangoGroup.objects.create(name="attic")
    user.groups.add(group, DjangoGroup.objects.create(name="x" * 65))  # no room can have that name
    assert not Recheck.objects.exists()
    act, rooms = ENDS[end]
    act(user, group)
    assert {*Recheck.objects.values_list("room", flat=True)} == rooms
    assert not (user.pk and user.groups.filter(name="attic").exists())


def python_token():
    known = {"secret": SECRET}
    exec(code("python", "jwt.encode"), known)
    return known["token"]


def run(program, script):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    option = {"node": "-e", "php": "-r"}[program]
    done = subprocess.run([program, option, script], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


TOKENS = {
    "python": python_token,
    "node": lambda: run("node", f"const secret = '{SECRET}';{code('js', 'createHmac')}console.log(token);"),
    "php": lambda: run("php", f"$secret = '{SECRET}';{code('php', 'hash_hmac')}echo $token;"),
}


@pytest.mark.parametrize("language", TOKENS)
def test_a_token_from_each_language_is_accepted(settings, language):
    settings.CHAT_POLICY = "chat.policy.SignedTokens"
    settings.CHAT_TOKEN_KEYS = {"2026-11": {"alg": "HS256", "key": SECRET}}
    client = bearer(TOKENS[language]())
    assert client.post(url_of(), {"text": "hi"}).json()["from"] == "Ann"
    assert [client.get(url_of(room)).status_code for room in ("lobby", "team-a", "attic")] == [200, 200, 403]


def test_the_page_shows_refusals_as_they_are(settings):
    settings.CHAT_POLICY, settings.CHAT_TOKEN_KEYS = "chat.policy.SignedTokens", KEYS
    [expired] = re.findall(r'"message": "(The token has expired[^"]+)"', PAGE)
    assert bearer(token(exp=-60)).get(url_of()).json()["errors"][0]["message"] == expired
    [room] = re.findall(r'"message": "(You may not read the room[^"]+)"', PAGE)
    assert bearer(token()).get(url_of("attic")).json()["errors"][0]["message"] == room
