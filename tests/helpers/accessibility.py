"""What can be measured of whether everybody can use a page."""

from axe_playwright_python.sync_playwright import Axe

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

# By its accessible text, so that a failure says where one got lost.
FOCUSED = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const under = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2);
    const said = element.ariaLabel || element.labels?.[0]?.textContent || element.textContent || element.placeholder;
    return {
        name: said.trim().replace(/\\s+/g, " "),
        outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && opacity === "1",
        uncovered: element.contains(under),
    };
}"""

SMALL_TARGETS = """least => [...document.querySelectorAll("button, input, select, textarea, nav a, .card a")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => [element.outerHTML, element.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < least || height < least)
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


def look_with_axe_at(page):
    """Fail with what axe finds wrong with the page as it is now, in both themes."""
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
    """Press Tab from the start of the page until it is left; return what had the focus, in its order."""
    passed = []
    while len(passed) < limit:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            return passed
        passed.append(focused)
    raise AssertionError(f"the focus never leaves the page: {[stop['name'] for stop in passed]}")


def small_targets(page, least_px=24):
    return page.evaluate(SMALL_TARGETS, least_px)


def too_wide(page):
    """Return what has to be scrolled sideways."""
    return page.evaluate(TOO_WIDE)


def moving(page):
    """Return what is animated or scrolls smoothly."""
    return page.evaluate(MOVING)
