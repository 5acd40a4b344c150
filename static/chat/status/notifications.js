import { isLookedAt } from "../lib/is_looked_at.js";
import { strings } from "../lib/strings.js";

// Shows a desktop notification when others say something while nobody looks at the page, if the person wants that.
//
// Notification: undefined if the browser has none. On http:// browsers have one and always deny it. checkbox: the
// person's choice. choice: the element around it, hidden if notifications are impossible. hint(text) shows a text next
// to the checkbox.
export function createNotifications({
  Notification,
  isSecure,
  storage,
  document,
  checkbox,
  choice,
  hint,
  focus,
  room,
  setTimeout = globalThis.setTimeout,
}) {
  const KEY = "chat notify";
  // After a reconnect many messages may come at once, and only the newest is shown. None is shown if another tab says
  // within this time that the person has read them all.
  const GATHERED_MS = 1_500;
  const MAX_BODY = 200;
  const MOST_RAISED = 20;

  let newestId = 0;
  let gathered = null;
  let raised = []; // those that the person may still see

  const isPossible = Notification !== undefined && isSecure;
  const isWanted = () => storage.read(KEY) === "1";
  const isOn = () => isPossible && isWanted() && Notification.permission === "granted";

  function show() {
    choice.hidden = !isPossible;
    if (!isPossible) return;
    checkbox.checked = isOn();
    hint(Notification.permission === "denied" ? strings.notificationsBlocked : "");
  }

  // A browser asks the person for permission only after a click.
  async function changed() {
    if (checkbox.checked && Notification.permission !== "granted") await Notification.requestPermission();
    if (checkbox.checked) storage.write(KEY, "1");
    else storage.remove(KEY);
    show();
  }

  // Takes a message that somebody else said.
  function add(message) {
    if (message.id <= newestId) return;
    newestId = message.id;
    if (isLookedAt(document) || !isOn()) return;
    if (gathered === null) setTimeout(raiseGathered, GATHERED_MS);
    gathered = message;
  }

  function raiseGathered() {
    const message = gathered;
    gathered = null;
    if (message !== null && !isLookedAt(document)) raise(message);
  }

  // The person has read everything, here or in another tab.
  function clear() {
    gathered = null;
  }

  // Takes back also those that the person may see.
  function close() {
    clear();
    raised.forEach((notification) => notification.close());
    raised = [];
  }

  function raise({ id, from, text }) {
    const body = text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}…` : text;
    try {
      // The tabs of a room use the same tag, so a second notification replaces the first without a sound.
      const notification = new Notification(strings.notificationTitle(from, room), { body, tag: `${room} ${id}` });
      raised = [...raised, notification].slice(-MOST_RAISED);
      notification.onclick = () => {
        focus();
        notification.close();
      };
    } catch {
      // Chromium on Android has this constructor, but it throws.
      storage.remove(KEY);
      show();
      hint(strings.notificationsImpossible);
    }
  }

  // Returns whether this `storage` event concerns the choice. Without a key, somebody emptied the storage.
  function isAbout({ key }) {
    return key === KEY || key === null;
  }

  return { show, changed, add, clear, close, isAbout };
}
