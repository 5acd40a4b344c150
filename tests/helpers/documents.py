"""Reads the project's documents, so that tests can look at their sections, tables, commands and links."""

import re
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[2]
PAPERS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "bench/LIMITS.md"]
PAGES = sorted(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md"))
DOCUMENTS = {name: (PROJECT / name).read_text() for name in [*PAPERS, *PAGES]}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A command of a document, and the output that the document shows for it."""

    command: str
    printed: str


def section(name, title):
    """Return the text below a heading, down to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", prose_of(name), re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no section {title!r}"
    return found[1]


def prose_of(name):
    """Return a document without its code blocks: in them, # begins no heading."""
    return BLOCK.sub("", DOCUMENTS[name])


def rows(text):
    """Return the cells of each row of the tables in `text`, without the headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rule = [n for n, cells in enumerate(found) if set("".join(cells)) <= {"-", " ", ":"}]
    return [cells for n, cells in enumerate(found) if n not in rule and n + 1 not in rule]


def codes(text):
    """Return the texts in backticks that have no line end."""
    return re.findall(r"`([^`\n]+)`", text)


def examples(name):
    """Return the Examples of a document's console blocks, in order."""
    found = []
    for language, block in BLOCK.findall(DOCUMENTS[name]):
        if language == "console":
            found += [Example(*part.split("\n", 1)) for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return found


def commands(name):
    """Return the lines of all code blocks of a document."""
    return [line for _, block in BLOCK.findall(DOCUMENTS[name]) for line in block.splitlines()]


def anchors(name):
    """Return the anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", prose_of(name), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
