"""Who posts, edits or deletes a message: what the server knows of somebody who has no account."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Writer:
    source: bytes | None = None  # where the request came from: web/sources.py makes it from the address
    limited: bool = False  # whether limits.py counts for this source
    author_key: str | None = None  # a secret, see authors.py
    is_staff: bool = False  # whether this is a moderator

    @property
    def bucket(self) -> bytes | None:
        """Return whose token buckets count, None if nobody's do."""
        return self.source if self.limited else None


UNKNOWN = Writer()
