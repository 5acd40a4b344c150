"""The code of docs/policies.md works as it stands there."""

import re
import shutil
import subprocess
import unicodedata

import pytest
from django.contrib.auth.models import Group as DjangoGroup
from django.contrib.auth.models import User

from tests.helpers.documents import BLOCK, DOCUMENTS
from tests.helpers.posting import url_of
from tests.policy.people import KEYS, SECRET, bearer, signed_in, token

pytestmark = pytest.mark.django_db

PAGE = DOCUMENTS["docs/policies.md"]
BLOCKS = [(language, code) for language, code in BLOCK.findall(PAGE) if language]


def code(language, word):
    [found] = [code for name, code in BLOCKS if name == language and word in code]
    return found


written = {}
exec(code("python", "class Groups"), written)
Groups = written["Groups"]


def test_the_class_makes_a_private_room_of_a_group(settings):
    settings.CHAT_POLICY = "tests.policy.test_document.Groups"
    alice, bob = (User.objects.create_user(name) for name in ("alice", "bob"))
    alice.groups.add(DjangoGroup.objects.create(name="team-attic"))
    for user, attic in ((alice, 200), (bob, 403)):
        client = signed_in(user)
        assert client.get(url_of("team-attic")).status_code == attic
        assert client.post(url_of("team-attic"), {"text": "hi"}).status_code == attic
        assert client.post(url_of("lobby"), {"text": "hi"}).status_code == 200


@pytest.mark.parametrize("change", [{"name": "team-cellar"}, {"name": unicodedata.normalize("NFD", "team-café")}, None])
def test_the_class_opens_no_room_whose_group_has_another_name_or_is_gone(settings, change):
    settings.CHAT_POLICY = "tests.policy.test_document.Groups"
    alice, bob = (User.objects.create_user(name) for name in ("alice", "bob"))
    group = DjangoGroup.objects.create(name="team-café")
    alice.groups.add(group)
    assert signed_in(alice).post(url_of("team-café"), {"text": "hi"}).status_code == 200
    DjangoGroup.objects.update(**change) if change else group.delete()
    assert signed_in(bob).get(url_of("team-café")).status_code == 403


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
