"""The admin's cookies: Secure over https, and such that a login works over http too. HSTS: over https only."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

PROXY, HSTS = "10.0.0.5", "Strict-Transport-Security"


@pytest.fixture(autouse=True)
def _production(settings):
    settings.ALLOWED_HOSTS = ["chat.example.com", "192.168.1.20"]
    settings.CHAT_TRUSTED_PROXIES = (PROXY,)


def log_in(host, peer, **headers):
    """Log in as the form does; return the answer, and all cookies that the browser has now."""
    User.objects.create_superuser("root", password="for this test only")
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=peer, HTTP_HOST=host, headers=headers)
    client.get("/admin/login/")
    form = {"username": "root", "password": "for this test only", "next": "/admin/"}
    form["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    return client.post("/admin/login/", form), client.cookies


def https(origin):
    return {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "Origin": origin}


@pytest.mark.django_db
def test_behind_a_trusted_proxy_with_https_the_cookies_are_secure():
    answer, cookies = log_in("chat.example.com", PROXY, **https("https://chat.example.com"))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert {name: cookie["secure"] for name, cookie in cookies.items()} == {"csrftoken": True, "sessionid": True}


@pytest.mark.django_db
@pytest.mark.parametrize("peer", ["192.168.1.7", PROXY])
def test_over_plain_http_a_login_works_and_the_cookies_come_back(peer):
    """Through a proxy of ours, too: not every proxy uses https."""
    answer, cookies = log_in("192.168.1.20", peer, Origin="http://192.168.1.20")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert {name: cookie["secure"] for name, cookie in cookies.items()} == {"csrftoken": False, "sessionid": False}


@pytest.mark.django_db
def test_a_form_from_another_site_is_refused_over_https():
    answer, cookies = log_in("chat.example.com", PROXY, **https("https://evil.example"))
    assert answer.status_code == 403
    assert {*cookies} == {"csrftoken"}


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/no/such/page/", "/static/chat/favicon.svg"])
@pytest.mark.parametrize(("seconds", "header"), [(300, "max-age=300"), (0, None)])
def test_hsts_is_sent_over_https_if_a_variable_says_so(settings, seconds, header, path):
    settings.SECURE_HSTS_SECONDS = seconds
    client = Client(REMOTE_ADDR=PROXY, HTTP_HOST="chat.example.com")
    assert client.get(path, headers=https("https://chat.example.com")).get(HSTS) == header
    assert HSTS not in client.get(path)
