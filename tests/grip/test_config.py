"""GRIP_URL, GRIP_VERIFY_KEY and GRIP_PROXIES: which proxies hold the streams, and with which keys."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from gripcontrol import GripPubControl
from jwt import encode

from chat.grip.config import grip_proxies
from chat.streams.middleware import GripMiddleware
from tests.helpers.grip_proxy import GripProxy

SECRET = "geheimer-schluessel-von-ueber-32-bytes"
IN_BASE64 = b64encode(b"\xfb\xef\xff" + SECRET.encode()).decode()  # begins with ++//
FAR_FUTURE = 4_000_000_000  # seconds

FASTLY = generate_private_key(SECP256R1())
FASTLY_PEM = FASTLY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
FASTLY_URL = f"https://api.fastly.com/service/abc?verify-iss=fastly:abc&key={SECRET}"


def refusal(*arguments):
    """Return why the site won't start; whatever it says, it shows no secret."""
    with pytest.raises(ImproperlyConfigured) as raised:
        grip_proxies(*arguments)
    said = str(raised.value)
    assert SECRET not in said
    assert IN_BASE64 not in said
    return said


def is_proxied(settings, proxies, signature):
    settings.GRIP_PROXIES = proxies
    request = RequestFactory().get("/events/", HTTP_GRIP_SIG=signature)
    GripMiddleware(lambda request: None).process_request(request)
    return request.grip.proxied


def test_there_may_be_none():
    assert grip_proxies([]) == []


def test_one_url():
    assert grip_proxies([], "http://localhost:5561?key=secret") == [
        {"control_uri": "http://localhost:5561", "key": "secret"}
    ]


def test_several_urls_with_any_white_space_between():
    found = grip_proxies([], " http://one:5561\n\thttps://two/control/?key=secret ")
    assert [proxy["control_uri"] for proxy in found] == ["http://one:5561", "https://two/control"]


def test_a_proxy_that_is_written_twice_counts_once():
    written = [{"control_uri": "http://one:5561/", "key": "secret"}]
    found = grip_proxies(written, "http://one:5561?key=secret http://one:5561/?key=secret")
    assert found == [{"control_uri": "http://one:5561", "key": "secret"}]


def test_proxies_in_the_settings_come_as_the_article_writes_them():
    key = b64decode(IN_BASE64)
    written = [{"control_uri": "https://api.fanout.io/realm/abc", "control_iss": "abc", "key": key}]
    assert grip_proxies(written) == written


def test_what_is_empty_in_the_settings_counts_as_not_written():
    assert grip_proxies([{"control_uri": "http://one:5561", "key": "", "control_iss": None}]) == [
        {"control_uri": "http://one:5561"}
    ]


def test_the_settings_are_left_as_they_are():
    written = [{"control_uri": "http://one:5561/", "key": "secret"}]
    grip_proxies(written, verify_key="other")
    assert written == [{"control_uri": "http://one:5561/", "key": "secret"}]


def test_a_key_in_base64_is_decoded_plus_signs_and_all():
    (proxy,) = grip_proxies([], f"http://one:5561?iss=abc&key=base64:{IN_BASE64}")
    assert proxy["key"] == b64decode(IN_BASE64)
    assert proxy["control_iss"] == "abc"


def test_fastly():
    (proxy,) = grip_proxies([], FASTLY_URL, FASTLY_PEM)
    assert proxy == {
        "control_uri": "https://api.fastly.com/service/abc",
        "key": SECRET,
        "verify_iss": "fastly:abc",
        "verify_key": FASTLY_PEM,
    }


@pytest.mark.parametrize("verify_key", [FASTLY_PEM, f"base64:{b64encode(FASTLY_PEM.encode()).decode()}"])
def test_fastlys_signature_is_verified_with_its_public_key(settings, verify_key):
    proxies = grip_proxies([], FASTLY_URL, verify_key)
    theirs = {"iss": "fastly:abc", "exp": FAR_FUTURE}
    assert is_proxied(settings, proxies, encode(theirs, FASTLY, "ES256"))
    assert not is_proxied(settings, proxies, encode({**theirs, "iss": "fastly:xyz"}, FASTLY, "ES256"))
    assert not is_proxied(settings, proxies, encode(theirs, generate_private_key(SECP256R1()), "ES256"))


def test_a_proxys_own_verify_key_wins():
    urls = f"http://one?key={SECRET}&verify-key=own http://two?key={SECRET}"
    assert [proxy["verify_key"] for proxy in grip_proxies([], urls, "common")] == ["own", "common"]


