"use strict";

globalThis.chat ??= {};

// Shows a desktop notification of what others say while the page is hidden, if one has asked for it.
//
// Notification: undefined where the browser has none; in an insecure context it has one that is always denied.
// checkbox: the choice, in `choice`, which stays hidden where there is none; hint(text) stands beside it.
chat.notifications = function ({
  Notification,
  isSecure,
  storage,
  document,
  checkbox,
  choice,
  hint,
  focus,
  words,
  room,
  setTimeout = globalThis.setTimeout,
}) {
  const KEY = "chat notify";
  // Of many that come at once, after a reconnect, the newest is shown; and none if another tab, where the room is looked
  // at, says within that time that all has been read.
  const GATHERED_MS = 1_500;
  const MAX_BODY = 200;

  let newestId = 0;
  let gathered = null;

  const isPossible = Notification !== undefined && isSecure;
  const isWanted = () => storage.read(KEY) === "1";
  const isOn = () => isPossible && isWanted() && Notification.permission === "granted";

  function show() {
    choice.hidden = !isPossible;
    if (!isPossible) return;
    checkbox.checked = isOn();
    hint(Notification.permission === "denied" ? words.notificationsBlocked : "");
  }

  // A browser asks the person only when a click has led to it.
  async function changed() {
    if (checkbox.checked && Notification.permission !== "granted") await Notification.requestPermission();
    if (checkbox.checked) storage.write(KEY, "1");
    else storage.remove(KEY);
    show();
  }

  // Others have said something; each message is told once.
  function tell(message) {
    if (message.id <= newestId) return;
    newestId = message.id;
    if (document.visibilityState !== "hidden" || !isOn()) return;
    if (gathered === null) setTimeout(raiseGathered, GATHERED_MS);
    gathered = message;
  }

  function raiseGathered() {
    const message = gathered;
    gathered = null;
    if (message !== null && document.visibilityState === "hidden") raise(message);
  }

  // All has been read, here or in another tab.
  function read() {
    gathered = null;
  }

  function raise({ id, from, text }) {
    const body = text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}…` : text;
    try {
      // Several tabs of one room use one tag: the second notification takes the place of the first, silently.
      const notification = new Notification(words.notificationTitle(from, room), { body, tag: `${room} ${id}` });
      notification.onclick = () => {
        focus();
        notification.close();
      };
    } catch {
      // Chromium on Android has the constructor, and it throws.
      storage.remove(KEY);
      show();
      hint(words.notificationsImpossible);
    }
  }

  // Whether this `storage` event of another tab is about the choice; without a key all was emptied.
  function isAbout({ key }) {
    return key === KEY || key === null;
  }

  return { show, changed, tell, read, isAbout };
};
