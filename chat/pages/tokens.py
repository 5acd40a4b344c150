"""The stylesheet's colours, for what no stylesheet reaches: the browser's own bar, and an installed app."""

import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

FILE = "chat/css/tokens.css"
COLOR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


@cache
def colors() -> dict[str, dict[str, str]]:
    """Return each color by its name and the theme, as in colors()["ground"]["dark"]."""
    found = finders.find(FILE)
    if not isinstance(found, str):
        raise FileNotFoundError(FILE)
    return {name: {"light": light, "dark": dark} for name, light, dark in COLOR.findall(Path(found).read_text())}
