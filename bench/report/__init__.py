"""RESULTS.md and results.png, made from results.json alone."""

from . import delivery, idle, pages, plots, posts, readers, targets
from .found import Found

SECTIONS = (posts, readers, delivery, idle, pages)
ABOUT = """# What the chat is measured at

Made by `bin/bench`, which also writes `results.json`, with each run's own figures; `bin/bench report` makes this page
and the plots again from that. In each round (`posts` has three, the others two, unless `--rounds` says otherwise: see
the end) each stack is started in turn, with an empty database, on loopback. A figure is the median, with the lowest and
the highest in brackets. Readers and posters run on the same machine and take part of
it: their columns say how much of one core each used, and one that comes near 100 % would be what is measured.

The stacks: **ours** as `bin/run` serves it; **ancestor**, the example of django-eventstream, with the library's
defaults behind Debian's Pushpin as it is packaged; **ancestor-native**, the same under uvicorn without a proxy;
**channels**, a chat with Django Channels, channels-redis and uvicorn; **nchan**, nginx with nchan, which saves nothing
and knows no Django. Those who publish over a proxy can also be posted to *straight*, at their web server.
[LIMITS.md](LIMITS.md) tells what was tried for each goal that is not met.

![Post rate, fan-out, delivery and memory](results.png)
"""


def write(workloads, folder):
    """Write both files; `workloads` is what results.json holds."""
    found = Found(workloads)
    parts = [ABOUT, targets.section(found)]
    parts += [section.section(found) for section in SECTIONS if section.NAME in workloads]
    parts.append(_machines(workloads))
    (folder / "RESULTS.md").write_text("\n".join(parts))
    plots.write(found, folder / "results.png")


def _machines(workloads):
    """Say when and on what each workload ran; the same is said once."""
    lines = ["## Where and when\n"]
    for name, one in workloads.items():
        quick = ", quick: far too short to count" if one["quick"] else ""
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
