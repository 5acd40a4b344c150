"""The standalone site's own page to sign in: there only if the policy knows Django's users."""

import importlib

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import clear_url_caches

import chatsite.sign_in
import chatsite.urls
from chat.web.login import TRIES
from tests.helpers.page import Page
from tests.policy.people import MembersOnly

pytestmark = pytest.mark.django_db

PASSWORD = "right horse battery"


def reload_urls():
    importlib.reload(chatsite.sign_in)
    importlib.reload(chatsite.urls)
    clear_url_caches()


@pytest.fixture
def routed(settings):
    """A function that sets the policy and makes the site's addresses anew."""
    cache.clear()

    def route(policy):
        settings.CHAT_POLICY = policy
        reload_urls()

    yield route
    settings.CHAT_POLICY = "chat.policy.Open"
    reload_urls()
    cache.clear()


@pytest.fixture
def users(routed):
    routed("chat.policy.SiteUsers")
    User.objects.create_user("alice", password=PASSWORD)


def filled_in(client, password=PASSWORD, next="/lobby"):
    page = Page(client.get("/-/login/", {"next": next}))
    token = page.one("input", name="csrfmiddlewaretoken")["value"]
    form = {"csrfmiddlewaretoken": token, "next": page.all("input", name="next")[0]["value"]}
    return client.post("/-/login/", {**form, "username": "alice", "password": password})


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ("chat.policy.Open", 404),
        ("chat.policy.SignedTokens", 404),
        ("chat.policy.SiteUsers", 200),
        (f"{MembersOnly.__module__}.{MembersOnly.__name__}", 200),
        ("no.such.policy", 404),
    ],
)
def test_the_page_is_there_if_the_policy_knows_users(routed, policy, status):
    routed(policy)
    if policy == "no.such.policy":
        assert not chatsite.sign_in.knows_users()
    else:
        assert Client().get("/-/login/").status_code == status


def test_a_person_signs_in_writes_and_signs_out(users):
    client = Client(enforce_csrf_checks=True)
    where = client.get("/lobby")["Location"]
    assert where == "/-/login/?next=/lobby"
    assert filled_in(client)["Location"] == "/lobby"
    page = Page(client.get("/lobby"))
    assert page.json("page")["user"] == "alice"
    token = page.one("input", name="csrfmiddlewaretoken")["value"]
    out = client.post(page.one("form", id="sign-out")["action"], {"csrfmiddlewaretoken": token})
    assert out["Location"] == "/-/login/"
    assert not Session.objects.exists()
    assert client.get("/rooms/lobby/messages/").status_code == 401


def test_a_wrong_password_is_said_on_the_page(users):
    answer = filled_in(Client(enforce_csrf_checks=True), "wrong")
    assert answer.status_code == 200
    assert "correct username and password" in Page(answer).one("p", id="sign-in-problem").text


def test_few_wrong_passwords_are_tried(users):
    client = Client(enforce_csrf_checks=True)
    assert [filled_in(client, "wrong").status_code for _ in range(TRIES + 1)] == [200] * TRIES + [429]
    assert "Too many wrong logins" in filled_in(client).content.decode()


def test_nobody_is_sent_to_another_site(users):
    assert filled_in(Client(enforce_csrf_checks=True), next="https://evil.example/")["Location"] == "/"


def test_a_form_needs_its_token(users):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/-/login/", {"username": "alice", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("path", ["/-/login/", "/-/logout/"])
def test_nobody_signs_in_or_out_while_the_chat_is_paused(users, path):
    from django.core.management import call_command

    call_command("pause", "moving house")
    try:
        assert Client().post(path).status_code == 503
    finally:
        call_command("resume")


def test_the_page_speaks_the_persons_language(users):
    page = Page(Client().get("/-/login/", headers={"Accept-Language": "de"}))
    assert page.one("h1").text == "Anmelden"
