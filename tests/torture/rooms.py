"""The rooms people meet in; most names are hard on whoever forgets to quote or escape them."""

BUSY = ("lobby", "ü 日本 50% %I", "a,b:c")
# Nobody speaks here but once in a fault, so no later message can bring a lost one along.
QUIET = ("emoji 😀", "it's; 100%", "?q=1&x#+", "hush")


def newborn(number):
    """Return the name of a room that nobody has been in before."""
    return f"born {number} %(ü)s"
