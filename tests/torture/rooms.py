"""The rooms of a run. Most of their names break code that forgets to quote or escape them."""

BUSY = ("lobby", "ü 日本 50% %I", "a,b:c")
# Each fault brings one message to one of these rooms, so no later message helps to find a lost one.
QUIET = ("emoji 😀", "it's; 100%", "?q=1&x#+", "hush")


def new_room(number):
    """Return the name of a room that nobody has used before."""
    return f"new {number} %(ü)s"
