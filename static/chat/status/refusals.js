// Says that the server refuses this person: to read the room, or to take what the person writes. The page has the
// sentences if the site has a policy; see room.html.
//
// notices: one element for each status, hidden. stream: see shared_stream.js.
export function createRefusals({ notices, stream }) {
  const SIGNED_OUT = 401;

  let refusal = null; // the status with which the server has refused the room

  function show(status) {
    notices.forEach((notice) => (notice.hidden = notice.dataset.status !== String(refusal ?? status)));
  }

  // The server has answered a request for messages, or one that says or changes a message. Who is signed out may still
  // read some rooms.
  function answered(status, method) {
    if (method === "GET") return stream.refuse(status);
    show(status === SIGNED_OUT ? status : 0);
    if (status === SIGNED_OUT) stream.check();
  }

  stream.listen({
    refused(status) {
      refusal = status;
      show();
    },
  });

  return { answered };
}
