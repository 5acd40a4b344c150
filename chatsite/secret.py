"""The secret key that a machine makes for itself when it is given none."""

import os
import secrets


def kept_key(data_dir):
    """Return the key kept in `data_dir`; make it on the first call.

    Safe when several processes start at once: a finished file is linked into place, and the first link wins.
    """
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        mine = data_dir / f"secret_key.{os.getpid()}"
        mine.touch(mode=0o600)
        mine.write_text(secrets.token_urlsafe(48))
        try:
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text()
