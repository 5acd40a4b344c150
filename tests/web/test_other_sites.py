"""What a browser may show to pages of other sites."""

import pytest
from django.db import OperationalError

from chat.messages import pause
from tests.helpers.posting import url_of

pytestmark = pytest.mark.django_db

SHOP, EVIL = "https://shop.example.com", "https://evil.example"
STREAM = "/events/?channel=room-lobby"
ALLOWED, EXPOSED, VARY = "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary"


@pytest.fixture(autouse=True)
def one_site(settings):
    settings.CHAT_ORIGINS = settings.CORS_ALLOWED_ORIGINS = (SHOP,)


def preflight(client, path, method, origin=SHOP, headers="idempotency-key,author-key,content-type"):
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return client.options(path, headers={"Origin": origin, **asked})


def names(answer, header):
    return {name.strip().lower() for name in answer.get(header, "").split(",")}


@pytest.mark.parametrize("path", [url_of(), "/rooms/lobby/messages/1/", STREAM, "/rooms/lobby/events/"])
def test_a_preflight_allows_a_listed_site_our_methods_and_headers(client, path):
    answer = preflight(client, path, "PATCH")
    assert (answer.status_code, answer[ALLOWED]) == (200, SHOP)
    assert names(answer, "Access-Control-Allow-Methods") == {"get", "head", "post", "patch", "delete", "options"}
    assert names(answer, "Access-Control-Allow-Headers") == {
        *("content-type", "idempotency-key", "last-event-id", "authorization", "author-key")
    }
    assert answer["Access-Control-Max-Age"] == "7200"
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("origin", [EVIL, "null", "http://shop.example.com", "https://shop.example.com:8443"])
def test_a_preflight_allows_another_site_nothing(client, origin):
    answer = preflight(client, url_of(), "POST", origin)
    assert [name for name in answer.headers if name.startswith("Access-Control")] == []


@pytest.mark.parametrize("path", ["/", "/lobby?user=Alice", "/-/moderate/", "/-/live", "/admin/", "/robots.txt"])
def test_no_address_but_the_programs_is_open_to_other_sites(client, path):
    assert preflight(client, path, "POST").get(ALLOWED) is None
    assert client.get(path, headers={"Origin": SHOP}).get(ALLOWED) is None


def test_a_listed_site_reads_the_list_and_its_tag(client):
    answer = client.get(url_of(), headers={"Origin": SHOP})
    assert (answer.status_code, answer[ALLOWED]) == (200, SHOP)
    assert names(answer, EXPOSED) == {"etag", "retry-after", "event-id"}
    again = client.get(url_of(), headers={"Origin": SHOP, "If-None-Match": answer["ETag"]})
    assert (again.status_code, again[ALLOWED]) == (304, SHOP)


@pytest.mark.parametrize("origin", [SHOP, EVIL, None])
def test_no_cache_gives_one_sites_answer_to_another(client, origin):
    answer = client.get(url_of(), headers={"Origin": origin} if origin else {})
    again = client.get(url_of(), headers={"If-None-Match": answer["ETag"], **({"Origin": origin} if origin else {})})
    assert again.status_code == 304
    assert {"origin"} <= names(answer, VARY) & names(again, VARY)


def refuse_nothing(client, settings, monkeypatch):
    return client.post(url_of(), {"from": "ann", "text": ""}, headers={"Origin": SHOP})


def refuse_a_stranger(client, settings, monkeypatch):
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    return client.get(url_of(), headers={"Origin": SHOP})


def refuse_a_wrong_key(client, settings, monkeypatch):
    client.post(url_of(), {"from": "ann", "text": "mine", "key": "secret"})
    path = f"{url_of()}{client.get(url_of()).json()['messages'][0]['id']}/"
    return client.delete(path, "key=guess", "application/x-www-form-urlencoded", headers={"Origin": SHOP})


def refuse_what_is_not_there(client, settings, monkeypatch):
    return client.get(f"{url_of()}999/", headers={"Origin": SHOP})


