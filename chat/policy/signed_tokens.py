"""The policy of a site in any language, which vouches for its people by signed tokens: JSON Web Tokens, RFC 7519."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

import jwt
from django.http import HttpRequest
from django.shortcuts import resolve_url

from chat.conf import conf
from chat.web.place import opens_stream

from .open import NotSignedIn, Open

ALGORITHMS = ("HS256", "RS256", "ES256")
MIN_SECRET_BYTES = 32  # of a key for HS256: as many as the hash has
MIN_RSA_BITS = 2048
LEEWAY_S = 5  # how wrong the clock of the site that signs may be
KEPT = "chat.policy.claims"

Claims = dict[str, Any]


class KeyProblem(Exception):
    """A key that can't be used. The text says why, and what to do."""


class Key(NamedTuple):
    kid: str
    alg: str
    key: Any  # as PyJWT wants it


class SignedTokens(Open):
    """A token says who somebody is, and the rooms to read, write and moderate; see claims_of."""

    challenge = "Bearer"

    def name_of(self, request: HttpRequest) -> str | None:
        claims = self.claims_of(request)
        name = claims.get("name", claims.get("sub"))
        if not isinstance(name, str):
            raise NotSignedIn("The token has no name. Sign one with a text as its claim name, or as its claim sub.")
        return name

    def may_read(self, request: HttpRequest, room: str) -> bool:
        return _names(self.claims_of(request), "read", room)

    def may_write(self, request: HttpRequest, room: str) -> bool:
        return _names(self.claims_of(request), "write", room)

    def may_moderate(self, request: HttpRequest, room: str) -> bool:
        return _names(self.claims_of(request), "moderate", room)

    def author_of(self, request: HttpRequest) -> str | None:
        sub = self.claims_of(request).get("sub")
        return f"sub {sub}" if sub else None  # a site may give all its guests an empty one

    def sign_in_url(self, request: HttpRequest) -> str | None:
        where = conf.sign_in_url
        if not where:
            return None
        query = request.GET.copy()
        query.pop("token", None)
        address = f"{request.path}?{query.urlencode()}" if query else request.path
        where = resolve_url(where)
        return f"{where}{'&' if '?' in where else '?'}{urlencode({'next': request.build_absolute_uri(address)})}"

    def proves_itself(self, request: HttpRequest) -> bool:
        return _bearer(request) is not None

    def claims_of(self, request: HttpRequest) -> Claims:
        """Return what the client's token says; raise NotSignedIn. The token is checked once for each request.

        The claims are sub and name (str), read, write and moderate (lists of rooms' names, or of a beginning with * at
        the end), exp (seconds since 1970), and what else the site has signed.
        """
        if KEPT not in request.META:
            request.META[KEPT] = _checked(_token(request))
        return request.META[KEPT]


def _bearer(request: HttpRequest) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _token(request: HttpRequest) -> str:
    """Return the client's token. In an address it counts only for an EventSource, which can send no header."""
    if (token := _bearer(request)) is not None:
        return token
    if opens_stream(request) and "token" in request.GET:
        return request.GET["token"]
    cookie = conf.token_cookie
    if cookie and cookie in request.COOKIES:
        return request.COOKIES[cookie]
    if "token" in request.GET:
        raise NotSignedIn("A token in the address counts only where a stream opens. Send it as Authorization: Bearer.")
    other = f", or in the cookie {cookie}" if cookie else ""
    raise NotSignedIn(f"There is no token. Send one as Authorization: Bearer{other}; for a stream, ?token= works too.")


def _checked(token: str) -> Claims:
    """Return the token's claims; raise NotSignedIn with what is wrong, which never repeats the token."""
    try:
        header = jwt.get_unverified_header(token)
        key = _key_for(header)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[key.alg],
            audience=conf.token_audience,
            options={"require": ["exp"]},
            leeway=LEEWAY_S,
        )
        claims.get("sub", "").encode()  # raises ValueError for half of a surrogate pair, which JSON can spell
        return claims
    except jwt.ExpiredSignatureError:
        raise NotSignedIn("The token has expired. Get a new one from the site that signs them.") from None
    except jwt.ImmatureSignatureError:
        raise NotSignedIn(
            "The token is not valid yet. Wait until its nbf and iat, or set the clock of the site that signs them."
        ) from None
    except (jwt.InvalidAudienceError, jwt.MissingRequiredClaimError) as error:
        raise NotSignedIn(_words_of(error)) from None
    except jwt.InvalidSignatureError:
        raise NotSignedIn("The token's signature is wrong. Sign it with the key that this chat knows.") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise NotSignedIn("This is no valid token. Send a JSON Web Token, as the site has signed it.") from None


