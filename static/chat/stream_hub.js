"use strict";

globalThis.chat ??= {};

// Holds as few streams as serve all tabs and rooms of the browser: a browser opens no more than six connections to one
// server, and each stream takes one for good. It lives in a shared worker.
//
// A tab is a function that takes what it is told: {word: "joined" | "open" | "lost" | "message" | "change" | "reset" |
// "stopped" | "gone", …}. What the tab says comes to hear(tab, {word: "here" | "open" | "wake" | "leave"}).
//
// The hub knows how far each tab has come and tells it what comes after that, once. A tab that is behind the others of
// its room takes the room's stream back; one that is ahead of the stream may have its position from another database,
// so it is told to fetch what it can't be sure of.
//
// newStream(options) returns an event stream, see event_stream.js.
chat.streamHub = function ({ newStream, now = Date.now, setTimeout = globalThis.setTimeout }) {
  const LINGER_MS = 10_000; // a page that is reloaded leaves and comes again
  const LOOK_MS = 60_000;
  const SILENT_MS = 5 * 60_000; // nobody tells that a tab has crashed
  const AT_ONCE_MS = 1_000; // all tabs learn in the same instant that the network is back
  const UNKNOWN = -1; // a position that the server answers with a reset

  const tabs = new Map(); // tab: {channel, position, heardAt}
  const rooms = new Map(); // channel: {path, position, isAlone, isStopped}
  let streams = []; // {url, channels, stream, said, openedAt}

  const hears = { here, open, wake, leave };

  function hear(tab, said) {
    hears[said.word](tab, said);
  }

  // Joins, or tells that it is still there.
  function here(tab, { path, channel, eventId }) {
    if (!tabs.has(tab)) join(tab, path, channel, chat.readEventId(eventId).get(channel) ?? UNKNOWN);
    tabs.get(tab).heardAt = now();
    tab({ word: "joined" });
  }

  function join(tab, path, channel, position) {
    const its = { channel, position };
    tabs.set(tab, its);
    if (!rooms.has(channel)) rooms.set(channel, { path, position, isAlone: false, isStopped: false });
    const room = rooms.get(channel);
    room.isStopped = false;
    if (position > room.position) reset(tab, its, room.position);
    if (position < room.position) {
      room.position = position;
      close(({ channels }) => channels.includes(channel));
    }
    arrange();
    const { stream } = streamOf(channel);
    stream.wake(); // somebody has come, so it need not wait for its turn
    tab(streamOf(channel).said);
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

  // One that still runs answers, and joins again from where it is.
  function dropSilentTabs() {
    for (const [tab, { heardAt }] of tabs) {
      if (Math.abs(now() - heardAt) < SILENT_MS) continue;
      leave(tab);
      tab({ word: "gone" });
    }
    setTimeout(dropSilentTabs, LOOK_MS);
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

  // Opens and closes what is needed so that each room has its place in one stream; the others go on undisturbed.
  function arrange() {
    const running = [...rooms].filter(([, { isStopped }]) => !isStopped);
    const [together, alone] = [false, true].map((wanted) => running.filter(([, { isAlone }]) => isAlone === wanted));
    const groups = [together, ...alone.map((room) => [room])].filter((group) => group.length);
    const packs = groups.flatMap((group) => chat.packStreams(group[0][1].path, group.map(([channel]) => channel)));
    close(({ url }) => !packs.some((pack) => pack.url === url));
    packs.filter(({ url }) => !streams.some((entry) => entry.url === url)).forEach(openStream);
  }

  function openStream({ url, channels }) {
    const entry = { url, channels, said: { word: "lost", retryInMs: null }, openedAt: now() };
    function say(said) {
      entry.said = said;
      tabsOf(channels).forEach(([tab]) => tab(said));
    }
    entry.stream = newStream({
      url,
      lastEventId: chat.writeEventId(channels.map((channel) => [channel, rooms.get(channel).position])),
      onMessage: (message, eventId) => tell(channels, eventId, { word: "message", message }),
      onChange: (message, eventId) => tell(channels, eventId, { word: "change", message }),
      onReset: (_, eventId, data) => {
        const named = channels.filter((channel) => data?.channels?.includes?.(channel));
        resync(named.length ? named : channels, chat.readEventId(eventId));
      },
      onOpen: () => say({ word: "open" }),
      onLost: (retryInMs) => say({ word: "lost", retryInMs }),
      onError: (why) => stop(entry, why),
    });
    streams.push(entry);
    entry.stream.open();
  }

  function close(isUnwanted) {
    streams.filter(isUnwanted).forEach(({ stream }) => stream.close());
    streams = streams.filter((entry) => !isUnwanted(entry));
  }

  // An event does not say whose it is: it is the channel's that has moved.
  function tell(channels, eventId, said) {
    const positions = chat.readEventId(eventId);
    const moved = channels.filter((channel) => positions.get(channel) !== rooms.get(channel).position);
    const [channel] = moved;
    const position = positions.get(channel);
    if (moved.length !== 1 || !(position > rooms.get(channel).position)) {
      resync(moved.length ? moved : channels, positions); // nobody knows whose it is
      return;
    }
    rooms.get(channel).position = position;
    for (const [tab, its] of tabsOf([channel])) {
      if (its.position >= position) continue;
      its.position = position;
      tab({ ...said, eventId: chat.writeEventId([[channel, position]]) });
    }
  }

  function resync(channels, positions) {
    for (const channel of channels) {
      const position = positions.get(channel) ?? UNKNOWN;
      rooms.get(channel).position = position;
      tabsOf([channel]).forEach(([tab, its]) => reset(tab, its, position));
    }
  }

  function reset(tab, its, position) {
    const good = Math.max(0, Math.min(its.position, position));
    const [goodEventId, eventId] = [good, position].map((number) => chat.writeEventId([[its.channel, number]]));
    its.position = position;
    tab({ word: "reset", goodEventId, eventId });
  }

  // The error of a stream with several rooms may concern one of them alone, so each gets one of its own.
  function stop(entry, why) {
    const { channels } = entry;
    close((other) => other === entry);
    if (channels.length > 1) {
      channels.forEach((channel) => (rooms.get(channel).isAlone = true));
      arrange();
      return;
    }
    rooms.get(channels[0]).isStopped = true; // until somebody joins it
    tabsOf(channels).forEach(([tab]) => tab({ word: "stopped", why }));
  }

  function tabsOf(channels) {
    return [...tabs].filter(([, { channel }]) => channels.includes(channel));
  }

  function streamOf(channel) {
    return streams.find(({ channels }) => channels.includes(channel));
  }

  setTimeout(dropSilentTabs, LOOK_MS);

  return { hear };
};
