// Returns act(fields), which asks the server to do what a moderator wants; docs/moderation.md names the fields. It promises
// how many messages the server has removed. A removal of many takes several requests.
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
