"""Who the client is, and whether it uses https: what strangers claim has no effect."""

import time

import jwt
import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import RequestFactory

from chat.streams.middleware import GripMiddleware
from chat.streams.proxies import TrustedProxies
from tests.helpers.grip_proxy import KEY

NGINX, ALICE, EVE = "10.0.0.5", "203.0.113.7", "198.51.100.66"


@pytest.fixture(autouse=True)
def our_proxies(settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    settings.CHAT_TRUSTED_PROXIES = (NGINX, "10.0.1.0/24", "2001:db8::/64")


def seen(peer, signed=False, **headers) -> WSGIRequest:
    """Return the request as the views see it; `peer` is who connected to us."""
    if signed:
        headers["Grip-Sig"] = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 60}, KEY)
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    found = []

    def view(request):
        found.append(request)
        return HttpResponse()

    GripMiddleware(TrustedProxies(view))(request)
    return found[0]


def told(**headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def who(request):
    return request.META["REMOTE_ADDR"], request.scheme


HTTPS = {"X-Forwarded-Proto": "https"}


def test_a_proxy_of_ours_says_who_the_client_is_and_that_it_uses_https():
    assert who(seen(NGINX, **HTTPS, **told(X_Forwarded_For=ALICE))) == (ALICE, "https")
    assert who(seen(NGINX, **told(X_Forwarded_For=ALICE, X_Forwarded_Proto="http"))) == (ALICE, "http")


def test_a_stranger_says_nothing():
    request = seen(EVE, **HTTPS, **told(X_Forwarded_For=ALICE))
    assert who(request) == (EVE, "http")
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"} & {*request.META}


def test_a_stranger_who_connects_to_pushpin_says_nothing():
    assert who(seen("127.0.0.1", signed=True, **HTTPS, **told(X_Forwarded_For=f"{NGINX}, {EVE}"))) == (EVE, "http")


def test_a_proxy_of_ours_in_front_of_pushpin_is_believed():
    behind_both = seen("127.0.0.1", signed=True, **HTTPS, **told(X_Forwarded_For=f"{ALICE}, {NGINX}"))
    assert who(behind_both) == (ALICE, "https")


def test_the_client_is_the_last_one_that_is_not_ours():
    chain = f"{ALICE}, {EVE}, 10.0.1.9, {NGINX}"
    assert who(seen("127.0.0.1", signed=True, **HTTPS, **told(X_Forwarded_For=chain))) == (EVE, "https")
    assert who(seen(NGINX, **told(X_Forwarded_For=f" {EVE} ,10.0.1.9,"))) == (EVE, "http")
    assert who(seen(NGINX, **told(X_Forwarded_For="10.0.1.9, 10.0.1.8"))) == ("10.0.1.9", "http")


def test_without_the_signature_the_last_entry_proves_nothing():
    assert who(seen("127.0.0.1", **HTTPS, **told(X_Forwarded_For=f"{ALICE}, {NGINX}"))) == ("127.0.0.1", "http")


def test_a_wrong_signature_is_none():
    headers = told(X_Forwarded_For=f"{ALICE}, {NGINX}", Grip_Sig=jwt.encode({"iss": "pushpin"}, KEY[::-1]))
    assert who(seen("127.0.0.1", **HTTPS, **headers)) == ("127.0.0.1", "http")


def test_a_pushpin_that_does_not_say_who_connected_says_nothing():
    """It may run beside nginx, at an address that is ours."""
    assert who(seen(NGINX, signed=True, **HTTPS)) == (NGINX, "http")


@pytest.mark.parametrize("address", ["::ffff:10.0.0.5", "2001:db8::5"])
def test_a_proxy_may_have_an_ipv6_address(address):
    assert who(seen(address, **HTTPS, **told(X_Forwarded_For=ALICE))) == (ALICE, "https")


@pytest.mark.parametrize("address", ["unknown", "", "10.0.0.5:80", "10.0.0.\N{ARABIC-INDIC DIGIT FIVE}"])
def test_what_is_no_address_is_not_ours(address):
    assert seen(address, **HTTPS).scheme == "http"


def test_nobody_is_believed_by_default(settings):
    settings.CHAT_TRUSTED_PROXIES = ()
    assert who(seen("127.0.0.1", **HTTPS, **told(X_Forwarded_For=ALICE))) == ("127.0.0.1", "http")
