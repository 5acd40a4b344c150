"""Renews docs/screenshot.png from a running chat: .venv/bin/python docs/screenshot.py [http://127.0.0.1:8000/]

It posts a few messages into the room "seaside" first, so use a chat whose data may go.
"""

import base64
import json
import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from playwright.sync_api import expect, sync_playwright

OUT = Path(__file__).with_name("screenshot.png")
SAID = [
    ("Ann", "Morning! Who is in for the seaside on Saturday?"),
    ("Bob", "Me. I can take four people in the car."),
    ("Bob", "@Ann, shall I bring the dog?"),
    ("Mariam", "مرحبا، أنا قادمة أيضًا. هل أحضر القهوة؟"),
    ("Jürgen", "By bike, so give me ten extra minutes"),
    ("Ann", "Perfect. I bring:\n- buckets\n- the big flask\n- the long rope"),
    ("Bob", "Leaving at 9 from the station, then."),
]
FRAME = """
<style>
  body {{ margin: 0; padding: 24px; display: flex; gap: 24px; align-items: center; width: max-content }}
  img {{ border: 1px solid #8886; border-radius: 12px; display: block; height: 600px }}
</style>
<img src="data:image/png;base64,{desktop}"><img src="data:image/png;base64,{phone}">
"""


def main(url):
    for sender, text in SAID:
        said = urlencode({"from": sender, "text": text, "author_key": secret_of(sender)}).encode()
        with urlopen(f"{url}rooms/seaside/messages/", said) as answer:
            json.load(answer)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shots = {
            "desktop": shoot(browser, url, "light", 1060, 620),
            "phone": shoot(browser, url, "dark", 330, 620),
        }
        page = browser.new_page(viewport={"width": 1500, "height": 650})
        page.set_content(FRAME.format(**shots))
        page.locator("body").screenshot(path=OUT)
        browser.close()


def secret_of(name):
    return f"the-secret-of-{name}"


def shoot(browser, url, scheme, width, height):
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.add_init_script(f"localStorage.setItem('chat author key', '{secret_of('Ann')}')")
    for room in ("lighthouse", "book club", "seaside"):
        page.goto(f"{url}{room}?user=Ann")
    expect(page.locator(".own")).not_to_have_count(0)
    return base64.b64encode(page.screenshot()).decode()


if __name__ == "__main__":
    main(*sys.argv[1:] or ["http://127.0.0.1:8000/"])