def test_a_signature_with_the_proxys_key_is_verified(settings):
    proxies = grip_proxies([], f"http://one?key={SECRET}")
    assert is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, SECRET))
    assert not is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, f"not {SECRET}"))
    assert not is_proxied(settings, proxies, encode({"exp": 1}, SECRET))
    assert not is_proxied(settings, proxies, encode({}, SECRET))
    assert not is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, None, "none"))


@pytest.mark.parametrize("query", [f"key={SECRET}", f"iss=abc&key=base64:{IN_BASE64}", f"iss=abc&key={SECRET}", ""])
def test_the_libraries_can_publish_with_what_is_accepted(query):
    with GripProxy() as proxy:
        GripPubControl(grip_proxies([], f"{proxy.uri}?{query}")).publish_http_stream("channel", "hi", blocking=True)
        assert proxy.next_item()["channel"] == "channel"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://one",
        "one:5561",
        "one",
        "//one",
        "http://",
        "http:///x",
        "http://one:port",
        "http://one:99999",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_refused(url):
    assert "is no address of a GRIP proxy: write http://host:5561" in refusal([], f"{url}?key={SECRET}")
    assert "is no address of a GRIP proxy: write http://host:5561" in refusal([{"control_uri": url, "key": SECRET}])


def test_a_refused_address_is_named_without_user_and_password():
    assert "GRIP_URL='http://one:port'" in refusal([], f"http://alice:{SECRET}@one:port?key={SECRET}")


@pytest.mark.parametrize("query", [f"Key={SECRET}", f"kye={SECRET}", f"key={SECRET}#5", f"key=x&{SECRET}=x"])
def test_other_parameters_are_refused(query):
    """The libraries would take them for a part of the address, or leave out the end of the key."""
    said = refusal([], f"http://one:5561?{query}")
    assert "GRIP_URL='http://one:5561' has other parameters than key, iss, verify-key, verify-iss" in said
    assert "%26 for & and %23 for #" in said


@pytest.mark.parametrize("key", [IN_BASE64[:-1], IN_BASE64.replace("+", "-").replace("/", "_"), "ü", "!!!!"])
def test_a_key_in_broken_base64_is_refused(key):
    """Python's decoder passes over what it doesn't know, so that a key in the alphabet of URLs would be another one."""
    cure = "copy all that follows base64:, down to the last ="
    assert cure in refusal([], f"http://one:5561?iss=abc&key=base64:{key}")
    assert cure in refusal([], f"http://one:5561?key=x&verify-key=base64:{key}")
    assert cure in refusal([], f"http://one:5561?key={SECRET}", f"base64:{key}")


def test_a_key_of_bytes_without_an_issuer_is_refused():
    assert "add iss=... to GRIP_URL (control_iss in GRIP_PROXIES)" in refusal([], f"http://one?key=base64:{IN_BASE64}")
    assert "add iss=..." in refusal([{"control_uri": "http://one", "key": b64decode(IN_BASE64)}])


@pytest.mark.parametrize("key", ["schlüssel", "日本", "two%0Alines", "a%00"])
def test_a_key_that_no_header_carries_is_refused(key):
    assert "has a key with other characters than printable ASCII" in refusal([], f"http://one?key={key}")


def test_a_verify_key_without_a_key_is_refused():
    cure = "add key=... to GRIP_URL, or remove verify-key and GRIP_VERIFY_KEY"
    assert cure in refusal([], f"http://one?verify-key={SECRET}")
    assert cure in refusal([], "http://one", SECRET)
    assert cure in refusal([{"control_uri": "http://one", "verify_key": SECRET}])


@pytest.mark.parametrize(
    "pem",
    [FASTLY_PEM.replace("\n", "\\n"), FASTLY_PEM.replace("A", "!"), FASTLY_PEM[:80]],
    ids=["no line ends", "other letters", "cut off"],
)
def test_a_broken_pem_file_is_refused(pem):
    """With it every request would count as unsigned, and every stream be answered with 501."""
    assert "keep its line ends" in refusal([], FASTLY_URL, pem)
    assert "keep its line ends" in refusal([], FASTLY_URL, f"base64:{b64encode(pem.encode()).decode()}")


@pytest.mark.parametrize("proxy", [f"http://one?key={SECRET}", {"key": SECRET}, {"control_zmq_uri": "tcp://one"}, None])
def test_what_is_no_proxy_in_the_settings_is_refused(proxy):
    assert 'write each as {"control_uri": "http://host:5561", "key": "..."}' in refusal([proxy])
