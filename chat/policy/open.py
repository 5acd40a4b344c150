"""The default policy, and the base of every other one."""

from typing import Any

from django.http import HttpRequest

from chat.web.writers import is_staff


class NotSignedIn(Exception):
    """The policy does not know who asks, so the answer is a 401. The text says in words what is missing or wrong."""


class Open:
    """Everybody may read and write in every room, under any name; whoever has chat.moderate may moderate.

    Each method gets the request and the name of the room, whether or not there is such a room. The methods with `may`
    answer False for a 403, and raise NotSignedIn for a 401. A policy that only says who may read lets the same people
    write, and lets nobody moderate a room without reading it.
    """

    challenge = ""  # the header WWW-Authenticate of a 401

    def name_of(self, request: HttpRequest) -> str | None:
        """Return the name under which this person writes; None: people give their own. May raise NotSignedIn."""
        return None

    def may_read(self, request: HttpRequest, room: str) -> bool:
        return True

    def may_write(self, request: HttpRequest, room: str) -> bool:
        return self.may_read(request, room)

    def may_moderate(self, request: HttpRequest, room: str) -> bool:
        return self.may_read(request, room) and is_staff(request)

    # What a policy may say besides.

    def account_of(self, request: HttpRequest) -> Any:
        """Return the key of the person's row in AUTH_USER_MODEL, None if there is none."""
        return None

    def author_of(self, request: HttpRequest) -> str | None:
        """Return what is the same for this person on all devices, and for nobody else; None: nothing is."""
        account = self.account_of(request)
        return None if account is None else f"account {account}"

    def sign_in_url(self, request: HttpRequest) -> str | None:
        """Return where a person signs in and then comes back to this page, None if nowhere."""
        return None

    def sign_out_url(self, request: HttpRequest) -> str | None:
        """Return where a form signs the person out, None if nowhere."""
        return None

    def proves_itself(self, request: HttpRequest) -> bool:
        """Return whether no browser adds by itself what proves who asks: then there is no need for a CSRF token."""
        return False
