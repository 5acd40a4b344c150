"""SignedTokens: what a token must be, where it may be, and what it lets people do."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.checks import run_checks
from django.test import Client

from tests.helpers.grip_proxy import KEY
from tests.helpers.posting import url_of
from tests.policy.people import FORM, KEYS, SECRET, bearer, token, token_of

pytestmark = pytest.mark.django_db

RSA, OTHER_RSA = (rsa.generate_private_key(65537, 2048) for _ in range(2))
EC, OTHER_EC = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


def public(key):
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


def private(key):
    kind, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, kind, nothing).decode()


ALL_KEYS = {
    **KEYS,
    "rsa": {"alg": "RS256", "key": public(RSA)},
    "ec": {"alg": "ES256", "key": public(EC)},
}


@pytest.fixture(autouse=True)
def signed_tokens(settings):
    settings.CHAT_POLICY = "chat.policy.SignedTokens"
    settings.CHAT_TOKEN_KEYS = ALL_KEYS
    settings.CHAT_TOKEN_COOKIE = "chat_token"
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]


def ask(found):
    return bearer(found).get(url_of())


def refused(answer, status=401):
    assert answer.status_code == status, answer.content
    [error] = answer.json()["errors"]
    return error["message"]


GOOD = {"read": ["lobby"]}


@pytest.mark.parametrize(
    ("key", "alg", "kid"),
    [
        (SECRET, "HS256", "now"),
        (SECRET, "HS256", None),
        (RSA, "RS256", "rsa"),
        (RSA, "RS256", None),
        (EC, "ES256", "ec"),
        (EC, "ES256", None),
    ],
)
def test_a_good_token_is_accepted(key, alg, kid):
    assert ask(token(key, alg, kid, **GOOD)).status_code == 200


def pieces(header, claims, signature=b""):
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def hmac_with_public_key(kid):
    """Return a token that is signed with the public RSA key as if it were a secret: PyJWT makes none like it."""
    import hashlib
    import hmac

    header = {"alg": "HS256", "typ": "JWT", **({"kid": kid} if kid else {})}
    signed = pieces(header, {"exp": int(time.time()) + 60, **GOOD}).rpartition(".")[0]
    signature = hmac.digest(public(RSA).encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def signed_claims(claims):
    """Return a token with claims that PyJWT itself would refuse to encode."""
    return jwt.api_jws.encode(json.dumps(claims).encode(), SECRET, "HS256", headers={"kid": "now"})


SOON = int(time.time()) + 3600
NONE = {"alg": "none", "kid": "now"}
BAD = {
    "alg none": (lambda: pieces(NONE, {"exp": SOON, **GOOD}), "algorithm"),
    "alg None": (lambda: pieces({**NONE, "alg": "None"}, {"exp": SOON, **GOOD}), "algorithm"),
    "no alg": (lambda: pieces({"kid": "now"}, {"exp": SOON, **GOOD}), "algorithm"),
    "another alg": (lambda: token(SECRET * 2, "HS512", **GOOD), "Sign it with HS256, RS256, ES256"),
    "an unknown kid": (lambda: token(kid="old", **GOOD), "a key that is unknown here"),
    "a kid that is no text": (lambda: pieces({"alg": "HS256", "kid": ["now"]}, GOOD), "no valid token"),
    "another secret": (lambda: token("t" * 32, **GOOD), "signature is wrong"),
    "another RSA key": (lambda: token(OTHER_RSA, "RS256", "rsa", **GOOD), "signature is wrong"),
    "another EC key": (lambda: token(OTHER_EC, "ES256", "ec", **GOOD), "signature is wrong"),
    "another key's kid": (lambda: token(SECRET, "HS256", "rsa", **GOOD), "is for RS256, not for HS256"),
    "the public key as a secret": (lambda: hmac_with_public_key("rsa"), "is for RS256, not for HS256"),
    "the public key as a secret, no kid": (lambda: hmac_with_public_key(None), "signature is wrong"),
    "expired": (lambda: token(exp=-60, **GOOD), "has expired. Get a new one"),
    "no exp": (lambda: token(exp=None, **GOOD), "has no exp. Sign one with"),
    "an exp that is no number": (lambda: signed_claims({"exp": "soon", **GOOD}), "no valid token"),
    "an infinite exp": (lambda: signed_claims({"exp": float("inf"), **GOOD}), "no valid token"),
    "not valid yet": (lambda: token(nbf=int(time.time()) + 60, **GOOD), "not valid yet"),
    "from the future": (lambda: token(iat=int(time.time()) + 60, **GOOD), "not valid yet"),
    "an audience": (lambda: token(aud="shop", **GOOD), "expects none"),
    "a sub that is no text": (lambda: signed_claims({"sub": 1, "exp": SOON, **GOOD}), "no valid token"),
    "a sub with half a character": (lambda: signed_claims({"sub": "\ud83d", "exp": SOON, **GOOD}), "no valid token"),
    "read is no list": (lambda: token(read="lobby"), "claim read is no list"),
    "read has a number": (lambda: token(read=["lobby", 1]), "claim read is no list"),
    "no token": (lambda: "nonsense", "no valid token"),
    "nothing": (lambda: "", "no valid token"),
    "not Base64": (lambda: "a.b.c", "no valid token"),
    "not JSON": (lambda: "bm8.bm8.bm8", "no valid token"),
    "claims that are a list": (lambda: signed_claims([]), "no valid token"),
    "an unknown extension": (
        lambda: jwt.encode({"exp": SOON, **GOOD}, SECRET, headers={"kid": "now", "crit": ["x"], "x": 1}),
        "no valid token",
    ),
    "cut off": (lambda: token(**GOOD)[:-10], "token"),  # what is left of the signature may be Base64, or not
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_token_is_a_401_in_words(what):
    make, words = BAD[what]
    found = make()
    answer = ask(found)
    message = refused(answer)
    assert words in message
    assert message.endswith(".")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not found or found not in answer.content.decode()


def test_a_wrong_audience_is_a_401(settings):
    settings.CHAT_TOKEN_AUDIENCE = "chat"
    for wrong in ({"aud": "shop"}, {"aud": ["shop"]}, {}):
        assert "another audience. Sign one with 'chat'" in refused(ask(token(**GOOD, **wrong)))
    for right in ("chat", ["shop", "chat"]):
        assert ask(token(aud=right, **GOOD)).status_code == 200


def test_a_clock_may_be_wrong_by_some_seconds():
    now = int(time.time())
    assert ask(token(iat=now + 2, nbf=now + 2, **GOOD)).status_code == 200


def test_keys_can_be_rotated(settings):
    """The old key goes when its last token has expired."""
    old, new = (token("0" * 32, kid="old", **GOOD), token("1" * 32, kid="new", **GOOD))
    both = {"old": {"alg": "HS256", "key": "0" * 32}, "new": {"alg": "HS256", "key": "1" * 32}}
    settings.CHAT_TOKEN_KEYS = both
    assert [ask(one).status_code for one in (old, new)] == [200, 200]
    assert "several keys for HS256" in refused(ask(token("1" * 32, kid=None, **GOOD)))
    settings.CHAT_TOKEN_KEYS = {"new": both["new"]}
    assert [ask(one).status_code for one in (old, new)] == [401, 200]
    settings.CHAT_TOKEN_KEYS = {"new": {**both["new"], "key": "2" * 32}}
    assert ask(new).status_code == 401, "an old key of the same name is not kept"


def test_without_a_key_nobody_comes_in(settings):
    settings.CHAT_TOKEN_KEYS = {}
    for kid in ("now", None):
        assert ask(token(kid=kid, **GOOD)).status_code == 401


PATTERNS = [
    (["lobby"], "lobby", True),
    (["lobby"], "lobby2", False),
    (["lobby"], "Lobby", False),
    (["team-*"], "team-a", True),
    (["team-*"], "team-", True),
    (["team-*"], "team", False),
    (["*"], "anything", True),
    ([], "lobby", False),
    (None, "lobby", False),
    (["a", "b*"], "bc", True),
    (["*y"], "lobby", False),
    (["l?bby", "l[o]bby", ".*"], "lobby", False),
    (["ku\u0308che"], "k\u00fcche", True),
    (["k\u00fc*"], "ku\u0308che", True),
]


@pytest.mark.parametrize(("read", "room", "may"), PATTERNS)
def test_a_room_is_named_whole_or_by_its_beginning(read, room, may):
    assert bearer(token(read=read)).get(url_of(room)).status_code == (200 if may else 403)


def test_reading_writing_and_moderating_are_apart():
    def tried(**claims):
        client = bearer(token(name="Al", **claims))
        lock = client.post("/-/moderate/", "action=lock&room=lobby", content_type=FORM)
        return client.get(url_of()).status_code, client.post(url_of(), {"text": "hi"}).status_code, lock.status_code

    assert tried(write=["lobby"]) == (403, 200, 403)
    assert tried(read=["lobby"]) == (200, 403, 403)
    assert tried(moderate=["lobby"]) == (403, 403, 200)


def test_a_token_in_a_header_needs_no_csrf_token_and_one_in_a_cookie_does():
    found = token_of("Mo", "lobby")
    program, browser = (Client(enforce_csrf_checks=True) for _ in range(2))
    program.post(url_of(), {"text": "hi"}, headers={"Authorization": f"Bearer {found}"})
    browser.cookies["chat_token"] = found

    def lock(client, **headers):
        return client.post("/-/moderate/", "action=lock&room=lobby", content_type=FORM, headers=headers)

    assert lock(program, Authorization=f"Bearer {found}").status_code == 200
    assert lock(browser).json()["errors"][0]["field"] == "csrfmiddlewaretoken"
    page = browser.get("/lobby").context["page"]
    assert lock(browser, **{"X-CSRFToken": page["csrfToken"]}).status_code == 200


def test_a_cookie_counts(settings):
    client = Client()
    client.cookies["chat_token"] = token(**GOOD)
    assert client.get(url_of()).status_code == 200
    settings.CHAT_TOKEN_COOKIE = None
    assert client.get(url_of()).status_code == 401


def test_the_header_wins_over_the_cookie():
    client = bearer(token(exp=-60, **GOOD))
    client.cookies["chat_token"] = token(**GOOD)
    assert "expired" in refused(client.get(url_of()))
    other = Client(headers={"Authorization": "Basic YTpi"})  # of a proxy in front
    other.cookies["chat_token"] = token(**GOOD)
    assert other.get(url_of()).status_code == 200


def signed():
    return {"Grip-Sig": jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 600}, KEY)}


def test_a_token_in_the_address_opens_a_stream_or_a_frame_and_nothing_else():
    found = token_of("Al", "lobby")
    for path in (f"/events/?channel=room-lobby&token={found}", f"/rooms/lobby/events/?token={found}"):
        assert Client().get(path, headers=signed()).status_code == 200
    assert Client().get(f"/-/frame/lobby?token={found}").status_code == 200
    for path in (f"{url_of()}?token={found}", f"/lobby?token={found}", f"/-/read/lobby?token={found}"):
        assert Client().get(path).status_code == 401
    assert "streams and frames only" in refused(Client().get(f"{url_of()}?token={found}"))
    assert Client().post(f"{url_of()}?token={found}", {"text": "hi"}).status_code == 401


def test_no_address_that_we_give_out_has_the_token(settings):
    settings.CHAT_SIGN_IN_URL = "/login?from=chat"
    found = token(**GOOD)
    stream = Client().get(f"/events/?channel=room-lobby&token={found}", headers=signed())
    assert found not in str(stream.headers)
    where = Client().get(f"/lobby?token={found}&before=5")["Location"]
    assert where == "/login?from=chat&next=http%3A%2F%2Ftestserver%2Flobby%3Fbefore%3D5"


def test_without_a_token_the_words_say_where_one_belongs(settings):
    assert refused(Client().get(url_of())) == (
        "There is no token. Send one as Authorization: Bearer, or in the cookie chat_token; for a stream, ?token= "
        "works too."
    )
    settings.CHAT_TOKEN_COOKIE = None
    assert "cookie" not in refused(Client().get(url_of()))


def test_the_name_is_the_tokens_and_the_sub_stands_in():
    writes = {"write": ["lobby"]}
    assert bearer(token(name="Al", sub="7", **writes)).post(url_of(), {"text": "hi"}).json()["from"] == "Al"
    assert bearer(token(sub="7", **writes)).post(url_of(), {"text": "hi"}).json()["from"] == "7"
    for nameless in ({}, {"name": 7}, {"name": None, "sub": None}):
        message = refused(bearer(token(**writes, **nameless)).post(url_of(), {"text": "hi"}))
        assert "has no name. Sign one with" in message


def test_a_name_with_half_a_character_is_refused_in_words():
    """A script that cuts a name off may cut an emoji in two."""
    cut = bearer(token(name="Al \ud83d", sub="7", **GOOD, write=["lobby"]))
    assert "half of a surrogate pair" in refused(cut.post(url_of(), {"text": "hi"}), 403)
    page = cut.get("/lobby")
    assert page.status_code == 403
    assert "half of a surrogate pair" in page.content.decode()


def test_guests_with_an_empty_sub_are_not_one_author():
    guests = [bearer(token(name=name, sub="", **GOOD, write=["lobby"])) for name in ("Al", "Bo")]
    said = guests[0].post(url_of(), {"text": "hi"}).json()
    assert guests[1].patch(f"{url_of()}{said['id']}/", "text=no", content_type=FORM).status_code == 403
    assert "author" not in said


def test_the_same_sub_is_the_same_author_on_all_devices():
    first = bearer(token_of("Al", "lobby")).post(url_of(), {"text": "hi", "author_key": "a" * 20}).json()
    elsewhere = bearer(token_of("Al", "lobby"))
    changed = elsewhere.patch(f"{url_of()}{first['id']}/", "text=hello", content_type=FORM)
    assert (changed.status_code, changed.json()["author"]) == (200, first["author"])
    assert elsewhere.get(url_of(), headers={"Author-Key": "b" * 20}).json()["you"] == first["author"]
    other = bearer(token_of("Bo", "lobby")).patch(f"{url_of()}{first['id']}/", "text=no", content_type=FORM)
    assert other.status_code == 403


def found_problems():
    return [check.msg for check in run_checks() if check.id == "chat.E011"]


PROBLEMS = [
    ({}, "There is no key."),
    (None, "There is no key."),
    ({"a": "x" * 32}, "is not written as"),
    ({"a": {"alg": "HS256"}}, "is not written as"),
    ({"a": {"alg": "none", "key": "x" * 32}}, "with an alg of HS256, RS256, ES256"),
    ({"a": {"alg": "HS256", "key": "x" * 31}}, "has 31 bytes: HS256 needs at least 32"),
    ({"a": {"alg": "HS256", "key": public(RSA)}}, "is a PEM file"),
    ({"a": {"alg": "RS256", "key": "x" * 32}}, "is no public key for RS256"),
    ({"a": {"alg": "RS256", "key": public(RSA)[:200]}}, "is no public key for RS256"),
    ({"a": {"alg": "RS256", "key": public(EC)}}, "is no public key for RS256"),
    ({"a": {"alg": "ES256", "key": public(RSA)}}, "is no public key for ES256"),
    ({"a": {"alg": "RS256", "key": private(RSA)}}, "is a private key"),
    ({"a": {"alg": "RS256", "key": public(rsa.generate_private_key(65537, 1024))}}, "has 1024 bits"),
    ({"a": {"alg": "ES256", "key": public(ec.generate_private_key(ec.SECP384R1()))}}, "a key on the curve prime256v1"),
]


@pytest.mark.parametrize(("keys", "words"), PROBLEMS)
def test_a_start_says_which_key_is_wrong(settings, keys, words):
    settings.CHAT_TOKEN_KEYS = keys
    [message] = found_problems()
    assert words in message
    assert "x" * 31 not in message
    assert "MII" not in message


def test_a_start_has_nothing_to_say_about_sound_keys(settings):
    assert found_problems() == []
    settings.CHAT_POLICY, settings.CHAT_TOKEN_KEYS = "chat.policy.Open", {}
    assert found_problems() == []


@pytest.mark.parametrize(("keys", "words"), PROBLEMS[2:])
def test_a_bad_key_lets_nobody_in(settings, keys, words):
    """A check can be silenced. A 401 is right, and a 500 or an entry is not."""
    settings.CHAT_TOKEN_KEYS = keys
    for found in (token("x" * 31, kid="a", **GOOD), token(RSA, "RS256", "a", **GOOD), token(EC, "ES256", "a", **GOOD)):
        assert ask(found).status_code == 401
