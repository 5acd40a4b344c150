"""The commands in the documents work unchanged, and print the output that the documents show."""

import re
import shlex
import subprocess
from contextlib import ExitStack, suppress

import pytest

from tests.helpers.documents import DOCUMENTS, PROJECT, examples
from tests.helpers.running import Chat, wait_for

from .conftest import program

WAIT_S = 20
PROGRAMS = ("curl ", "node ")
EXAMPLES = {name: [found for found in examples(name) if found.command.startswith(PROGRAMS)] for name in DOCUMENTS}
WITH_EXAMPLES = [name for name, found in EXAMPLES.items() if found]


def test_this_test_finds_the_examples():
    assert len(EXAMPLES["README.md"]) == 2
    assert len(EXAMPLES["docs/http_api.md"]) >= 10
    for document in ("README.md", "docs/http_api.md"):
        found = EXAMPLES[document]
        assert all(like(example.printed) for example in found)
        assert 0 < sum("-N" in shlex.split(example.command) for example in found) < len(found)


@pytest.mark.parametrize("document", WITH_EXAMPLES)
def test_the_commands_print_the_output_that_the_document_shows(document, pushpin, tmp_path):
    with Chat.ready(tmp_path / "chat") as chat, ExitStack() as stack:
        streams = []
        for number, (command, expected) in enumerate(EXAMPLES[document]):
            words = shlex.split(command.replace("http://127.0.0.1:8000/", chat.url))
            program(words[0], f"{words[0]} is not installed")
            if words[0] == "curl":
                words.insert(1, "-s")
            if "-N" in words or words[0] == "node":  # it does not end by itself
                streams.append((stack.enter_context(Stream(words, tmp_path / f"{number}.txt")), expected))
            else:
                printed = subprocess.run(words, capture_output=True, text=True, timeout=WAIT_S).stdout
                assert like(printed) == like(expected)
        for stream, expected in streams:
            assert stream.output_like(like(expected)) == like(expected)


class Stream:
    """A program that listens to a stream, and its output."""

    def __init__(self, words, file):
        self.words, self.file = words, file

    def __enter__(self):
        with self.file.open("w") as output:
            self.process = subprocess.Popen(self.words, cwd=PROJECT, stdout=output)
        wait_for(self.file.read_text, WAIT_S)  # the stream is open
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def output_like(self, expected):
        """Wait until the output is as expected, at most WAIT_S; return the output."""
        with suppress(AssertionError):
            wait_for(lambda: like(self.file.read_text()) == expected, WAIT_S)
        return like(self.file.read_text())


def like(text):
    """Return the text without the parts that differ from run to run: dates, marks of histories and keep-alives."""
    text = re.sub(r"event: keep-alive\ndata:.*\n\n", "", text)
    text = re.sub('"history": "[0-9a-f]{12}"', '"history": "<mark>"', text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<date>", text).strip()
