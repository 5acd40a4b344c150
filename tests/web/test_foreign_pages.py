"""A page of another site can't write here with a visitor's browser."""

import pytest

from chat.models import ChatMessage
from tests.helpers.posting import url_of

pytestmark = pytest.mark.django_db

HERE = "chat.example:8000"
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HERE}"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "http://chat.example"},
    {"Origin": "http://chat.example:8001"},
    {"Origin": f"http://{HERE}.evil.example"},
    {"Origin": f"http://user@{HERE}"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://[::1"},
]
OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://what.the.browser.says.counts"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": f"http://{HERE}"},
    {"Origin": f"https://{HERE}"},
    {"Origin": "http://CHAT.example:8000"},
]


@pytest.fixture(autouse=True)
def here(settings):
    settings.ALLOWED_HOSTS = ["chat.example", "testserver"]


def say(client, headers):
    return client.post(url_of(), {"from": "Alice", "text": "hello"}, headers={"Host": HERE, **headers})


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_foreign_page_can_not_post(client, headers):
    answer = say(client, headers)
    assert answer.status_code == 403
    [error] = answer.json()["errors"]
    assert error["field"] == "Origin"
    assert error["message"].startswith("A page of another site")
    assert not ChatMessage.objects.exists()


@pytest.mark.parametrize("headers", OWN)
def test_our_own_page_and_programs_can_post(client, headers):
    assert say(client, headers).status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_no_method_that_writes_is_open_to_a_foreign_page(client, method):
    message = say(client, {}).json()
    url = f"{url_of()}{message['id']}/"
    assert client.generic(method, url, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_form_on_a_foreign_page_gets_a_page_that_says_why(client):
    answer = client.post("/lobby?user=Alice", {"text": "hello"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "A page of another site made your browser send this." in answer.content.decode()


def test_a_foreign_page_may_link_here_and_read(client):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client.get("/lobby?user=Alice", headers=headers).status_code == 200
    assert client.get(url_of(), headers=headers).status_code == 200


def test_the_admin_is_open_to_its_own_pages_only(client):
    answer = client.post("/admin/login/", {"username": "a", "password": "b"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "A page of another site" in answer.content.decode()
