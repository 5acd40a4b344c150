"""GRIP_URL, GRIP_VERIFY_KEY and GRIP_PROXIES: the addresses and keys of the proxies."""

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
    """Return the error that stops the start. It never shows a secret."""
    with pytest.raises(ImproperlyConfigured) as raised:
        grip_proxies(*arguments)
    message = str(raised.value)
    assert SECRET not in message
    assert IN_BASE64 not in message
    return message


def is_proxied(settings, proxies, signature):
    settings.GRIP_PROXIES = proxies
    request = RequestFactory().get("/events/", HTTP_GRIP_SIG=signature)
    GripMiddleware(lambda request: None).process_request(request)
    return request.grip.proxied


def test_no_proxy_is_needed():
    assert grip_proxies([]) == []


def test_grip_url_may_have_one_url():
    assert grip_proxies([], "http://localhost:5561?key=secret") == [
        {"control_uri": "http://localhost:5561", "key": "secret"}
    ]


def test_any_white_space_may_separate_urls():
    found = grip_proxies([], " http://one:5561\n\thttps://two/control/?key=secret ")
    assert [proxy["control_uri"] for proxy in found] == ["http://one:5561", "https://two/control"]


def test_a_proxy_listed_twice_counts_once():
    written = [{"control_uri": "http://one:5561/", "key": "secret"}]
    found = grip_proxies(written, "http://one:5561?key=secret http://one:5561/?key=secret")
    assert found == [{"control_uri": "http://one:5561", "key": "secret"}]


def test_grip_proxies_in_the_form_of_the_article_are_unchanged():
    key = b64decode(IN_BASE64)
    written = [{"control_uri": "https://api.fanout.io/realm/abc", "control_iss": "abc", "key": key}]
    assert grip_proxies(written) == written


def test_empty_values_in_grip_proxies_count_as_missing():
    assert grip_proxies([{"control_uri": "http://one:5561", "key": "", "control_iss": None}]) == [
        {"control_uri": "http://one:5561"}
    ]


def test_the_setting_itself_is_not_changed():
    written = [{"control_uri": "http://one:5561/", "key": "secret"}]
    grip_proxies(written, verify_key="other")
    assert written == [{"control_uri": "http://one:5561/", "key": "secret"}]


def test_a_base64_key_is_decoded_with_its_plus_signs():
    (proxy,) = grip_proxies([], f"http://one:5561?iss=abc&key=base64:{IN_BASE64}")
    assert proxy["key"] == b64decode(IN_BASE64)
    assert proxy["control_iss"] == "abc"


def test_a_url_for_fastly_gives_its_issuer_and_its_public_key():
    (proxy,) = grip_proxies([], FASTLY_URL, FASTLY_PEM)
    assert proxy == {
        "control_uri": "https://api.fastly.com/service/abc",
        "key": SECRET,
        "verify_iss": "fastly:abc",
        "verify_key": FASTLY_PEM,
    }


@pytest.mark.parametrize("verify_key", [FASTLY_PEM, f"base64:{b64encode(FASTLY_PEM.encode()).decode()}"])
def test_a_signature_of_fastly_is_verified_with_fastlys_public_key(settings, verify_key):
    proxies = grip_proxies([], FASTLY_URL, verify_key)
    theirs = {"iss": "fastly:abc", "exp": FAR_FUTURE}
    assert is_proxied(settings, proxies, encode(theirs, FASTLY, "ES256"))
    assert not is_proxied(settings, proxies, encode({**theirs, "iss": "fastly:xyz"}, FASTLY, "ES256"))
    assert not is_proxied(settings, proxies, encode(theirs, generate_private_key(SECP256R1()), "ES256"))


def test_a_proxys_own_verify_key_overrides_grip_verify_key():
    urls = f"http://one?key={SECRET}&verify-key=own http://two?key={SECRET}"
    assert [proxy["verify_key"] for proxy in grip_proxies([], urls, "common")] == ["own", "common"]


def test_only_a_valid_signature_with_the_proxys_key_counts(settings):
    proxies = grip_proxies([], f"http://one?key={SECRET}")
    assert is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, SECRET))
    assert not is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, f"not {SECRET}"))
    assert not is_proxied(settings, proxies, encode({"exp": 1}, SECRET))
    assert not is_proxied(settings, proxies, encode({}, SECRET))
    assert not is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, None, "none"))


@pytest.mark.parametrize("query", [f"key={SECRET}", f"iss=abc&key=base64:{IN_BASE64}", f"iss=abc&key={SECRET}", ""])
def test_the_libraries_can_publish_with_each_accepted_url(query):
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
def test_a_malformed_address_is_refused(url):
    assert "is no address of a GRIP proxy: write http://host:5561" in refusal([], f"{url}?key={SECRET}")
    assert "is no address of a GRIP proxy: write http://host:5561" in refusal([{"control_uri": url, "key": SECRET}])


