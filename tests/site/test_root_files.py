"""The two files that browsers and robots ask for at the root of a site."""

from django.contrib.staticfiles import finders


def test_the_favicon_is_a_file_of_the_site(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/chat/favicon.svg")
    assert finders.find("chat/favicon.svg")


def test_robots_txt_forbids_all_crawlers(client):
    answer = client.get("/robots.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain")
    assert answer.content == b"User-agent: *\nDisallow: /\n"
