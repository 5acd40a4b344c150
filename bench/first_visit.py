"""The costs of the first visit to a room: .venv/bin/python bench/first_visit.py [http://127.0.0.1:8000/ [ar]]

It posts 50 messages to a new room of a running chat, and opens the room in Chromium with an empty cache. It prints the
transferred bytes (headers and compressed bodies) and the times until the page is ready. It measures twice: on this
machine as it is, and as on a phone, with a processor that is four times slower, and a line of 1.6 Mbit/s down,
0.75 Mbit/s up and 150 ms. Lighthouse defines first and largest contentful paint, layout shift and blocking time.
"""

import json
import re
import secrets
import shutil
import statistics
import sys
from collections import Counter
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

from playwright.sync_api import sync_playwright

VISITS = 5
PHONE_SLOWNESS = 4  # times
PHONE_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 94_000,
}  # ms, bytes/s
OBSERVE = """
window.seen = {shift: 0, blocked: 0, largest: 0};
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) seen.shift += entry.value;
})).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  seen.blocked += Math.max(0, entry.duration - 50);
})).observe({type: "longtask", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  seen.largest = entry.startTime;
})).observe({type: "largest-contentful-paint", buffered: true});
"""
READ = """() => ({
  first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  ready: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
  ...seen,
})"""
TIMES = {
    "first": "first contentful paint, ms",
    "largest": "largest contentful paint, ms",
    "ready": "scripts have run, ms",
    "blocked": "total blocking time, ms",
    "shift": "cumulative layout shift",
}


def main(url, language="en"):
    room = f"visit-{secrets.token_hex(4)}"
    for number in range(50):
        message = {"from": f"person {number % 7}", "text": f"message {number}: " + "some words to read " * (number % 5)}
        urlopen(f"{url}rooms/{room}/messages/", urlencode(message).encode()).close()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = f"{url}{room}?user=visitor"
        _, sizes = visit(browser, page, language, on_a_phone=False)
        print_sizes([*sizes, ("Worker", worker_size(url, page))])
        for on_a_phone in (False, True):
            visits = [visit(browser, page, language, on_a_phone)[0] for _ in range(VISITS)]
            print("\nAs on a phone" if on_a_phone else "\nAs is", f"(median of {VISITS}, min to max)")
            for name, meaning in TIMES.items():
                values = [times[name] for times in visits]
                print(f"{meaning:30} {statistics.median(values):9.3g}  {min(values):.3g} to {max(values):.3g}")
        browser.close()


def visit(browser, url, language, on_a_phone):
    """Return the times, and a (kind, bytes) pair for each request."""
    context = browser.new_context(viewport={"width": 375, "height": 700}, locale=language)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    if on_a_phone:
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": PHONE_SLOWNESS})
        devtools.send("Network.emulateNetworkConditions", PHONE_LINE)
    kinds, sizes = {}, {}
    devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: kind_of(event)}))
    devtools.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.add_init_script(OBSERVE)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(2_000)  # a late file could still shift the page
    times = page.evaluate(READ)
    context.close()
    return times, [(kinds[request], size) for request, size in sizes.items() if request in kinds]


def worker_size(url, page):
    """Return the bytes of the shared worker, which the page's developer tools do not report."""
    with urlopen(page) as answer:
        address = json.loads(re.search(r'<script id="page"[^>]*>(.+)</script>', answer.read().decode())[1])
    request = Request(urljoin(url, address["streamWorkerUrl"]), headers={"Accept-Encoding": "gzip"})
    with urlopen(request) as answer:
        return len(answer.headers.as_bytes()) + len(answer.read())


def kind_of(event):
    is_jquery = "jquery" in event["response"]["url"]
    return "jQuery" if is_jquery else event["type"]


def print_sizes(sizes):
    counts, totals = Counter(), Counter()
    for kind, size in sizes:
        counts[kind] += 1
        totals[kind] += size
    for kind, total in totals.most_common():
        print(f"{kind:12} {counts[kind]:3} requests {total:8,} bytes")
    print(f"{'in all':12} {counts.total():3} requests {totals.total():8,} bytes")
    print(f"{'less jQuery':12} {'':3}          {totals.total() - totals['jQuery']:8,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["http://127.0.0.1:8000/"])
