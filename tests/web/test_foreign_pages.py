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


SHOP = "https://shop.example.com"
LISTED = [
    {"Sec-Fetch-Site": "cross-site", "Origin": SHOP},
    {"Sec-Fetch-Site": "same-site", "Origin": SHOP},
    {"Origin": SHOP},
]
UNLISTED = [
    *FOREIGN,
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    *(
        {"Sec-Fetch-Site": "cross-site", "Origin": origin}
        for origin in (
            "http://shop.example.com",
            "https://shop.example.com:8443",
            "https://shop.example.com.evil.example",
            "https://shop.example.co",
            "https://www.shop.example.com",
            "https://SHOP.example.com",
            "https://shop.example.com/",
        )
    ),
]


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


@pytest.mark.parametrize("headers", LISTED)
def test_a_page_of_a_listed_site_can_post(client, settings, headers):
    settings.CHAT_ORIGINS = ("http://localhost:3000", SHOP)
    assert say(client, headers).status_code == 200


@pytest.mark.parametrize("headers", UNLISTED)
def test_a_page_of_any_other_site_still_can_not(client, settings, headers):
    settings.CHAT_ORIGINS = ("http://localhost:3000", SHOP)
    assert say(client, headers).status_code == 403
    assert not ChatMessage.objects.exists()


@pytest.mark.parametrize("headers", [*UNLISTED, *LISTED])
def test_with_every_site_listed_a_page_can_post_that_names_its_origin_or_hides_it(client, settings, headers):
    settings.CHAT_ORIGINS = ("*",)
    assert say(client, headers).status_code == 200


@pytest.mark.parametrize("origins", [SHOP, "*.example.com", "null"])
def test_a_text_in_place_of_a_tuple_lists_no_part_of_it(client, settings, origins):
    settings.CHAT_ORIGINS = origins
    assert say(client, {"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example.co"}).status_code == 403


@pytest.mark.parametrize("path", ["/lobby?user=Alice", "/-/moderate/", "/-/language/", "/admin/login/", "/-/login/"])
def test_a_listed_site_may_use_the_programs_addresses_alone(client, settings, path):
    settings.CHAT_ORIGINS = (SHOP,)
    answer = client.post(path, {"text": "hello"}, headers=LISTED[0])
    assert answer.status_code == 403
    assert "A page of another site" in answer.content.decode()


def test_a_listed_site_writes_without_the_cookies_of_who_is_signed_in_here(admin_client, settings):
    settings.CHAT_ORIGINS = (SHOP,)
    assert say(admin_client, {"Sec-Fetch-Site": "same-origin"}).json()["staff"] is True
    assert "staff" not in say(admin_client, LISTED[1]).json()


def test_a_site_user_is_unknown_when_a_listed_site_writes(admin_client, settings):
    settings.CHAT_ORIGINS, settings.CHAT_POLICY = (SHOP,), "chat.policy.SiteUsers"
    body = {"text": "hello"}
    assert admin_client.post(url_of(), body, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert admin_client.post(url_of(), body, headers=LISTED[1]).status_code == 401


@pytest.mark.parametrize("headers", [*LISTED, *UNLISTED])
def test_a_site_user_is_unknown_when_a_script_of_another_site_reads(admin_client, settings, headers):
    settings.CHAT_ORIGINS, settings.CHAT_POLICY = (SHOP,), "chat.policy.SiteUsers"
    assert admin_client.get(url_of(), headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert admin_client.get(url_of(), headers={"Host": "testserver", **headers}).status_code == 401