@pytest.mark.parametrize(
    "address", ["ipc:///tmp/chat-0-1a2b/c-command", "ipc:///tmp/a%20b%23/c", f"ipc:///{'x' * 106}"]
)
def test_the_command_socket_of_a_pushpin_is_an_address_too(address):
    assert grip_proxies([], f"{address}?key={SECRET}") == [{"control_uri": address, "key": SECRET}]
    assert grip_proxies([{"control_uri": address, "key": SECRET}]) == [{"control_uri": address, "key": SECRET}]


def test_a_request_through_the_pushpin_of_a_command_socket_is_proxied(settings):
    proxies = grip_proxies([], f"ipc:///tmp/chat-0-1a2b/c-command?key={SECRET}")
    assert is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, SECRET))
    assert not is_proxied(settings, proxies, encode({"exp": FAR_FUTURE}, f"not {SECRET}"))


@pytest.mark.parametrize(
    "address",
    ["ipc:", "ipc:c-command", "ipc:/tmp/c", "ipc://", "ipc:///", "ipc://tmp/c", "ipc://user@/tmp/c", "ipc:///tmp/@c",
     "ipc:///tmp/c/", "ipc:///tmp//c", "ipc:///tmp/c%00"],
)  # fmt: skip
def test_a_malformed_address_of_a_command_socket_is_refused(address):
    assert "is no address of Pushpin's command socket: write ipc:///" in refusal([], f"{address}?key={SECRET}")
    assert "is no address of Pushpin's command socket: write ipc:///" in refusal([{"control_uri": address}])


@pytest.mark.parametrize("path", ["x" * 107, "%C3%BC" * 54])
def test_a_path_that_no_socket_can_have_is_refused(path):
    """ZeroMQ would say so at the first message only."""
    assert "has a path of more than 107 bytes" in refusal([], f"ipc:///{path}?key={SECRET}")


def test_the_error_shows_the_address_without_user_and_password():
    assert "GRIP_URL='http://one:port'" in refusal([], f"http://alice:{SECRET}@one:port?key={SECRET}")


@pytest.mark.parametrize("query", [f"Key={SECRET}", f"kye={SECRET}", f"key={SECRET}#5", f"key=x&{SECRET}=x"])
def test_unknown_parameters_are_refused(query):
    """The libraries would make them part of the address, or cut off the end of the key."""
    message = refusal([], f"http://one:5561?{query}")
    assert "GRIP_URL='http://one:5561' has other parameters than key, iss, verify-key, verify-iss" in message
    assert "%26 for & and %23 for #" in message


@pytest.mark.parametrize("key", [IN_BASE64[:-1], IN_BASE64.replace("+", "-").replace("/", "_"), "ü", "!!!!"])
def test_a_key_in_malformed_base64_is_refused(key):
    """Python's decoder skips unknown characters, so it would turn a key in URL-safe base64 into another key."""
    cure = "copy all that follows base64:, down to the last ="
    assert cure in refusal([], f"http://one:5561?iss=abc&key=base64:{key}")
    assert cure in refusal([], f"http://one:5561?key=x&verify-key=base64:{key}")
    assert cure in refusal([], f"http://one:5561?key={SECRET}", f"base64:{key}")


def test_a_binary_key_needs_an_issuer():
    assert "add iss=... to GRIP_URL (control_iss in GRIP_PROXIES)" in refusal([], f"http://one?key=base64:{IN_BASE64}")
    assert "add iss=..." in refusal([{"control_uri": "http://one", "key": b64decode(IN_BASE64)}])


@pytest.mark.parametrize("key", ["schlüssel", "日本", "two%0Alines", "a%00"])
def test_a_key_that_does_not_fit_into_a_header_is_refused(key):
    assert "has a key with other characters than printable ASCII" in refusal([], f"http://one?key={key}")


def test_a_verify_key_needs_a_key():
    cure = "add key=... to GRIP_URL, or remove verify-key and GRIP_VERIFY_KEY"
    assert cure in refusal([], f"http://one?verify-key={SECRET}")
    assert cure in refusal([], "http://one", SECRET)
    assert cure in refusal([{"control_uri": "http://one", "verify_key": SECRET}])


@pytest.mark.parametrize(
    "pem",
    [FASTLY_PEM.replace("\n", "\\n"), FASTLY_PEM.replace("A", "!"), FASTLY_PEM[:80]],
    ids=["no line ends", "other letters", "cut off"],
)
def test_a_damaged_pem_file_is_refused(pem):
    """With such a key, no signature would be valid, and the site would answer every stream with 501."""
    assert "keep its line ends" in refusal([], FASTLY_URL, pem)
    assert "keep its line ends" in refusal([], FASTLY_URL, f"base64:{b64encode(pem.encode()).decode()}")


@pytest.mark.parametrize("proxy", [f"http://one?key={SECRET}", {"key": SECRET}, {"control_zmq_uri": "tcp://one"}, None])
def test_a_malformed_entry_in_grip_proxies_is_refused(proxy):
    assert 'write each as {"control_uri": "http://host:5561", "key": "..."}' in refusal([proxy])
