"""Rows that are found by their key."""

from django.db import models


class Secret(models.Model):
    """A random key that must not change with SECRET_KEY, and that a backup of the database keeps."""

    name = models.CharField(max_length=20, primary_key=True)
    value = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return self.name


class Bucket(models.Model):
    """A token bucket: how much one source may still do, see limits.py."""

    key = models.CharField(max_length=100, primary_key=True)
    full_at = models.FloatField()  # seconds since 1970

    def __str__(self) -> str:
        return self.key
