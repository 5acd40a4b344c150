"""Answer each "!ping" in a room exactly once: BOT_SECRET=… python3 bot.py http://127.0.0.1:8000/rooms/lobby/ bot.txt"""

import json
import os
import socket
import sys
import time
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

ROOM, FILE = sys.argv[1:]
SECRET = os.environ["BOT_SECRET"]
socket.setdefaulttimeout(50)  # a stream that is silent for 50 s is dead


def take(event, message, number):
    """Answer the message if it is a question. Write down only then that it is done: until then, the key protects us."""
    if number and message["text"].startswith("!ping"):  # what version 1.0.0 saved has no number
        said = {"from": "bot", "text": f"pong to message {message['id']}", "key": f"{SECRET}-{number}"}
        urlopen(f"{ROOM}messages/", urlencode(said).encode()).read()
    Path(f"{FILE}.new").write_text(f"{event} {message['id']}\n")
    Path(f"{FILE}.new").replace(FILE)
    return message["id"]


event, last = Path(FILE).read_text().split()
while True:
    fields = {"retry": 1000}
    try:
        missed = json.load(urlopen(f"{ROOM}messages/?after={last}&since={quote(event)}"))
        for message in missed["messages"]:
            if message["id"] > int(last):  # the others were edited or deleted
                last = take(event, message, message.get("event"))
        event = missed["last-event-id"]
        if missed["more"]:
            continue
        for line in urlopen(Request(f"{ROOM}events/", headers={"Last-Event-ID": event})):
            name, _, value = line.decode().strip().partition(": ")
            fields[name] = value
            if name == "data" and fields["event"] == "message":
                event = fields["id"]
                last = take(event, json.loads(value), event.rpartition(":")[2])
            elif name == "data" and fields["event"] == "stream-reset":
                break
    except (OSError, HTTPException) as error:  # a cut, silence, or an answer that is not 200
        print(error, error.read().decode() if hasattr(error, "read") else "", file=sys.stderr)
        fields["retry"] = 1000 * int((getattr(error, "headers", None) or {}).get("Retry-After", 1))
    time.sleep(int(fields["retry"]) / 1000)
