"""Every sentence that people read can be translated, and the catalogues have all of them in each language."""

import ast
import gettext
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

import polib
import pytest
from django.conf import settings

from chat.web.language import PLURALS
from tests.helpers.documents import PROJECT

LOCALE = PROJECT / "chat/locale"
TRANSLATED = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
CATALOGUES = [f"{language}/LC_MESSAGES/{domain}" for language in TRANSLATED for domain in ("django", "djangojs")]
TEMPLATES = sorted(
    path.relative_to(PROJECT).as_posix()
    for path in (PROJECT / "templates").rglob("*.html")
    if not {"admin", "api"} & {*path.parts}  # they stay English
)
SCRIPTS = sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "static/chat").rglob("*.js"))

# These have sentences for operators, for the admin or for programs only. They stay English.
ENGLISH = {
    "admin",
    "apps.py",
    "checks.py",
    "doctor",
    "events",
    "grip",
    "health",
    "maintenance.py",
    "management",
    "metrics.py",
    "migrations",
    "models",
    "streams",
    "upkeep",
}
ENGLISH_FILES = {
    "chat/web/conditional.py",  # HTTP headers that our page does not send
    "chat/web/fields.py",  # bodies that our page does not send
    "chat/policy/signed_tokens.py",  # what is wrong with a token; only a program can mend it
    "chat/web/outages.py",  # the log
}
ENGLISH_SENTENCES = {  # about fields and headers that a person can't fill in
    "chat/api/moderation.py": {"Content-Type must be {}."},
    "chat/policy/asking.py": {"You may not read {}."},  # of a stream; an EventSource shows nobody the answer
    "chat/messages/forms.py": {
        "%(field)s can't be combined with before. Send one of them.",
        "%(field)s holds a character that can't be printed. Use others.",
        "%(field)s is %(value)d. Ask for 1 to %(limit)d messages at once.",
        "%(field)s is %(value)d. Send {} to %(limit)d.",
        "%(field)s is empty. Use 1 to {} printable characters, or leave it out.",
        "%(field)s is missing. {} needs it.",
        "%(field)s is no event id of this room. Send a last-event-id of it.",
        "%(field)s is not a number. Write 1 to 18 digits.",
        "%(field)s must be one of {}.",
        "%(field)s must have {} to %(limit)d printable characters, all of them random.",
    },
    "chat/web/body_reader.py": {
        "Content-Length is missing. Send the body in one piece, not chunked.",
        "Content-Length is not a number. Write the body's length in bytes.",
        "body is shorter than its Content-Length. Send it again.",
    },
    "chat/web/refusals.py": {"Nothing lives at this address. Add a slash to the end of the path."},
}
# What looks like a sentence in the scripts and is none: names in the browser's storage, keys on the keyboard, selectors
# and errors that only the console shows.
NOT_SENTENCES = {
    "#share, #copy-link",
    "(pointer: coarse)",
    "(pointer: fine)",
    "(prefers-color-scheme: {})",
    ".day, .unread",
    ".edit, .delete",
    ".last, time",
    ".tools, .deletion, .moderate",
    "Bearer {}",
    "Dead",
    "Enter",
    "Escape",
    "Files",
    "Han Hira Kana Hang Thai Laoo Khmr Mymr",
    "Process",
    "an empty page, although there is more",
    "chat author key",
    "chat author key {}",
    "chat mark {}",
    "chat read {}",
    "chat {} {}",
    "input, textarea, select, dialog, [popover]:popover-open",
    "not a page of messages",
    "nothing changed, although there is more",
    "nothing new, although there is more",
}
PYTHON_MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext", "pgettext_lazy"}
# In a script: a word that begins with a capital letter, three words, or a word with a punctuation mark.
SENTENCE = re.compile(
    r"^\W*[A-Z][a-z]+(\W?[a-z]+)?( |[.!?…]?$)|[a-z]{2,}[,.:!?…] |[a-z]{2}[.!?…]$|^[\w\u2019]+( [\w\u2019(){}#]+){2,}"
)


def read(path):
    return (PROJECT / path).read_text()


