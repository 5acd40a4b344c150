"""Join the stylesheet's parts into one file.

With DEBUG a browser follows the stylesheet's imports. `collectstatic` replaces each of them with the file it names, and
leaves out comments and indentation.
"""

import posixpath
import re
from collections.abc import Callable

from .js_bundles import BundleError

STYLESHEET = "chat/chat.css"
IMPORT = re.compile(r'@import "([\w/]+\.css)";')
NEEDLESS = re.compile(r"/\*.*?\*/\s*|^\s+", re.DOTALL | re.MULTILINE)  # no string of ours contains a comment
SPACED = re.compile(r"\s*([{},])\s*|(;)\s+|(?<=[\w-])(:) ")


def join_styles(read: Callable[[str], str | None]) -> str:
    """Return the stylesheet with its parts in place of its imports. `read` returns None if there is no such file."""
    lines = []
    stylesheet = read(STYLESHEET)
    if stylesheet is None:
        raise BundleError(f"there is no file {STYLESHEET}")
    for number, line in enumerate(stylesheet.splitlines(), 1):
        found = IMPORT.fullmatch(line)
        if not found:
            lines.append(line)
            continue
        part = posixpath.join(posixpath.dirname(STYLESHEET), found[1])
        text = read(part)
        if text is None:
            raise BundleError(f"{STYLESHEET}:{number}: there is no file {part}")
        lines.append(text)
    return SPACED.sub(lambda found: found[1] or found[2] or found[3], NEEDLESS.sub("", "\n".join(lines)))
