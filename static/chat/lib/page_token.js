// The token in a frame's address. A frame in another site's page gets no cookie, so whoever made the frame's address has
// put a token into it. It goes along with each request of the page, and into no other address.
//
// query: that of the page's address. send: fetch of the browser, and sendBeacon. Without a token, they stay as they are.
export function createPageToken({ query, fetch, sendBeacon }) {
  const token = new URLSearchParams(query).get("token");
  if (token === null) return { headers: {}, toStream: (url) => url, toWorker: (url) => url, fetch, sendBeacon };

  const headers = { Authorization: `Bearer ${token}` };

  // An EventSource can send no header.
  function toStream(url) {
    return `${url}&${new URLSearchParams({ token })}`;
  }

  // A worker opens one stream for all pages of this browser, and another page may have another token.
  function toWorker() {
    return null;
  }

  function fetchWithToken(url, options) {
    return fetch(url, { ...options, headers });
  }

  // A beacon can send no header either. The browser goes on with this request when the page has closed.
  function send(url, data) {
    fetch(url, { method: "POST", body: data, headers, keepalive: true }).catch(() => {});
  }

  return { headers, toStream, toWorker, fetch: fetchWithToken, sendBeacon: send };
}
