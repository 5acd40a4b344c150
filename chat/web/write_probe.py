"""A real write into the database, to know whether it takes one."""

import time

from chat.models import Bucket

KEY = "write probe"


def write() -> None:
    """Write one row, always the same one; raise the database's error if that fails.

    A read would succeed on a full disk, and on a PostgreSQL that became read-only. The row is that of a full bucket, so
    the purge of the limits may delete it.
    """
    row = Bucket(key=KEY, full_at=time.time())
    Bucket.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=["full_at"])
