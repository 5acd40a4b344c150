// Print what is said in a room, for ever: node reader.mjs http://127.0.0.1:8000/rooms/lobby/
import { setTimeout as wait } from "node:timers/promises";

const [, , room] = process.argv;
const SILENCE_MS = 50_000;
let lastEventId, pauseMs;
let lastMessage = 0;

/** Print a message, an edit or a deletion; no message twice. */
function print(message) {
  if (message.id <= lastMessage && !message.change) return;
  lastMessage = Math.max(lastMessage, message.id);
  console.log(`${message.id} ${message.from}: ${message.deleted ? "(deleted)" : message.text}`);
}

/** Return the answer. Throw if there is none now; end the program if there will never be one. */
async function get(address, options) {
  const answer = await fetch(address, options);
  if (answer.ok) return answer;
  if (answer.status < 500 && answer.status !== 429) {
    console.error(await answer.text());
    process.exit(1);
  }
  pauseMs = 1000 * (answer.headers.get("Retry-After") ?? 1);
  throw new Error(`status ${answer.status}`);
}

/** Read what the stream no longer has: at first all messages, after a reset what came and what changed meanwhile. */
async function readList() {
  for (let more = true; more; ) {
    const query = new URLSearchParams({ after: lastMessage, ...(lastEventId && { since: lastEventId }) });
    const page = await (await get(`${room}messages/?${query}`)).json();
    page.messages.forEach(print);
    lastEventId = page["last-event-id"];
    more = page.more;
  }
}

/** Take one block of the stream. Return true if the stream has to be opened again, at another id. */
async function take(block) {
  const field = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/, 2)));
  pauseMs = Number(field.retry ?? 1000);
  if (field.event === "stream-reset") {
    await readList();
    return true;
  }
  if (/^message(-edited|-deleted)?$/.test(field.event)) print(JSON.parse(field.data));
  lastEventId = field.id ?? lastEventId;
  return false;
}

/** Read the stream until it ends, or until nothing has come for 50 s. */
async function listen() {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const headers = { "Last-Event-ID": lastEventId };
    const stream = await get(`${room}events/`, { headers, signal: silence.signal });
    let rest = "";
    for await (const text of stream.body.pipeThrough(new TextDecoderStream())) {
      timer.refresh();
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) if (await take(block)) return;
    }
  } finally {
    clearTimeout(timer);
  }
}

for (;;) {
  pauseMs = 1000;
  try {
    if (lastEventId === undefined) await readList();
    await listen();
  } catch (error) {
    console.error(error.message);
  }
  await wait(pauseMs);
}
