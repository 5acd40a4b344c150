"""Draws the logo, static/chat/favicon.svg, in the forms that browsers and phones want: .venv/bin/python docs/icons.py

Run it after each change of the logo.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

LOGO = Path(__file__).parents[1] / "static" / "chat" / "favicon.svg"
ICONS = LOGO.parent / "icons"
WHITE = "#ffffff"
# name: size in pixels, the logo's part of it, the background. A phone may cut away all but the middle four fifths.
FORMS = {
    "192": (192, 1.0, "transparent"),
    "512": (512, 1.0, "transparent"),
    "maskable": (512, 0.6, WHITE),
    "apple-touch-icon": (180, 0.72, WHITE),
}
# At the logo's end of the first line, for unread messages
DOT = '<circle cx="23.2" cy="8.9" r="6" fill="#fff"/><circle cx="23.2" cy="8.9" r="4.8" fill="#dc2626"/>'


def draw(page, logo, pixels, part, background):
    page.set_viewport_size({"width": pixels, "height": pixels})
    page.set_content(
        f"<style>body{{margin:0;height:100vh;display:grid;place-items:center;background:{background}}}"
        f"svg{{width:{part:.0%};height:{part:.0%}}}</style>{logo}"
    )
    return page.screenshot(omit_background=True)


def main():
    logo = LOGO.read_text()
    LOGO.with_name("favicon-unread.svg").write_text(logo.replace("</svg>", f"  {DOT}\n</svg>"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, form in FORMS.items():
            (ICONS / f"{name}.png").write_bytes(draw(page, logo, *form))
        browser.close()


if __name__ == "__main__":
    main()
