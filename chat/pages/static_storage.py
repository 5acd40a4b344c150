"""Collected files: hashed and compressed, and the scripts of a page joined into one."""

from functools import cache

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from .js_bundles import BUNDLES, joined, parts


class StaticFiles(CompressedManifestStaticFilesStorage):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = cache(self.url)  # a page names six files, each time; for a server they never change

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run:
            paths = {**paths, **{bundle: (self, bundle) for bundle in BUNDLES}}
            for bundle in BUNDLES:
                self._join(bundle, paths)
        yield from super().post_process(paths, dry_run, **options)

    def _join(self, bundle, paths):
        texts = []
        for name in parts(bundle):
            storage, path = paths[name]
            with storage.open(path) as file:
                texts.append(file.read().decode())
        self.delete(bundle)
        self.save(bundle, ContentFile(joined(texts).encode()))


def are_bundled():
    """Tell whether the bundles are there: Django serves the sources themselves while DEBUG is on."""
    return isinstance(staticfiles_storage, StaticFiles) and not settings.DEBUG
