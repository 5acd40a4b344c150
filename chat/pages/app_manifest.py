"""What a browser needs to know to install the chat like an app: https://www.w3.org/TR/appmanifest/."""

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language_info

from chat.conf import conf

from .tokens import colors

# docs/icons.py draws them. A maskable icon has a background up to its edges, so that a phone can cut it to any shape.
ICONS = [("192", "192x192", "any"), ("512", "512x512", "any"), ("maskable", "512x512", "maskable")]


def app_manifest(language: str, theme: str) -> dict[str, object]:
    scheme = theme or "light"  # an installed app has one color at its start, whatever the device prefers
    start = reverse("chat:join")
    return {
        "id": start,
        "name": conf.site_name,
        "short_name": conf.site_name,
        "lang": language,
        "dir": "rtl" if get_language_info(language)["bidi"] else "ltr",
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "theme_color": colors()["surface"][scheme],
        "background_color": colors()["ground"][scheme],
        "icons": [
            {"src": static(f"chat/icons/{name}.png"), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
    }
