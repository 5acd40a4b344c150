"""Collected static files: hashed and compressed, with the scripts of each page and the styles joined."""

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage
from zopfli.gzip import compress

from .css_bundle import STYLESHEET, join_styles
from .js_bundles import ENTRIES, join

Paths = dict[str, tuple[Storage, str]]


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


class StaticFiles(CompressedManifestStaticFilesStorage):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)  # each page asks for the same few files; while a server runs, they never change

    def post_process(self, paths: Paths, dry_run: bool = False, **options: Any) -> Iterator[tuple[str, str, bool]]:
        if not dry_run:
            paths = {**paths, **self._join(paths)}
        yield from super().post_process(paths, dry_run, **options)

    def create_compressor(self, **options: Any) -> Compressor:
        return Zopfli(**options)

    def _join(self, paths: Paths) -> Paths:
        read = _reader(paths)
        joined = {bundle: join(entry, read) for bundle, entry in ENTRIES.items()}
        joined[STYLESHEET] = join_styles(read)
        for name, text in joined.items():
            self.delete(name)
            self.save(name, ContentFile(text.encode()))
        return {name: (self, name) for name in joined}


def _reader(paths: Paths) -> Callable[[str], str | None]:
    def read(name: str) -> str | None:
        if name not in paths:
            return None
        storage, path = paths[name]
        with storage.open(path) as file:
            return file.read().decode()

    return read


def are_bundled() -> bool:
    """Return whether the joined files are used. With DEBUG, Django serves the sources."""
    return isinstance(staticfiles_storage, StaticFiles) and not settings.DEBUG
