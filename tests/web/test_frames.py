"""In whose pages a browser may show ours as a frame."""

import pytest

from tests.helpers.posting import url_of

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example.com"


@pytest.mark.parametrize(
    ("origins", "ancestors"),
    [((), "'self'"), ((SHOP, "http://localhost:3000"), f"'self' {SHOP} http://localhost:3000"), (("*",), "'self' *")],
)
def test_only_the_page_for_frames_may_be_a_frame_in_listed_sites(client, settings, origins, ancestors):
    settings.CHAT_ORIGINS = origins

    def may_frame(path):
        return client.get(path)["Content-Security-Policy"].rpartition("; frame-ancestors ")[2]

    assert may_frame("/-/frame/lobby") == ancestors
    for path in ("/", "/lobby?user=Alice", "/-/frame", "/admin/login/", "/-/login/", url_of(), "/rooms/-/frame/lobby"):
        assert may_frame(path) == "'none'"


def test_a_header_of_the_sites_own_stays_as_it_is(client, settings):
    settings.CHAT_CSP = "default-src 'self'"
    assert client.get("/-/frame/lobby")["Content-Security-Policy"] == "default-src 'self'"
