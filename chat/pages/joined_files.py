"""Collected static files with hashes in their names, and with the scripts of each page and the styles joined."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from .css_bundle import STYLESHEET, join_styles
from .js_bundles import ENTRIES, join

Paths = dict[str, tuple[Storage, str]]


class JoinedFiles(ManifestStaticFilesStorage):
    """Django's own storage with hashes, with our files joined: for a host's STORAGES."""

    def post_process(self, paths: Paths, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            paths = {**paths, **self._join(paths)}
        yield from super().post_process(paths, dry_run, **options)

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
    return isinstance(staticfiles_storage, JoinedFiles) and not settings.DEBUG
