import { readEventId, writeEventId } from "./event_ids.js";
import { createRights, isRefusal } from "./rights.js";
import { packStreams } from "./stream_packing.js";

// Holds as few streams as possible for all tabs and rooms of the browser. A browser opens at most six connections to a
// server, and each stream occupies one. The hub runs in a shared worker.
//
// A tab is a function that takes notices: {type: "joined" | "open" | "lost" | "message" | "change" | "reset" |
// "history" | "stopped" | "refused" | "gone", …}. Commands of a tab come to receive(tab, {type: "here" | "open" |
// "wake" | "leave"}).
//
// The hub knows the last event of each tab, and sends it every later event once. If a tab is behind the other tabs of
// its room, the hub opens the room's stream again from that tab's last event. If a tab is ahead of the stream, its
// number may come from another database: the hub sends a reset, and the tab fetches what it may have missed.
//
// A tab names its room's list if the server may refuse the room. When a stream does not open, the hub asks for the
// lists of its rooms, stops the refused rooms, and opens a stream with the others.
//
// newStream(options) returns an event stream; see event_stream.js. fetch: see rights.js.
export function createStreamHub({ newStream, fetch, now = Date.now, setTimeout = globalThis.setTimeout }) {
  const LINGER_MS = 10_000; // a page that reloads leaves and joins again
  const CHECK_MS = 60_000;
  const SILENT_MS = 5 * 60_000; // a tab that crashes says nothing
  const AT_ONCE_MS = 1_000; // all tabs notice at the same moment that the network is back
  const UNKNOWN = -1; // a number that the server answers with a reset

  const tabs = new Map(); // tab: {channel, position, heardAt}
  const rooms = new Map(); // channel: {path, list, position, isAlone, isStopped}
  let streams = []; // {url, channels, stream, state, openedAt, rights}

  const commands = { here, open, wake, leave };

  function receive(tab, command) {
    commands[command.type](tab, command);
  }

  // The tab joins, or it is still there.
  function here(tab, { path, list, channel, eventId }) {
    if (!tabs.has(tab)) join(tab, { path, list }, channel, readEventId(eventId).get(channel) ?? UNKNOWN);
    tabs.get(tab).heardAt = now();
    tab({ type: "joined" });
  }

  function join(tab, addresses, channel, position) {
    const entry = { channel, position };
    tabs.set(tab, entry);
    if (!rooms.has(channel)) rooms.set(channel, { ...addresses, position, isAlone: false, isStopped: false });
    const room = rooms.get(channel);
    room.isStopped = false;
    if (position > room.position) reset(tab, entry, room.position);
    if (position < room.position) {
      room.position = position;
      close(({ channels }) => channels.includes(channel));
    }
    arrange();
    const { stream } = streamOf(channel);
    stream.wake(); // a new tab is a reason to reconnect at once
    tab(streamOf(channel).state);
  }

  function leave(tab) {
    tabs.delete(tab);
    setTimeout(dropEmptyRooms, LINGER_MS);
  }

  function dropEmptyRooms() {
    for (const channel of rooms.keys()) {
      if (tabsOf([channel]).length === 0) rooms.delete(channel);
    }
    arrange();
  }

  // A tab that still runs answers and joins again from its last event.
  function dropSilentTabs() {
    for (const [tab, { heardAt }] of tabs) {
      if (Math.abs(now() - heardAt) < SILENT_MS) continue;
      leave(tab);
      tab({ type: "gone" });
    }
    setTimeout(dropSilentTabs, CHECK_MS);
  }

  function wake() {
    streams.forEach(({ stream }) => stream.wake());
  }

  function open(tab) {
    const entry = streamOf(tabs.get(tab)?.channel);
    if (!entry || Math.abs(now() - entry.openedAt) < AT_ONCE_MS) return;
    entry.openedAt = now();
    entry.stream.open();
  }

  // Opens and closes streams so that each room is in exactly one. It leaves every other stream alone.
  function arrange() {
    const running = [...rooms].filter(([, { isStopped }]) => !isStopped);
    const [together, alone] = [false, true].map((wanted) => running.filter(([, { isAlone }]) => isAlone === wanted));
    const groups = [together, ...alone.map((room) => [room])].filter((group) => group.length);
    const packs = groups.flatMap((group) => packStreams(group[0][1].path, group.map(([channel]) => channel)));
    close(({ url }) => !packs.some((pack) => pack.url === url));
    packs.filter(({ url }) => !streams.some((entry) => entry.url === url)).forEach(openStream);
  }

  function openStream({ url, channels }) {
    const entry = { url, channels, state: { type: "lost", retryInMs: null }, openedAt: now(), rights: createRights({ fetch }) };
    function setState(state) {
      entry.state = state;
      tabsOf(channels).forEach(([tab]) => tab(state));
    }
    entry.stream = newStream({
      url,
      lastEventId: writeEventId(channels.map((channel) => [channel, rooms.get(channel).position])),
      onMessage: (message, eventId) => pass(channels, eventId, { type: "message", message }),
      onChange: (message, eventId) => pass(channels, eventId, { type: "change", message }),
      onRoom: (news, eventId) => pass(channels, eventId, { type: "room", news }),
      onRecheck: (eventId) => pass(channels, eventId, null),
      onReset: (_, eventId, data) => {
        const named = channels.filter((channel) => data?.channels?.includes?.(channel));
        resync(named.length ? named : channels, readEventId(eventId));
      },
      onHistory: (mark) => tabsOf(channels).forEach(([tab]) => tab({ type: "history", mark })),
      onOpen: () => setState({ type: "open" }),
      onLost: (retryInMs) => setState({ type: "lost", retryInMs }),
      onUnopened: () => checkRights(entry),
      onError: (why) => stop(entry, why),
    });
    streams.push(entry);
    entry.stream.open();
  }

  function close(isUnwanted) {
    streams.filter(isUnwanted).forEach(({ stream }) => stream.close());
    streams = streams.filter((entry) => !isUnwanted(entry));
  }

  // An event does not name its channel. It belongs to the channel whose number has moved. Without a notice, the tabs
  // need not know of it.
  function pass(channels, eventId, notice) {
    const positions = readEventId(eventId);
    const moved = channels.filter((channel) => positions.get(channel) !== rooms.get(channel).position);
    const [channel] = moved;
    const position = positions.get(channel);
    if (moved.length !== 1 || !(position > rooms.get(channel).position)) {
      resync(moved.length ? moved : channels, positions); // the event may belong to any of them
      return;
    }
    rooms.get(channel).position = position;
    for (const [tab, entry] of tabsOf([channel])) {
      if (entry.position >= position) continue;
      entry.position = position;
      if (notice) tab({ ...notice, eventId: writeEventId([[channel, position]]) });
    }
  }

  function resync(channels, positions) {
    for (const channel of channels) {
      const position = positions.get(channel) ?? UNKNOWN;
      rooms.get(channel).position = position;
      tabsOf([channel]).forEach(([tab, entry]) => reset(tab, entry, position));
    }
  }

  function reset(tab, entry, position) {
    const good = Math.max(0, Math.min(entry.position, position));
    const [goodEventId, eventId] = [good, position].map((number) => writeEventId([[entry.channel, number]]));
    entry.position = position;
    tab({ type: "reset", goodEventId, eventId });
  }

  async function checkRights({ channels, rights }) {
    const asked = channels.filter((channel) => rooms.get(channel)?.list);
    const statuses = await rights.ask(asked.map((channel) => rooms.get(channel).list));
    statuses.forEach((status, at) => isRefusal(status) && refuse(asked[at], status));
    arrange();
  }

  function refuse(channel, status) {
    rooms.delete(channel); // until a tab joins it
    tabsOf([channel]).forEach(([tab]) => tab({ type: "refused", status }));
  }

  // The error of a stream with several rooms may concern only one of them, so each room gets its own stream.
  function stop(entry, why) {
    const { channels } = entry;
    close((other) => other === entry);
    if (channels.length > 1) {
      channels.forEach((channel) => (rooms.get(channel).isAlone = true));
      arrange();
      return;
    }
    rooms.get(channels[0]).isStopped = true; // until a tab joins the room
    tabsOf(channels).forEach(([tab]) => tab({ type: "stopped", why }));
  }

  function tabsOf(channels) {
    return [...tabs].filter(([, { channel }]) => channels.includes(channel));
  }

  function streamOf(channel) {
    return streams.find(({ channels }) => channels.includes(channel));
  }

  setTimeout(dropSilentTabs, CHECK_MS);

  return { receive };
}
