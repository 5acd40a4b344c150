// Reads what an event says about the room or about many of its messages, or returns null.
//
// locked (boolean), slow (seconds): who may write now. paused: the operator's words while nobody may, "" when the pause ends;
// it is missing when the event says nothing of it. cleared (id): an admin deleted the room, with all its messages up to
// this id; the event also has locked and slow. ids, deleted (a date), change (an event's number): a moderator deleted these
// messages together.
export function readRoomNews(data) {
  const { cleared, ids, deleted, change, locked, slow, paused } = data ?? {};
  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  const state = typeof locked === "boolean" && isCount(slow) ? { locked, slow } : null;
  if (state && (paused === null || typeof paused === "string")) state.paused = paused ?? "";
  if (isCount(cleared)) return { cleared, ...state };
  if (Array.isArray(ids) && ids.every(isCount) && typeof deleted === "string" && isCount(change))
    return { ids, deleted, change };
  return state;
}