def refuse_an_address_of_nobody(client, settings, monkeypatch):
    return client.get("/rooms/lobby/nothing/", headers={"Origin": SHOP})


def refuse_a_method(client, settings, monkeypatch):
    return client.put(url_of(), headers={"Origin": SHOP})


def refuse_a_long_body(client, settings, monkeypatch):
    return client.post(url_of(), {"from": "ann", "text": "x" * 200_000}, headers={"Origin": SHOP})


def refuse_a_quick_one(client, settings, monkeypatch):
    settings.CHAT_LIMITS = True
    for _ in range(25):
        answer = client.post(url_of(), {"from": "ann", "text": "again"}, headers={"Origin": SHOP})
    return answer


def refuse_while_paused(client, settings, monkeypatch):
    pause.pause("a backup")
    return client.post(url_of(), {"from": "ann", "text": "hello"}, headers={"Origin": SHOP})


def without_database(*_):
    raise OperationalError


def refuse_without_database(client, settings, monkeypatch):
    monkeypatch.setattr("chat.api.views.newest_page", without_database)
    return client.get(url_of(), headers={"Origin": SHOP})


def refuse_a_bad_host(client, settings, monkeypatch):
    return client.get(url_of(), headers={"Origin": SHOP, "Host": "elsewhere.example"})


def refuse_a_bad_address(client, settings, monkeypatch):
    return client.get(url_of(), headers={"Origin": SHOP}, RAW_URI="/rooms/%ff/messages/")


def fail(client, settings, monkeypatch):
    monkeypatch.setattr("chat.api.views.newest_page", None)
    client.raise_request_exception = False
    return client.get(url_of(), headers={"Origin": SHOP})


@pytest.mark.parametrize(
    ("provoke", "status"),
    [
        (refuse_nothing, 400),
        (refuse_a_stranger, 401),
        (refuse_a_wrong_key, 403),
        (refuse_what_is_not_there, 404),
        (refuse_an_address_of_nobody, 404),
        (refuse_a_method, 405),
        (refuse_a_long_body, 413),
        (refuse_a_quick_one, 429),
        (refuse_while_paused, 503),
        (refuse_without_database, 503),
        (refuse_a_bad_host, 400),
        (refuse_a_bad_address, 400),
        (fail, 500),
    ],
)
def test_a_listed_site_reads_why_it_was_refused(client, settings, monkeypatch, caplog, provoke, status):
    answer = provoke(client, settings, monkeypatch)
    assert (answer.status_code, answer.get(ALLOWED)) == (status, SHOP)
    assert "retry-after" in names(answer, EXPOSED)
    assert answer.json()["errors"]
    caplog.clear()


def test_a_listed_site_reads_that_a_stream_opens_later(client, monkeypatch, caplog):
    monkeypatch.setattr("chat.streams.views._channels", without_database)
    answer = client.get(STREAM, headers={"Origin": SHOP})
    assert (answer.status_code, answer.content[:7], answer[ALLOWED]) == (200, b"retry: ", SHOP)
    caplog.clear()


def test_an_unlisted_site_is_told_so_but_its_script_can_not_read_it(client):
    answer = client.post(url_of(), {"from": "ann", "text": "hi"}, headers={"Origin": EVIL})
    assert (answer.status_code, answer.get(ALLOWED)) == (403, None)


def test_every_site_reads_when_every_site_is_listed(client, settings):
    settings.CHAT_ORIGINS, settings.CORS_ALLOWED_ORIGINS, settings.CORS_ALLOW_ALL_ORIGINS = ("*",), (), True
    for origin in (SHOP, EVIL, "null"):
        answer = client.post(url_of(), {"from": "ann", "text": "hi"}, headers={"Origin": origin})
        assert (answer.status_code, answer[ALLOWED]) == (200, "*")
        assert "Access-Control-Allow-Credentials" not in answer
