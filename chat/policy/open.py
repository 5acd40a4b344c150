"""The default policy, and the base of every other one."""

from django.http import HttpRequest

from chat.web.writers import is_staff


class NotSignedIn(Exception):
    """The policy does not know who asks, so the answer is a 401. The text says in words what is missing or wrong."""


class Open:
    """Everybody may read and write in every room, under any name; whoever has chat.moderate may moderate.

    Each method gets the request and the name of the room, whether or not there is such a room. The methods with `may`
    answer False for a 403, and raise NotSignedIn for a 401.
    """

    def name_of(self, request: HttpRequest) -> str | None:
        """Return the name under which this person writes; None: people give their own."""
        return None

    def may_read(self, request: HttpRequest, room: str) -> bool:
        return True

    def may_write(self, request: HttpRequest, room: str) -> bool:
        return True

    def may_moderate(self, request: HttpRequest, room: str) -> bool:
        return is_staff(request)
