"""A policy for tests: who may read and write in which room is in a file, and a cookie says who asks.

A live chat takes it with POLICY and RIGHTS=<file>. Another cookie says whether the policy knows the author too.
"""

import json
import os
from pathlib import Path
from urllib.parse import urlencode

from chat.policy import NotSignedIn, Open

POLICY = "tests.helpers.cookie_policy.CookiePolicy"
COOKIE = "who"
AUTHOR_COOKIE = "author"


class Rights:
    """The file: {room: {"read": [names], "write": [names]}}. What it does not name is open to all."""

    def __init__(self, path):
        self.path = Path(path)
        self.path.write_text("{}")

    def set(self, room, **allowed):
        """Give the rights of this room to these people only: read=[names], write=[names]."""
        rights = json.loads(self.path.read_text())
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({**rights, room: allowed}))
        new.replace(self.path)


class CookiePolicy(Open):
    def name_of(self, request):
        return request.COOKIES.get(COOKIE)

    def author_of(self, request):
        return request.COOKIES.get(AUTHOR_COOKIE)

    def may_read(self, request, room):
        return self._may("read", request, room)

    def may_write(self, request, room):
        return self._may("write", request, room)

    def sign_in_url(self, request):
        return f"/sign-in?{urlencode({'next': request.get_full_path()})}"

    def sign_out_url(self, request):
        return "/sign-out"

    def _may(self, right, request, room):
        allowed = json.loads(Path(os.environ["RIGHTS"]).read_text()).get(room, {}).get(right)
        if allowed is None:
            return True
        if COOKIE not in request.COOKIES:
            raise NotSignedIn("You are not signed in. Sign in first.")
        return request.COOKIES[COOKIE] in allowed
