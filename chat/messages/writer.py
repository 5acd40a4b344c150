"""Who posts, edits or deletes a message."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Writer:
    source: bytes | None = None  # where the request came from: web/sources.py makes it from the address
    limited: bool = False  # whether limits.py counts for this source
    author_key: str | None = None  # a secret, see authors.py
    is_staff: bool = False  # whether this is a moderator
    account: Any = None  # the key of the account, where the site has accounts
    author: str | None = None  # what a policy says of the person in place of author_key, see policy/open.py

    @property
    def bucket(self) -> bytes | None:
        """Return whose token buckets count, None if nobody's do."""
        return self.source if self.limited else None

    @property
    def proof(self) -> str | None:
        """Return what the author's mark is made of. A client can't send what begins with NUL, see AuthorKeyField."""
        return self.author_key if self.author is None else f"\0{self.author}"


UNKNOWN = Writer()
