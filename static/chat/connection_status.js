"use strict";

globalThis.chat ??= {};

// Says that the connection is lost and that it is back; a loss shorter than the grace goes unsaid.
chat.connectionStatus = function ({
  say,
  words,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const GRACE_MS = 5_000; // the first few attempts to come back
  const BACK_SHOWN_MS = 4_000;

  let connected = true;
  let lossSaid = false;
  let timer = null;

  function lost() {
    if (!connected) return;
    connected = false;
    after(GRACE_MS, () => {
      lossSaid = true;
      say(words.connectionLost);
    });
  }

  function back() {
    if (connected) return;
    connected = true;
    clearTimeout(timer);
    if (!lossSaid) return;
    lossSaid = false;
    say(words.connectionBack);
    after(BACK_SHOWN_MS, () => say(""));
  }

  function stopped(why) {
    connected = false;
    lossSaid = true;
    clearTimeout(timer);
    say(words.streamStopped(why));
  }

  function after(delay, action) {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  }

  return { lost, back, stopped };
};
