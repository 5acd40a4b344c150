"""The costs of a very long session for the page: .venv/bin/python bench/page.py [http://127.0.0.1:8000/]

It opens a room of a running chat in Chromium, and streams 10 000 messages into it. It prints the size of the page
(nodes, and the heap after a garbage collection), the time of a message from its event to the screen, and the length of
the frames, during the messages and during scrolling. It measures twice: with 200 messages a second on this machine as
it is, and with 50 as on a phone, whose processor is four times slower. This takes five minutes, on a machine that does
nothing else. A fake EventSource sends the messages, so the server and the network do not count.
"""

import secrets
import shutil
import sys

from playwright.sync_api import sync_playwright

MESSAGES = 10_000
MEASURED_AT = (1_000, 5_000, MESSAGES)
MACHINES = {"as is": (1, 200), "processor slowed down 4 times": (4, 50)}  # slowness, messages a second
WHEEL_PX, WHEEL_STEPS = 240, 60
SECONDS = 900
PARTS = ("Task", "Script", "RecalcStyle", "Layout")  # the first includes the others
STREAM = """
delete globalThis.SharedWorker;
globalThis.EventSource = class {
  constructor() {
    globalThis.source = this;
    this.listeners = {};
    setTimeout(() => this.dispatch("stream-open", "", ""));
  }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  dispatch(name, data, lastEventId) { this.listeners[name]?.({ data, lastEventId }); }
  close() {}
};
const TEXTS = ["Yes.", "I wonder whether it will rain, and if it does, whether anybody will come.", "see https://example.org/a?b=1",
  "```\\nfor x in range(3):\\n    print(x)\\n```", "one\\ntwo\\nthree", "@visitor, `look` at this", "مرحبا"];
globalThis.frames_ = [];
globalThis.delays = [];
globalThis.watching = false;
let last = null;
requestAnimationFrame(function frame(time) {
  if (watching && last !== null) frames_.push(time - last);
  last = time;
  requestAnimationFrame(frame);
});
globalThis.painted = (then) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = then;
  channel.port2.postMessage(null);
});
let id = 1e9;
globalThis.stream = (count, aSecond) => new Promise((done) => {
  const begun = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, ((performance.now() - begun) / 1000) * aSecond);
    for (; sent < due; sent += 1) {
      id += 1;
      const message = { from: `person ${Math.floor(id / 3) % 9}`, text: TEXTS[id % TEXTS.length] };
      const from = performance.now();
      source.dispatch("message", JSON.stringify({ id, ...message, date: new Date().toISOString() }), `room:${id}`);
      if (sent % 20 === 0) painted(() => delays.push(performance.now() - from));
    }
    if (sent < count) return;
    clearInterval(timer);
    painted(done);
  }, 5);
});
"""
PAST = """({ many }) => { const taken = [...globalThis[many]].sort((a, b) => a - b); globalThis[many].length = 0;
  const at = (part) => taken[Math.min(taken.length - 1, Math.floor(part * taken.length))];
  return [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(1)); }"""


def main(url):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        for machine, (slowness, a_second) in MACHINES.items():
            print(f"{machine}, {a_second} messages a second")
            measure(browser, f"{url}page-{secrets.token_hex(4)}?user=visitor", slowness, a_second)
        browser.close()


def measure(browser, address, slowness, a_second):
    page = browser.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.add_init_script(STREAM)
    page.goto(address)
    page.wait_for_function("globalThis.source !== undefined")
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slowness})
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    sent, before = 0, read(tools)
    for count in MEASURED_AT:
        page.evaluate(
            "([count, aSecond]) => { watching = true; return stream(count, aSecond) }", [count - sent, a_second]
        )
        page.evaluate("watching = false")
        sent = count
        tools.send("HeapProfiler.collectGarbage")
        metrics = read(tools)
        shown = page.locator(".message").count()
        print(
            f"  after {count:6} messages: {shown} in the page, {metrics['Nodes']:.0f} nodes, "
            f"{metrics['JSHeapUsedSize'] / 1e6:.1f} MB of heap"
        )
    busy = {name: (metrics[f"{name}Duration"] - before[f"{name}Duration"]) * 1e3 / MESSAGES for name in PARTS}
    print("  processor, ms a message:  " + ", ".join(f"{name.lower()} {ms:.2f}" for name, ms in busy.items()))
    print("  from event to screen, ms: p50 {} p99 {} max {}".format(*page.evaluate(PAST, {"many": "delays"})))
    print("  frames with messages, ms: p50 {} p99 {} max {}".format(*page.evaluate(PAST, {"many": "frames_"})))
    page.mouse.move(400, 300)
    page.evaluate("watching = true")
    for direction in (-1, 1):
        for _ in range(WHEEL_STEPS):
            page.mouse.wheel(0, direction * WHEEL_PX)
    page.evaluate("() => new Promise(painted)")
    print("  frames while scrolling:   p50 {} p99 {} max {}".format(*page.evaluate(PAST, {"many": "frames_"})))
    page.close()


def read(tools):
    return {entry["name"]: entry["value"] for entry in tools.send("Performance.getMetrics")["metrics"]}


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
