"""The table of the goals: whether each is met."""

from . import crowd, idle, pages
from .words import DATABASES, number, ratio, table, times

NO_GROWTH = 0.02  # of a process's memory during `idle`; less than 1 MB is no growth either
SAME = 0.10  # two rates that differ by less count as equal


def section(found):
    """Return the table, without the goals that were not measured."""
    checks = [*_posts(found), *_readers(found), *_delivery(found), *_crowd(found), *_idle(found), *_pages(found)]
    checks += _exact(found)
    lines = [
        [what, wanted, measured, "yes" if met else "**no**"]
        for what, wanted, measured, met in checks
        if met is not None
    ]
    return "## Goals\n\n" + table(["", "goal", "measured", "met"], lines)


def _at_most(what, limit, unit, value):
    return (
        what,
        f"≤ {number(limit)} {unit}".strip(),
        f"{number(value)} {unit}",
        None if value is None else value <= limit,
    )


def _at_least(what, limit, unit, value):
    return what, f"≥ {number(limit)} {unit}", f"{number(value)} {unit}", None if value is None else value >= limit


def _posts(found):
    def rows(stack="ours", database="postgresql", through="proxy", clients=32):
        case = {"stack": stack, "database": database, "through": through, "clients": clients, "listeners": 0}
        return found.row("posts", **case)

    for database, through, limit in (
        ("postgresql", "proxy", 3.0),
        ("sqlite", "proxy", 2.2),
        ("postgresql", "straight", 3.5),
        ("sqlite", "straight", 2.5),
    ):
        ours, ancestor = rows("ours", database, through), rows("ancestor", database, through)
        way = "through Pushpin" if through == "proxy" else "straight"
        yield _at_least(
            f"posts {way}, {DATABASES[database]}, compared with the ancestor's",
            limit,
            "×",
            ratio(ours, ancestor, "rate"),
        )
        if through == "proxy":
            yield _at_most(f"their p99, {DATABASES[database]}", 150, "ms", ours.median("p99_ms"))
    many = rows("ours", "sqlite", clients=128)
    yield _at_most("errors with 128 clients, SQLite", 0, "", many.total("errors") if many.runs else None)


def _readers(found):
    ours = found.rows("readers", stack="ours")
    full = max(ours, key=lambda row: row.case.get("readers", 0), default=found.row("readers", stack="ours"))
    readers_ = full.case.get("readers")
    nchan = found.row("readers", stack="nchan", readers=readers_)
    fan_out = ratio(full, nchan, "fan_out_ms")
    what = f"one message to {number(readers_)} readers, compared with nchan's time"
    yield _at_most(what, 2.8, "×", fan_out)
    half = found.row("readers", stack="ours", readers=(readers_ or 0) // 2)
    double = ratio(full, half, "fan_out_ms")
    yield _at_most("the same, compared with twice the time for half as many readers", 1.2, "×", double and double / 2)
    yield _at_least("readers that connect", 1000, "/s", full.median("connect_rate"))
    yield _at_most("p99 of posts at the same time", 500, "ms", full.median("posts_p99_ms"))
    yield _at_most("memory a reader", 56, "kB", full.median("kb_a_reader"))


def _delivery(found):
    one, many = (
        next((row for row in found.rows("delivery", stack="ours") if (row.case["rooms"] == 1) is is_one), None)
        for is_one in (True, False)
    )
    for row, limit in ((one, 40), (many, 150)):
        if row:
            case = row.case
            what = f"delivery p99, {number(case['rooms'])} × {case['readers']} readers, {case['rate']}/s"
            yield _at_most(what, limit, "ms", row.median("delivery_p99_ms"))


def _crowd(found):
    def sizes(kind):
        """Return the Rows of the small and the large crowd."""
        rows = sorted(found.rows(crowd.NAME, kind=kind), key=lambda row: row.case.get("readers", 0))
        return rows if len(rows) == 2 else [found.row("")] * 2

    small, large = sizes(crowd.ONE_ROOM)
    readers_ = number(large.case.get("readers"))
    fan_out = ratio(large, small, "fan_out_ms")
    what = f"one message to a room of {readers_}, compared with ten times the time for a tenth"
    yield _at_most(what, 1.2, "×", fan_out and fan_out / 10)
    yield _at_most("memory of each of them, compared with a tenth", 1, "×", ratio(large, small, "kb_a_reader"))
    small, large = sizes(crowd.ROOMS)
    what = f"delivery p99 to {readers_} readers in rooms of 100, 50/s, compared with a tenth"
    yield _at_most(what, 3, "×", ratio(large, small, "delivery_p99_ms"))
    death = found.row(crowd.NAME, kind=crowd.DEATH)
    back = death.median("return_rate") and death.median("return_rate") / small.median("connect_rate")
    yield _at_least("readers who come back from a killed Pushpin, compared with connects before", 0.6, "×", back)


def _idle(found):
    row = found.row("idle", stack="ours")
    if row.runs:
        yield _at_most("Django's CPU for idle readers", 3, "% of a core", 100 * idle.django(row.by_process("cores")))
        grown, memory = row.by_process("grown_kb"), row.by_process("memory_kb")
        growing = [name for name in grown if grown[name] > max(1000, NO_GROWTH * memory[name])]
        yield "processes that grow during that time", "none", ", ".join(growing) or "none", not growing


def _pages(found):
    for row in found.rows("pages", stack="ours", way=""):
        if not row.case["messages"]:
            continue
        case = row.case
        what = f"{case['kind']} of the {case['room']} room, {DATABASES[case['database']]}"
        ancestor = found.row("pages", **{**case, "stack": "ancestor"})
        yield _at_least(f"{what}, compared with the ancestor's", 2, "×", ratio(row, ancestor, "rate"))
        same = ratio(row, pages.small(found, case), "rate")
        met = None if same is None else same >= 1 - SAME
        yield f"{what}, compared with a small table's", f"≥ {1 - SAME:.2f} ×", times(same), met


def _exact(found):
    rows = [row for name in ("posts", "readers", "delivery", "crowd") for row in found.rows(name) if row.runs]
    rows = [row for row in rows if row.case.get("stack") in ("ours", "many")]
    count = sum(row.total("lost", "doubled", "reordered") for row in rows)
    if rows:
        yield "messages lost, doubled or out of order in all workloads", "0", number(count), count == 0
