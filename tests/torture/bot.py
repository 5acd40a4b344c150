"""Tests another promise: docs/examples/bot.py answers each question exactly once, however often it is killed.

Four people ask and talk. The bot is killed again and again with kill -9, and each time it starts again. Now and then,
while it is down, the chat forgets its events, so that the bot can't resume the stream.
"""

import argparse
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from tests.helpers.examples import BOT, Running
from tests.helpers.follower import Talkers
from tests.helpers.history import database_of, forget_events
from tests.helpers.running import Chat, wait_for

ROOM, NAME, QUESTION = "lobby", "bot", "!ping"
BIRTHS = 0.2  # so many are killed while they start
START_S, LIFE_S = 0.3, 0.15  # at most
RESET_EVERY = 10  # lives
PATIENCE_S = 60


def main():
    parser = argparse.ArgumentParser(prog="bin/torture --bot", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how often to kill the bot (200)")
    parser.add_argument("--seed", type=int, default=Random().randrange(10_000), help="repeats the moments")
    options = parser.parse_args()
    say(f"Seed {options.seed}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture-", dir="/tmp") as folder, Chat.ready(Path(folder, "data")) as chat:
        messages = torture(chat, Path(folder), options.kills, options.seed)
    found = [*findings(messages)]
    say(f"{sum(map(is_question, messages))} questions, {options.kills} kills, {time.monotonic() - began:.0f} s")
    say("\n".join(["", *(f"- {finding}" for finding in found[:20]), f"Verdict: {'red' if found else 'green'}"]))
    return 1 if found else 0


def torture(chat, folder, kills, seed, program=BOT):
    """Kill the bot so many times, let the last one finish, and return all messages of the room: (id, sender, text)."""
    rng, state = Random(seed), begin(folder)
    with Askers(chat, ROOM) as askers:
        askers.wait_for_more(1)
        for life in range(1, kills + 1):
            with bot(chat, state, program):
                if rng.random() > BIRTHS:
                    place = state.read_text()
                    wait_for(lambda place=place: state.read_text() != place, PATIENCE_S, 0.01)
                    time.sleep(rng.uniform(0, LIFE_S))
                else:
                    time.sleep(rng.uniform(0, START_S))
            if life % RESET_EVERY == 0:
                askers.wait_for_more(5)
                forget_events(chat)
    with bot(chat, state, program):
        deadline = time.monotonic() + PATIENCE_S
        while [*findings(said(chat))] and time.monotonic() < deadline:
            time.sleep(0.2)
    return said(chat)


def begin(folder):
    """Return the bot's file, which says that the first message is next."""
    state = folder / "bot.txt"
    state.write_text(f"room-{ROOM}:0 0\n")
    return state


def bot(chat, state, program=BOT):
    """Return one life of the bot, for `with`."""
    return Running(program, f"{chat.url}rooms/{ROOM}/", state)


def findings(messages):
    """Yield what is wrong, each as a sentence."""
    answers = Counter(text for _, sender, text in messages if sender == NAME)
    for message in messages:
        if is_question(message):
            count = answers.pop(f"pong to message {message[0]}", 0)
            if count != 1:
                yield f"question {message[0]} has {count} answers"
    for text in answers:
        yield f"{text!r} answers no question"


def is_question(message):
    _, sender, text = message
    return sender != NAME and text.startswith(QUESTION)


def said(chat):
    """Return all messages, in order: (id, sender, text)."""
    with database_of(chat) as database:
        return database.execute("SELECT id, user, text FROM chat_chatmessage ORDER BY id").fetchall()


class Askers(Talkers):
    """Four people who ask the bot, and now and then say something else."""

    patience_s = PATIENCE_S

    def act(self, name):
        text = QUESTION if secrets.randbelow(4) else "pong"
        body = urlencode({"from": name, "text": text, "key": secrets.token_hex(8)})
        self.acknowledged.append(wait_for(lambda: self._post(body), self.patience_s, self.again_s))
        self.stopped.wait(self.pause_s)


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
