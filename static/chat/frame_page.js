import { createComposePanel } from "./compose/compose_panel.js";
import { createPageToken } from "./lib/page_token.js";
import { openRoom } from "./open_room.js";
import { createFrameStatus } from "./status/frame_status.js";

// The page of one room alone: to read it without a name, or in a frame of another site's page.

const $ = jQuery;
const page = JSON.parse(document.getElementById("page").textContent);
const token = createPageToken({
  query: location.search,
  fetch: (url, options) => fetch(url, options),
  sendBeacon: (url, data) => navigator.sendBeacon?.(url, data),
});
const nothing = () => {};

$.ajaxSetup({ headers: token.headers });
openRoom({
  $,
  page: {
    ...page,
    eventsUrl: token.toStream(page.eventsUrl),
    streamWorkerUrl: token.toWorker(page.streamWorkerUrl),
  },
  createStatus: createFrameStatus,
  createCompose: page.user === "" ? () => ({ restore: nothing, start: nothing, showRoom: nothing }) : createComposePanel,
  fetch: token.fetch,
  sendBeacon: token.sendBeacon,
});
