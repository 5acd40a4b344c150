// Asks the server whether this browser may read rooms, with the cheapest request for each room's list. An EventSource
// only says that it has failed.
//
// fetch: the browser's.
export function createRights({ fetch }) {
  const TIMEOUT_MS = 20_000;

  let isAsking = false;

  // Promises the status of each list in turn: 200, 401 or 403. It ends at the first that is neither, because then the
  // server or the network has trouble and nobody knows. Promises nothing while an earlier question is on its way.
  async function ask(urls) {
    const statuses = [];
    if (isAsking) return statuses;
    isAsking = true;
    try {
      for (const url of urls) {
        const { status } = await fetch(url, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout?.(TIMEOUT_MS) });
        if (status !== 200 && !isRefusal(status)) break;
        statuses.push(status);
      }
    } catch {
      // no network, or no answer
    }
    isAsking = false;
    return statuses;
  }

  return { ask };
}

// 401: the server does not know who this is. 403: this person may not read the room.
export function isRefusal(status) {
  return status === 401 || status === 403;
}
