"""Accessibility checks for a page in a browser: axe, focus, small targets, sideways scrolling, movement."""

from axe_playwright_python.sync_playwright import Axe

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

# The name is the element's accessible text, so that a failure says where the focus was.
FOCUSED = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const isRow = element.matches(".rooms a"); // its outline is around the whole row
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(element, isRow ? "::after" : null);
    const box = element.getBoundingClientRect();
    const under = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2);
    const name = element.ariaLabel || element.labels?.[0]?.textContent || element.textContent || element.placeholder;
    return {
        name: name.trim().replace(/\\s+/g, " "),
        outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && opacity === "1",
        uncovered: element.contains(under),
    };
}"""

# 44 px may be 43.999996: browsers round.
SMALL_TARGETS = """least => [...document.querySelectorAll("button, input, select, textarea, nav a, .card a")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => [element.outerHTML, element.getBoundingClientRect()])
    .filter(([, { width, height }]) => Math.round(width) < least || Math.round(height) < least)
    .map(([html, { width, height }]) => `${width} x ${height}: ${html}`)"""

TOO_WIDE = """() => ["html", ".log", ".side"]
    .flatMap((name) => [...document.querySelectorAll(name)])
    .filter((element) => element.scrollWidth > element.clientWidth)
    .map((element) => `${element.className || "page"}: ${element.scrollWidth} in ${element.clientWidth}`)"""

MOVING = """() => [...document.querySelectorAll("*")]
    .flatMap((element) => ["", "::before", "::after", "::backdrop"].map((part) => [element, part]))
    .filter(([element, part]) => {
        const { animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element, part || null);
        const moves = [animationDuration, transitionDuration].some((all) => all.split(", ").some((s) => s !== "0s"));
        return moves || scrollBehavior === "smooth";
    })
    .map(([element, part]) => element.tagName + "." + element.className + part)"""


def assert_axe_finds_nothing(page):
    """Run axe on the page as it is now, in both themes; fail with the violations that it finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for violation in page.evaluate("options => axe.run(options)", OPTIONS)["violations"]:
            nodes = [f"{node['html']}\n  {node['failureSummary']}" for node in violation["nodes"]]
            found.append("\n ".join([f"{scheme}: {violation['id']}", *nodes]))
    assert not found, "\n".join(["", page.url, *found])


def tab_through(page, limit=60):
    """Press Tab until the focus leaves the page; return the elements that had the focus, in order."""
    focused_elements = []
    while len(focused_elements) < limit:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            return focused_elements
        focused_elements.append(focused)
    raise AssertionError(f"the focus never leaves the page: {[stop['name'] for stop in focused_elements]}")


def small_targets(page, least_px=24):
    """Return the controls and links that are narrower or lower than `least_px`."""
    return page.evaluate(SMALL_TARGETS, least_px)


def too_wide(page):
    """Return the parts of the page that scroll sideways."""
    return page.evaluate(TOO_WIDE)


def moving(page):
    """Return the elements that are animated or scroll smoothly."""
    return page.evaluate(MOVING)
