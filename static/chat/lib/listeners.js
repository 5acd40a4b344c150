// A list of listeners. A listener is an object with a function for each kind of news that it wants. Listeners hear of
// news in the order in which they were added.
export function createListeners() {
  const listeners = [];

  function listen(listener) {
    listeners.push(listener);
  }

  function tell(kind, ...news) {
    listeners.forEach((listener) => listener[kind]?.(...news));
  }

  return { listen, tell };
}
