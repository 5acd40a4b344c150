"""The documents' commands work as they stand, and print what the documents say."""

import re
import shlex
import subprocess
from contextlib import ExitStack, suppress

import pytest

from tests.helpers.documents import DOCUMENTS, examples
from tests.helpers.running import Chat, wait_for

WAIT_S = 20
EXAMPLES = {name: [found for found in examples(name) if found.command.startswith("curl ")] for name in DOCUMENTS}
WITH_EXAMPLES = [name for name, found in EXAMPLES.items() if found]


def test_the_examples_are_found():
    assert len(EXAMPLES["README.md"]) == 2
    assert len(EXAMPLES["docs/http_api.md"]) >= 10


@pytest.mark.parametrize("document", WITH_EXAMPLES)
def test_the_commands_print_what_the_document_says(document, pushpin, tmp_path):
    with Chat.ready(tmp_path / "chat") as chat, ExitStack() as stack:
        streams = []
        for number, (command, expected) in enumerate(EXAMPLES[document]):
            words = ["curl", "-s", *shlex.split(command.replace("http://127.0.0.1:8000/", chat.url))[1:]]
            if "-N" in words:
                streams.append((stack.enter_context(Stream(words, tmp_path / f"{number}.txt")), expected))
            else:
                printed = subprocess.run(words, capture_output=True, text=True, timeout=WAIT_S).stdout
                assert like(printed) == like(expected)
        for stream, expected in streams:
            assert stream.heard(like(expected)) == like(expected)


class Stream:
    """A curl that listens, and what it has printed."""

    def __init__(self, words, file):
        self.words, self.file = words, file

    def __enter__(self):
        with self.file.open("w") as output:
            self.process = subprocess.Popen(self.words, stdout=output)
        wait_for(lambda: "stream-open" in self.file.read_text(), WAIT_S)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def heard(self, expected):
        """Return what was printed, as soon as that is what is expected, or after a while."""
        with suppress(AssertionError):
            wait_for(lambda: like(self.file.read_text()) == expected, WAIT_S)
        return like(self.file.read_text())


def like(text):
    """Return the text without what differs from run to run: dates, and keep-alives."""
    text = re.sub(r"event: keep-alive\ndata:.*\n\n", "", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<date>", text).strip()
