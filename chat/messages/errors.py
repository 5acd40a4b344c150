"""The reasons why something can't be done to a message. web/refusals.py turns each into an HTTP status."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chat.naming import FIELDS, FOR_STAFF, sentence


class MessageError(Exception):
    """One sentence for the client: what is wrong, and what to do."""

    is_guess = False  # whether somebody may be guessing keys


class KeyConflict(MessageError):
    is_guess = True

    def __init__(self) -> None:
        super().__init__(_("key was used for another message in this room. Use a new one for each message."))


class NotTheSender(MessageError):
    def __init__(self, has_key: bool) -> None:
        wrong = _("key is not the one that the message was sent with. Only its sender can change it.")
        missing = _("key is missing. Send the one that the message was sent with: only its sender can change it.")
        super().__init__(wrong if has_key else missing)
        self.is_guess = has_key


class OtherAccount(MessageError):
    def __init__(self, message_id: int) -> None:
        words = _("Message %(id)s belongs to another account. Only the account that wrote it can change it.")
        super().__init__(words % {"id": message_id})


class MessageDeleted(MessageError):
    def __init__(self, message_id: int) -> None:
        super().__init__(_("Message %(id)s has been deleted. Send a new one.") % {"id": message_id})


class NoSuchMessage(MessageError):
    def __init__(self, message_id: int | str) -> None:
        super().__init__(_("There is no message %(id)s in this room. Check its number.") % {"id": message_id})


class NameTaken(MessageError):
    def __init__(self) -> None:
        super().__init__(_(FOR_STAFF) % {"field": FIELDS["from"]})


class RoomNotAllowed(MessageError):
    """A new room can't have this name."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(sentence(error, "room"))


class NoSuchRoom(MessageError):
    def __init__(self, room: str) -> None:
        super().__init__(
            _("There is no room %(room)s. A room exists from its first message on.") % {"room": repr(room)}
        )


class RoomLocked(MessageError):
    def __init__(self) -> None:
        super().__init__(_("room is locked: only moderators can write here now."))


class Paused(MessageError):
    def __init__(self, words: str) -> None:
        super().__init__(_("The chat is paused: %(words)s. Nothing was saved. Send it again later.") % {"words": words})
        self.words = words


class Banned(MessageError):
    def __init__(self, until: datetime) -> None:
        super().__init__(
            _("You may not write until %(time)s UTC: a moderator has banned you.") % {"time": f"{until:%Y-%m-%d %H:%M}"}
        )


class UnknownSender(MessageError):
    def __init__(self, message_id: int) -> None:
        super().__init__(
            _("The server no longer knows who wrote message %(id)s, so nobody can be banned for it.")
            % {"id": message_id}
        )
