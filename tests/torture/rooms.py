"""The rooms of a run. Most of their names break code that forgets to quote or escape them."""

BUSY = ("lobby", "ü 日本 50% %I", "a,b:c")
# In these rooms, there is one message for each fault, so no later message can make readers get a lost one.
QUIET = ("emoji 😀", "it's; 100%", "?q=1&x#+", "hush")


def new_room(number):
    """Return the name of a room that nobody has used before."""
    return f"new {number} %(ü)s"
