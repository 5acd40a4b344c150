"""Who wrote a message, proved by a secret instead of an account.

A client sends the same author_key with each message. The server turns it into an author of this room, and shows the
author's mark with the message. Nobody finds out the key from a mark, or the person's mark in another room: that takes
a random key in the database.
"""

import hmac
import secrets
from functools import lru_cache

from django.db import connection

from chat.models import Secret


def author_hash_of(eid: str, author_key: str | None) -> bytes | None:
    """Return the 32 bytes that prove the author in this room; None without a key.

    Call this outside of the transaction that writes the message.
    """
    return hmac.digest(_secret(), f"{eid}\0{author_key}".encode(), "sha256") if author_key else None


def _secret() -> bytes:
    # In a transaction, the secret may be one that a rollback takes away again.
    return _read_secret() if connection.in_atomic_block else _kept_secret()


@lru_cache(1)
def _kept_secret() -> bytes:
    return _read_secret()


def _read_secret() -> bytes:
    found, _ = Secret.objects.get_or_create(name="authors", defaults={"value": secrets.token_bytes(32)})
    return bytes(found.value)
