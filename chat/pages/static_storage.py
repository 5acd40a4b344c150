"""Collected static files: joined, hashed, and compressed as far as it goes. It needs whitenoise and zopfli."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage
from zopfli.gzip import compress

from .joined_files import JoinedFiles

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")  # such a name has a hash of the content; pages link to no other


class Zopfli(Compressor):
    """Compresses our own files with Zopfli: a first visit gets 1.5 kB less. The admin's would take a minute."""

    def compress(self, path: str) -> Any:
        """Compress the file, unless an earlier start has done it: the content of a hashed name never changes."""
        return [] if HASHED.search(path) and Path(f"{path}.gz").exists() else super().compress(path)

    def write_data(self, path: str, data: bytes, suffix: str, stat_result: Any) -> str:
        if suffix == ".gz" and Path(path).parent.name == "chat" and HASHED.search(path):
            data = compress(Path(path).read_bytes())
        # A file that has its name is whole, so that no later start takes half a one.
        part = super().write_data(path, data, f"{suffix}.part", stat_result)
        os.replace(part, path + suffix)
        return path + suffix


class StaticFiles(JoinedFiles, CompressedManifestStaticFilesStorage):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each page asks for the same few files. While a server runs, they never change.
        self.url = cache(super().url)  # type: ignore[method-assign]

    def create_compressor(self, **options: Any) -> Compressor:
        return Zopfli(**options)
