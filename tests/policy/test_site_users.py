"""SiteUsers: who is signed in, as the database has it now, and the name that the site knows."""

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from chat.messages.forms import AuthorKeyField
from chat.messages.writer import Writer
from chat.models import ChatMessage, ChatRoom
from chat.policy import NotSignedIn, SiteUsers
from chat.policy.asking import policy
from tests.helpers.page import Page
from tests.helpers.posting import url_of
from tests.policy.people import FORM, signed_in

pytestmark = pytest.mark.django_db

SAID = {"text": "hi"}


@pytest.fixture(autouse=True)
def site_users(settings):
    settings.CHAT_POLICY = "chat.policy.SiteUsers"


@pytest.fixture
def alice():
    return User.objects.create_user("alice")


def moderators_page(client, room="lobby"):
    return client.get(f"/{room}").context["page"].get("moderateUrl")


def test_everybody_who_is_signed_in_may_read_and_write_in_every_room(alice):
    client = signed_in(alice)
    for room in ("lobby", "attic"):
        assert client.post(url_of(room), SAID).json()["from"] == "alice"
        assert client.get(url_of(room)).json()["messages"][0]["text"] == "hi"
    assert client.post("/-/moderate/", "action=lock&room=lobby", content_type=FORM).status_code == 403
    assert moderators_page(client) is None


def test_a_moderator_has_the_permission(alice):
    alice.user_permissions.add(Permission.objects.get(codename="moderate"))
    client = signed_in(alice)
    assert client.post(url_of(), SAID).json()["staff"] is True
    assert client.post("/-/moderate/", "action=lock&room=lobby", content_type=FORM).status_code == 200
    assert moderators_page(client) == "/-/moderate/"


def test_a_moderator_who_may_not_read_a_room_may_not_moderate_it(alice, settings):
    settings.CHAT_POLICY = "tests.policy.people.MembersOnly"
    alice.user_permissions.add(Permission.objects.get(codename="moderate"))
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in signed_in(alice).cookies.items()}
    assert policy().may_moderate(request, "lobby")
    assert not policy().may_moderate(request, "attic")


def ways_out():
    """The ways in which a right ends, each with what the person would have to do again."""
    return {
        "signed out": lambda client, user: Client.logout(client_with(client)),
        "session deleted": lambda client, user: Session.objects.all().delete(),
        "deactivated": lambda client, user: User.objects.update(is_active=False),
        "deleted": lambda client, user: User.objects.all().delete(),
        "new password": lambda client, user: (user.set_password("another"), user.save()),
    }


def client_with(client):
    """Return another client with the same cookies, such as another tab."""
    other = Client()
    other.cookies = client.cookies.copy()
    return other


@pytest.mark.parametrize("way", ways_out())
def test_who_is_no_longer_signed_in_is_refused_at_once(alice, way):
    client = signed_in(alice)
    assert client.get(url_of()).status_code == 200
    ways_out()[way](client, alice)
    answer = client.get(url_of())
    assert answer.status_code == 401
    assert answer.json()["errors"] == [{"field": "user", "message": "You are not signed in. Sign in and try again."}]
    assert "WWW-Authenticate" not in answer


@pytest.mark.parametrize("way", ways_out())
def test_the_user_that_a_request_had_a_moment_ago_does_not_decide(alice, way):
    client = signed_in(alice)
    ways_out()[way](client_with(client), alice)
    request = RequestFactory().get("/", headers={"Cookie": f"sessionid={client.cookies['sessionid'].value}"})
    request.user = alice
    with pytest.raises(NotSignedIn):
        SiteUsers().may_read(request, "lobby")


def test_asking_changes_no_session(alice, settings):
    """Django's own get_user gives a session a new key if its hash is of an old SECRET_KEY."""
    client = signed_in(alice)
    before = [*Session.objects.values()]
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    answer = client.get(url_of())
    assert "sessionid" not in answer.cookies
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = settings.SECRET_KEY_FALLBACKS[0], []
    assert [*Session.objects.values()] == before


@pytest.mark.parametrize("cookie", ["", "x", "\u00fc", "' OR 1=1", "x" * 5000])
def test_a_wrong_cookie_is_a_stranger(cookie):
    client = Client()
    client.cookies["sessionid"] = cookie
    assert client.get(url_of()).status_code == 401


def test_a_session_of_another_backend_is_a_stranger(alice, settings):
    client = signed_in(alice)
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
    assert client.get(url_of()).status_code == 401


