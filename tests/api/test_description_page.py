"""The description is served as a file for machines and as a page for people, wherever the chat is."""

import re

import pytest
import yaml

from chat.api.description_parts import document, operations
from tests.helpers.page import Page

FILE, PAGE = "/-/api/openapi.yaml", "/-/api/"
PREFIX = "/s%C3%BC%C3%9F/chat"

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_a_prefix(settings):
    settings.ROOT_URLCONF = "tests.embedding.urls"
    settings.MIDDLEWARE = ["chat.middleware.ChatMiddleware"]
    settings.CHAT_MAINTENANCE = False


def test_the_file_is_yaml_and_its_addresses_are_those_of_the_chat(client):
    answer = client.get(FILE, headers={"Host": "testserver"})
    served = yaml.safe_load(answer.content)
    assert answer["Content-Type"] == "application/yaml"
    assert served["servers"] == [{"url": "/"}]
    assert {**served, "paths": {}} == {**document(), "paths": {}}
    assert "curl http://testserver/rooms/lobby/messages/ -d" in answer.content.decode()
    assert "127.0.0.1" not in answer.content.decode()


def test_at_a_prefix_the_file_names_the_prefix(client, at_a_prefix):
    answer = client.get(PREFIX + FILE)
    assert yaml.safe_load(answer.content)["servers"] == [{"url": PREFIX}]
    assert f"curl http://testserver{PREFIX}/rooms/lobby/messages/ -d" in answer.content.decode()


def test_at_a_prefix_the_page_names_the_prefix(client, at_a_prefix):
    answer = client.get(PREFIX + PAGE)
    assert f"curl http://testserver{PREFIX}/rooms/lobby/messages/ -d" in answer.content.decode()
    assert Page(answer).one("a", href=PREFIX + FILE).text == "openapi.yaml"


@pytest.mark.parametrize("path", [FILE, PAGE])
def test_a_client_that_has_the_newest_version_gets_no_body(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (first["Cache-Control"], again.status_code, again.content) == ("no-cache", 304, b"")


def test_the_page_shows_every_operation_event_limit_object_and_key(client):
    page = Page(client.get(PAGE))
    shown = {element["id"] for element in page.elements if "id" in element}
    assert {one["operationId"] for _, method, one, _ in operations() if method != "head"} <= shown
    schemas = document()["components"]["schemas"]
    assert {re.sub(r"^event\.", "event-", name) for name in schemas} <= shown
    names = [element.text for element in page.all("dt")]
    for one in [*document()["x-limits"], *({"name": name} for name in document()["components"]["securitySchemes"])]:
        assert [name for name in names if name.startswith(one["name"])]


def test_every_link_of_the_page_leads_to_a_part_of_it_or_to_the_chat(client):
    page = Page(client.get(PAGE))
    shown = [element["id"] for element in page.elements if "id" in element]
    assert len(shown) == len({*shown})
    links = {element["href"] for element in page.all("a")}
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= {*shown}
    assert {link for link in links if not link.startswith("#")} == {FILE, "/"}


def test_the_page_loads_only_our_files_and_runs_nothing(client):
    page = Page(client.get(PAGE))
    loaded = [element.get("src") or element.get("href") for element in page.elements if element.tag in ("link", "img")]
    assert all(file.startswith(("/static/chat/", "/-/")) for file in loaded)
    assert not page.all("script")
    assert not page.all("style")
    assert not [name for element in page.elements for name in element if name == "style" or name.startswith("on")]


def test_the_page_stays_english(client):
    answer = client.get(PAGE, headers={"Accept-Language": "ar"})
    page = Page(answer)
    assert (page.one("html")["lang"], page.one("html").get("dir"), page.one("main")["dir"]) == ("en", None, "ltr")
    assert "Accept-Language" not in answer["Vary"]
