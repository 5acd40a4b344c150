"""The site's name, which its owner chose."""

from django.conf import settings
from django.http import HttpRequest


def site_name(request: HttpRequest) -> dict[str, str]:
    """Give every template the name."""
    return {"site_name": settings.SITE_NAME}