def test_a_backend_that_lets_inactive_users_in_changes_nothing(alice, settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.AllowAllUsersModelBackend"]
    client = signed_in(alice)
    assert client.get(url_of()).status_code == 200
    User.objects.update(is_active=False)
    assert client.get(url_of()).status_code == 401


BAD_NAMES = {"x" * 65: "has 65 characters, at most 64", "a\u202eb": "that turns the text", "\u3164": "is blank"}
BAD_NAMES["moderator"] = "a name that only moderators may use"


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_none_in_a_chat_is_refused_in_words(name):
    client = signed_in(User.objects.create(username=name))
    for answer in (client.post(url_of(), SAID), client.get("/lobby"), client.post("/lobby", SAID)):
        assert answer.status_code == 403
        words = answer.content.decode()
        assert "can&#x27;t be one here" in words or "can't be one here" in words
        assert BAD_NAMES[name] in words
        assert "Only the site can change it." in words
    assert client.get(url_of()).status_code == 200
    assert not ChatRoom.objects.exists()


def test_a_moderator_may_have_a_name_for_moderators():
    assert signed_in(User.objects.create_superuser("admin")).post(url_of(), SAID).json()["from"] == "admin"


def test_a_message_keeps_its_account_until_that_is_deleted(alice):
    message = signed_in(alice).post(url_of(), SAID).json()
    assert {*message} == {"id", "from", "text", "date", "author"}
    assert ChatMessage.objects.get().account == alice
    signed_in(alice).post(url_of("new"), SAID)  # insert_into can't, so Django saves it
    assert ChatMessage.objects.last().account == alice
    alice.delete()
    kept = ChatMessage.objects.first()
    assert (kept.account, kept.user, kept.text) == (None, "alice", "hi")


def change(client, method, message, text="", **fields):
    body = "&".join(f"{name}={value}" for name, value in {"text": text, **fields}.items())
    return client.generic(method, f"{url_of()}{message['id']}/", body, content_type=FORM)


def test_an_account_changes_its_messages_on_any_device(alice):
    message = signed_in(alice).post(url_of(), {"text": "hi", "key": "k1", "author_key": "a" * 20}).json()
    phone = signed_in(alice)
    assert phone.get(url_of(), headers={"Author-Key": "b" * 20}).json()["you"] == message["author"]
    edited = change(phone, "PATCH", message, "hello")
    assert (edited.status_code, edited.json()["author"]) == (200, message["author"])
    assert change(phone, "DELETE", message).json()["deleted"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_no_other_account_changes_them_even_with_their_keys(alice, method):
    """Two people may use one browser, which keeps the keys of both."""
    keys = {"key": "k1", "author_key": "a" * 20}
    message = signed_in(alice).post(url_of(), {"text": "hi", **keys}).json()
    answer = change(signed_in(User.objects.create_user("bob")), method, message, "hello", **keys)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "id")
    assert "belongs to another account" in answer.json()["errors"][0]["message"]
    assert ChatMessage.objects.get().text == "hi"


def test_a_message_from_before_the_accounts_needs_its_key(alice, settings):
    settings.CHAT_POLICY = "chat.policy.Open"
    messages = [
        Client().post(url_of(), {"from": "alice", "text": "hi", **one}).json()
        for one in ({"key": "k1"}, {"author_key": "a" * 20}, {"key": "k2"})
    ]
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    client = signed_in(alice)
    assert change(client, "PATCH", messages[0], "hello", key="k1").status_code == 200
    assert change(client, "PATCH", messages[1], "hello", author_key="a" * 20).status_code == 200
    assert change(client, "PATCH", messages[2], "hello").json()["errors"][0]["field"] == "key"


def test_what_stands_for_an_account_is_no_key_that_a_client_may_send():
    with pytest.raises(ValidationError):
        AuthorKeyField(required=False).clean(Writer(author="account 5f1e0c9a-7b24").proof)


def test_nobody_sends_the_secret_that_stands_for_an_account(alice, settings):
    message = signed_in(alice).post(url_of(), SAID).json()
    settings.CHAT_POLICY = "chat.policy.Open"
    guess = f"%00account%20{alice.pk}".ljust(22, "x")
    assert change(Client(), "PATCH", message, "hello", author_key=guess).status_code == 400


def test_the_page_says_who_is_signed_in_and_how_to_sign_out(alice):
    page = Page(signed_in(alice).get("/lobby?user=Eve"))
    assert page.json("page")["user"] == "alice"
    assert page.json("page")["signInUrl"] == "/-/login/?next=/lobby%3Fuser%3DEve"
    assert page.one("p", class_="who").text.strip() == "You are alice."
    assert page.one("form", id="sign-out")["action"] == "/-/logout/"


def test_the_join_page_says_that_any_name_opens_a_room_only_where_that_is_so(alice, settings):
    client = signed_in(alice)
    page = Page(client.get("/"))
    assert (page.all("p", id="room-hint"), "aria-describedby" in page.one("input", id="room")) == ([], False)
    settings.CHAT_POLICY = "chat.policy.Open"
    assert "Any name opens a room." in Page(client.get("/")).one("p", id="room-hint").text


@pytest.mark.parametrize(
    ("setting", "action"),
    [("admin:logout", "/admin/logout/"), ("/accounts/logout/", "/accounts/logout/"), (None, None)],
)
def test_the_setting_for_signing_out_is_the_name_of_a_view_or_an_address(alice, settings, setting, action):
    settings.CHAT_SIGN_OUT_URL = setting
    forms = Page(signed_in(alice).get("/lobby")).all("form", id="sign-out")
    assert [form["action"] for form in forms] == ([action] if action else [])
