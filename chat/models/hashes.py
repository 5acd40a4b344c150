"""What the database keeps in place of a secret."""

import base64
import hashlib
import hmac


def hash_of(key: str) -> bytes:
    """Return the 32 bytes that the database keeps of a key."""
    return hashlib.sha256(key.encode()).digest()


def mark_of(author_hash: bytes) -> str:
    """Return the author's public mark in the room: 8 characters of base32."""
    return base64.b32encode(bytes(author_hash)[:5]).decode().lower()


def keyed_hash_of(text: str, key: str) -> bytes:
    """Return 32 bytes that prove the text to whoever has the key, and tell nothing to others."""
    return hmac.digest(key.encode(), text.encode(), "sha256")
