// Decides how long to wait before the next attempt: a random time below a limit that doubles with every attempt. When
// thousands of pages lose their server at the same moment, they come back at different times.
export function createBackOff({ random = Math.random } = {}) {
  const FIRST_LIMIT_MS = 1_000;
  const LAST_LIMIT_MS = 30_000;

  let limit = FIRST_LIMIT_MS;

  function next() {
    const delay = random() * limit;
    limit = Math.min(2 * limit, LAST_LIMIT_MS);
    return delay;
  }

  function reset() {
    limit = FIRST_LIMIT_MS;
  }

  return { next, reset };
}
