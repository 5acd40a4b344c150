"""URLs without their secrets, for logs and error messages."""

import re


def public_part(url: str) -> str:
    """Return scheme, host and path of `url`, without the user, the password and the keys in the query."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}://{re.split('[?#]', rest.rpartition('@')[2])[0]}" if found else "..."
