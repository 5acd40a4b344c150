import { isMessage } from "../lib/message_schema.js";

// Asks the server for the last lines of rooms that no tab has open: one request at a time, and for each room at most
// one a minute, whichever tab asks. A room that the person may not read has no line. Any other failure leaves the line
// as it was.
//
// rooms(): the names of such rooms, the most interesting first. ask(room, query) promises the server's list of
// messages. lastRead(room): the id up to which the person has read the room, or null. onAnswer(): called after each
// new line.
export function createAskRooms({ rooms, ask, lines, lastRead, onAnswer, now = Date.now }) {
  const MAX_ROOMS = 12;
  const PAUSE_MS = 60_000;
  const MAX_COUNT = 100; // the list shows 99+

  const asked = new Map(); // when, by room
  let isAsking = false;

  const isDue = (room) => now() - Math.max(asked.get(room) ?? 0, lines.read(room)?.at ?? 0) >= PAUSE_MS;

  // Call this when the person comes to the page.
  async function look() {
    if (isAsking) return;
    isAsking = true;
    for (const room of rooms().slice(0, MAX_ROOMS).filter(isDue)) {
      asked.set(room, now());
      try {
        await update(room);
      } catch ({ status }) {
        if (status === 401 || status === 403) answer(room, null, 0);
        // else the next visit asks again
      }
    }
    isAsking = false;
  }

  async function update(room) {
    const [newest = null] = await list(room, { limit: 1 });
    const read = lastRead(room);
    const hasUnread = newest !== null && read !== null && newest.id > read;
    const unread = hasUnread ? await list(room, { after: read, limit: MAX_COUNT }) : [];
    answer(room, newest, unread.length);
  }

  function answer(room, newest, count) {
    lines.write(room, newest, count);
    onAnswer();
  }

  async function list(room, query) {
    const { messages } = await ask(room, query);
    return messages.filter(isMessage);
  }

  return { look };
}
