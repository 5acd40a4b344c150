// Returns act(fields): what a moderator does, see docs/moderation.md. It promises how many messages were removed. A removal
// of many takes several requests.
export function createAct({ ajax, url, room, token }) {
  return async (fields) => {
    const headers = { "X-CSRFToken": token };
    let removed = 0;
    let answer;
    do {
      answer = await ajax({ method: "POST", url, data: { ...fields, room }, headers });
      removed += answer.messages;
    } while (answer.done === false);
    return removed;
  };
}