def _words_of(error: jwt.InvalidAudienceError | jwt.MissingRequiredClaimError) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError) and error.claim == "exp":
        return (
            "The token has no exp. Sign one with the time when it ends, in seconds since 1970, some minutes from now."
        )
    audience = conf.token_audience
    if audience:
        return f"The token is for another audience. Sign one with {audience!r} as its claim aud."
    return "The token is for an audience, and this chat expects none. Leave out its claim aud, or set TOKEN_AUDIENCE."


def _key_for(header: dict[str, Any]) -> Key:
    """Return the key that the token's header asks for. A key serves its own algorithm only."""
    kid, alg = header.get("kid"), header.get("alg")
    if alg not in ALGORITHMS:
        raise NotSignedIn(f"The token's algorithm does not count here. Sign it with {', '.join(ALGORITHMS)}.")
    written = _keys_with_form(conf.token_keys)
    if kid is None:
        fitting = [name for name, one in written.items() if one["alg"] == alg]
        if len(fitting) != 1:
            count = "several keys" if fitting else "no key"
            raise NotSignedIn(f"The token names no key, and there are {count} for {alg}. Sign it with the header kid.")
        kid = fitting[0]
    if kid not in written:
        raise NotSignedIn("The token names a key that is unknown here. Sign it with a kid that this chat has.")
    if written[kid]["alg"] != alg:
        raise NotSignedIn(f"The token's key is for {written[kid]['alg']}, not for {alg}. Sign it with that.")
    try:
        return Key(kid, alg, _parsed(alg, written[kid]["key"]))
    except KeyProblem:
        raise NotSignedIn(
            "This chat has no sound key for the token. Its operator finds out why at its start."
        ) from None


@lru_cache(maxsize=32)
def _parsed(alg: str, written: str) -> Any:
    """Return the key as PyJWT wants it; raise KeyProblem."""
    if alg == "HS256":
        return _secret(written)
    try:
        key: Any = jwt.get_algorithm_by_name(alg).prepare_key(written)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        kind = "an RSA key" if alg == "RS256" else "a key on the curve prime256v1"
        raise KeyProblem(f"is no public key for {alg}: write the whole PEM file of {kind}.") from error
    if hasattr(key, "private_numbers"):
        raise KeyProblem("is a private key: keep that where tokens are signed, and write the public one here.")
    if alg == "RS256" and key.key_size < MIN_RSA_BITS:
        raise KeyProblem(f"has {key.key_size} bits: make one with at least {MIN_RSA_BITS}.")
    return key


def _secret(written: str) -> bytes:
    if "-----BEGIN" in written:
        raise KeyProblem("is a PEM file, and all who have the public key could sign with it: HS256 needs a secret.")
    secret = written.encode()
    if len(secret) < MIN_SECRET_BYTES:
        raise KeyProblem(f"has {len(secret)} bytes: HS256 needs at least {MIN_SECRET_BYTES} random ones.")
    return secret


def key_problems(written: Any) -> Iterator[str]:
    """Yield what is wrong with CHAT_TOKEN_KEYS, in words that name the cure and repeat no key."""
    if not isinstance(written, dict) or not written:
        yield 'There is no key. Write {"a name": {"alg": "HS256", "key": "at least 32 random bytes"}}.'
        return
    for kid in written.keys() - _keys_with_form(written).keys():
        algs = ", ".join(ALGORITHMS)
        yield f'The key {kid!r} is not written as {{"alg": "...", "key": "..."}}, with an alg of {algs}.'
    for kid, one in _keys_with_form(written).items():
        try:
            _parsed(one["alg"], one["key"])
        except KeyProblem as problem:
            yield f"The key {kid!r} {problem}"


def _keys_with_form(written: Any) -> dict[str, dict[str, str]]:
    """Return those of the keys that are written as they should be, whether or not they are sound."""
    forms = written.items() if isinstance(written, dict) else ()
    return {kid: one for kid, one in forms if isinstance(one, dict) and _has_form(one)}


def _has_form(one: dict[Any, Any]) -> bool:
    return one.get("alg") in ALGORITHMS and isinstance(one.get("key"), str)


def _names(claims: Claims, claim: str, room: str) -> bool:
    """Return whether the claim has the room's name, or a beginning of it with * at the end."""
    patterns = claims.get(claim, [])
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise NotSignedIn(f'The token\'s claim {claim} is no list of rooms. Sign one like ["lobby", "team-*"].')
    normal = (unicodedata.normalize("NFC", pattern) for pattern in patterns)
    return any(room.startswith(one[:-1]) if one.endswith("*") else room == one for one in normal)
