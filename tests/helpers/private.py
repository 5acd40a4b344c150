"""Which files other users could read or change, if they got into the folder."""

from pathlib import Path


def open_to_others(folder):
    """Return the folder and all that is in it, if the group or others may do anything with it."""
    found = [Path(folder), *Path(folder).rglob("*")]
    return [str(path) for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]
