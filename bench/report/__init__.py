"""Makes RESULTS.md and results.png from results.json."""

from . import crowd, delivery, idle, pages, plots, posts, readers, siege, targets
from .found import Found

SECTIONS = (posts, readers, delivery, crowd, idle, pages, siege)
ABOUT = """# What the chat is measured at

`bin/bench` makes this page. It also writes `results.json`, with the figures of each run. `bin/bench report` makes this
page and the plots again from that file. In each round, it starts each stack in turn, with an empty database, on
loopback. `posts` has three rounds and the others have two, unless `--rounds` says otherwise (see the end). A figure is
the median of the rounds, with the lowest and the highest in brackets. Readers and posters run on the same machine and
use a part of it. Their columns say how much of one core each used. If one is near 100 %, the load was the limit and not
the stack.

The stacks: **ours**, as `bin/run` serves it; **ancestor**, the example of django-eventstream, with the library's
defaults, behind Pushpin as Debian packages it; **ancestor-native**, the same under uvicorn without a proxy;
**channels**, a chat with Django Channels, channels-redis and uvicorn; **nchan**, nginx with nchan, which saves nothing
and has no Django; **many**, our chat with eight Pushpins on PostgreSQL, without nginx. If a stack has a proxy,
*straight* means that the posts go to its web server directly. [LIMITS.md](LIMITS.md) lists what was tried for each goal
that is not met.

![Post rate, fan-out, delivery and memory](results.png)
"""


def write(workloads, folder):
    """Write both files; `workloads` is the content of results.json."""
    found = Found(workloads)
    parts = [ABOUT, targets.section(found)]
    parts += [section.section(found) for section in SECTIONS if section.NAME in workloads]
    parts.append(_machines(workloads))
    (folder / "RESULTS.md").write_text("\n".join(parts))
    plots.write(found, folder / "results.png")


def _machines(workloads):
    """Return the section with the date and the machine of each workload."""
    lines = ["## Where and when\n"]
    for name, one in workloads.items():
        quick = ", quick: much too short to be valid" if one["quick"] else ""
        lines.append(f"- `{name}`: {one['date']}, {one['rounds']} rounds{quick}; {_words(one['machine'])}")
    return "\n".join(lines) + "\n"


def _words(machine):
    first = f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gb']} GB, Linux {machine['kernel']}"
    rest = [
        f"{name} {value}"
        for name, value in machine.items()
        if name not in ("cores", "processor", "memory_gb", "kernel")
    ]
    return ", ".join([first, *rest])
