"""A proxy's signature, which is checked once a second."""

import time

import jwt

from chat.grip import signature
from tests.helpers.grip_proxy import KEY
from tests.helpers.running import wait_for

OURS = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
ENDS_S = 2


def signed(key=KEY, seconds=60):
    return jwt.encode({"iss": "pushpin", "exp": int(time.time()) + seconds}, key)


def test_any_of_our_proxies_may_have_signed():
    another = {"control_uri": "http://127.0.0.1:2", "key": KEY[::-1]}
    assert signature.is_good(signed(), [another, *OURS])
    assert not signature.is_good(signed(), [another])


def test_a_signature_that_was_good_is_refused_when_it_is_over():
    token = signed(seconds=ENDS_S)
    assert signature.is_good(token, OURS)
    wait_for(lambda: not signature.is_good(token, OURS), 5 * ENDS_S)


def test_a_signature_proves_nothing_if_a_proxy_has_no_key():
    keyless = {"control_uri": "http://127.0.0.1:2"}
    assert signature.is_needed(OURS)
    assert not signature.is_needed([*OURS, keyless])
    assert not signature.is_good(signed(), [keyless])
