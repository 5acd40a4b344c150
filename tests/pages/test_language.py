"""The language of a page: the browser's or the chosen one. Programs get English."""

import json

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.views.i18n import JSONCatalog

from chat.pages.language import sentence_key
from chat.web.language import PLURALS
from tests.helpers.page import Page
from tests.helpers.posting import url_of

pytestmark = pytest.mark.django_db

GERMAN_BLANK = "Dein Text ist leer. Schreib etwas, das man sehen kann."
BLANK = "text is blank. Write something that can be seen."
BLANK_FORM = {"from": "Ann", "text": " "}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    translation.deactivate()


def languages():
    return [code for code, _ in settings.LANGUAGES]


def html_of(client, path="/lobby?user=Ann", accepted=None):
    headers = {} if accepted is None else {"Accept-Language": accepted}
    return Page(client.get(path, headers=headers)).one("html")


def choose(client, language, back="/lobby?user=Ann", **headers):
    return client.post("/-/language/", {"language": language, "next": back}, headers=headers)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("de", "de"),
        ("de-CH,fr;q=0.5", "de"),
        ("nl,ar;q=0.8,en;q=0.5", "ar"),
        ("es-MX;q=0.3,fr-CA", "fr"),
        ("nl", "en"),
        ("*", "en"),
        ("\xff;q=x,,", "en"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/lobby", "/lobby?user=Ann", "/-/nothing"])
def test_a_page_has_the_first_language_that_the_browser_asks_for(client, path, accepted, language):
    assert html_of(client, path, accepted)["lang"] == language


@pytest.mark.parametrize("path", ["/", "/lobby?user=Ann"])
def test_only_arabic_goes_from_right_to_left(client, path):
    assert [html_of(client, path, language).get("dir") for language in languages()] == ["rtl", *[None] * 4]


def test_a_page_says_its_language_and_what_it_depends_on(client):
    answer = client.get("/", headers={"Accept-Language": "fr"})
    assert answer["Content-Language"] == "fr"
    assert {"Accept-Language", "Cookie"} <= {*answer["Vary"].split(", ")}


@pytest.mark.parametrize("language", languages())
def test_a_choice_is_remembered_and_leads_back(client, language):
    answer = choose(client, language)
    assert (answer.status_code, answer["Location"]) == (302, "/lobby?user=Ann")
    assert html_of(client, accepted="de, en")["lang"] == language
    assert client.cookies["language"]["max-age"] == 365 * 86_400


@pytest.mark.parametrize("path", ["/", "/lobby", "/lobby?user=Ann&before=7", "/50%25%2020%3F?user=%26%23%C3%BC"])
def test_the_form_leads_back_to_its_page(client, path):
    page = Page(client.get(path, headers={"Accept-Language": "es"}))
    form = page.one("form", id="language-choice")
    assert (form["method"], form["action"]) == ("post", "/-/language/")
    assert page.one("option", selected=None, lang="es")["value"] == "es"
    offered = {option["value"]: option.text for option in page.all("option") if "lang" in option}
    names = {code: translation.get_language_info(code)["name_local"] for code in languages()}
    assert offered == {code: name[0].upper() + name[1:] for code, name in names.items()}, (
        "each language's own name, whatever the page's language"
    )
    back = page.one("input", name="next")["value"]
    assert choose(client, "de", back)["Location"] == path


@pytest.mark.parametrize("language", ["", "nl", "../de", "de\0"])
def test_the_choice_of_another_language_changes_nothing(client, language):
    assert choose(client, language).status_code == 302
    assert html_of(client, accepted="fr")["lang"] == "fr"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example", ""]
)
def test_the_form_leads_to_no_other_site(client, back):
    assert choose(client, "de", back)["Location"] == "/"


def test_another_site_can_not_choose(client):
    assert choose(client, "de", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "language" not in client.cookies


def test_a_nonsense_cookie_is_ignored(client):
    client.cookies["language"] = "xx"
    assert html_of(client)["lang"] == "en"


REQUESTS = {
    "messages": lambda client, **headers: client.post(url_of(), BLANK_FORM, headers=headers),
    "events": lambda client, **headers: client.get("/rooms/%20/events/", headers=headers),
    "moderate": lambda client, **headers: client.post("/-/moderate/", "action=lock", FORM, headers=headers),
}
GERMAN = {
    "messages": GERMAN_BLANK,
    "events": "Der Name des Raums ist leer. Nimm mindestens ein sichtbares Zeichen.",
    "moderate": "Der Name des Raums fehlt. Nenne einen Raum.",
}
ENGLISH = {
    "messages": BLANK,
    "events": "channel is blank. Use at least one visible character.",
    "moderate": "room is missing. Name a room.",
}


def reason(answer):
    assert answer["Content-Type"] == "application/json"
    return answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("name", REQUESTS)
def test_programs_get_english_whatever_they_accept(client, moderator, name):
    asking = moderator if name == "moderate" else client
    choose(asking, "de")
    asking.get("/")  # this thread has just answered in German
    assert reason(REQUESTS[name](asking, **{"Accept-Language": "de"})) == ENGLISH[name]
    assert reason(REQUESTS[name](asking, **{"Chat-Language": "nl"})) == ENGLISH[name]


@pytest.mark.parametrize("name", REQUESTS)
def test_our_scripts_get_the_pages_language(client, moderator, name):
    asking = moderator if name == "moderate" else client
    assert reason(REQUESTS[name](asking, **{"Chat-Language": "de", "Accept-Language": "fr"})) == GERMAN[name]


def test_a_stranger_hears_in_the_pages_language_that_only_moderators_may_moderate(client):
    client.handler.enforce_csrf_checks = False
    assert reason(REQUESTS["moderate"](client, **{"Chat-Language": "de"})).startswith("Das darf nur die Moderation.")


def test_the_admin_stays_english(client):
    answer = client.get("/admin/login/", headers={"Accept-Language": "de", "Chat-Language": "de"})
    assert Page(answer).one("html")["lang"] == "en"
    assert "Log in" in answer.content.decode()


def test_a_form_without_scripts_shows_translated_problems(client):
    answer = client.post("/lobby?user=Ann", {"text": " "}, headers={"Accept-Language": "de"})
    assert Page(answer).one("p", id="text-problem").text == GERMAN_BLANK
    assert "Dein Name ist leer." in client.get("/lobby?user=%20", headers={"Accept-Language": "de"}).content.decode()


@pytest.mark.parametrize("language", languages())
def test_a_page_carries_the_sentences_of_its_scripts(client, language):
    page = Page(client.get("/lobby?user=Ann", headers={"Accept-Language": language}))
    if language == "en":
        assert page.all("script", id="sentences") == []
    else:
        sentences = page.json("sentences")
        assert sentences[sentence_key("Saving…")] not in ("", "Saving…")
        assert [*sentences[sentence_key("{count} new message")]] == PLURALS[language]


def test_no_two_sentences_of_the_scripts_have_the_same_key():
    with translation.override("de"):
        catalog = json.loads(JSONCatalog(packages=["chat"]).get(HttpRequest()).content)["catalog"]
    assert len({*map(sentence_key, catalog)}) == len(catalog) > 50


def test_a_message_in_the_page_is_drawn_in_each_readers_language(client):
    client.post(url_of(), {"from": "Ann", "text": "hello"})
    shown = [client.get("/lobby?user=Ann", headers={"Accept-Language": one}).content.decode() for one in ("de", "fr")]
    assert ["Alles zeigen" in html for html in shown] == [True, False]
