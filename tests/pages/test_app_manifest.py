"""The chat as an app: its manifest, its icons, the colour of the browser's bar, and the site's name."""

import struct

import pytest
from django.contrib.staticfiles import finders

from chat.pages.tokens import colors
from tests.helpers.page import Page

pytestmark = pytest.mark.django_db
PAGES = ["/", "/lobby", "/lobby?user=Bob", "/no/such/page"]


def manifest(client, **headers):
    (link,) = Page(client.get("/")).all("link", rel="manifest")
    return client.get(link["href"], headers=headers)


def size_of(png):
    """Return "width x height" of the file, as its head says."""
    with open(png, "rb") as file:
        signature, width, height = struct.unpack(">16sII", file.read(24))
    assert signature.startswith(b"\x89PNG")
    return f"{width}x{height}"


def test_the_manifest_has_what_a_browser_wants_to_know(client):
    answer = manifest(client)
    assert answer["Content-Type"] == "application/manifest+json"
    assert answer["Cache-Control"] == "no-cache, private"
    said = answer.json()
    assert (said["id"], said["start_url"], said["scope"], said["display"]) == ("/", "/", "/", "standalone")
    assert (said["name"], said["short_name"], said["lang"], said["dir"]) == ("Chat", "Chat", "en", "ltr")


def test_each_icon_is_a_file_of_the_size_that_the_manifest_says(client):
    icons = manifest(client).json()["icons"]
    assert [(icon["sizes"], icon["purpose"]) for icon in icons] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    ]
    for icon in icons:
        assert icon["type"] == "image/png"
        assert size_of(finders.find(icon["src"].removeprefix("/static/"))) == icon["sizes"]
    (touch,) = Page(client.get("/")).all("link", rel="apple-touch-icon")
    assert size_of(finders.find(touch["href"].removeprefix("/static/"))) == "180x180"


def test_the_manifest_is_in_the_persons_language(client):
    answer = manifest(client, accept_language="ar")
    assert (answer.json()["lang"], answer.json()["dir"]) == ("ar", "rtl")
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].replace(" ", "").split(","))


@pytest.mark.parametrize(("cookie", "theme"), [("", "light"), ("light", "light"), ("dark", "dark"), ("pink", "light")])
def test_an_installed_app_has_the_colors_of_the_chosen_theme(client, cookie, theme):
    client.cookies["theme"] = cookie
    said = manifest(client).json()
    assert said["theme_color"] == colors()["surface"][theme]
    assert said["background_color"] == colors()["ground"][theme]


@pytest.mark.parametrize(
    ("cookie", "light", "dark"),
    [
        ("", "(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"),
        ("light", "all", "not all"),
        ("dark", "not all", "all"),
    ],
)
@pytest.mark.parametrize(("path", "color"), [("/", "ground"), ("/lobby?user=Bob", "surface"), ("/a/b", "ground")])
def test_the_browsers_bar_has_the_color_that_is_below_it(client, path, color, cookie, light, dark):
    client.cookies["theme"] = cookie
    metas = Page(client.get(path)).all("meta", name="theme-color")
    assert [(meta["content"], meta["media"]) for meta in metas] == [
        (colors()[color]["light"], light),
        (colors()[color]["dark"], dark),
    ]


def test_the_site_has_its_name_everywhere(client, settings):
    settings.CHAT_SITE_NAME = "Café <Lotte>"
    for path in PAGES[:3]:
        assert Page(client.get(path)).one("title").text.endswith(" · Café <Lotte>")
    assert "Café <Lotte>" in Page(client.get("/lobby?user=Bob")).one("nav").text
    for path in ("/", "/no/such/page"):
        assert Page(client.get(path)).one("img", class_="logo")["alt"] == "Café <Lotte>"
    said = manifest(client).json()
    assert (said["name"], said["short_name"]) == ("Café <Lotte>",) * 2
