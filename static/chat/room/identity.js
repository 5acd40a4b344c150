import { createListeners } from "../lib/listeners.js";

// Knows which messages this browser has written. A name proves nothing, because anybody may use it. The server gives
// each author a mark, which depends on the browser's secret and on the room.
//
// Where the server knows the person, the mark depends on the person, and the page brings it. It alone says then what is
// an own message: several people may use one browser.
//
// Listeners: changed(id) the message with this id may be an own one now; without an id, all may.
//
// you: the mark that the page brings, or undefined. authorKey: see author_key.js. keys: the keys of single messages; see
// own_keys.js.
export function createIdentity({ storage, room, you, authorKey, keys }) {
  const NAME = `chat mark ${JSON.stringify(room)}`;

  const { listen, tell } = createListeners();
  const tags = new Set(); // of the messages that this page sends
  let secret = authorKey.get();
  let mark = load();
  let ask = async () => {};
  let asking = false;

  // The mark is kept with its secret: another tab's secret may win.
  function load() {
    const [kept, itsSecret] = (storage.read(NAME) ?? "").split(" ");
    return itsSecret === secret ? kept : null;
  }

  // While the mark is unknown, the tag tells: the stream may bring the first message before the server answers.
  function isOwn(message) {
    if (you) return message.author === you;
    const isMine = mark === null ? tags.has(message.tag) : message.author === mark;
    return isMine || keys.keyOf(message) !== null;
  }

  // Takes the mark that the server gives to this secret; undefined if it gives none.
  function learn(found, itsSecret) {
    if (typeof found !== "string" || itsSecret !== authorKey.get()) return;
    secret = itsSecret;
    storage.write(NAME, `${found} ${secret}`);
    become(found);
  }

  function become(found) {
    if (found === mark) return;
    mark = found;
    tell("changed");
  }

  // undefined while the mark is unknown
  function ownMark() {
    return you ?? mark ?? undefined;
  }

  // This page sends a message with this tag.
  function sends(tag) {
    tags.add(tag);
  }

  function keepKey(message, key) {
    keys.keep(message, key);
    tell("changed", message.id);
  }

  // Another tab wrote to the storage.
  function followStorage(event) {
    const id = keys.keptElsewhere(event);
    if (id !== null) tell("changed", id);
    if (event.key !== NAME && !authorKey.isAbout(event)) return;
    const isSame = authorKey.get() === secret;
    secret = authorKey.get();
    become(load() ?? (isSame ? mark : null));
    find();
  }

  // askServer() asks for a list, from which this page learns its mark.
  function start(askServer) {
    ask = askServer;
    return find();
  }

  // Asks the server if there may be messages of this browser and their mark is unknown. Call this again when the server
  // may be back.
  async function find() {
    if (you || asking || mark !== null || authorKey.isNew()) return;
    asking = true;
    try {
      await ask();
    } catch {
      // the next stream that opens asks again
    }
    asking = false;
  }

  return {
    listen,
    key: authorKey.get,
    mark: ownMark,
    isOwn,
    learn,
    sends,
    keyOf: keys.keyOf,
    keepKey,
    followStorage,
    start,
    find,
  };
}
