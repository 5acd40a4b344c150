"""Join the scripts of each page into one classic script.

The scripts are ES modules, and with DEBUG a browser loads them as they are. `collectstatic` joins what a page's entry
file imports, directly or through other modules. In the joined script all modules share the exported names, so an import
needs no code. A module that has other names too is a function scope. No two modules may export the same name, and an
exported name hides the browser's own thing of that name from all modules.

A module may contain `import { a, b } from "./x.js";` on one line, and `export` before a const, function, async function
or class. Any other line with the word import or export raises a BundleError that names the file and the line.
The joiner leaves out comments with //, indentation, spaces around signs, and signs before a bracket that closes. It
does not parse JavaScript, so a template literal has to fit on one line and can't contain another one: nothing checks
that.
"""

import posixpath
import re
from collections.abc import Callable
from itertools import pairwise

from django.core.management import CommandError

ENTRIES = {
    "chat/join.js": "chat/join_page.js",
    "chat/room.js": "chat/room_page.js",
    "chat/frame.js": "chat/frame_page.js",
    "chat/moderator.js": "chat/moderator_page.js",
    "chat/worker.js": "chat/stream_worker.js",
}

COMMENT = re.compile(r"""^\s*//.*|\s+// [^"'`]*$""")  # after code only without quotes: it may be part of a string
# At these ends, and before these beginnings, JavaScript needs no new line. A line with // may end in a comment.
CONTINUES = re.compile(r"[;{(,\[=?:&|]$|=>$")
CONTINUING = re.compile(r"^[?:.&|]")
# A text or a regular expression, which stays as it is, or a sign that is needless before a bracket, or one that needs
# no spaces around it. A loop without a body before a bracket would need its sign: Node would refuse the joined script.
SPACED = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\\n])*`"""
    r"""|(?<=[(,=:\[!&|?{} ])/(?![/* ])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n])+/[a-z]*)"""
    r"""|;(?= *\})|,(?= *[)\]}])"""
    r"""| *(===|!==|=>|&&|\|\||\?\?|>=|<=|[={}(),;:?<>*]) *"""
    r"""| ([+-]) (?![+-])"""
)
IMPORT = re.compile(r'import \{ (\w+(?:, \w+)*) \} from "(\.\.?/[\w./]+\.js)";')
EXPORT = re.compile(r"export ((?:const|function|async function|class) (\w+)\b.*)")
WORDS = re.compile(r"\b(import|export)\b")
DECLARATION = re.compile(r"(?:const|let|var|function|async function|class)\b")  # at the beginning of a line

Read = Callable[[str], str | None]


class BundleError(CommandError):
    """A script that can't be joined. It stops collectstatic."""


def join(entry: str, read: Read) -> str:
    """Return the entry file and all that it imports as one script. `read` returns None if there is no such file."""
    modules = _Modules(read)
    modules.add(entry, (), entry)
    lines = ['"use strict";', "(() => {", *modules.scopes, "})();"]
    joined = "".join(line if _continues(line, after) else f"{line}\n" for line, after in pairwise([*lines, ""]))
    return SPACED.sub(lambda found: found[1] or found[2] or found[3] or "", joined)


def _continues(line: str, after: str) -> bool:
    return bool("//" not in line and (CONTINUES.search(line) or CONTINUING.search(after)))


def names_of(entry: str, read: Read) -> list[str]:
    """Return the files that `join` joins, in their order."""
    modules = _Modules(read)
    modules.add(entry, (), entry)
    return [*modules.exports]


class _Modules:
    def __init__(self, read: Read) -> None:
        self.read = read
        self.exports: dict[str, list[str]] = {}
        self.owners: dict[str, str] = {}  # the module of each exported name
        self.scopes: list[str] = []

    def add(self, name: str, importers: tuple[str, ...], where: str) -> None:
        """Add the module, unless it is there, after the modules that it imports."""
        if name in importers:
            raise BundleError(f"{where}: circular import: {' -> '.join([*importers, name])}")
        if name in self.exports:
            return
        source = self.read(name)
        if source is None:
            raise BundleError(f"{where}: there is no file {name}")
        body: list[str] = []
        exports: list[str] = []
        has_own_names = False
        for number, source_line in enumerate(source.splitlines(), 1):
            line = COMMENT.sub("", source_line).lstrip()
            if found := IMPORT.fullmatch(line):
                self._import(found[1], found[2], (*importers, name), f"{name}:{number}")
            elif found := EXPORT.fullmatch(line):
                body.append(found[1])
                exports.append(found[2])
                self._own(found[2], name, f"{name}:{number}")
            elif WORDS.search(line):
                raise BundleError(f"{name}:{number}: this import or export can't be joined: {line.strip()}")
            elif line:
                body.append(line)
                has_own_names = has_own_names or bool(DECLARATION.match(source_line))
        self.exports[name] = exports
        if has_own_names:
            names = f"{{ {', '.join(exports)} }}"
            head = f"const {names} = (() => {{" if exports else "(() => {"
            body = [head, *body, *([f"return {names};"] if exports else []), "})();"]
        self.scopes += body

    def _import(self, names: str, path: str, importers: tuple[str, ...], where: str) -> None:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(importers[-1]), path))
        self.add(name, importers, where)
        if missing := [each for each in names.split(", ") if each not in self.exports[name]]:
            raise BundleError(f"{where}: {name} does not export {', '.join(missing)}")

    def _own(self, export: str, name: str, where: str) -> None:
        owner = self.owners.setdefault(export, name)
        if owner != name:
            raise BundleError(f"{where}: {owner} exports {export} too, and joined scripts share their exports")