def catalogue(name, folder=LOCALE):
    return polib.pofile(str(folder / f"{name}.po"))


def key_of(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def needs(program, package):
    """Skip the test if the program is not installed, or fail it if CI=true."""
    if not shutil.which(program):
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"{program} is not installed: sudo apt install {package}")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The catalogues as bin/translate would write them now."""
    needs("msgfmt", "gettext")
    copy = tmp_path_factory.mktemp("project")
    for name in ("bin", "chat", "chatsite", "static", "templates"):
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "requirements.txt"):
        shutil.copy(PROJECT / name, copy)
    (copy / ".venv").symlink_to(PROJECT / ".venv")
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment["DATA_DIR"] = str(copy / "data")
    subprocess.run(["bin/translate"], cwd=copy, env=environment, check=True, capture_output=True, timeout=120)
    return copy / "chat/locale"


def test_each_language_has_its_catalogues():
    assert {path.name for path in LOCALE.iterdir()} == {*TRANSLATED}
    assert {*PLURALS} == {*TRANSLATED, settings.LANGUAGE_CODE}


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_catalogue_has_the_sentences_that_the_code_has_now(fresh, name):
    ours, wanted = ({key_of(entry) for entry in catalogue(name, folder)} for folder in (LOCALE, fresh))
    assert wanted - ours == set(), "start bin/translate, and translate what it prints"
    assert ours - wanted == set(), "start bin/translate: no code has these any more"


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_sentence_is_translated(name):
    entries = catalogue(name)
    assert len(entries) > 50
    assert entries.obsolete_entries() == []
    assert [entry.msgid for entry in entries if entry.fuzzy] == []
    plurals = PLURALS[name.split("/")[0]]
    for entry in entries:
        forms = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        assert all(form.strip() for form in forms), entry.msgid
        assert not entry.msgid_plural or len(forms) == len(plurals), entry.msgid


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_has_the_places_and_the_elements_of_its_sentence(name):
    for entry in catalogue(name):
        if not entry.msgid_plural:
            assert places(entry.msgstr) == places(entry.msgid), entry.msgid
        for form in entry.msgstr_plural.values():  # a form for one number need not say the number
            assert set(places(entry.msgid_plural)) - {"{count}", "%(count)s"} <= {*places(form)}, form
            assert {*places(form)} <= {*places(entry.msgid_plural)}, form


def places(sentence):
    """Return what is filled in, and the tags."""
    return sorted(re.findall(r"%\(\w+\)[a-z]|(?<![\w%])\{\w+\}|<[^>]+>", sentence))


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_compiled_catalogue_is_the_written_one(name, tmp_path):
    needs("msgfmt", "gettext")
    subprocess.run(["msgfmt", "-o", tmp_path / "new.mo", LOCALE / f"{name}.po"], check=True, timeout=60)
    assert compiled(LOCALE / f"{name}.mo") == compiled(tmp_path / "new.mo")


def compiled(path):
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_plural_forms_have_the_order_that_the_browser_knows(name):
    needs("node", "nodejs")
    language = name.split("/")[0]
    formula = re.search(r"plural=(.+?);", catalogue(name).metadata["Plural-Forms"])[1]
    form_of = gettext.c2py(formula)
    script = f'const rules = new Intl.PluralRules("{language}");' + (
        "console.log(JSON.stringify([...Array(1001).keys(), 1e6].map((n) => rules.select(n))))"
    )
    selected = json.loads(subprocess.run(["node", "-e", script], check=True, capture_output=True, timeout=60).stdout)
    numbers = [*range(1001), 1_000_000]
    ours = [PLURALS[language][form_of(number)] for number in numbers]
    # French has a form for millions in browsers; gettext's other form has it too.
    assert ours == [category if category in PLURALS[language] else "other" for category in selected]


class Visible(HTMLParser):
    """Collects the texts of a template that people see or hear, without what Django fills in."""

    ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "label")

    def __init__(self, html):
        super().__init__()
        self.texts = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.texts += [value or "" for name, value in attrs if name in self.ATTRIBUTES]

    def handle_data(self, data):
        self.texts.append(data)


def untranslated_texts(template):
    template = re.sub(r"\{#.*?#\}", "", template)
    template = re.sub(r"\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", "", template, flags=re.DOTALL)
    arguments = re.findall(r'(?<=\{% include).*?(?:label|hint|subject|title)="([^"]*)"', template)
    template = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", template)
    texts = Visible(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", template)).texts
    return [text.strip() for text in texts if re.search(r"[^\W\d_]", text)] + arguments


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_has_no_text_that_can_not_be_translated(path):
    assert untranslated_texts(read(path)) == []


# A comment, a text between double quotes or backticks, or a regular expression.
JS_PART = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|(?P<text>"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)'
    r"|(?<=[(,=:\[!&|?{}\n ])/(?![/*])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n])+/[a-z]*",
    re.DOTALL,
)
JS_MARKED = re.compile(r'\bn?gettext\(\s*"(?:\\.|[^"\\])*"(?:,\s*"(?:\\.|[^"\\])*")?')


def unmarked_sentences(script):
    script = re.sub(r"\$\{[^{}]*\}", "{}", JS_MARKED.sub("gettext(", script))
    script = re.sub(r"^import .*", "", script, flags=re.MULTILINE)
    texts = [found["text"][1:-1] for found in JS_PART.finditer(script) if found["text"]]
    return {text for text in texts if SENTENCE.search(text)}


@pytest.mark.parametrize("path", SCRIPTS)
def test_a_script_has_no_sentence_that_can_not_be_translated(path):
    assert unmarked_sentences(read(path)) - NOT_SENTENCES == set()


def test_scripts_call_gettext_with_plain_texts():
    """Makemessages finds no others."""
    for path in SCRIPTS:
        for call in re.findall(r"\bn?gettext\(\s*(?!\))(.)", read(path)):
            assert call == '"' or path.endswith("lib/gettext.js"), path


def python_files():
    for path in sorted((PROJECT / "chat").rglob("*.py")):
        name = path.relative_to(PROJECT).as_posix()
        if path.relative_to(PROJECT / "chat").parts[0] not in ENGLISH and name not in ENGLISH_FILES:
            yield name


class Sentences(ast.NodeVisitor):
    """Collects a module's sentences without a mark. It writes {} for each value in an f-string."""

    def __init__(self, tree):
        self.found = set()
        self.visit(tree)

    def visit_Call(self, node):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in PYTHON_MARKS and name not in ("info", "warning", "error", "exception"):  # the last ones log
            self.generic_visit(node)

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Assert(self, node):
        pass

    def visit_JoinedStr(self, node):
        self._note("".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values))

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self._note(node.value)

    def _note(self, text):
        if re.search(r"^%\(field\)s |^[A-Z][A-Za-z'-]*[a-z] \w|\w{2}\.$|\w\. [A-Z]", text) and " " in text:
            self.found.add(text)


@pytest.mark.parametrize("path", [*python_files()])
def test_a_sentence_for_people_in_python_can_be_translated(path):
    assert Sentences(ast.parse(read(path))).found == ENGLISH_SENTENCES.get(path, set())


def test_a_new_sentence_without_a_mark_is_found():
    assert untranslated_texts('<p title="{{ a }}">{% translate "A" %}<b>New</b></p>') == ["New"]
    assert untranslated_texts('<input placeholder="Type here">') == ["Type here"]
    assert untranslated_texts('{% include "x.html" with label="Room" only %}') == ["Room"]
    assert unmarked_sentences("x.text(`Hello ${name}, welcome`); // A comment.\n") == {"Hello {}, welcome"}
    assert unmarked_sentences('const a = { save: "Save" };') == {"Save"}
    assert unmarked_sentences('gettext("Not sent.") + " It waits."') == {" It waits."}
    assert unmarked_sentences('$("#side .rooms").on("focus blur", ngettext("{count} a", "{count} b", 3))') == set()
    assert Sentences(ast.parse('def f():\n  "A docstring."\n  raise E(f"%(field)s is {x}.")')).found
    assert not Sentences(ast.parse('raise E(_("%(field)s is bad. Use another."))')).found
