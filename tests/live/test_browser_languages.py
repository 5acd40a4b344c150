"""Each language in the browser, and a pseudo-language that shows which texts can't be translated."""

import re

import polib
import pytest
from django.conf import settings
from playwright.sync_api import expect

from chat.models import MAX_TEXT_LENGTH
from tests.helpers.accessibility import too_wide
from tests.helpers.browser import NETWORK_ERROR, People, Person, chat_path, open_settings
from tests.helpers.line import Line
from tests.helpers.login import make_admin
from tests.helpers.running import Chat

LANGUAGES = [code for code, _ in settings.LANGUAGES]
TODAY = {"ar": "اليوم", "de": "Heute", "en": "Today", "es": "Hoy", "fr": "Aujourd’hui"}  # noqa: RUF001
REFUSED = {
    "ar": "لم تُرسل: نصّك يحوي حرف NUL. أزله.",
    "de": "Nicht gesendet: Dein Text enthält ein NUL-Zeichen. Entferne es.",
    "en": "Not sent: text holds a NUL character. Remove it.",
    "es": "No enviado: Tu texto contiene un carácter NUL. Quítalo.",
    "fr": "Non envoyé\u202f: Votre texte contient un caractère NUL. Retirez-le.",
}
LEFT = {
    "ar": {1: "بقي حرف واحد", 2: "بقي حرفان", 3: "بقيت [3٣] أحرف", 11: "بقي (11|١١) حرفًا"},  # noqa: RUF001
    "en": {1: "1 character left", 2: "2 characters left"},
    "fr": {1: "1 caractère restant", 2: "2 caractères restants"},
}
NARROW = {"width": 320, "height": 640}
# The parts of a page that people or the browser have written: names, texts, dates, the languages' own names.
DATA = "#command, .brand a, bdi, .text, textarea, time, .mark, .disc, #language option, .logo, script, style"
# Returns the texts, in any state of the page, that are not between the brackets of the pseudo-language.
UNTRANSLATED = """([data, room]) => {
  const found = [];
  let depth = 0;
  const look = (text) => {
    let outside = "";
    for (const char of text.replaceAll(room, "").replace(" · Chat", "")) {
      if (char === "⟦") depth += 1;
      else if (char === "⟧") depth -= 1;
      else if (depth === 0) outside += char;
    }
    if (/\\p{L}/u.test(outside)) found.push(outside.trim());
  };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) look(node.data);
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches(data)) return;
      for (const name of ["aria-label", "placeholder", "title", "alt"]) look(node.getAttribute(name) ?? "");
    }
    if (node.localName === "noscript") walk(new DOMParser().parseFromString(node.textContent, "text/html").body);
    else for (const child of (node.content ?? node).childNodes) walk(child);
  };
  walk(document.querySelector("title"));
  walk(document.body);
  return [...found, ...(depth === 0 ? [] : ["the brackets are not in pairs"])];
}"""


def send_nul(person):
    person.field.evaluate("field => (field.value = 'a\\0b')")
    person.field.press("Control+Enter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_in_the_browsers_language(people, chat, room, language):
    people.allow_complaint(NETWORK_ERROR)
    chat.post(room, "Bob", "hello")
    page = people.visit("", locale=language, viewport=NARROW)
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")
    assert too_wide(page) == []
    ann = Person(page)
    page.goto(chat.url + chat_path("Ann", room))
    ann.wait_for_stream()
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")
    expect(page.locator(".day time")).to_have_text(TODAY[language])
    ann.field = page.locator("#text")
    for count, sentence in LEFT.get(language, {}).items():
        ann.field.fill("x" * (MAX_TEXT_LENGTH - count))
        expect(page.locator("#counter")).to_have_text(re.compile(f"^{sentence}$"))
    ann.field.fill("")
    send_nul(ann)
    expect(page.locator(".outbox .problem")).to_have_text(REFUSED[language])
    assert too_wide(page) == []
    page.locator(".rooms-button").click()
    assert too_wide(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("path", ["", "lobby", "lobby?user=Ann"])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_can_choose_the_language(people, path, scripts):
    page = people.visit(path, java_script_enabled=scripts, locale="de", viewport={"width": 1200, "height": 900})
    if "?" in path:
        open_settings(page)
    page.get_by_label("Sprache").select_option(label="Français")
    expect(page.locator("html")).to_have_attribute("lang", "de")  # the keyboard steps through the list
    page.get_by_role("button", name="Übernehmen").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.url == people.url + path
    expect(page.get_by_label("Langue")).to_have_value("fr")
    if "?" in path:
        open_settings(page)
    expect(page.get_by_role("button", name="Appliquer")).to_be_visible()


@pytest.fixture
def pseudo_chat(pushpin, project, tmp_path):
    """A chat whose German is English between brackets."""
    for path in (project / "chat/locale/de/LC_MESSAGES").glob("*.po"):
        catalogue = polib.pofile(str(path))
        for entry in catalogue:
            entry.msgstr = "" if entry.msgid_plural else f"⟦{entry.msgid}⟧"
            entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, f"⟦{entry.msgid_plural}⟧")
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    with Chat.ready(tmp_path / "data", command=[project / "bin/run"]) as chat:
        yield chat


def test_every_text_of_the_pages_can_be_translated(chromium, pseudo_chat, room):
    def look():
        assert page.evaluate(UNTRANSLATED, [DATA, room]) == []

    name, password = make_admin(pseudo_chat)
    pseudo_chat.post(room, "Bob", "hello")
    with Line(pseudo_chat.url) as line, People(chromium, line.url) as people:
        people.allow_complaint(NETWORK_ERROR)
        page = people.new_page(own_stream=True, locale="de", viewport={"width": 1400, "height": 900})
        for path in ["", room, "?user=&room=a%2Fb", f"{room}?user=admin", "-/nothing"]:
            page.goto(people.url + path)
            look()
        page.goto(f"{people.url}admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()
        ann = people.enter(page, "Ann", room)
        look()
        ann.field = page.locator("#text")
        ann.field.fill("mine")
        ann.field.press("Control+Enter")
        expect(page.locator(".messages .own")).to_have_count(1)
        look()
        ann.field.press("ArrowUp")
        ann.field.fill("changed")
        look()
        ann.field.press("Control+Enter")
        expect(page.locator(".messages .own .edited")).to_be_visible()
        page.locator(".messages .own").hover()
        page.locator(".messages .own .delete").click()
        look()
        send_nul(ann)
        expect(page.locator(".outbox .problem")).not_to_be_empty()
        look()
        ann.field.fill("x" * (MAX_TEXT_LENGTH - 1))
        look()
        ann.field.fill("x" * (MAX_TEXT_LENGTH + 2))
        ann.field.press("Control+Enter")
        look()
        page.locator("#room-moderation summary").click()
        page.locator("[data-action=lock]").click()
        expect(page.locator("#room-moderation .result")).to_have_text("⟦Done.⟧")
        look()
        line.cut()
        expect(page.locator("#status")).not_to_be_empty()
        look()
