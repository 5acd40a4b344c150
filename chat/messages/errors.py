"""The reasons why something can't be done to a message. web/refusals.py turns each into an HTTP status."""

from datetime import datetime

from django.core.exceptions import ValidationError


class MessageError(Exception):
    """One sentence for the client: what is wrong, and what to do."""

    is_guess = False  # whether somebody may be guessing keys


class KeyConflict(MessageError):
    is_guess = True

    def __init__(self) -> None:
        super().__init__("key was used for another message in this room. Use a new one for each message.")


class NotTheSender(MessageError):
    def __init__(self, has_key: bool) -> None:
        wrong = "key is not the one that the message was sent with. Only its sender can change it."
        missing = "key is missing. Send the one that the message was sent with: only its sender can change it."
        super().__init__(wrong if has_key else missing)
        self.is_guess = has_key


class MessageDeleted(MessageError):
    def __init__(self, message_id: int) -> None:
        super().__init__(f"Message {message_id} has been deleted. Send a new one.")


class NoSuchMessage(MessageError):
    def __init__(self, message_id: int | str) -> None:
        super().__init__(f"There is no message {message_id} in this room. Check its number.")


class NameTaken(MessageError):
    def __init__(self) -> None:
        super().__init__("from is a name that only moderators may use. Choose another one.")


class RoomNotAllowed(MessageError):
    """A new room can't have this name."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(f"room {error.messages[0]}")


class NoSuchRoom(MessageError):
    def __init__(self, room: str) -> None:
        super().__init__(f"There is no room {room!r}. A room exists from its first message on.")


class RoomLocked(MessageError):
    def __init__(self) -> None:
        super().__init__("room is locked: only moderators can write here now.")


class Banned(MessageError):
    def __init__(self, until: datetime) -> None:
        super().__init__(f"You may not write until {until:%Y-%m-%d %H:%M} UTC: a moderator has banned you.")


class UnknownSender(MessageError):
    def __init__(self, message_id: int) -> None:
        super().__init__(f"The server no longer knows who wrote message {message_id}, so nobody can be banned for it.")
