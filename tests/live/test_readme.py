"""The README's commands work as they stand and print what it says."""

import json
import re
import shlex
import subprocess

from tests.helpers.running import PROJECT, wait_for

README = (PROJECT / "README.md").read_text()
EXAMPLES = re.findall(r"^```console\n\$ (curl [^\n]+)\n(.+?)```", README, re.MULTILINE | re.DOTALL)
WAIT_S = 20


def command(example, chat):
    return ["curl", "-s", *shlex.split(example.replace("http://127.0.0.1:8000/", chat.url))[1:]]


def test_what_is_posted_with_curl_is_heard_with_curl(chat, tmp_path):
    (listen, heard), (post, answer), *_ = EXAMPLES
    with (tmp_path / "heard").open("w") as output:
        listening = subprocess.Popen(command(listen, chat), stdout=output)
        try:
            wait_for(lambda: "stream-open" in (tmp_path / "heard").read_text(), WAIT_S)
            posted = subprocess.run(command(post, chat), capture_output=True, text=True, timeout=WAIT_S).stdout
            wait_for(lambda: "event: message" in (tmp_path / "heard").read_text(), WAIT_S)
            assert like(posted) == like(answer)
            assert like((tmp_path / "heard").read_text()) == like(heard)
            assert json.loads(posted)["from"] == "bob"
        finally:
            listening.kill()
            listening.wait()


def test_what_is_posted_with_a_key_is_said_once_and_edited_with_it(chat):
    *_, (post, answer), (edit, edited) = EXAMPLES
    first, second = printed(post, chat), printed(post, chat)
    assert like(first) == like(answer)
    assert first == second
    assert like(printed(edit.replace("/2/", f"/{json.loads(first)['id']}/"), chat)) == like(edited)


def printed(example, chat):
    return subprocess.run(command(example, chat), capture_output=True, text=True, timeout=WAIT_S).stdout


def like(text):
    """Put the same in place of what differs from run to run."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<date>", text)
    return re.sub(r"""(room-lobby:|"id": |"change": )\d+""", r"\1<n>", text).strip()
