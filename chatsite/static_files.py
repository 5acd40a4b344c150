from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Files whose names hold their hashes, also where a module imports them."""

    support_js_module_import_aggregation = True
