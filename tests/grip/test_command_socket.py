"""What is special about publishing to Pushpin's command socket; the rest is in test_publisher.py."""

import os
import subprocess
import sys
import tempfile

import pytest

from chat.grip import command_socket, publisher
from chat.grip.command_socket import CommandSocket
from chat.grip.connection import RefusedContent
from tests.helpers.grip_proxy import CommandProxy, event, use


def item(number, text="hi"):
    return f'{{"id": "{number}", "http-stream": {{"content": "{text}"}}}}'.encode()


def connected_to(proxy):
    return CommandSocket({"control_uri": proxy.uri})


def test_items_arrive_as_they_are():
    with CommandProxy() as proxy:
        connected_to(proxy).publish([item(1, "größe \N{GRINNING FACE}"), item(2)])
        assert proxy.next_item() == {"id": "1", "http-stream": {"content": "größe \N{GRINNING FACE}"}}
        assert proxy.next_ids(1) == ["2"]


def test_the_error_of_a_refusal_holds_the_proxys_words():
    with CommandProxy("refuse content") as proxy:
        connection = connected_to(proxy)
        with pytest.raises(RefusedContent, match="bad-request: Invalid format"):
            connection.publish([item(1)])
        proxy.mode = "refuse"
        with pytest.raises(ValueError, match="method-not-found"):
            connection.publish([item(1)])
        proxy.mode = "accept"
        connection.publish([item(1)])
        assert proxy.next_ids(1) == ["1"]


def test_a_special_path_is_written_with_percent_signs():
    with CommandProxy(folder=tempfile.mkdtemp(dir="/tmp", prefix="a # ")) as proxy:
        address = proxy.uri.replace(" ", "%20").replace("#", "%23")
        CommandSocket({"control_uri": address}).publish([item(1)])
        assert proxy.next_ids(1) == ["1"]


def test_an_event_is_sent_again_if_pushpin_ends_before_it_answers(settings, monkeypatch):
    """ZeroMQ connects again by itself and waits endlessly for the answer to a command that is lost."""
    monkeypatch.setattr(command_socket, "ANSWER_S", 0.05)
    with CommandProxy("hang") as gone:
        use(settings, gone)
        publisher.publish(event(1))
        gone.requests.get(timeout=10)
    with gone.again() as back:
        assert back.next_ids(1) == ["1"]


def test_a_hanging_pushpin_is_a_time_out(monkeypatch):
    monkeypatch.setattr(command_socket, "ANSWER_S", 0.01)
    with CommandProxy("hang") as proxy, pytest.raises(TimeoutError, match=r"no answer within 0\.01 s"):
        connected_to(proxy).publish([item(1)])


def test_the_next_event_reaches_a_pushpin_that_was_restarted(settings, monkeypatch):
    monkeypatch.setattr(command_socket, "ANSWER_S", 0.05)  # for a command that the old one took and did not answer
    with CommandProxy() as gone:
        use(settings, gone)
        publisher.publish(event(1))
        publisher.flush(10)
    with gone.again() as back:
        publisher.publish(event(2))
        assert back.next_ids(1) == ["2"]


def test_a_command_without_an_answer_does_not_outlive_its_time():
    """ZeroMQ would keep it, and its socket, until there is a Pushpin at the address."""
    code = """
import zmq
from chat.grip import command_socket
command_socket.ANSWER_S = 0.01
connection = command_socket.CommandSocket({"control_uri": "ipc:///nowhere/c-command"})
for _ in range(3):
    try:
        connection.publish([b"{}"])
    except TimeoutError as error:
        print(error)
zmq.Context.instance().term()  # waits for what is not sent yet
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, env=os.environ)
    assert ended.stdout == "no answer within 0.01 s\n" * 3
    assert ended.returncode == 0
