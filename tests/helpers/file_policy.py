"""A policy for tests: who may read which private room is in a file, and who asks says so in the query (`user=`).

A live chat takes it with POLICY="tests.helpers.file_policy.FilePolicy" and RIGHTS=<file>. SLOT_S=<seconds> makes its
time slots short.
"""

import json
import os
from pathlib import Path

from chat.grip import slots
from chat.policy import Open

POLICY = "tests.helpers.file_policy.FilePolicy"

if slot_s := os.environ.get("SLOT_S"):
    slots.SLOT_S, slots.STEP_S = int(slot_s), 1


class Rights:
    """The file: {room: [users]}. A room that it does not name is open to all."""

    def __init__(self, path):
        self.path = Path(path)
        self.path.write_text("{}")

    def set(self, room, *users):
        """Make the room one that only these users may read."""
        rights = json.loads(self.path.read_text())
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({**rights, room: users}))
        new.replace(self.path)


class FilePolicy(Open):
    def may_read(self, request, room):
        rights = json.loads(Path(os.environ["RIGHTS"]).read_text())
        return room not in rights or request.GET.get("user") in rights[room]

    may_write = may_read


def stream_of(room, user):
    """Return the address of the room's stream, for this user."""
    return f"/events/?channel=room-{room}&user={user}"
